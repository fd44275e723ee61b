"""Percentages off a price, with or without an end.

Owns: which discount is in force at a moment, and what it takes off an amount. Does not own: fixed
amounts of money (those are credit, see the credit balance), or what a discount is granted for.

A discount is taken off every whole amount, never off the difference of two: each line of an
invoice is reduced and rounded by itself. A credit gives back what was paid, so it is reduced by
the discount of the charge that it takes back, whatever is in force by now:

    debit  = round(total(new) x share)            less round(debit x discount)
    credit = round(total(old) x share x paid / full)

where `paid / full` is what the discount left of that earlier charge.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Final

from billing.domain.money import round_half_up
from billing.domain.period import Interval, add_intervals, utc

WHOLE: Final = 10_000
"""A hundred per cent in basis points."""


class ImpossibleDiscount(ValueError):
    """A discount takes more than nothing and at most everything, and ends after it starts."""

    def __init__(self, basis_points: int) -> None:
        super().__init__(f"A discount of {basis_points} basis points cannot be given.")
        self.basis_points = basis_points


@dataclass(frozen=True, slots=True)
class Discount:
    """`basis_points` off (1,000 is 10 %) from `starts_at` until before `ends_at`, in UTC."""

    basis_points: int
    starts_at: datetime
    ends_at: datetime | None = None

    def __post_init__(self) -> None:
        utc(self.starts_at)
        ends_before = self.ends_at is not None and utc(self.ends_at) < self.starts_at
        if not 0 < self.basis_points <= WHOLE or ends_before:
            raise ImpossibleDiscount(self.basis_points)

    def is_in_force(self, at: datetime) -> bool:
        """Whether an invoice made at `at` is reduced."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


def for_months(basis_points: int, starts_at: datetime, months: int | None) -> Discount:
    """A discount of so many calendar months; without a number it has no end."""
    ends_at = None if months is None else add_intervals(starts_at, Interval.MONTH, months)
    return Discount(basis_points, starts_at, ends_at)


def basis_points_at(discounts: Iterable[Discount], at: datetime) -> int:
    """What is taken off at `at`; 0 without a discount. Of several the largest counts alone."""
    return max((d.basis_points for d in discounts if d.is_in_force(at)), default=0)


def discount_on(amount_minor: int, basis_points: int) -> int:
    """What a discount takes off one line, in minor units, rounded half up."""
    return round_half_up(Fraction(amount_minor * basis_points, WHOLE))


def paid_share(amount_minor: int, discount_minor: int) -> Fraction:
    """What a discount left of a charge: 1 when nothing was taken off, or nothing was charged."""
    if amount_minor == 0:
        return Fraction(1)
    return Fraction(amount_minor - discount_minor, amount_minor)
