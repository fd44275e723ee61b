"""What seats asks the apps above: what more seats cost, and what the coming true-up would take.

Seats knows no prices and no true-ups. The apps register their answers when they start; without one
the pages offer the purchase without its price, and no contract has true-ups.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SeatPrice:
    """What adding seats would be charged now, in minor units."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class TrueUpOutlook:
    """What the coming true-up would take for `seats` of overage; `minor` is None if not known.

    `on` is the last day of its quarter, in the organization's time zone.
    """

    on: date
    minor: int | None = None
    currency: str = ""


class AskTrueUp(Protocol):
    """Runs inside the organization's tenancy context; None where the contract has no true-ups."""

    def __call__(
        self, *, organization_id: int, seats: int, now: datetime
    ) -> TrueUpOutlook | None: ...


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


_ask_true_up: list[AskTrueUp] = []


def answer_true_ups(ask: AskTrueUp) -> Callable[[], None]:
    """Have true-ups answered by `ask`, the last to register first; return how to take it back."""
    _ask_true_up.append(ask)
    return lambda: _ask_true_up.remove(ask)


def true_up_outlook(*, organization_id: int, now: datetime, seats: int = 0) -> TrueUpOutlook | None:
    """Return what the coming true-up would take for `seats` of overage; None without true-ups."""
    if not _ask_true_up:
        return None
    return _ask_true_up[-1](organization_id=organization_id, seats=seats, now=now)
