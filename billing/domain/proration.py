"""What a change of seats inside a billing period costs, exact to the second.

Owns: the two lines of a change, the credit for the old quantity and the charge for the new one.
Does not own: tax, the credit balance and the next invoice (`quoting`).

Formula, as Stripe prorates: both lines are a WHOLE total times the share of the period that is
still ahead, never the difference of seats alone, so a volume tier re-prices every seat:

    credit = -round(total(old) x (end - at) / (end - start))
    debit  =  round(total(new) x (end - at) / (end - start))
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from billing.domain.money import round_half_up
from billing.domain.period import Period, whole_second
from billing.domain.pricing import PriceTable, total_minor


@dataclass(frozen=True, slots=True)
class Proration:
    """The two lines of a change at `at`, in minor units of `currency`.

    `fraction` is the share of the period still ahead; the full totals are for a whole interval.
    """

    currency: str
    period: Period
    at: datetime
    fraction: Fraction
    quantity_from: int
    quantity_to: int
    full_from_minor: int
    full_to_minor: int
    credit_minor: int
    debit_minor: int

    @property
    def net_minor(self) -> int:
        """Charged when positive; below zero it is owed to the organization."""
        return self.credit_minor + self.debit_minor


def prorate(full_minor: int, fraction: Fraction) -> int:
    """The share of a whole interval's price, rounded once; a credit comes as a negative price."""
    return round_half_up(full_minor * fraction)


def prorate_change(
    table: PriceTable, quantity_from: int, quantity_to: int, at: datetime, period: Period
) -> Proration:
    """The change from one quantity to another at `at`, each line rounded by itself.

    `at` is cut to the second and must lie in the period or at its end, where nothing is left to
    charge; raises `OutsidePeriod` otherwise. Because rounding is symmetric, changes made in the
    same second add up without a rounding cent: 5 -> 8 -> 12 costs what 5 -> 12 does, and
    5 -> 8 -> 5 costs nothing.
    """
    second = whole_second(at)
    fraction = period.fraction_remaining(second)
    full_from = total_minor(table, quantity_from)
    full_to = total_minor(table, quantity_to)
    return Proration(
        currency=table.currency,
        period=period,
        at=second,
        fraction=fraction,
        quantity_from=quantity_from,
        quantity_to=quantity_to,
        full_from_minor=full_from,
        full_to_minor=full_to,
        credit_minor=prorate(-full_from, fraction),
        debit_minor=prorate(full_to, fraction),
    )
