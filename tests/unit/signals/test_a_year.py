"""A year of simulated organizations: how often the seat alert speaks, by kind of organization.

`make eval-alerts` prints the table; the years are made in `tests.alerts.years`.
"""

import random
from collections.abc import Callable
from statistics import mean
from typing import Final

import pytest

from signals.domain.alerts import AlertState, Effect, evaluate
from signals.domain.detectors.utilization import UtilizationSettings
from tests.alerts.years import (
    KINDS,
    Told,
    Year,
    buying_late,
    mean_alerts,
    seasonal,
    small,
    told_of,
)

MOST_ALERTS: Final = 1.5  # per organization and year
MOST_OF_A_KIND: Final = 2.0


@pytest.fixture(scope="module")
def told() -> dict[str, list[Told]]:
    return {kind.__name__: told_of(kind) for kind in KINDS}


class TestAYear:
    def test_brings_one_and_a_half_alerts_at_most(self, told: dict[str, list[Told]]) -> None:
        """Over all kinds; who fills up again after buying is told again, twice a year."""
        means = [mean_alerts(each) for each in told.values()]
        assert mean(means) <= MOST_ALERTS
        assert max(means) <= MOST_OF_A_KIND

    @pytest.mark.parametrize("kind", [buying_late, small])
    def test_and_the_next_two_bring_as_few_to_those_who_are_on_the_brink_on_the_first_day(
        self, kind: Callable[[random.Random], Year]
    ) -> None:
        """Two beginnings fall into their first year, and not into each."""
        rate = mean_alerts(told_of(kind, organizations=10, years=3))
        assert 0.5 < rate <= MOST_ALERTS

    def test_brings_small_organizations_fewer_when_the_end_waits_for_two_weeks(
        self, told: dict[str, list[Told]]
    ) -> None:
        patient = told_of(small, UtilizationSettings(clear_days=14))
        assert mean_alerts(patient) <= MOST_ALERTS < mean_alerts(told["small"])

    def test_does_bring_some(self, told: dict[str, list[Told]]) -> None:
        assert min(each.alerts for each in told["buying_late"]) >= 1

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
