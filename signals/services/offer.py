"""What an organization could be offered: how many seats, worth how much, how likely.

Owns: the seats to suggest and their annual value at the organization's own price. Does not own:
prices (`billing.domain`) or quotes.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from billing.domain.arr import annual_delta_minor
from billing.domain.pricing import QuantityNotAllowed
from billing.models import Subscription
from seats.domain.utilization import Utilization
from signals.domain.bands import Band
from signals.domain.runout import RunOut

COMFORTABLE = Fraction(75, 100)
"""The use at which an alert clears: seats are suggested until the organization is back below it."""

# How often seats are needed within 60 days, where an organization's history is too short to tell.
_USUAL_PROBABILITY: dict[Band, int] = {
    Band.EIGHTY: 3_000,
    Band.NEAR: 5_000,
    Band.FULL: 7_000,
    Band.OVER: 8_000,
}
# The same for people who were found to lack seats.
USUAL_OF_A_FINDING = 3_000


@dataclass(frozen=True, slots=True)
class Offer:
    """Seats to suggest, what they add to annual recurring revenue, and the chance of it."""

    seats: int
    value_minor: int
    currency: str
    probability_basis_points: int


def suggested_seats(seats: Utilization, people_without_seat: int) -> int:
    """Return how many seats to suggest: for everyone who lacks one, and back to 75 % in use."""
    for_comfort = ceil(seats.active / COMFORTABLE) - seats.purchased
    return max(1, people_without_seat - seats.free, for_comfort, seats.overage)


def annual_value(
    *, organization_id: int, quantity_from: int, quantity_to: int
) -> tuple[int, str] | None:
    """Return what a change of quantity adds to annual revenue, in minor units, with the currency.

    None without a running subscription, or where its price does not reach the quantity. Runs inside
    the organization's tenancy context.
    """
    subscription = (
        Subscription.objects.current()
        .filter(organization_id=organization_id)
        .select_related("price")
        .first()
    )
    if subscription is None:
        return None
    price = subscription.price
    try:
        value = annual_delta_minor(
            price.table(), quantity_from, quantity_to, price.billing_interval
        )
    except QuantityNotAllowed:
        return None
    return value, price.currency


def make_offer(
    *,
    organization_id: int,
    currency: str,
    band: Band,
    seats: Utilization,
    people_without_seat: int,
    run_out: RunOut | None,
) -> Offer:
    """Return the offer behind a signal; `currency` is used where no price is known."""
    count = suggested_seats(seats, people_without_seat)
    value = annual_value(
        organization_id=organization_id,
        quantity_from=seats.purchased,
        quantity_to=seats.purchased + count,
    )
    value_minor, value_currency = value or (0, currency)
    probability = (
        _USUAL_PROBABILITY[band] if run_out is None else round(run_out.probability_60 * 10_000)
    )
    return Offer(count, value_minor, value_currency, min(probability, 10_000))
