"""When the seats will run out: a range and probabilities, never one date.

Model: assigned seats move like Brownian motion with drift. Drift and daily variance come from the
daily net additions, each day weighted by 2^(-age / 90 days). The seats are full when the motion
first reaches the free seats `b`; that first passage has the inverse Gaussian law

    P(T <= t) = Phi((m t - b) / (s sqrt t)) + exp(2 m b / s^2) Phi((-m t - b) / (s sqrt t))

with drift m and volatility s (Cox & Miller, The Theory of Stochastic Processes, 1965, chapter 5;
Chhikara & Folks, The Inverse Gaussian Distribution, 1989). It stays below 1 for m < 0: a shrinking
organization may never be full.

The drift is an estimate: its standard error is s / sqrt(n), with n the effective number of days,
(sum w)^2 / sum w^2. The law is therefore averaged over 21 equally likely drifts around the
estimate. Nothing is drawn at random: equal history gives equal figures.

Known to be thin: hires come in batches, so days are not quite independent, and a vacation month
counts like any other. Does not own: lead times by segment (the policy of the organization).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import erfc, exp, pi, sqrt
from statistics import NormalDist
from typing import Final

HALF_LIFE_DAYS: Final = 90
SHORTEST_HISTORY_DAYS: Final = 28
HORIZON_DAYS: Final = 730
"""Beyond two years a forecast of seats is a guess; a later date is not given."""

LEAD_DAYS_ENTERPRISE: Final = 90
LEAD_DAYS_SELF_SERVICE: Final = 14

_DRIFTS: Final = 21
_QUANTILES: Final = tuple(
    NormalDist().inv_cdf((2 * index + 1) / (2 * _DRIFTS)) for index in range(_DRIFTS)
)


@dataclass(frozen=True, slots=True)
class Pace:
    """Net additions of seats per day: weighted mean, standard deviation, effective days."""

    per_day: float
    deviation: float
    effective_days: float


@dataclass(frozen=True, slots=True)
class RunOut:
    """When all purchased seats will be assigned.

    `earliest_on` and `latest_on` are P10 and P90: with one chance in ten each it is earlier or
    later. None means beyond the horizon, or never.
    """

    pace: Pace
    earliest_on: date | None
    latest_on: date | None
    probability_30: float
    probability_60: float
    probability_90: float


def measure_pace(daily_net: Sequence[int]) -> Pace | None:
    """The pace of `daily_net`, one number per day, the oldest first; None under 28 days."""
    if len(daily_net) < SHORTEST_HISTORY_DAYS:
        return None
    ages = range(len(daily_net) - 1, -1, -1)
    weights = [0.5 ** (age / HALF_LIFE_DAYS) for age in ages]
    total = sum(weights)
    squares = sum(weight * weight for weight in weights)
    mean = sum(w * net for w, net in zip(weights, daily_net, strict=True)) / total
    spread = sum(w * (net - mean) ** 2 for w, net in zip(weights, daily_net, strict=True))
    # total - squares / total makes the weighted variance unbiased (n - 1 for equal weights)
    variance = spread / (total - squares / total)
    return Pace(mean, sqrt(variance), total * total / squares)


def forecast(daily_net: Sequence[int], free_seats: int, on: date) -> RunOut | None:
    """When `free_seats` will be used up, seen from `on`; None when history is too thin.

    Without free seats that day is today.
    """
    pace = measure_pace(daily_net)
    if pace is None:
        return None
    if free_seats <= 0:
        return RunOut(pace, on, on, 1.0, 1.0, 1.0)
    return RunOut(
        pace,
        earliest_on=_quantile_on(pace, free_seats, 0.10, on),
        latest_on=_quantile_on(pace, free_seats, 0.90, on),
        probability_30=probability_full(pace, free_seats, 30),
        probability_60=probability_full(pace, free_seats, 60),
        probability_90=probability_full(pace, free_seats, 90),
    )


def probability_full(pace: Pace, free_seats: int, days: int) -> float:
    """The probability that the free seats are used up within so many days."""
    standard_error = pace.deviation / sqrt(pace.effective_days)
    passages = (
        first_passage(pace.per_day + quantile * standard_error, pace.deviation, free_seats, days)
        for quantile in _QUANTILES
    )
    return sum(passages) / _DRIFTS


def first_passage(drift: float, deviation: float, distance: float, days: float) -> float:
    """P(T <= days): Brownian motion reaches a positive `distance`; see the module's formula."""
    if days <= 0:
        return 0.0
    if deviation == 0:
        return 1.0 if drift * days >= distance else 0.0
    scale = deviation * sqrt(days)
    ahead = (drift * days - distance) / scale
    mirrored = (-drift * days - distance) / scale
    if mirrored < _FAR_BELOW:
        # exp(...) would overflow while Phi(...) vanishes. Their product, by the expansion of
        # Mills' ratio, is phi(ahead) / |z| x (1 - 1 / z^2), off by less than 3 / z^4 of itself.
        density = exp(-ahead * ahead / 2) / sqrt(2 * pi)
        reflected = density / -mirrored * (1 - 1 / mirrored**2)
    else:
        reflected = exp(2 * drift * distance / deviation**2) * _phi(mirrored)
    return min(_phi(ahead) + reflected, 1.0)


_FAR_BELOW: Final = -30.0


def _phi(z: float) -> float:
    """The standard normal distribution; `erfc` keeps the far left tail exact."""
    return erfc(-z / sqrt(2)) / 2


def _quantile_on(pace: Pace, free_seats: int, probability: float, on: date) -> date | None:
    """The first day by which the seats are full with the given probability."""
    days = bisect_left(
        range(HORIZON_DAYS + 1),
        probability,
        key=lambda count: probability_full(pace, free_seats, count),
    )
    return on + timedelta(days=days) if days <= HORIZON_DAYS else None


def start_procurement_by(run_out: RunOut, lead_days: int) -> date | None:
    """The day to start buying so that seats arrive in time: the EARLIEST run-out minus lead time.

    The cautious end of the range, since a purchase that is early costs days and one that is late
    costs people without seats. It may lie in the past. None when no run-out is in sight.
    """
    if run_out.earliest_on is None:
        return None
    return run_out.earliest_on - timedelta(days=lead_days)
