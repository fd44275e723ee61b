"""Newcomers by the month they joined: how soon they got something out of it, and whether they stay.

    joined        the day the person was added, or was first active where that came before
    first value   the first day on which the person had used a feature; signing in is not enough
    day 7, day 28 of those who began, the share that was active on at least one of the seven days
                  from the 7th (28th) day after their first active day on

Owns: quartiles and retention of a month. Does not own: counting people (`seats.selectors.cohorts`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

RETENTION_DAYS: Final = (7, 28)
RETENTION_WINDOW: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Retention:
    """`kept` of the `people` whose seven days are over."""

    people: int
    kept: int

    @property
    def share(self) -> Fraction | None:
        """None as long as nobody's seven days are over."""
        return Fraction(self.kept, self.people) if self.people else None


@dataclass(frozen=True, slots=True)
class Cohort:
    """The newcomers of the month that begins on `month`.

    `days_to_value` counts those who reached their first value by the days it took them.
    """

    month: date
    people: int
    days_to_value: Mapping[int, int]
    day_7: Retention
    day_28: Retention

    @property
    def reached(self) -> int:
        """How many reached their first value."""
        return sum(self.days_to_value.values())

    @property
    def first_quartile(self) -> int | None:
        """Days after which a quarter had their first value; None as long as fewer have."""
        return days_until(Fraction(1, 4), self.days_to_value, self.people)

    @property
    def median(self) -> int | None:
        """Days after which half had their first value; None as long as fewer have."""
        return days_until(Fraction(1, 2), self.days_to_value, self.people)

    @property
    def third_quartile(self) -> int | None:
        """Days after which three quarters had their first value; None as long as fewer have."""
        return days_until(Fraction(3, 4), self.days_to_value, self.people)


def days_until(part: Fraction, days: Mapping[int, int], people: int) -> int | None:
    """Return the smallest number of days within which at least `part` of `people` are counted.

    Everybody of the month is in the whole, also who never got there: a figure over those alone who
    did would look better the more people give up.
    """
    wanted, so_far = part * people, 0
    for day, count in sorted(days.items()):
        so_far += count
        if so_far and so_far >= wanted:
            return day
    return None


def may_be_judged(began: date, day: int, *, today: date) -> bool:
    """Whether the seven days from the `day`-th after `began` on are over."""
    return began + timedelta(days=day) + RETENTION_WINDOW <= today
