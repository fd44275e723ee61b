"""Who is a power user: in the top tenth by active days and by breadth, among the active people.

Owns: the rule. Does not own: counting (`seats.services.summaries` says the same in SQL, and a test
holds the two together).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Final

TOP: Final = Fraction(9, 10)
"""The quantile from which on somebody belongs to the top tenth (nearest rank)."""

LEAST_PEOPLE: Final = 10
"""Among fewer active people a tenth is nobody, so nobody is marked."""

LEAST_ACTIVE_DAYS: Final = 8
"""Two days a week: in a team where everybody looks in once a month, nobody is a power user."""

LEAST_FEATURES: Final = 2
"""Who uses one feature alone has no breadth."""


@dataclass(frozen=True, slots=True)
class Month:
    """What an active person did in 28 days: days of activity, different features used."""

    active_days: int
    features: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """From how many active days and features on somebody of an organization is a power user."""

    active_days: int
    features: int

    def holds(self, month: Month) -> bool:
        """Whether a month reaches both bounds."""
        return month.active_days >= self.active_days and month.features >= self.features


def bounds(months: Sequence[Month]) -> Bounds | None:
    """Return the bounds among everybody who was active, or None where they are too few."""
    if len(months) < LEAST_PEOPLE:
        return None
    return Bounds(
        active_days=max(_top([month.active_days for month in months]), LEAST_ACTIVE_DAYS),
        features=max(_top([month.features for month in months]), LEAST_FEATURES),
    )


def _top(values: Sequence[int]) -> int:
    return sorted(values)[ceil(TOP * len(values)) - 1]
