"""Who is signed in to Planks: a name in a signed cookie, chosen from Headroom's list of people."""

from dataclasses import asdict, dataclass
from itertools import islice

from django.http import HttpRequest

from headroom_client.models import Member, Organization
from headroom_django import Subject
from headroom_django.runtime import client

SHOWN = 40
BUYERS = frozenset({"owner", "admin", "billing"})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a customer of Planks."""

    member: str
    name: str
    organization: str
    company: str


def current(request: HttpRequest) -> Person | None:
    """Return who is signed in."""
    kept = request.session.get("person")
    return Person(**kept) if kept else None


def subject(request: HttpRequest) -> Subject | None:
    """Return who the request is, as Headroom knows them: named in settings.HEADROOM."""
    person = current(request)
    return Subject(person.member, person.organization) if person else None


def remember(request: HttpRequest, person: Person) -> None:
    """Sign somebody in."""
    request.session.cycle_key()
    request.session["person"] = asdict(person)


def signed_in(request: HttpRequest) -> dict[str, Person | None]:
    """Return what every page shows."""
    return {"person": current(request)}


def companies() -> list[Organization]:
    """Return the customers of Planks, by name."""
    return sorted(client().iter_organizations_list(limit=200), key=lambda one: one.name)


def people_of(organization: str) -> list[Member]:
    """Return people of a customer: a few who may buy, then some with a seat, some without."""
    found = client().iter_organization_members(organization, limit=200)
    people = [one for one in islice(found, 200) if one.state != "deactivated" and one.member]
    buyers = [one for one in people if one.role in BUYERS][:3]
    seated = [one for one in people if one.has_seat and one not in buyers]
    others = [one for one in people if not one.has_seat and one not in buyers]
    return buyers + seated[: SHOWN // 2] + others[: SHOWN // 2]
