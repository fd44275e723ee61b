"""Which findings a customer's Overview shows: the most pressing first, three at most."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final

MOST_SHOWN: Final = 3
PUT_AWAY_FOR: Final = timedelta(days=30)
HEAVY_SHARE: Final = Fraction(3, 5)
HEAVY_PEOPLE: Final = 3


class InsightKind(StrEnum):
    """What an insight is about, the most pressing first."""

    OVER = "over"
    WAITING = "waiting"
    SHARING = "sharing"
    UNSEATED = "unseated"
    IDLE = "idle"
    BUDDY = "buddy"
    HEAVY = "heavy"


# A limit that is passed is not a matter of taste.
STAYS: Final = frozenset({InsightKind.OVER})


def to_look_for(away: Collection[InsightKind]) -> list[InsightKind]:
    """Return the kinds to look for in this order, until `MOST_SHOWN` were found."""
    return [kind for kind in InsightKind if kind in STAYS or kind not in away]


@dataclass(frozen=True, slots=True)
class Use:
    """How many of a group's active people use a feature."""

    people: int
    active: int

    @property
    def share(self) -> Fraction:
        """0 for a group in which nobody is active."""
        return Fraction(self.people, self.active) if self.active else Fraction(0)


@dataclass(frozen=True, slots=True)
class Heavy:
    """A feature that one group lives on and the others hardly know; indexes into what was given."""

    feature: int
    group: int
    here: Use
    elsewhere: Use


def heaviest(features: Iterable[Sequence[Use]]) -> Heavy | None:
    """Return the widest gap between one group and all others, or None when there is none.

    Each feature has its groups in the same order. A gap counts from three people and three fifths
    of a group on, where at most half as large a share of the others uses it.
    """
    best: Heavy | None = None
    for feature, groups in enumerate(features):
        people, active = sum(g.people for g in groups), sum(g.active for g in groups)
        for group, here in enumerate(groups):
            elsewhere = Use(people - here.people, active - here.active)
            if (
                here.people < HEAVY_PEOPLE
                or here.share < HEAVY_SHARE
                or not elsewhere.active
                or elsewhere.share * 2 > here.share
            ):
                continue
            gap = here.share - elsewhere.share
            if best is None or gap > best.here.share - best.elsewhere.share:
                best = Heavy(feature, group, here, elsewhere)
    return best
