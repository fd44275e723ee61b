"""What the pages and the API show of an organization's usage, all from what the rollup counted.

Every selector runs inside a tenancy context of the organization (or a staff context that may read
it), takes a bounded number of queries, and agrees on who is active: a foreground action in the
last 28 days, not a service account, not deactivated (`seats.domain.usage_rules`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, Literal

from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.utils.translation import gettext

from accounts.models import Membership
from accounts.replica import reading_connection
from accounts.tenancy import is_narrowed
from seats.domain.privacy import fold
from seats.domain.usage_rules import ACTIVE_WINDOW
from seats.domain.utilization import Utilization
from seats.models import (
    ActivityDay,
    MemberActivity,
    OutcomeDay,
    SeatAssignment,
    SeatPool,
    SegmentDay,
    UsageDay,
    UtilizationDay,
    WaitingListEntry,
)
from seats.selectors.counted import counted
from seats.selectors.privacy import shows_people

MONTHS_OF_HISTORY: Final = 12
LIVE_PEOPLE: Final = 10_000
"""Up to so many people are counted as they stand; of more, the snapshot says it."""
_IS_A_PERSON = ~Q(membership__kind=Membership.Kind.SERVICE) & ~Q(
    membership__state=Membership.State.DEACTIVATED
)


@dataclass(frozen=True, slots=True)
class SeatFigures:
    """Seats and people of one organization at one moment.

    `active_seated` + `idle_seated` are the assigned seats; `active_unseated` are people who use the
    product without a seat. `seats` holds the two ratios.
    """

    seats: Utilization
    active_seated: int
    idle_seated: int
    active_unseated: int
    waiting: int
    is_soft: bool = False
    allowance_seats: int = 0
    overage_since: datetime | None = None


def seat_figures(*, organization_id: int, now: datetime) -> SeatFigures:
    """Return purchased, assigned and active seats of an organization as they stand.

    Of very many people, who is active is as of the last snapshot (an hour ago at most).
    """
    pool = SeatPool.objects.filter(organization_id=organization_id).first() or SeatPool()
    snapshot = large_snapshot(organization_id=organization_id, now=now)
    if snapshot is not None:
        counts = {
            "everyone": snapshot.active_28,
            "seated": snapshot.active_28 - snapshot.active_unseated,
        }
    else:
        seated = SeatAssignment.objects.filter(
            organization_id=organization_id, during__endswith__isnull=True
        ).values("membership_id")
        counts = active_memberships(organization_id=organization_id, now=now).aggregate(
            everyone=Count("membership_id"),
            seated=Count("membership_id", filter=Q(membership_id__in=seated)),
        )
    waiting = WaitingListEntry.objects.filter(
        organization_id=organization_id, seated_at__isnull=True, withdrawn_at__isnull=True
    ).count()
    assigned = pool.assigned_seats
    if is_narrowed():
        # Only people in reach: the joined membership hides the others.
        assigned = SeatAssignment.objects.filter(
            membership__kind__gt="",
            organization_id=organization_id,
            during__endswith__isnull=True,
        ).count()
    return SeatFigures(
        seats=Utilization(
            purchased=pool.purchased_seats, assigned=assigned, active=counts["everyone"]
        ),
        active_seated=counts["seated"],
        idle_seated=max(assigned - counts["seated"], 0),
        active_unseated=counts["everyone"] - counts["seated"],
        waiting=waiting,
        is_soft=pool.limit == SeatPool.Limit.SOFT,
        allowance_seats=pool.allowance_seats,
        overage_since=pool.overage_since,
    )


def utilization(*, organization_id: int, now: datetime) -> Utilization:
    """Return the two ratios of an organization as they stand."""
    return seat_figures(organization_id=organization_id, now=now).seats


def active_memberships(*, organization_id: int, now: datetime) -> QuerySet[MemberActivity]:
    """Return the activity of everybody who counts as active at `now`."""
    return MemberActivity.objects.filter(
        _IS_A_PERSON,
        organization_id=organization_id,
        last_active_at__gte=now - ACTIVE_WINDOW,
        last_active_at__lte=now,
    )


@dataclass(frozen=True, slots=True)
class DepartmentUsage:
    """A department's people and seats; without `department_id`, those who are in none."""

    department_id: int | None
    name: str
    people: int
    seated: int
    active: int
    active_unseated: int
    waiting: int
    is_folded: bool = False

    @property
    def idle_seated(self) -> int:
        """Seats of people who were not active."""
        return self.seated - (self.active - self.active_unseated)


def department_usage(*, organization_id: int, now: datetime) -> list[DepartmentUsage]:
    """Return every department with people, the one with most active people first."""
    return group_usage(organization_id=organization_id, now=now, by="department")


