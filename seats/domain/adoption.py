"""How a feature spreads: who ever used it among those who ever worked, week by week.

    share at the end of a week = people who used the feature up to then
                                 / people who were active at all up to then

Owns: the curve, and how strongly a cell of the heat map is shaded. Does not own: who is a person
and what was counted (`seats.selectors.features`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

WEEK: Final = timedelta(days=7)
STRONGEST_SHADE: Final = 5


@dataclass(frozen=True, slots=True)
class AdoptionPoint:
    """The end of one week since a feature was first seen; week 1 begins on that day.

    `users` of the `people` who had been active by then had used the feature by then. A week that
    still runs ends today.
    """

    week: int
    starts_on: date
    ends_on: date
    users: int
    people: int

    @property
    def is_over(self) -> bool:
        """Whether all seven days are counted."""
        return self.ends_on - self.starts_on == WEEK - timedelta(days=1)

    @property
    def share(self) -> Fraction:
        """From 0 to 1; 0 while nobody was active."""
        return Fraction(self.users, self.people) if self.people else Fraction(0)


def adoption_curve(
    *, until: date, first_uses: Mapping[date, int], first_activities: Mapping[date, int]
) -> tuple[AdoptionPoint, ...]:
    """Return a feature's curve from its first use to `until`, one point a week.

    `first_uses` counts people by the day they first used it, `first_activities` everybody by the
    day they were first active. The last week may still run: its point stands at `until`. A feature
    that nobody used by then has no curve.
    """
    days = sorted(day for day, people in first_uses.items() if people and day <= until)
    if not days:
        return ()
    starts = [days[0] + week * WEEK for week in range((until - days[0]) // WEEK + 1)]
    ends = [min(start + WEEK - timedelta(days=1), until) for start in starts]
    users, people = _running(first_uses, ends), _running(first_activities, ends)
    return tuple(
        AdoptionPoint(week, *found)
        for week, found in enumerate(zip(starts, ends, users, people, strict=True), start=1)
    )


def after_weeks(curve: tuple[AdoptionPoint, ...], weeks: int) -> AdoptionPoint | None:
    """Return the point at the end of a week, or None while that week is not over."""
    if len(curve) < weeks or not curve[weeks - 1].is_over:
        return None
    return curve[weeks - 1]


def shade(users: int, people: int) -> int:
    """How strongly to shade a cell: 0 for nobody, then one step per started fifth, at most 5."""
    if not users or not people:
        return 0
    return min(-(-STRONGEST_SHADE * users // people), STRONGEST_SHADE)


def _running(counts: Mapping[date, int], ends: list[date]) -> list[int]:
    """Return how many were counted up to each of the `ends`, which rise."""
    ordered = sorted(counts.items())
    total, index, totals = 0, 0, []
    for end in ends:
        while index < len(ordered) and ordered[index][0] <= end:
            total += ordered[index][1]
            index += 1
        totals.append(total)
    return totals
