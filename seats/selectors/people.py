"""The people of an organization with what the People page shows beside them.

Reads inside the organization's tenancy context, in a number of queries that does not grow with the
number of people. That context also shows the reader's own memberships elsewhere, so the
organization is named in every query.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
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
    When,
)
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone

from accounts.models import HistoryEntry, Membership, PersonDeletion
from seats.domain.usage_rules import ACTIVE_WINDOW
from seats.models import (
    ActivityDay,
    MemberActivity,
    MemberFeature,
    MemberSummary,
    SeatAssignment,
    SeatPool,
    WaitingListEntry,
)
from seats.selectors.activity import inactive_condition
from seats.selectors.privacy import shows_people
from seats.selectors.usage import first_day_of

WEEKS: Final = 12
_MOST_CANDIDATES: Final = 50


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
class FeatureUse:
    """A feature that a person used in 28 days: how often, and with which outcomes (kind, sum)."""

    name: str
    events: int
    outcomes: tuple[tuple[str, Decimal], ...] = ()


@dataclass(slots=True)
class PersonRow:
    """One person of a list; `is_hidden` where the organization shows totals of usage only."""

    membership: Membership
    seated_since: datetime | None
    is_waiting: bool
    is_idle: bool
    last_active_at: datetime | None
    features: int
    days_since_active: int | None
    is_hidden: bool = False
    is_power: bool = False
    active_days_28: int = 0
    uses: list[FeatureUse] = field(default_factory=list)
    weeks: list[int] = field(default_factory=lambda: [0] * WEEKS)

    @property
    def has_seat(self) -> bool:
        return self.seated_since is not None

    @property
    def active_days(self) -> int:
        """On how many days of the twelve weeks the person was active."""
        return sum(self.weeks)

    @property
    def more_features(self) -> int:
        """How many features were used that `uses` does not name."""
        return max(0, self.features - len(self.uses))

    @property
    def sparkline(self) -> str:
        """Active days of each week, oldest first, as the sparkline component takes them."""
        return ",".join(str(days) for days in self.weeks)


def annotated_people(*, organization_id: int, now: datetime) -> QuerySet[Membership]:
    """Return people with seated_since, is_waiting, is_idle, last_active_at and features.

    `features` counts the features used in 28 days. The organization is named in every part: row
    security alone leads to no index.
    """
    of_person: dict[str, Any] = {
        "organization_id": organization_id,
        "membership": OuterRef("pk"),
    }
    live = SeatAssignment.objects.filter(**of_person, during__endswith__isnull=True).values(
        "during__startswith"
    )[:1]
    activity = MemberActivity.objects.filter(**of_person)
    features = (
        MemberFeature.objects.filter(
            **of_person, last_day__gte=first_day_of(now, ACTIVE_WINDOW.days)
        )
        .order_by()
        .values("membership")
        .annotate(n=Count("feature"))
        .values("n")
    )
    waiting = WaitingListEntry.objects.filter(
        **of_person, seated_at__isnull=True, withdrawn_at__isnull=True
    )
    return Membership.objects.filter(organization_id=organization_id).annotate(
        seated_since=Subquery(live, output_field=DateTimeField()),
        is_waiting=Exists(waiting),
        last_active_at=Subquery(activity.values("last_active_at")[:1]),
        features=Coalesce(Subquery(features, output_field=IntegerField()), 0),
        is_idle=Case(
            When(inactive_condition(organization_id=organization_id, now=now), then=True),
            default=False,
            output_field=BooleanField(),
        ),
    )


def person_rows(
    people: Iterable[Membership],
    *,
    organization_id: int,
    now: datetime,
    is_shown: bool | None = None,
) -> list[PersonRow]:
    """Return rows for annotated people, with the active days of twelve weeks.

    Where the organization shows totals only, the rows hold nobody's usage; `is_shown` is for whom
    knows that already, and for a reader's own row.
    """
    if not (shows_people(organization_id) if is_shown is None else is_shown):
        return [_hidden_row(person) for person in people]
    rows = {person.pk: _row(person, now) for person in people}
    first = first_day_of(now, 7 * WEEKS)
    recent = first_day_of(now, ACTIVE_WINDOW.days)
    days = ActivityDay.objects.filter(
        organization_id=organization_id, membership_id__in=rows, day__gte=first
    ).values_list("membership_id", "day")
    for membership_id, day in days:
        week = (day - first).days // 7
        if 0 <= week < WEEKS:
            rows[membership_id].weeks[week] += 1
            rows[membership_id].active_days_28 += day >= recent
    power = MemberSummary.objects.filter(
        organization_id=organization_id, membership_id__in=rows, is_power=True
    )
    for membership_id in power.values_list("membership_id", flat=True):
        rows[membership_id].is_power = True
    return list(rows.values())


def person_row(
    *, organization_id: int, membership_id: int, now: datetime, is_self: bool = False
) -> PersonRow:
    """Return one person's row. Raises Membership.DoesNotExist."""
    person = (
        annotated_people(organization_id=organization_id, now=now)
        .select_related("department", "user")
        .get(pk=membership_id)
    )
    return person_rows(
        [person], organization_id=organization_id, now=now, is_shown=is_self or None
    )[0]


def annotated_rows(
    *, organization_id: int, membership_ids: Iterable[int], now: datetime
) -> dict[int, PersonRow]:
    """Return the rows of several people by their ids, in two queries."""
    people = (
        annotated_people(organization_id=organization_id, now=now)
        .select_related("department", "user")
        .filter(pk__in=list(membership_ids))
    )
    rows = person_rows(people, organization_id=organization_id, now=now)
    return {row.membership.pk: row for row in rows}


def people_without_a_seat(*, organization_id: int, now: datetime) -> list[PersonRow]:
    """Return who could take over a seat: who waits first, then who was active last; 50 at most.

    Where totals are shown only, the second half of the order is the alphabet's.
    """
    is_shown = shows_people(organization_id)
    by_use = [F("last_active_at").desc(nulls_last=True)] if is_shown else []
    people = (
        annotated_people(organization_id=organization_id, now=now)
        .exclude(state=Membership.State.DEACTIVATED)
        .filter(Q(seated_since__isnull=True))
        .select_related("department", "user")
        .order_by(F("is_waiting").desc(), *by_use, Lower("name"), "pk")[:_MOST_CANDIDATES]
    )
    return [_row(person, now) if is_shown else _hidden_row(person) for person in people]


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


def open_deletion(person: Membership) -> PersonDeletion | None:
    """Return the deletion of a person that waits for a decision or for its day."""
    State = PersonDeletion.State  # noqa: N806 - a class
    return PersonDeletion.objects.filter(
        membership=person, state__in=[State.ASKED, State.WAITING, State.ERASING]
    ).first()


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


def _hidden_row(person: Membership) -> PersonRow:
    """Return a row that says who has a seat and who waits, and nothing about usage."""
    annotated: Any = person
    return PersonRow(
        membership=person,
        seated_since=annotated.seated_since,
        is_waiting=annotated.is_waiting,
        is_idle=False,
        last_active_at=None,
        features=0,
        days_since_active=None,
        is_hidden=True,
    )


def _days_between(last: datetime | None, now: datetime) -> int | None:
    """Whole days of the reader's calendar from `last` to `now`."""
    if last is None:
        return None
    return max(0, (timezone.localtime(now).date() - timezone.localtime(last).date()).days)
