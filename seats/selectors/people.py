"""The people of an organization with what the People page shows beside them.

Reads inside the organization's tenancy context, in a number of queries that does not grow with the
number of people. That context also shows the reader's own memberships elsewhere, so the
organization is named in every query.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from django.db.models import (
    BooleanField,
    Case,
    Count,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Lower, NullIf
from django.utils import timezone

from accounts.models import HistoryEntry, Membership
from seats.models import (
    ActivityDay,
    MemberActivity,
    MemberFeature,
    SeatAssignment,
    SeatPool,
    WaitingListEntry,
)
from seats.selectors.activity import inactive_condition

WEEKS: Final = 12
_MOST_CANDIDATES: Final = 50


class PeopleFilter(StrEnum):
    """Which people a list shows."""

    ALL = ""
    SEATED = "seated"
    UNSEATED = "unseated"
    IDLE = "idle"
    WAITING = "waiting"
    DISCOVERED = "discovered"
    INVITED = "invited"
    DEACTIVATED = "deactivated"


class PeopleOrder(StrEnum):
    """By what a list is sorted; a minus in front turns it round."""

    NAME = "name"
    DEPARTMENT = "department"
    LAST_ACTIVE = "last_active"
    FEATURES = "features"
    SEAT = "seat"


@dataclass(frozen=True, slots=True)
class SeatRoom:
    """The seats of an organization; `capacity` includes the allowance of a soft limit.

    `overage_until` is when the present overage ends under a soft limit, `at_end` what then is.
    """

    purchased: int
    assigned: int
    capacity: int
    limit: str = "hard"
    overage_until: datetime | None = None
    at_end: str = "hard"
    allowance_seats: int = 0
    allowance_days: int = 0
    seats_next: bool = False

    @property
    def is_full(self) -> bool:
        """Whether the next assignment would be refused."""
        return self.assigned >= self.capacity

    @property
    def overage(self) -> int:
        return max(0, self.assigned - self.purchased)

    @property
    def free(self) -> int:
        """Purchased seats that nobody sits on."""
        return max(0, self.purchased - self.assigned)

    def missing_for(self, people: int) -> int:
        """How many seats have to be bought so that this many more sit on purchased ones."""
        return max(0, self.assigned + people - self.purchased)


@dataclass(frozen=True, slots=True)
class PeopleQuery:
    """What the address of a list asks for; `department` is an id, 0 for "none"."""

    filter: PeopleFilter = PeopleFilter.ALL
    department: int | None = None
    search: str = ""
    order: PeopleOrder = PeopleOrder.NAME
    is_descending: bool = False


@dataclass(slots=True)
class PersonRow:
    """One person of a list."""

    membership: Membership
    seated_since: datetime | None
    is_waiting: bool
    is_idle: bool
    last_active_at: datetime | None
    features: int
    days_since_active: int | None
    weeks: list[int] = field(default_factory=lambda: [0] * WEEKS)

    @property
    def has_seat(self) -> bool:
        return self.seated_since is not None

    @property
    def active_days(self) -> int:
        """On how many days of the twelve weeks the person was active."""
        return sum(self.weeks)

    @property
    def sparkline(self) -> str:
        """Active days of each week, oldest first, as the sparkline component takes them."""
        return ",".join(str(days) for days in self.weeks)


_IS_DEACTIVATED: Final = Q(state=Membership.State.DEACTIVATED)


def _conditions() -> dict[PeopleFilter, Q]:
    seated = Q(seated_since__isnull=False)
    return {
        PeopleFilter.ALL: ~_IS_DEACTIVATED,
        PeopleFilter.SEATED: ~_IS_DEACTIVATED & seated,
        PeopleFilter.UNSEATED: ~_IS_DEACTIVATED & ~seated,
        PeopleFilter.IDLE: ~_IS_DEACTIVATED & Q(is_idle=True),
        PeopleFilter.WAITING: ~_IS_DEACTIVATED & Q(is_waiting=True),
        PeopleFilter.DISCOVERED: ~_IS_DEACTIVATED & ~seated & Q(last_active_at__isnull=False),
        PeopleFilter.INVITED: Q(state=Membership.State.INVITED),
        PeopleFilter.DEACTIVATED: _IS_DEACTIVATED,
    }


def annotated_people(*, organization_id: int, now: datetime) -> QuerySet[Membership]:
    """Return people with seated_since, is_waiting, is_idle, last_active_at and features.

    `features` counts the features used in twelve weeks.
    """
    live = SeatAssignment.objects.filter(
        membership=OuterRef("pk"), during__endswith__isnull=True
    ).values("during__startswith")[:1]
    activity = MemberActivity.objects.filter(membership=OuterRef("pk"))
    features = (
        MemberFeature.objects.filter(membership=OuterRef("pk"), last_day__gte=_first_day(now))
        .order_by()
        .values("membership")
        .annotate(n=Count("feature"))
        .values("n")
    )
    waiting = WaitingListEntry.objects.filter(
        membership=OuterRef("pk"), seated_at__isnull=True, withdrawn_at__isnull=True
    )
    return (
        Membership.objects.filter(organization_id=organization_id)
        .annotate(
            seated_since=Subquery(live, output_field=DateTimeField()),
            is_waiting=Exists(waiting),
            last_active_at=Subquery(activity.values("last_active_at")[:1]),
            features=Coalesce(Subquery(features, output_field=IntegerField()), 0),
        )
        .annotate(unused_since=Greatest("seated_since", "last_active_at"))
        .annotate(
            is_idle=Case(
                When(inactive_condition(organization_id=organization_id, now=now), then=True),
                default=False,
                output_field=BooleanField(),
            )
        )
    )


def filtered_people(
    query: PeopleQuery, *, organization_id: int, now: datetime
) -> QuerySet[Membership]:
    """Return the people that a query asks for, in its order."""
    people = _within(annotated_people(organization_id=organization_id, now=now), query)
    people = people.filter(_conditions()[query.filter]).select_related("department", "user")
    return people.order_by(*_ordering(query))


def filter_counts(
    query: PeopleQuery, *, organization_id: int, now: datetime
) -> dict[PeopleFilter, int]:
    """Return how many people each filter would show, within the query's department and search."""
    people = _within(annotated_people(organization_id=organization_id, now=now), query)
    counted = people.aggregate(
        **{
            f"n_{name.name}": Count("pk", filter=condition)
            for name, condition in _conditions().items()
        }
    )
    return {name: counted[f"n_{name.name}"] for name in PeopleFilter}


