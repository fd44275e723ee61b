"""Requests for seats: who waits in which order, and how earlier ones were answered."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Count, Q, QuerySet

from accounts.models import Membership
from seats.hooks import SeatOrder, orders_for
from seats.models import WaitingListEntry
from seats.selectors.people import PersonRow, SeatRoom, person_row, seat_room, waiting_people


class RequestFilter(StrEnum):
    """Which requests a list shows."""

    OPEN = ""
    SEATED = "seated"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ALL = "all"


_OPEN = Q(seated_at__isnull=True, withdrawn_at__isnull=True)
_CONDITIONS = {
    RequestFilter.OPEN: _OPEN & ~Q(membership__state=Membership.State.DEACTIVATED),
    RequestFilter.SEATED: Q(seated_at__isnull=False),
    RequestFilter.DECLINED: Q(declined_at__isnull=False),
    RequestFilter.WITHDRAWN: Q(withdrawn_at__isnull=False, declined_at__isnull=True),
    RequestFilter.ALL: Q(),
}


def request_counts(*, organization_id: int) -> dict[RequestFilter, int]:
    """Return how many requests each filter would show."""
    counted = WaitingListEntry.objects.filter(organization_id=organization_id).aggregate(
        **{
            f"n_{name.name}": Count("pk", filter=condition)
            for name, condition in _CONDITIONS.items()
        }
    )
    return {name: counted[f"n_{name.name}"] for name in RequestFilter}


def answered_requests(name: RequestFilter, *, organization_id: int) -> QuerySet[WaitingListEntry]:
    """Return the requests of a filter, the latest first."""
    return (
        WaitingListEntry.objects.filter(_CONDITIONS[name], organization_id=organization_id)
        .select_related("membership__department")
        .order_by("-requested_at", "-pk")
    )


@dataclass(frozen=True, slots=True)
class SeatDecision:
    """What can be done for one person who wants a seat.

    `missing_alone` seats have to be bought for them alone, `missing_in_order` if everybody who
    waits before them and has nothing ordered is seated too; `up_to_here` are those and the person.
    `order` is what was ordered for the person already.
    """

    row: PersonRow
    entry: WaitingListEntry | None
    place: int
    room: SeatRoom
    up_to_here: list[Membership]
    order: SeatOrder | None = None

    @property
    def ahead(self) -> int:
        return len(self.up_to_here) - 1

    @property
    def just_here(self) -> list[Membership]:
        return [self.row.membership]

    @property
    def missing_alone(self) -> int:
        return self.room.missing_for(1)

    @property
    def missing_in_order(self) -> int:
        return self.room.missing_for(self.ahead + 1)

    @property
    def is_lent(self) -> bool:
        """Whether a seat given now would be one beyond the purchased ones."""
        return not self.room.is_full and self.missing_alone > 0


def seat_decision(*, organization_id: int, membership_id: int, now: datetime) -> SeatDecision:
    """Return what can be done for a person. Raises Membership.DoesNotExist."""
    row = person_row(organization_id=organization_id, membership_id=membership_id, now=now)
    waiting = list(waiting_people())
    found = next(
        ((n, entry) for n, entry in enumerate(waiting) if entry.membership_id == membership_id),
        None,
    )
    before = waiting if found is None else waiting[: found[0]]
    entry = found[1] if found else None
    orders = orders_for(
        organization_id=organization_id,
        entry_ids=[one.pk for one in (*before, *([entry] if entry else []))],
    )
    unordered = [
        one.membership for one in before if one.pk not in orders or not orders[one.pk].is_open
    ]
    return SeatDecision(
        row=row,
        entry=entry,
        place=len(before) + 1,
        room=seat_room(organization_id=organization_id),
        up_to_here=[*unordered, row.membership],
        order=orders.get(entry.pk) if entry else None,
    )
