"""Accounts as the vendor's staff see them: near their limit first, with seats and revenue.

Read in the staff context of the reader, in a number of queries that does not grow with the
accounts; forecasts and prices are computed only for the accounts of one page.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Final

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import Membership, Organization
from billing.domain.arr import annual_minor
from billing.models import Subscription
from seats.domain.usage_rules import ACTIVE_WINDOW
from seats.domain.utilization import Utilization
from seats.models import MemberActivity, SeatAssignment, SeatPool
from signals.domain.bands import Band, reached
from signals.domain.runout import RunOut
from signals.models import DetectorKind, Signal
from signals.selectors.forecast import run_outs

SHOWS: Final = ("near", "signals", "unseated", "low", "all")
_BADGES: Final = {Band.EIGHTY: "accent", Band.NEAR: "warn", Band.FULL: "bad", Band.OVER: "bad"}
LOW_USE: Final = Fraction(60, 100)


@dataclass(frozen=True, slots=True)
class SeatCounts:
    """Seats of an organization, and how many of the active people have one."""

    seats: Utilization
    active_seated: int

    @property
    def active_on_purchased(self) -> int:
        """Active people with a seat, up to the purchased seats: the filled cells of a meter."""
        return min(self.active_seated, self.seats.purchased)

    @property
    def idle(self) -> int:
        """Purchased and assigned seats whose holders were not active."""
        return max(min(self.seats.assigned, self.seats.purchased) - self.active_seated, 0)

    @property
    def unseated(self) -> int:
        """Active people without a seat."""
        return self.seats.active - self.active_seated


@dataclass(slots=True)
class AccountRow:
    """An account in the list; `run_out` and the revenue are filled in for the shown page."""

    organization: Organization
    counts: SeatCounts
    signal: Signal | None = None
    run_out: RunOut | None = None
    arr_minor: int | None = None
    arr_currency: str = ""

    @property
    def seats(self) -> Utilization:
        """The seats."""
        return self.counts.seats

    @property
    def band(self) -> Band | None:
        """The band that the account is in now, alert or not."""
        return reached(self.seats)

    @property
    def badge_kind(self) -> str:
        """How pressing the band is, as a kind of badge."""
        return _BADGES[self.band] if self.band else "none"

    @property
    def rank(self) -> tuple[int, Fraction, Fraction]:
        """Higher bands first, then more use, then less room."""
        return (
            self.band.rank + 1 if self.band else 0,
            self.seats.utilization or Fraction(0),
            self.seats.assignment or Fraction(0),
        )


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Filters of the account list, as they stand in the address."""

    show: str = "all"
    search: str = ""

    def as_query(self) -> dict[str, str]:
        """Return the parameters that are set."""
        pairs = {"show": self.show, "q": self.search}
        return {name: value for name, value in pairs.items() if value}


@dataclass(frozen=True, slots=True)
class AccountList:
    """The rows of a filter, ranked, and how many each filter shows."""

    rows: list[AccountRow]
    counts: dict[str, int] = field(default_factory=dict)


def seat_counts(organization_ids: Sequence[int], *, now: datetime) -> dict[int, SeatCounts]:
    """Return the seats and active people of the organizations named."""
    pools = {
        pool.organization_id: pool
        for pool in SeatPool.objects.filter(organization_id__in=organization_ids)
    }
    seated = SeatAssignment.objects.filter(
        membership=OuterRef("membership"), during__endswith__isnull=True
    )
    active = (
        MemberActivity.objects.filter(
            organization_id__in=organization_ids, last_active_at__gte=now - ACTIVE_WINDOW
        )
        .exclude(membership__kind=Membership.Kind.SERVICE)
        .exclude(membership__state=Membership.State.DEACTIVATED)
        .annotate(has_seat=Exists(seated))
        .order_by()
        .values("organization_id")
        .annotate(people=Count("membership_id"), seated=Count("pk", filter=Q(has_seat=True)))
    )
    people = {row["organization_id"]: row for row in active}
    found = {}
    for id_ in organization_ids:
        pool, row = pools.get(id_), people.get(id_)
        found[id_] = SeatCounts(
            Utilization(
                purchased=pool.purchased_seats if pool else 0,
                assigned=pool.assigned_seats if pool else 0,
                active=row["people"] if row else 0,
            ),
            active_seated=row["seated"] if row else 0,
        )
    return found


def account_list(chosen: AccountFilter, *, now: datetime) -> AccountList:
    """Return the accounts of a filter, those nearest to their limit first."""
    organizations = Organization.objects.select_related("account_manager")
    if chosen.search:
        organizations = organizations.filter(
            Q(name__icontains=chosen.search) | Q(external_id__icontains=chosen.search)
        )
    found = list(organizations)
    counts = seat_counts([each.pk for each in found], now=now)
    signals = {
        signal.organization_id: signal
        for signal in Signal.objects.filter(kind=DetectorKind.UTILIZATION).exclude(
            status=Signal.Status.RESOLVED
        )
    }
    rows = [AccountRow(each, counts[each.pk], signals.get(each.pk)) for each in found]
    rows.sort(key=lambda row: row.organization.name.lower())
    rows.sort(key=lambda row: row.rank, reverse=True)
    shown = {show: [row for row in rows if _is_shown(row, show)] for show in SHOWS}
    return AccountList(
        rows=shown.get(chosen.show, shown["all"]),
        counts={show: len(each) for show, each in shown.items()},
    )


def _is_shown(row: AccountRow, show: str) -> bool:
    use = row.seats.utilization
    match show:
        case "near":
            return row.band is not None
        case "signals":
            return row.signal is not None
        case "unseated":
            return row.counts.unseated > 0
        case "low":
            return use is not None and use < LOW_USE
        case _:
            return True


def fill_in(rows: Sequence[AccountRow], *, now: datetime) -> None:
    """Add the run-out range and the annual revenue to the rows of one page."""
    ids = [row.organization.pk for row in rows]
    forecasts = run_outs(
        {row.organization.pk: row.seats for row in rows}, at=now, on=timezone.localdate(now)
    )
    revenues = annual_revenues(ids)
    for row in rows:
        row.run_out = forecasts[row.organization.pk]
        row.arr_minor, row.arr_currency = revenues.get(row.organization.pk, (None, ""))


def annual_revenues(organization_ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Return the annual recurring revenue of seats, in minor units with the currency."""
    subscriptions = (
        Subscription.objects.current()
        .filter(organization_id__in=organization_ids)
        .select_related("price")
        .prefetch_related("price__tiers")
    )
    return {
        each.organization_id: (
            annual_minor(each.price.table(), each.purchased_seats, each.price.billing_interval),
            each.price.currency,
        )
        for each in subscriptions
    }
