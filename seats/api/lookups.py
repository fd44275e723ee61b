"""The people that an address or a body names, as usage events name them."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from accounts.models import Department, Membership, Organization, Region

MOST_AT_ONCE = 200


def people_of(organization: Organization) -> QuerySet[Membership]:
    """Return everybody of an organization."""
    return Membership.objects.filter(organization=organization).select_related(
        "department", "region"
    )


def member_named(organization: Organization, member: str) -> Membership:
    """Return who has the member id, or else the e-mail address `member`; raise Http404."""
    found = None
    if "\x00" not in member:
        people = people_of(organization)
        found = people.filter(external_id=member).first() if member else None
        found = found or people.filter(email__iexact=member).exclude(email="").first()
    if found is None:
        raise Http404
    return found


def members_named(organization: Organization, names: Sequence[str]) -> list[Membership]:
    """Return the people behind member ids or addresses, in their order; raise ValidationError."""
    people = people_of(organization)
    by_key = {person.external_id: person for person in people.filter(external_id__in=names)}
    missing = [name.lower() for name in names if name not in by_key]
    by_email = {
        person.email.lower(): person
        for person in (people.filter(email__in=missing) if missing else [])
    }
    found, unknown = [], {}
    for index, name in enumerate(names):
        person = by_key.get(name) or by_email.get(name.lower())
        if person is None:
            unknown[index] = [_("Nobody of the organization has this member id.")]
        else:
            found.append(person)
    if unknown:
        raise ValidationError(
            {"members": [unknown.get(index, []) for index in range(max(unknown) + 1)]}
        )
    return found


def department_id_of(organization: Organization, name: str) -> int:
    """Return the id of a department by its name, 0 for "none"; raise ValidationError."""
    return _id_of(Department.objects.filter(organization=organization), "department", name)


def region_id_of(organization: Organization, name: str) -> int:
    """Return the id of a region by its name, 0 for "none"; raise ValidationError."""
    return _id_of(Region.objects.filter(organization=organization), "region", name)


def _id_of(rows: QuerySet[Department] | QuerySet[Region], field: str, name: str) -> int:
    if name == "none":
        return 0
    found = rows.filter(name__iexact=name).values_list("pk", flat=True).first()
    if found is None:
        raise ValidationError({field: [_("Nothing has this name.")]})
    return int(found)