def group_usage(
    *, organization_id: int, now: datetime, by: Literal["department", "region", "level"]
) -> list[DepartmentUsage]:
    """Return the same by department, region or level (a person's title).

    Of very many people the figures are those of the last snapshot. Where the organization shows
    totals of usage only, groups of fewer than five people are one.
    """
    snapshot = large_snapshot(organization_id=organization_id, now=now)
    groups = (
        _groups_of_people(organization_id, now, by)
        if snapshot is None
        else _groups_of_snapshot(snapshot, by)
    )
    groups.sort(key=lambda group: (-group.active, -group.people, group.name))
    if shows_people(organization_id):
        return groups
    folding = fold(groups, lambda group: group.people)
    return [*folding.shown, *_together(folding.folded)]


def large_snapshot(*, organization_id: int, now: datetime) -> UtilizationDay | None:
    """Return the newest snapshot, not older than yesterday, of an organization of very many people.

    None for others: theirs are counted as they stand, and so are some departments alone.
    """
    if is_narrowed():
        return None
    day = (
        UtilizationDay.objects.filter(
            organization_id=organization_id, day__gte=(now - timedelta(days=1)).date()
        )
        .order_by("-day")
        .first()
    )
    return day if day is not None and day.people > LIVE_PEOPLE else None


def _groups_of_snapshot(
    snapshot: UtilizationDay, by: Literal["department", "region", "level"]
) -> list[DepartmentUsage]:
    segments = SegmentDay.objects.filter(
        organization_id=snapshot.organization_id, dimension=by, day=snapshot.day
    )
    return [
        DepartmentUsage(
            department_id=int(row.value) if row.value and by != "level" else None,
            name=row.name,
            people=row.people,
            seated=row.assigned,
            active=row.active_28,
            active_unseated=row.active_unseated,
            waiting=row.waiting,
        )
        for row in segments
    ]


_COLUMNS: Final = {
    "department": ("department_id", "department__name"),
    "region": ("region_id", "region__name"),
    "level": ("title", "title"),
}


def _groups_of_people(
    organization_id: int, now: datetime, by: Literal["department", "region", "level"]
) -> list[DepartmentUsage]:
    key, name = _COLUMNS[by]
    seated = SeatAssignment.objects.filter(
        organization_id=organization_id, during__endswith__isnull=True
    ).values("membership_id")
    waiting = WaitingListEntry.objects.filter(
        organization_id=organization_id, seated_at__isnull=True, withdrawn_at__isnull=True
    ).values("membership_id")
    active = active_memberships(organization_id=organization_id, now=now).values("membership_id")
    rows = (
        Membership.objects.filter(organization_id=organization_id)
        .exclude(state=Membership.State.DEACTIVATED)
        .exclude(kind=Membership.Kind.SERVICE)
        .order_by()
        .values(group_key=F(key), group_name=F(name))
        .annotate(
            people=Count("pk"),
            seated=Count("pk", filter=Q(pk__in=seated)),
            active=Count("pk", filter=Q(pk__in=active)),
            active_unseated=Count("pk", filter=Q(pk__in=active) & ~Q(pk__in=seated)),
            waiting=Count("pk", filter=Q(pk__in=waiting)),
        )
    )
    return [
        DepartmentUsage(
            department_id=None if by == "level" else row["group_key"],
            name=row["group_name"] or "",
            people=row["people"],
            seated=row["seated"],
            active=row["active"],
            active_unseated=row["active_unseated"],
            waiting=row["waiting"],
        )
        for row in rows
    ]


def _together(departments: Sequence[DepartmentUsage]) -> list[DepartmentUsage]:
    """Return groups that are too small to be shown as one."""
    if not departments:
        return []
    return [
        DepartmentUsage(
            department_id=None,
            name=gettext("Smaller groups together"),
            people=sum(each.people for each in departments),
            seated=sum(each.seated for each in departments),
            active=sum(each.active for each in departments),
            active_unseated=sum(each.active_unseated for each in departments),
            waiting=sum(each.waiting for each in departments),
            is_folded=True,
        )
    ]


@dataclass(frozen=True, slots=True)
class UtilizationPoint:
    """One day of the history of seats and active people."""

    day: date
    purchased: int
    assigned: int
    active_1: int
    active_7: int
    active_28: int
    waiting: int = 0
    people: int = 0

    @property
    def seats(self) -> Utilization:
        """Overage and the two ratios of the day."""
        return Utilization(purchased=self.purchased, assigned=self.assigned, active=self.active_28)


