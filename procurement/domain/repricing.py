"""Whether what was approved is still what would be bought today.

Owns: which figures are held against each other and what may have moved. Does not own: the figures
(billing's quotes), the words.

A request is decided in days and a quote holds for half an hour, so what is bought is always the
quote of today:

    seats before and after     equal
    charged at once            not above what was approved; it falls with the rest of the period
    recurring price            not above what was approved x (1 + tolerance)
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

_BASIS_POINTS: Final = 10_000


class Moved(StrEnum):
    """Which figure is another one today."""

    CURRENCY = "currency"
    SEATS_BEFORE = "seats_before"
    SEATS_AFTER = "seats_after"
    NOW = "now"
    RECURRING = "recurring"


@dataclass(frozen=True, slots=True)
class Priced:
    """An order at one moment: seats before and after, and minor units of `currency`.

    `now_minor` is what is charged or invoiced at once with tax; `recurring_minor` is the invoice
    of the next whole period with tax.
    """

    currency: str
    seats_before: int
    seats_after: int
    now_minor: int
    recurring_minor: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure as it was approved and as it is today; `stops` when it may not be bought so."""

    what: Moved
    approved: int
    today: int
    stops: bool

    @property
    def delta(self) -> int:
        """How much more it is today; below zero when less."""
        return self.today - self.approved


def differences(
    approved: Priced, today: Priced, *, tolerance_basis_points: int = 0
) -> list[Difference]:
    """Return every figure that moved; in another currency nothing else can be compared."""
    if approved.currency != today.currency:
        return [Difference(Moved.CURRENCY, 0, 0, stops=True)]
    most = Fraction(approved.recurring_minor * (_BASIS_POINTS + tolerance_basis_points))
    found = [
        Difference(Moved.SEATS_BEFORE, approved.seats_before, today.seats_before, stops=True),
        Difference(Moved.SEATS_AFTER, approved.seats_after, today.seats_after, stops=True),
        Difference(
            Moved.NOW,
            approved.now_minor,
            today.now_minor,
            stops=today.now_minor > approved.now_minor,
        ),
        Difference(
            Moved.RECURRING,
            approved.recurring_minor,
            today.recurring_minor,
            stops=today.recurring_minor * _BASIS_POINTS > most,
        ),
    ]
    return [difference for difference in found if difference.delta]


def may_buy(moved: list[Difference]) -> bool:
    """Tell whether nothing that moved stops the purchase."""
    return not any(difference.stops for difference in moved)
