"""How likely the account is shared, and by how many people.

z = intercept + sum of w * ln(1 + min(x, cap)), the load linear; p = logistic(a + b z). No weight is
negative, so more evidence never lowers p.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log, log1p
from typing import Final

from signals.domain.sharing.evidence import Evidence, Kind

FITTED_BASE_RATE: Final = 0.03
SHORTEST_HISTORY_DAYS: Final = 14
FEWEST_ACTIVE_DAYS: Final = 5


@dataclass(frozen=True, slots=True)
class Weight:
    """The weight of one kind, its amount counted up to `cap`."""

    weight: float
    cap: float
    linear: bool = False

    def contribution(self, amount: float) -> float:
        """What this amount adds to z; never negative."""
        capped = min(max(amount, 0.0), self.cap)
        return self.weight * (capped if self.linear else log1p(capped))


@dataclass(frozen=True, slots=True)
class Model:
    """Weights, intercept of z and the line of calibration, at a base rate of sharing."""

    weights: Mapping[Kind, Weight]
    intercept: float = -6.50
    offset: float = 0.10
    slope: float = 1.035


STARTING_WEIGHTS: Final = Model(
    {
        Kind.SEPARATE_HOMES: Weight(4.23, 3),
        Kind.DISTANT_PAIRS: Weight(2.47, 3),
        Kind.EXTRA_PHONES: Weight(1.90, 3),
        Kind.SECOND_ALONE: Weight(1.69, 6),
        Kind.EXTRA_COMPUTERS: Weight(1.43, 4),
        Kind.IMPOSSIBLE_HOPS: Weight(1.28, 6),
        Kind.LONG_HOURS: Weight(0.98, 8),
        Kind.TWO_SITES_AT_ONCE: Weight(0.69, 5),
        Kind.TURNS: Weight(0.65, 8),
        Kind.RETURNS: Weight(0.53, 4),
        Kind.LOAD: Weight(0.31, 1.5, linear=True),
        Kind.TWO_ACTIVE: Weight(0.30, 12),
    }
)
"""The weights that the method starts from."""
FITTED: Final = Model(
    {
        Kind.SEPARATE_HOMES: Weight(1.34, 3),
        Kind.HOME_DAYS: Weight(2.13, 10),
        Kind.HOME_SWITCHES: Weight(1.15, 10),
        Kind.DISTANT_PAIRS: Weight(1.04, 3),
        Kind.EXTRA_PHONES: Weight(1.63, 3),
        Kind.SECOND_ALONE: Weight(1.35, 6),
        Kind.EXTRA_COMPUTERS: Weight(0.93, 4),
        Kind.IMPOSSIBLE_HOPS: Weight(1.90, 6),
        Kind.LONG_HOURS: Weight(0.12, 8),
        Kind.TWO_SITES_AT_ONCE: Weight(0.00, 5),
        Kind.TURNS: Weight(0.06, 8),
        Kind.RETURNS: Weight(1.35, 4),
        Kind.LOAD: Weight(0.43, 1.5, linear=True),
        Kind.TWO_ACTIVE: Weight(0.00, 12),
    },
    intercept=-6.00,
    offset=-0.07,
    slope=0.985,
)
"""Fitted by `python -m tests.sharing --fit` on ten simulated worlds of two seeds each and the
labelled practice set (counted as three worlds), as if 3 % were shared; offset and slope calibrate
worlds that were left out of the fit. A weight of zero means that the others say it already.
"""


@dataclass(frozen=True, slots=True)
class Score:
    """`probability` is None while there is too little history to say anything.

    `at_least` counts people whom evidence separates, `about` also weighs devices.
    """

    probability: float | None
    at_least: int
    about: int
    contributions: Mapping[Kind, float]


def score_of(
    evidence: Evidence, model: Model = FITTED, base_rate: float = FITTED_BASE_RATE
) -> Score:
    """The score of one member. `base_rate` is the share of shared accounts to expect."""
    parts = {
        item.kind: model.weights[item.kind].contribution(item.amount)
        for item in evidence.observations
        if item.kind in model.weights
    }
    homes = 1 + int(evidence.amount(Kind.SEPARATE_HOMES))
    pairs = 2 if evidence.amount(Kind.DISTANT_PAIRS) or evidence.amount(Kind.IMPOSSIBLE_HOPS) else 1
    at_least = max(homes, pairs)
    about = max(at_least, evidence.computers, evidence.phones)
    if evidence.history_days < SHORTEST_HISTORY_DAYS or evidence.active_days < FEWEST_ACTIVE_DAYS:
        return Score(None, at_least, about, parts)
    z = model.offset + model.slope * (model.intercept + sum(parts.values()))
    z += _log_odds(base_rate) - _log_odds(FITTED_BASE_RATE)
    return Score(1 / (1 + exp(-z)), at_least, about, parts)


def _log_odds(rate: float) -> float:
    return log(rate / (1 - rate))
