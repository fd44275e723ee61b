"""What came of the work: amounts by kind, and how they stand against a baseline.

    projects, time saved, collaboration, and what the product reports: amounts are added up
    quality: a score, so its mean counts

    baseline for the shown days = baseline / its days * shown days   (a mean stays as it is)
    difference                  = amount - that
    change                      = difference / that

Amounts of different units are never added. Does not own: where amounts come from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final


class OutcomeKind(StrEnum):
    """The kinds that people record by hand; the product may report others."""

    PROJECTS = "projects"
    TIME_SAVED = "time_saved"
    QUALITY = "quality"
    COLLABORATION = "collaboration"


UNITS: Final = {
    OutcomeKind.PROJECTS: "projects",
    OutcomeKind.TIME_SAVED: "hours",
    OutcomeKind.QUALITY: "points",
    OutcomeKind.COLLABORATION: "people",
}
"""What an amount of a kind is counted in where nobody says otherwise; also of reported events."""


PERIODS: Final = ("quarter", "last-quarter", "year")


def period_of(name: str, today: date) -> tuple[date, date]:
    """Return the first and the last day of a period: up to `today`, or the quarter before."""
    start = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    if name == "last-quarter":
        ends_on = start - timedelta(days=1)
        return date(ends_on.year, ends_on.month - 2, 1), ends_on
    if name == "year":
        # Twelve months with that of today.
        index = today.year * 12 + today.month - 12
        return date(index // 12, index % 12 + 1, 1), today
    return start, today


def unit_of(kind: str, unit: str = "") -> str:
    """Return the unit of an amount: the one that was said, else the kind's own, else none."""
    return " ".join(unit.split()) or UNITS.get(kind, "")  # type: ignore[call-overload]


def is_mean(kind: str) -> bool:
    """Whether amounts of the kind are averaged: two teams at 90 points are not at 180."""
    return kind == OutcomeKind.QUALITY


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of `count` recorded values."""

    total: Fraction = Fraction(0)
    count: int = 0

    @classmethod
    def of(cls, total: Decimal | int, count: int = 1) -> Amount:
        """Return an amount from a stored sum."""
        return cls(Fraction(total), count)

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.total + other.total, self.count + other.count)

    def value(self, kind: str) -> Fraction:
        """The figure to show: the sum, or of a mean kind the mean; 0 without values."""
        if is_mean(kind):
            return self.total / self.count if self.count else Fraction(0)
        return self.total


@dataclass(frozen=True, slots=True)
class Baseline:
    """What an amount was in the days from `starts_on` to `ends_on`, both included."""

    amount: Fraction
    starts_on: date
    ends_on: date

    def for_days(self, kind: str, days: int) -> Fraction:
        """Return the baseline for as many days as are shown."""
        if is_mean(kind):
            return self.amount
        return self.amount * days / days_between(self.starts_on, self.ends_on)


@dataclass(frozen=True, slots=True)
class Standing:
    """A figure beside its baseline for the same number of days."""

    value: Fraction
    baseline: Fraction

    @property
    def difference(self) -> Fraction:
        """Above zero when the figure is higher."""
        return self.value - self.baseline

    @property
    def change(self) -> Fraction | None:
        """The difference as a part of the baseline; None where the baseline is zero."""
        return self.difference / self.baseline if self.baseline else None


def stands(kind: str, amount: Amount, baseline: Baseline, days: int) -> Standing | None:
    """Return a figure against its baseline; None for a mean of nothing, which is no figure."""
    if is_mean(kind) and not amount.count:
        return None
    return Standing(amount.value(kind), baseline.for_days(kind, days))


def days_between(starts_on: date, ends_on: date) -> int:
    """Return how many days there are, both ends included."""
    return (ends_on - starts_on).days + 1
