"""Simulated years of organizations of six kinds, and what the seat alert says in them.

Pure: the machine folds over daily facts drawn from a seed; no database, no clock.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, pi, sin
from statistics import mean
from typing import Final

from seats.domain.utilization import Utilization
from signals.domain.alerts import AlertState, OpenAlert, OrganizationFacts, RaiseBand, evaluate
from signals.domain.detectors.utilization import USUAL, UtilizationSettings
from signals.domain.holdbacks import Circumstances

FIRST: Final = date(2026, 1, 1)
DAYS: Final = 365
ORGANIZATIONS: Final = 40
"""Of each kind."""


class Year:
    """One organization's years: how many people want to work, and when seats are bought."""

    def __init__(
        self,
        rng: random.Random,
        *,
        seats: int,
        wanted: Callable[[int], float],
        noise: float = 0.02,
        buys_after: int | None = 20,
        years: int = 1,
    ) -> None:
        self.rng, self.seats, self.wanted, self.noise = rng, seats, wanted, noise
        self.buys_after, self.years = buys_after, years

    def days(self) -> Iterator[tuple[date, OrganizationFacts, bool]]:
        """Yield each day's facts, and whether anybody bought on it."""
        bought_on, full_days = FIRST - timedelta(days=200), 0
        for n in range(DAYS * self.years):
            on = FIRST + timedelta(days=n)
            people = max(0.0, self.wanted(n) * (1 + self.rng.gauss(0, self.noise)))
            full_days = full_days + 1 if people >= 0.95 * self.seats else 0
            was_bought = self.buys_after is not None and full_days > self.buys_after
            if was_bought:
                self.seats = ceil(people * 1.35)
                bought_on, full_days = on, 0
            active = min(round(people), self.seats)
            assigned = min(round(people * 1.05), self.seats)
            yield (
                on,
                OrganizationFacts(
                    Utilization(purchased=self.seats, assigned=assigned, active=active),
                    Circumstances(last_purchase_on=bought_on),
                ),
                was_bought,
            )


def flat(rng: random.Random) -> Year:
    level = rng.uniform(0.2, 0.95)
    return Year(rng, seats=100, wanted=lambda _: 100 * level)


def growing(rng: random.Random) -> Year:
    pace = rng.uniform(0.1, 0.8)
    return Year(rng, seats=100, wanted=lambda n: 60 * (1 + pace * n / DAYS))


def seasonal(rng: random.Random) -> Year:
    shift, depth = rng.uniform(0, 2 * pi), rng.uniform(0.05, 0.25)
    return Year(rng, seats=200, wanted=lambda n: 150 * (1 + depth * sin(2 * pi * n / DAYS + shift)))


def around_eighty(rng: random.Random) -> Year:
    """Wavers across 80 % all year."""
    return Year(rng, seats=120, wanted=lambda _: 96, noise=rng.uniform(0.02, 0.08))


def buying_late(rng: random.Random) -> Year:
    """Full for months before anybody buys."""
    return Year(
        rng, seats=50, wanted=lambda n: 40 * (1 + 0.6 * n / DAYS), buys_after=rng.randint(60, 120)
    )


def small(rng: random.Random) -> Year:
    seats = rng.randint(2, 12)
    return Year(rng, seats=seats, wanted=lambda n: seats * (0.6 + 0.3 * n / DAYS), noise=0.1)


KINDS: Final = (flat, growing, seasonal, around_eighty, buying_late, small)


@dataclass(frozen=True, slots=True)
class Told:
    """What one organization was told in its years: alerts that opened, and higher bands."""

    alerts: int
    raised: int
    purchases: int
    years: int


def told_in(year: Year, settings: UtilizationSettings = USUAL) -> Told:
    """Live through it and count."""
    state, alerts, raised, purchases = AlertState(), 0, 0, 0
    for on, facts, was_bought in year.days():
        purchases += was_bought
        state, effects = evaluate(state, facts, on, settings)
        alerts += sum(isinstance(effect, OpenAlert) for effect in effects)
        raised += sum(isinstance(effect, RaiseBand) for effect in effects)
    return Told(alerts, raised, purchases, year.years)


def told_of(
    kind: Callable[[random.Random], Year],
    settings: UtilizationSettings = USUAL,
    organizations: int = ORGANIZATIONS,
    years: int = 1,
) -> list[Told]:
    """What each organization of a kind was told."""
    found = []
    for seed in range(organizations):
        year = kind(random.Random(seed))
        year.years = years
        found.append(told_in(year, settings))
    return found


def mean_alerts(told: list[Told]) -> float:
    """Alerts per organization and year."""
    return mean(each.alerts / each.years for each in told)
