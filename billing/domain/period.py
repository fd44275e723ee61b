"""Billing periods: half-open stretches of UTC, and the calendar that strings them together.

Owns: `Period`, month and year steps from an anchor. Does not own: time zones (periods are UTC,
the page converts) or the clock (every moment is handed in).
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final

MONTHS_PER_YEAR: Final = 12


class Interval(StrEnum):
    """How often a subscription renews."""

    MONTH = "month"
    YEAR = "year"

    @property
    def months(self) -> int:
        return 1 if self is Interval.MONTH else MONTHS_PER_YEAR

    @property
    def per_year(self) -> int:
        return MONTHS_PER_YEAR // self.months


class NotUtc(ValueError):
    """A moment came without a time zone or in another zone than UTC."""

    def __init__(self, moment: datetime) -> None:
        super().__init__(f"{moment.isoformat()} is not a moment in UTC.")
        self.moment = moment


class EmptyPeriod(ValueError):
    """A period must end after it starts."""

    def __init__(self, start: datetime, end: datetime) -> None:
        super().__init__(f"A period from {start.isoformat()} to {end.isoformat()} is empty.")
        self.start = start
        self.end = end


class OutsidePeriod(ValueError):
    """A moment lies before the start or after the end of the period it was given for."""

    def __init__(self, at: datetime, period: Period) -> None:
        super().__init__(
            f"{at.isoformat()} is outside {period.start.isoformat()} to {period.end.isoformat()}."
        )
        self.at = at
        self.period = period


def utc(moment: datetime) -> datetime:
    """`moment` itself; raises `NotUtc` when it is naive or in another zone."""
    if moment.utcoffset() != timedelta(0):
        raise NotUtc(moment)
    return moment


def whole_second(moment: datetime) -> datetime:
    """`moment` cut to the second, the resolution in which Stripe prorates."""
    return utc(moment).replace(microsecond=0)


def seconds_between(start: datetime, end: datetime) -> Fraction:
    """Exact seconds from `start` to `end`."""
    return Fraction((end - start) // timedelta(microseconds=1), 10**6)


@dataclass(frozen=True, slots=True)
class Period:
    """`[start, end)` in UTC: the start belongs to it, the end is the next period's start."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if utc(self.start) >= utc(self.end):
            raise EmptyPeriod(self.start, self.end)

    def __contains__(self, at: datetime) -> bool:
        return self.start <= at < self.end

    @property
    def seconds(self) -> Fraction:
        return seconds_between(self.start, self.end)

    def fraction_remaining(self, at: datetime) -> Fraction:
        """The share of the period still ahead at `at`: 1 at the start, 0 at the end.

        The end itself is accepted, although it is no longer inside, because "nothing is left" is
        a true answer there. Raises `OutsidePeriod` otherwise.
        """
        if not self.start <= utc(at) <= self.end:
            raise OutsidePeriod(at, self)
        return seconds_between(at, self.end) / self.seconds


def add_intervals(anchor: datetime, interval: Interval, n: int) -> datetime:
    """`anchor` moved by `n` intervals, its day kept and clamped to the length of the month.

    Always counted from the anchor, never from the previous result, so a clamp does not stick:
    31 January -> 28 February -> 31 March; 29 February 2028 -> 28 February 2029 -> ... ->
    29 February 2032.
    """
    months = utc(anchor).year * MONTHS_PER_YEAR + (anchor.month - 1) + n * interval.months
    year, month_index = divmod(months, MONTHS_PER_YEAR)
    month = month_index + 1
    day = min(anchor.day, monthrange(year, month)[1])
    return anchor.replace(year=year, month=month, day=day)


def period_number(anchor: datetime, interval: Interval, at: datetime) -> int:
    """Which period after the anchor holds `at`: 0 for the first, negative before the anchor."""
    months = (utc(at).year - utc(anchor).year) * MONTHS_PER_YEAR + at.month - anchor.month
    # Whole months can overshoot by one: 20 March is in the second month after 31 January.
    n = months // interval.months
    return n if add_intervals(anchor, interval, n) <= at else n - 1


def nth_period(anchor: datetime, interval: Interval, n: int) -> Period:
    """The period that starts `n` intervals after the anchor."""
    return Period(
        add_intervals(anchor, interval, n),
        add_intervals(anchor, interval, n + 1),
    )


def period_containing(anchor: datetime, interval: Interval, at: datetime) -> Period:
    """The one period of the anchor's calendar with `start <= at < end`."""
    return nth_period(anchor, interval, period_number(anchor, interval, at))
