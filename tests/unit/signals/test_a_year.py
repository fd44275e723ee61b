"""A year of simulated organizations: how often the seat alert speaks, by kind of organization.

Pure: the machine folds over 365 daily facts drawn from a seed; no database, no clock.
"""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from math import ceil, pi, sin
from statistics import mean

from seats.domain.utilization import Utilization
from signals.domain.alerts import (
    AlertState,
    Effect,
    OpenAlert,
    OrganizationFacts,
    evaluate,
)
from signals.domain.holdbacks import Circumstances

FIRST = date(2026, 1, 1)
DAYS = 365
ORGANIZATIONS = 40  # of each kind
MOST_ALERTS = 1.5  # per organization and year
MOST_OF_A_KIND = 2.0


class Year:
    """One organization's year: how many people want to work, and when seats are bought."""

    def __init__(
        self,
        rng: random.Random,
        *,
        seats: int,
        wanted: Callable[[int], float],
        noise: float = 0.02,
        buys_after: int | None = 20,
    ) -> None:
        self.rng, self.seats, self.wanted, self.noise = rng, seats, wanted, noise
        self.buys_after = buys_after

    def days(self) -> Iterator[tuple[date, OrganizationFacts, bool]]:
        """Yield each day's facts, and whether anybody bought on it."""
        bought_on, full_days = FIRST - timedelta(days=200), 0
        for n in range(DAYS):
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


KINDS = (flat, growing, seasonal, around_eighty, buying_late, small)


def alerts_in(year: Year) -> int:
    """Count the alerts that open in a year."""
    state, opened = AlertState(), 0
    for on, facts, _ in year.days():
        state, effects = evaluate(state, facts, on)
        opened += sum(isinstance(effect, OpenAlert) for effect in effects)
    return opened


class TestAYear:
    def test_brings_one_and_a_half_alerts_at_most(self) -> None:
        """Over all kinds; who fills up again after buying is told again, twice a year."""
        means = {
            kind.__name__: mean(
                alerts_in(kind(random.Random(seed))) for seed in range(ORGANIZATIONS)
            )
            for kind in KINDS
        }
        for name, alerts in means.items():
            print(f"{name}: {alerts:.2f} alerts per organization and year")  # noqa: T201
        assert mean(means.values()) <= MOST_ALERTS
        assert max(means.values()) <= MOST_OF_A_KIND

    def test_does_bring_some(self) -> None:
        late = [alerts_in(buying_late(random.Random(seed))) for seed in range(ORGANIZATIONS)]
        assert min(late) >= 1

    def test_is_the_same_when_days_are_repeated_and_come_late(self) -> None:
        for seed in range(20):
            rng = random.Random(seed)
            days = list(seasonal(random.Random(seed)).days())
            state = AlertState()
            effects: list[Effect] = []
            for n, (on, facts, _) in enumerate(days):
                state, found = evaluate(state, facts, on)
                effects += found
                old_on, old_facts, _ = days[rng.randint(0, n)]
                assert evaluate(state, old_facts, old_on) == (state, ())
            plain = AlertState()
            expected: list[Effect] = []
            for on, facts, _ in days:
                plain, found = evaluate(plain, facts, on)
                expected += found
            assert (state, effects) == (plain, expected)