def person_rows(people: Iterable[Membership], *, now: datetime) -> list[PersonRow]:
    """Return rows for annotated people, with the active days of twelve weeks, in one query."""
    rows = {person.pk: _row(person, now) for person in people}
    first = _first_day(now)
    days = ActivityDay.objects.filter(membership_id__in=rows, day__gte=first).values_list(
        "membership_id", "day"
    )
    for membership_id, day in days:
        week = (day - first).days // 7
        if 0 <= week < WEEKS:
            rows[membership_id].weeks[week] += 1
    return list(rows.values())


def person_row(*, organization_id: int, membership_id: int, now: datetime) -> PersonRow:
    """Return one person's row. Raises Membership.DoesNotExist."""
    person = (
        annotated_people(organization_id=organization_id, now=now)
        .select_related("department", "user")
        .get(pk=membership_id)
    )
    return person_rows([person], now=now)[0]


def annotated_rows(
    *, organization_id: int, membership_ids: Iterable[int], now: datetime
) -> dict[int, PersonRow]:
    """Return the rows of several people by their ids, in two queries."""
    people = (
        annotated_people(organization_id=organization_id, now=now)
        .select_related("department", "user")
        .filter(pk__in=list(membership_ids))
    )
    return {row.membership.pk: row for row in person_rows(people, now=now)}


