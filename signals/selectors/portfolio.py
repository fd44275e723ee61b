"""The accounts of a portfolio side by side: limit, use, unpaid adoption, growth, ranked.

Read in the staff context of the reader, which shows an account manager their own accounts alone;
the number of queries does not grow with accounts or people.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q

from accounts.models import Membership, Organization
from accounts.replica import reading_connection
from seats.domain.usage_rules import ACTIVE_WINDOW
from seats.models import MemberActivity, SeatAssignment, WaitingListEntry
from signals.domain.portfolio import (
    GROWTH_WINDOW,
    Adoption,
    Growth,
    estimated_people,
    worth_looking_at,
)
from signals.models import SharingOverview
from signals.selectors.accounts import LOW_USE, AccountRow, seat_counts

SHOWS: Final = ("all", "unpaid", "near", "low", "growing")
SORTS: Final = ("rank", "name", "unpaid", "use", "room", "growth")


@dataclass(frozen=True, slots=True)
class PortfolioRow:
    """One account; `place` is its place in the whole portfolio, 1 first."""

    account: AccountRow
    adoption: Adoption
    growth: Growth
    place: int = 0

    @property
    def rank(self) -> tuple[int, int, int, Fraction]:
        """Higher comes first."""
        band = self.account.band
        return worth_looking_at(self.adoption, band.rank + 1 if band else 0, self.growth)

    def is_shown(self, show: str) -> bool:
        """Whether a filter keeps it."""
        use = self.account.seats.utilization
        match show:
            case "unpaid":
                return self.adoption.unpaid > 0
            case "near":
                return self.account.band is not None
            case "low":
                return use is not None and use < LOW_USE
            case "growing":
                return (self.growth.people or 0) > 0
            case _:
                return True


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The accounts of a filter in their order, and how many each filter has."""

    rows: list[PortfolioRow]
    counts: dict[str, int]
    unpaid: int


_KEYS: Final[dict[str, Callable[[PortfolioRow], Any]]] = {
    "rank": lambda row: row.rank,
    "unpaid": lambda row: row.adoption.unpaid,
    "use": lambda row: -(row.account.seats.utilization or Fraction(0)),
    "room": lambda row: -row.account.seats.free,
    "growth": lambda row: (row.growth.people is not None, row.growth.people or 0),
}


def portfolio(
    *, now: datetime, show: str = "all", sort: str = "rank", search: str = ""
) -> Portfolio:
    """Return the accounts the reader may see; what needs attention first, or by a column."""
    organizations = Organization.objects.select_related("account_manager")
    if search:
        organizations = organizations.filter(
            Q(name__icontains=search) | Q(external_id__icontains=search)
        )
    found = list(organizations)
    ids = [each.pk for each in found]
    counts, waiting, before = seat_counts(ids, now=now), _waiting(ids, now), _before(ids, now)
    expected = dict(SharingOverview.objects.filter(pk__in=ids).values_list("pk", "expected_unpaid"))
    rows = []
    for organization in found:
        seats = counts[organization.pk]
        rows.append(
            PortfolioRow(
                AccountRow(organization, seats),
                Adoption(
                    active_seated=seats.active_seated,
                    without_seat=seats.unseated + waiting.get(organization.pk, 0),
                    paid_seats=seats.seats.purchased,
                    estimated_sharers=estimated_people(expected.get(organization.pk, 0.0)),
                ),
                Growth(now=seats.seats.active, before=before.get(organization.pk)),
            )
        )
    rows.sort(key=lambda row: row.account.organization.name.lower())
    rows.sort(key=lambda row: row.rank, reverse=True)
    rows = [
        PortfolioRow(row.account, row.adoption, row.growth, place)
        for place, row in enumerate(rows, start=1)
    ]
    shown = [row for row in rows if row.is_shown(show)]
    if sort == "name":
        shown.sort(key=lambda row: row.account.organization.name.lower())
    elif sort != "rank":
        shown.sort(key=_KEYS[sort], reverse=True)
    return Portfolio(
        rows=shown,
        counts={each: sum(row.is_shown(each) for row in rows) for each in SHOWS},
        unpaid=sum(row.adoption.unpaid for row in rows),
    )


def _waiting(organization_ids: Sequence[int], now: datetime) -> dict[int, int]:
    """Return how many people wait for a seat without being active; the active are counted."""
    seated = SeatAssignment.objects.filter(
        organization_id=OuterRef("organization_id"),
        membership_id=OuterRef("membership_id"),
        during__endswith__isnull=True,
    )
    active = MemberActivity.objects.filter(
        organization_id=OuterRef("organization_id"),
        membership_id=OuterRef("membership_id"),
        last_active_at__gte=now - ACTIVE_WINDOW,
    )
    waiting = (
        WaitingListEntry.objects.filter(
            ~Exists(seated),
            ~Exists(active),
            organization_id__in=organization_ids,
            seated_at__isnull=True,
            withdrawn_at__isnull=True,
        )
        .exclude(membership__kind=Membership.Kind.SERVICE)
        .exclude(membership__state=Membership.State.DEACTIVATED)
        .order_by()
        .values_list("organization_id")
        .annotate(people=Count("membership_id", distinct=True))
    )
    return dict(waiting)


# The newest figure that is at least 90 days old, but not of a time long before.
_BEFORE = """
SELECT DISTINCT ON (organization_id) organization_id, active_28 FROM seats_utilizationday
WHERE organization_id = ANY(%s) AND day <= %s AND day > %s
ORDER BY organization_id, day DESC
"""


def _before(organization_ids: Sequence[int], now: datetime) -> dict[int, int]:
    until = (now - GROWTH_WINDOW).date()
    with reading_connection().cursor() as cursor:
        cursor.execute(_BEFORE, [list(organization_ids), until, until - ACTIVE_WINDOW])
        return dict(cursor.fetchall())
