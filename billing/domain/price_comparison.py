"""Two price tables side by side: who is cheaper at which quantity, what a year's commitment saves.

Owns: the comparison and the band in which an annual price lies below twelve months. Does not own:
the price of a quantity (`pricing`) and what one table should be looked at for (`price_design`).

Amounts are minor units of the tables' one currency; tables of two currencies are never compared.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from billing.domain.money import CurrencyMismatch, round_half_up
from billing.domain.period import MONTHS_PER_YEAR
from billing.domain.price_design import Segment, segments
from billing.domain.pricing import PriceTable, total_minor

# An annual commitment lies this far below twelve months, in thousandths, both ends included.
ANNUAL_BAND: Final = (150, 200)
_THOUSAND: Final = 1_000


class Side(StrEnum):
    """Which of two tables is meant."""

    FIRST = "first"
    SECOND = "second"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Run:
    """Quantities `first` to `last` at which the same table is cheaper, or both cost the same."""

    first: int
    last: int
    cheaper: Side


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two tables over the quantities that both sell, in order and without a hole in the steps."""

    runs: tuple[Run, ...]

    def first_cheaper(self, side: Side) -> int | None:
        """The first quantity at which that table is the cheaper one."""
        return next((run.first for run in self.runs if run.cheaper is side), None)


def compare(
    first: PriceTable, second: PriceTable, *, first_times: int = 1, second_times: int = 1
) -> Comparison:
    """Who is cheaper at which quantity; raises `CurrencyMismatch`.

    Prices of different intervals are compared for a year: the monthly one is taken 12 times.
    """
    if first.currency != second.currency:
        raise CurrencyMismatch(first.currency, second.currency)

    def difference(quantity: int) -> int:
        return (
            total_minor(second, quantity) * second_times
            - total_minor(first, quantity) * first_times
        )

    runs: list[Run] = []
    for segment in segments(first, second):
        for run in _runs(segment, difference):
            if runs and runs[-1].cheaper is run.cheaper:
                runs[-1] = Run(runs[-1].first, run.last, run.cheaper)
            else:
                runs.append(run)
    return Comparison(tuple(runs))


def _runs(segment: Segment, difference: Callable[[int], int]) -> Iterator[Run]:
    """Split a segment where the sign of a straight line changes: at most into three."""
    on_sale = range(segment.first, segment.last + 1, segment.step)
    start = 0
    rises = difference(segment.last) >= difference(segment.first)
    while start < len(on_sale):
        sign = _sign(difference(on_sale[start]))

        def has_passed(quantity: int, sign: int = sign) -> bool:
            now = _sign(difference(quantity))
            return now > sign if rises else now < sign

        end = bisect_left(on_sale, True, lo=start, key=has_passed)
        yield Run(on_sale[start], on_sale[end - 1], _cheaper(sign))
        start = end


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _cheaper(sign: int) -> Side:
    return {1: Side.FIRST, -1: Side.SECOND, 0: Side.NEITHER}[sign]


def annual_saving(monthly: PriceTable, annual: PriceTable, quantity: int) -> Fraction | None:
    """The share of twelve months that a year's commitment saves; None where months are free."""
    if monthly.currency != annual.currency:
        raise CurrencyMismatch(monthly.currency, annual.currency)
    months = total_minor(monthly, quantity) * MONTHS_PER_YEAR
    return 1 - Fraction(total_minor(annual, quantity), months) if months else None


@dataclass(frozen=True, slots=True)
class SavingRange:
    """The least and the most that the annual price saves, and a quantity for each."""

    lowest: Fraction
    lowest_at: int
    highest: Fraction
    highest_at: int

    @property
    def is_in_band(self) -> bool:
        """Whether every quantity saves 15 to 20 %, judged as shown: to a tenth of a percent."""
        low, high = ANNUAL_BAND
        return low <= thousandths(self.lowest) and thousandths(self.highest) <= high


def thousandths(share: Fraction) -> int:
    """A share in tenths of a percent, rounded."""
    return round_half_up(share * _THOUSAND)


def saving_range(monthly: PriceTable, annual: PriceTable) -> SavingRange | None:
    """The range of the saving over every quantity that both sell; None without any.

    The ratio of two straight lines has its extremes at the ends of each segment.
    """
    found = [
        (saving, quantity)
        for segment in segments(monthly, annual)
        for quantity in (segment.first, segment.last)
        if (saving := annual_saving(monthly, annual, quantity)) is not None
    ]
    if not found:
        return None
    lowest, lowest_at = min(found, key=lambda pair: (pair[0], pair[1]))
    highest, highest_at = max(found, key=lambda pair: (pair[0], -pair[1]))
    return SavingRange(lowest, lowest_at, highest, highest_at)