def people_without_a_seat(*, organization_id: int, now: datetime) -> list[PersonRow]:
    """Return who could take over a seat: who waits first, then who was active last; 50 at most."""
    people = (
        annotated_people(organization_id=organization_id, now=now)
        .filter(_conditions()[PeopleFilter.UNSEATED])
        .select_related("department", "user")
        .order_by(
            F("is_waiting").desc(), F("last_active_at").desc(nulls_last=True), Lower("name"), "pk"
        )
    )
    return [_row(person, now) for person in people[:_MOST_CANDIDATES]]


def seat_history(*, membership_id: int) -> QuerySet[SeatAssignment]:
    """Return a person's seats, the latest first."""
    return (
        SeatAssignment.objects.filter(membership_id=membership_id)
        .select_related("assigned_by")
        .order_by("-during")
    )


def person_history(*, membership_id: int, limit: int = 50) -> QuerySet[HistoryEntry]:
    """Return the latest changes of a person."""
    return HistoryEntry.objects.filter(object_type="membership", object_id=str(membership_id))[
        :limit
    ]


def seat_room(*, organization_id: int) -> SeatRoom:
    """Return how many seats there are, how many are assigned and how many may be."""
    pool = SeatPool.objects.filter(organization_id=organization_id).first() or SeatPool()
    lends = pool.limit in (SeatPool.Limit.SOFT, SeatPool.Limit.TRUE_UP)
    return SeatRoom(
        purchased=pool.purchased_seats,
        assigned=pool.assigned_seats,
        capacity=pool.purchased_seats + (pool.allowance_seats if lends else 0),
        limit=pool.limit,
        overage_until=pool.overage_until,
        at_end=pool.at_end,
        allowance_seats=pool.allowance_seats,
        allowance_days=pool.allowance_days,
        seats_next=pool.seats_next,
    )


def waiting_people() -> QuerySet[WaitingListEntry]:
    """Return who waits for a seat, in the order in which seats are given."""
    return (
        WaitingListEntry.objects.filter(seated_at__isnull=True, withdrawn_at__isnull=True)
        .exclude(membership__state=Membership.State.DEACTIVATED)
        .select_related("membership", "membership__department")
        .order_by("place", "requested_at", "pk")
    )


def _first_day(now: datetime) -> date:
    """The first of the 84 days that end today (UTC, as the rollup counts days)."""
    return (now - timedelta(days=7 * WEEKS - 1)).date()


def _within(people: QuerySet[Membership], query: PeopleQuery) -> QuerySet[Membership]:
    if query.department is not None:
        people = (
            people.filter(department_id=query.department)
            if query.department
            else people.filter(department__isnull=True)
        )
    for word in query.search.split():
        people = people.filter(
            Q(name__icontains=word)
            | Q(email__icontains=word)
            | Q(external_id__icontains=word)
            | Q(title__icontains=word)
            | Q(department__name__icontains=word)
        )
    return people


def _ordering(query: PeopleQuery) -> list[Any]:
    by_name = Lower(Coalesce(NullIf("name", Value("")), NullIf("email", Value("")), "external_id"))
    expressions: dict[PeopleOrder, Any] = {
        PeopleOrder.NAME: by_name,
        PeopleOrder.DEPARTMENT: Lower("department__name"),
        PeopleOrder.LAST_ACTIVE: F("last_active_at"),
        PeopleOrder.FEATURES: F("features"),
        PeopleOrder.SEAT: F("seated_since"),
    }
    expression = expressions[query.order]
    ordered = (
        expression.desc(nulls_last=True) if query.is_descending else expression.asc(nulls_last=True)
    )
    return [ordered, by_name.asc(), "pk"]


def _row(person: Membership, now: datetime) -> PersonRow:
    annotated: Any = person
    return PersonRow(
        membership=person,
        seated_since=annotated.seated_since,
        is_waiting=annotated.is_waiting,
        is_idle=annotated.is_idle,
        last_active_at=annotated.last_active_at,
        features=annotated.features,
        days_since_active=_days_between(annotated.last_active_at, now),
    )


def _days_between(last: datetime | None, now: datetime) -> int | None:
    """Whole days of the reader's calendar from `last` to `now`."""
    if last is None:
        return None
    return max(0, (timezone.localtime(now).date() - timezone.localtime(last).date()).days)
