"""What would help where a limit refuses: the missing seats with their price, and whom to ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.urls import reverse

from accounts.models import Membership, Organization
from seats.domain.limits import FullLimitDecision
from seats.hooks import ReturnCharge, SeatPrice, charge_of_return, price_of_seats
from seats.models import SeatAssignment
from seats.selectors.people import seat_room, waiting_people

# The page, and what is chosen on it, where each decision at a full limit leads.
_LEADS_TO: Final = {
    FullLimitDecision.ADD: ("add_seats", ""),
    FullLimitDecision.REASSIGN: ("people", "?show=idle"),
    FullLimitDecision.APPROVAL: ("request_new", "?seats=1"),
    FullLimitDecision.WAIT: ("requests", ""),
}


def decision_path(organization: Organization, decision: FullLimitDecision) -> str:
    """Return where a decision at a full limit is carried out."""
    name, query = _LEADS_TO[decision]
    return reverse(name, args=[organization.slug]) + query


@dataclass(frozen=True, slots=True)
class SeatOffer:
    """Seats that are missing, what they cost now, and where an admin buys and a member asks.

    `price` is None where nothing can be bought; addresses are paths.
    """

    missing_seats: int
    price: SeatPrice | None
    buy_path: str
    ask_path: str

    def as_data(self) -> dict[str, Any]:
        """Return the offer as the API gives it, with whole addresses."""
        return {
            "missing_seats": self.missing_seats,
            "price_now": None
            if self.price is None
            else {"minor": self.price.minor, "currency": self.price.currency},
            "purchase_url": settings.BASE_URL + self.buy_path,
            "request_url": settings.BASE_URL + self.ask_path,
        }


@dataclass(frozen=True, slots=True)
class MissingSeats:
    """Several people without a seat: how many have to be bought, and who waits already.

    Whoever was removed in a true-up comes back at their own charge and is not bought for:
    `returning` has the charge of each. `others_waiting` people asked for a seat before and keep
    their place.
    """

    people: list[Membership]
    to_buy_for: list[Membership]
    returning: list[tuple[Membership, ReturnCharge]]
    seats: int
    others_waiting: int


def missing_seats(
    *, organization_id: int, membership_ids: Sequence[int], now: datetime
) -> MissingSeats:
    """Return what seating these people takes, in their order; who has a seat is left out."""
    seated = SeatAssignment.objects.filter(membership=OuterRef("pk"), during__endswith__isnull=True)
    known = (
        Membership.objects.filter(~Exists(seated), organization_id=organization_id)
        .exclude(state=Membership.State.DEACTIVATED)
        .select_related("department")
        .in_bulk(membership_ids)
    )
    people = [known[pk] for pk in dict.fromkeys(membership_ids) if pk in known]
    charges = [
        (one, charge_of_return(organization_id=organization_id, membership_id=one.pk, now=now))
        for one in people
    ]
    to_buy_for = [one for one, charge in charges if charge is None]
    return MissingSeats(
        people=people,
        to_buy_for=to_buy_for,
        returning=[(one, charge) for one, charge in charges if charge is not None],
        seats=seat_room(organization_id=organization_id).missing_for(len(to_buy_for)),
        others_waiting=waiting_people().exclude(membership__in=people).count(),
    )


def seat_offer(*, organization: Organization, missing_seats: int, now: datetime) -> SeatOffer:
    """Return the offer of that many seats; runs inside the organization's tenancy context."""
    slug = organization.slug
    return SeatOffer(
        missing_seats=missing_seats,
        price=price_of_seats(organization_id=organization.pk, seats=missing_seats, now=now),
        buy_path=f"{reverse('add_seats', args=[slug])}?seats={missing_seats}",
        ask_path=reverse("ask_for_seat", args=[slug]),
    )