def utilization_history(
    *, organization_id: int, now: datetime, months: int = MONTHS_OF_HISTORY
) -> list[UtilizationPoint]:
    """Return the snapshots of the last `months` (of 365/12 days), oldest first; days may lack."""
    first = (now - timedelta(days=round(months * 365 / 12))).date()
    days = UtilizationDay.objects.filter(organization_id=organization_id, day__gte=first)
    return [
        UtilizationPoint(*row)
        for row in days.order_by("day").values_list(
            *("day", "purchased", "assigned", "active_1", "active_7", "active_28"),
            *("waiting", "people"),
        )
    ]


@dataclass(frozen=True, slots=True)
class FeatureUsage:
    """How a feature was used in a window of days; `share` is of all active people."""

    feature_id: int
    name: str
    people: int
    events: int
    quantity: int
    last_day: date
    active_people: int
    outcomes: tuple[tuple[str, Decimal], ...] = ()

    @property
    def share(self) -> float:
        """The part of the active people who used it."""
        return self.people / self.active_people if self.active_people else 0.0


def usage_by_feature(
    *, organization_id: int, now: datetime, days: int = ACTIVE_WINDOW.days
) -> list[FeatureUsage]:
    """Return the features used in the last `days`, the one with most people first."""
    since = first_day_of(now, days)
    used = (
        UsageDay.objects.filter(_IS_A_PERSON, organization_id=organization_id, day__gte=since)
        .order_by()
        .values_list("feature_id", "feature__name")
        .annotate(
            people=Count("membership_id", distinct=True),
            n_events=Sum("events"),
            n_quantity=Sum("quantity"),
            last_day=Max("day"),
        )
    )
    outcomes: dict[int, list[tuple[str, Decimal]]] = {}
    sums = (
        OutcomeDay.objects.filter(_IS_A_PERSON, organization_id=organization_id, day__gte=since)
        .order_by("kind")
        .values_list("feature_id", "kind")
        .annotate(total=Sum("value"))
    )
    for feature_id, kind, total in counted(
        f"outcomes by feature of {days} days",
        lambda: list(sums),
        list[tuple[int, str, Decimal]],
        organization_id=organization_id,
    ):
        outcomes.setdefault(feature_id, []).append((kind, total))
    active = ActivityDay.objects.filter(
        _IS_A_PERSON, organization_id=organization_id, day__gte=since
    )
    active_people = counted(
        f"active people of {days} days",
        lambda: int(active.aggregate(people=Count("membership_id", distinct=True))["people"]),
        int,
        organization_id=organization_id,
    )
    rows = [
        FeatureUsage(
            feature_id=feature_id,
            name=name,
            people=people,
            events=events,
            quantity=quantity,
            last_day=last_day,
            active_people=active_people,
            outcomes=tuple(outcomes.get(feature_id, ())),
        )
        for feature_id, name, people, events, quantity, last_day in counted(
            f"features of {days} days",
            lambda: list(used),
            list[tuple[int, str, int, int, int, date]],
            organization_id=organization_id,
        )
    ]
    return sorted(rows, key=lambda row: (-row.people, -row.events, row.name))


_BY_WEEK = """
SELECT least((d.day - %(first)s) / 7, %(last)s), count(DISTINCT d.membership_id),
    sum(d.sign_ins + d.actions)::bigint
FROM seats_activityday d
JOIN accounts_membership m ON m.organization_id = d.organization_id AND m.id = d.membership_id
WHERE d.organization_id = %(organization)s AND d.day >= %(first)s
    AND m.kind <> 'service' AND m.state <> 'deactivated'
GROUP BY 1
"""


def usage_by_week(
    *, organization_id: int, now: datetime, weeks: int = 12
) -> list[tuple[date, int, int]]:
    """Return (first day, active people, actions) of the last `weeks`, the oldest first."""
    first = first_day_of(now, weeks * 7)

    def count() -> list[tuple[date, int, int]]:
        with reading_connection().cursor() as cursor:
            cursor.execute(
                _BY_WEEK, {"organization": organization_id, "first": first, "last": weeks - 1}
            )
            found = {week: (people, actions) for week, people, actions in cursor.fetchall()}
        return [
            (first + timedelta(days=7 * week), *found.get(week, (0, 0))) for week in range(weeks)
        ]

    return counted(
        f"weeks, {weeks}", count, list[tuple[date, int, int]], organization_id=organization_id
    )


def has_any_usage(*, organization_id: int) -> bool:
    """Tell whether an organization's usage has ever been counted."""
    return MemberActivity.objects.filter(organization_id=organization_id).exists()


def first_day_of(now: datetime, days: int) -> date:
    """The first of `days` days that end with the day of `now` (UTC, as the rollup counts)."""
    return (now - timedelta(days=days - 1)).date()
