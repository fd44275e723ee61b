"""What would help where a limit refuses: the missing seats with their price, and whom to ask."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import Organization
from seats.hooks import SeatPrice, price_of_seats


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


def seat_offer(*, organization: Organization, missing_seats: int, now: datetime) -> SeatOffer:
    """Return the offer of that many seats; runs inside the organization's tenancy context."""
    slug = organization.slug
    return SeatOffer(
        missing_seats=missing_seats,
        price=price_of_seats(organization_id=organization.pk, seats=missing_seats, now=now),
        buy_path=f"{reverse('add_seats', args=[slug])}?seats={missing_seats}",
        ask_path=reverse("ask_for_seat", args=[slug]),
    )
