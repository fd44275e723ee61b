"""What a true-up is counted from: seats over time, the ledger, activity, the price and the term.

Runs inside the organization's tenancy context; a bounded number of queries each.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet, Sum

from accounts.models import Membership
from billing.domain.discount import basis_points_at
from billing.domain.period import Interval, Period
from billing.domain.price_table import PriceTable
from billing.models import SeatLedgerEntry, Subscription, SubscriptionPeriod
from billing.selectors.discounts import discounts_of
from seats.models import ActivityDay, SeatAssignment, UsageDay
from trueups.domain.activity import active_spans, last_day_before, overlap, window_days
from trueups.domain.high_water import Change, Span
from trueups.domain.lines import Holding
from trueups.domain.terms import Activity, Policy, Terms

MOST_FEATURES = 5


@dataclass(frozen=True, slots=True)
class Contracted:
    """The subscription and the term in which a quarter ends, and what reduces its price."""

    subscription: Subscription
    table: PriceTable
    term: Period
    discount_basis_points: int

    @property
    def is_annual(self) -> bool:
        return self.subscription.price.billing_interval is Interval.YEAR

    def holding(self, *, purchased: int, share: Fraction, discount_basis_points: int) -> Holding:
        """Return what lines are proposed from."""
        return Holding(
            table=self.table,
            purchased=purchased,
            baseline=self.subscription.committed_baseline_seats,
            share=share,
            discount_basis_points=discount_basis_points,
        )


def subscription_of(organization_id: int) -> Subscription | None:
    """Return the subscription that has not ended, with its price, or None."""
    return (
        Subscription.objects.current()
        .exclude(status=Subscription.Status.RESERVED)
        .filter(organization_id=organization_id)
        .select_related("price__plan")
        .prefetch_related("price__tiers")
        .first()
    )


def contracted(organization_id: int, end: datetime) -> Contracted | None:
    """Return what is contracted for a quarter that ends at `end`, or None without a term.

    The term is the billing period that holds the quarter's last moment.
    """
    subscription = subscription_of(organization_id)
    if subscription is None:
        return None
    row = (
        SubscriptionPeriod.objects.filter(
            subscription=subscription, during__startswith__lt=end, during__endswith__gte=end
        )
        .order_by("during")
        .last()
    )
    if row is None:
        return None
    return Contracted(
        subscription=subscription,
        table=subscription.price.table(),
        term=row.period,
        discount_basis_points=basis_points_at(discounts_of(subscription), end),
    )


def term_at(subscription: Subscription, at: datetime) -> Period | None:
    """Return the billing period that holds `at`, or None where none is recorded."""
    row = SubscriptionPeriod.objects.filter(
        subscription=subscription, during__startswith__lte=at, during__endswith__gt=at
    ).first()
    return row.period if row else None


def purchased_changes(organization_id: int) -> list[Change]:
    """Return every change of the purchased seats, oldest first."""
    entries = SeatLedgerEntry.objects.filter(organization_id=organization_id).exclude(seats_delta=0)
    rows = entries.order_by("effective_at", "pk").values_list("effective_at", "seats_delta")
    return [Change(at, delta) for at, delta in rows]


def purchased_at(changes: Iterable[Change], at: datetime) -> int:
    """Return the seats purchased as `at` begins, its own changes included."""
    return sum(change.delta for change in changes if change.at <= at)


def _seats_in(organization_id: int, period: Period) -> QuerySet[SeatAssignment]:
    return SeatAssignment.objects.filter(
        Q(during__endswith__isnull=True) | Q(during__endswith__gt=period.start),
        organization_id=organization_id,
        during__startswith__lt=period.end,
    )


def counted_spans(organization_id: int, period: Period, terms: Terms) -> list[Span]:
    """Return the seats in use over a period that count under the policy of `terms`."""
    seats = list(
        _seats_in(organization_id, period).values_list(
            "membership_id", "during", "membership__kind"
        )
    )
    if terms.policy is not Policy.FLEXIBLE:
        return [Span(during.lower, during.upper) for _member, during, _kind in seats]
    people = {member for member, _during, kind in seats if kind != Membership.Kind.SERVICE}
    active = {
        member: active_spans(days, terms.activity)
        for member, days in active_days_of(organization_id, people, period, terms.activity).items()
    }
    return [
        part
        for member, during, _kind in seats
        for part in overlap(Span(during.lower, during.upper), active.get(member, []))
    ]


def _active(organization_id: int, activity: Activity) -> QuerySet[ActivityDay]:
    days = ActivityDay.objects.filter(organization_id=organization_id)
    if activity.counts_sign_ins:
        return days.filter(Q(actions__gt=0) | Q(sign_ins__gt=0))
    return days.filter(actions__gt=0)


def active_days_of(
    organization_id: int, people: Iterable[int], period: Period, activity: Activity
) -> dict[int, list[date]]:
    """Return the active days by membership, from the first window of a period to its last day."""
    first = window_days(period.start.date(), activity)[0]
    rows = _active(organization_id, activity).filter(
        membership_id__in=list(people), day__gte=first, day__lte=last_day_before(period.end)
    )
    found: dict[int, list[date]] = defaultdict(list)
    for member, day in rows.values_list("membership_id", "day"):
        found[member].append(day)
    return found


@dataclass(frozen=True, slots=True)
class Seated:
    """One person with a seat at the end of a quarter, and what they did before it."""

    membership_id: int
    name: str
    department: str
    is_service: bool
    assigned_since: datetime
    last_active_on: date | None
    active_days: int
    features: list[dict[str, Any]]


def seated_people(organization_id: int, end: datetime, activity: Activity) -> list[Seated]:
    """Return everybody who held a seat at the last moment before `end`, with their evidence."""
    seats = (
        SeatAssignment.objects.filter(
            Q(during__endswith__isnull=True) | Q(during__endswith__gte=end),
            organization_id=organization_id,
            during__startswith__lt=end,
        )
        .select_related("membership__department")
        .order_by("membership_id")
    )
    last = last_day_before(end)
    first = window_days(last, activity)[0]
    days = _active(organization_id, activity).filter(day__lte=last)
    last_days = dict(days.order_by().values_list("membership_id").annotate(last=Max("day")))
    counts = dict(
        days.filter(day__gte=first).order_by().values_list("membership_id").annotate(n=Count("day"))
    )
    features = _features(organization_id, first, last)
    return [
        Seated(
            membership_id=seat.membership_id,
            name=seat.membership.display_name,
            department=seat.membership.department.name if seat.membership.department else "",
            is_service=seat.membership.kind == Membership.Kind.SERVICE,
            assigned_since=seat.during.lower,
            last_active_on=last_days.get(seat.membership_id),
            active_days=counts.get(seat.membership_id, 0),
            features=features.get(seat.membership_id, []),
        )
        for seat in seats
    ]


def _features(organization_id: int, first: date, last: date) -> dict[int, list[dict[str, Any]]]:
    """Return the features each person used most in the window."""
    rows = (
        UsageDay.objects.filter(organization_id=organization_id, day__gte=first, day__lte=last)
        .order_by()
        .values("membership_id", name=F("feature__name"))
        .annotate(days=Count("day"), n_events=Sum("events"))
        .order_by("membership_id", "-n_events", "name")
    )
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        used = found[row["membership_id"]]
        if len(used) < MOST_FEATURES:
            used.append({"name": row["name"], "days": row["days"], "events": row["n_events"]})
    return found


def seated_now(organization_id: int) -> set[int]:
    """Return the memberships that hold a seat."""
    live = SeatAssignment.objects.filter(
        organization_id=organization_id, during__endswith__isnull=True
    )
    return set(live.values_list("membership_id", flat=True))


def active_since(
    organization_id: int, people: Iterable[int], since: datetime, activity: Activity
) -> set[int]:
    """Return who of `people` had an active day after the day of UTC that ends before `since`."""
    days = _active(organization_id, activity).filter(
        membership_id__in=list(people), day__gte=last_day_before(since) + timedelta(days=1)
    )
    return set(days.values_list("membership_id", flat=True))
