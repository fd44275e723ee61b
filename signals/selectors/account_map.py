"""Who is who at an account, its departments with their seats, and how it grew."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Exists, OuterRef, Q

from accounts.models import Membership
from billing.models import SeatLedgerEntry
from seats.domain.usage_rules import ACTIVE_WINDOW
from seats.models import MemberActivity, MemberSummary, SeatAssignment
from seats.selectors.privacy import shows_people
from signals.domain.growth import GrowthPattern, NewSeat, SeatedBefore, classify
from signals.models import GrowthChoice

_LEADERS: Final = (
    r"\m(vp|head|chief|director|ceo|cto|cfo|coo|cmo|leiter|leiterin|leitung|kepala|direktur)\M"
)
_MOST_NAMED: Final = 6
_MOST_INCREASES: Final = 5
_MOST_SEATS: Final = 5_000
_SEATED_WITHIN: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """A department with its people, seats and active people; "" is none."""

    name: str
    people: int
    seated: int
    active: int


@dataclass(frozen=True, slots=True)
class PeopleMap:
    """Who matters at an account."""

    champions: list[Membership]
    leaders: list[Membership]
    power_users: list[Membership]


def _working(organization_id: int) -> Q:
    return (
        Q(organization_id=organization_id)
        & ~Q(kind=Membership.Kind.SERVICE)
        & ~Q(state=Membership.State.DEACTIVATED)
    )


def departments(organization_id: int, *, now: datetime) -> list[DepartmentRow]:
    """Return the departments, the largest first, in one query."""
    seated = SeatAssignment.objects.filter(
        organization_id=organization_id,
        membership=OuterRef("pk"),
        during__endswith__isnull=True,
    )
    active = MemberActivity.objects.filter(
        organization_id=organization_id,
        membership=OuterRef("pk"),
        last_active_at__gte=now - ACTIVE_WINDOW,
    )
    rows = (
        Membership.objects.filter(_working(organization_id))
        .annotate(has_seat=Exists(seated), is_busy=Exists(active))
        .order_by()
        .values("department__name")
        .annotate(
            people=Count("pk"),
            seated=Count("pk", filter=Q(has_seat=True)),
            active=Count("pk", filter=Q(is_busy=True)),
        )
        .order_by("-people", "department__name")
    )
    return [
        DepartmentRow(row["department__name"] or "", row["people"], row["seated"], row["active"])
        for row in rows
    ]


def people_map(organization_id: int) -> PeopleMap:
    """Return champions, leaders and power users; the last only where people's usage is shown."""
    people = Membership.objects.filter(_working(organization_id)).select_related("department")
    power: list[Membership] = []
    if shows_people(organization_id):
        busiest = MemberSummary.objects.filter(
            organization_id=organization_id, membership=OuterRef("pk"), is_power=True
        )
        power = list(people.filter(Exists(busiest)).order_by("name", "pk")[:_MOST_NAMED])
    return PeopleMap(
        champions=list(
            people.filter(role=Membership.Role.CHAMPION).order_by("name", "pk")[:_MOST_NAMED]
        ),
        leaders=list(people.filter(title__iregex=_LEADERS).order_by("name", "pk")[:_MOST_NAMED]),
        power_users=power,
    )


@dataclass(frozen=True, slots=True)
class Increase:
    """An increase of seats, with the pattern of growth that is seen in it."""

    entry: SeatLedgerEntry
    pattern: GrowthPattern
    chosen_by: str


def increases(organization_id: int) -> list[Increase]:
    """Return the latest increases, each with its pattern: what was chosen, else what is read.

    Who got a seat within 30 days after an increase, and before the next one, speaks for it.
    """
    entries = list(
        SeatLedgerEntry.objects.filter(organization_id=organization_id, seats_delta__gt=0).order_by(
            "-effective_at"
        )[:_MOST_INCREASES]
    )
    if not entries:
        return []
    if SeatAssignment.objects.filter(organization_id=organization_id).count() > _MOST_SEATS:
        # Too many to read for a page; what was chosen by hand is shown, the rest stays unknown.
        seats: list[SeatAssignment] = []
    else:
        seats = list(
            SeatAssignment.objects.filter(organization_id=organization_id)
            .select_related("membership__department", "membership__region")
            .order_by("during")
        )
    chosen: dict[int, GrowthChoice] = {}
    for each in GrowthChoice.objects.filter(organization_id=organization_id).order_by("at", "pk"):
        chosen[each.entry_id] = each
    found, until = [], None
    for entry in entries:
        latest = entry.effective_at + _SEATED_WITHIN
        end = latest if until is None else min(latest, until)
        new = [s.membership for s in seats if entry.effective_at <= s.during.lower < end]
        before = [s.membership for s in seats if s.during.lower < entry.effective_at]
        ids = frozenset(m.pk for m in before)
        pattern = classify(
            [_new_seat(m) for m in new if m.pk not in ids],
            SeatedBefore(
                departments=frozenset(m.department.name for m in before if m.department),
                regions=frozenset(m.region.name for m in before if m.region),
                members=ids,
                managers=frozenset(m.manager_id for m in before if m.manager_id),
            ),
        )
        choice: GrowthChoice | None = chosen.get(entry.pk)
        found.append(
            Increase(
                entry,
                GrowthPattern(choice.pattern) if choice else pattern,
                choice.actor_label if choice else "",
            )
        )
        until = entry.effective_at
    return found


def _new_seat(member: Membership) -> NewSeat:
    return NewSeat(
        member.pk,
        member.department.name if member.department else "",
        member.region.name if member.region else "",
        member.manager_id,
    )
