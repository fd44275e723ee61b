"""What the pages of seats ask the apps above: what one more seat costs.

Seats knows no prices. Billing registers the answer when it starts; without one the pages offer the
purchase without its price.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SeatPrice:
    """What adding seats would be charged now, in minor units."""

    minor: int
    currency: str


class AskPrice(Protocol):
    """Runs inside the organization's tenancy context; None where nothing can be bought."""

    def __call__(self, *, organization_id: int, seats: int, now: datetime) -> SeatPrice | None: ...


_ask: list[AskPrice] = []


def answer_prices(ask: AskPrice) -> Callable[[], None]:
    """Have prices answered by `ask`, the last to register first; return how to take it back."""
    _ask.append(ask)
    return lambda: _ask.remove(ask)


def price_of_seats(*, organization_id: int, seats: int, now: datetime) -> SeatPrice | None:
    """Return what `seats` more seats would be charged now, or None."""
    if not _ask:
        return None
    return _ask[-1](organization_id=organization_id, seats=seats, now=now)
