"""Steps of the ladder, the way down, and the organization's expectation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.domain.sharing.evidence import Evidence, Kind, Observation
from signals.domain.sharing.ladder import (
    Standing,
    Step,
    advance,
    organization_alerts,
    unpaid_people,
)
from signals.domain.sharing.model import Model, Score, Weight, score_of

NOTHING = Evidence((), 1, 0, 20, 28)


def after(*probabilities: float | None, measures: bool = False) -> Standing:
    standing = Standing()
    for day, probability in enumerate(probabilities, start=1):
        standing = advance(standing, probability, day, measures_allowed=measures)
    return standing


class TestUp:
    def test_watched_from_thirty_percent_at_once(self) -> None:
        assert after(0.29).step is Step.NONE
        assert after(0.30).step is Step.WATCHED

    def test_counted_on_the_third_run_in_a_row(self) -> None:
        assert after(0.6, 0.6).step is Step.WATCHED
        assert after(0.6, 0.6, 0.5).step is Step.COUNTED
        assert after(0.6, 0.6, 0.49, 0.6).step is Step.WATCHED

    def test_named_and_measured_only_after_it_counts(self) -> None:
        assert after(0.95, 0.95, measures=True).step is Step.WATCHED
        assert after(0.95, 0.95, 0.70, measures=True).step is Step.NAMED
        assert after(0.95, 0.95, 0.95, measures=True).step is Step.MEASURED

    def test_never_measured_without_the_organizations_policy(self) -> None:
        assert after(*[0.99] * 30).step is Step.NAMED

    def test_a_policy_switched_off_takes_the_measure_back(self) -> None:
        measured = after(*[0.95] * 3, measures=True)
        assert advance(measured, 0.95, 9, measures_allowed=False).step is Step.NAMED


class TestDown:
    def test_stays_until_fourteen_runs_below_a_quarter(self) -> None:
        assert after(*[0.8] * 3, *[0.1] * 13).step is Step.NAMED
        assert after(*[0.8] * 3, *[0.1] * 14).step is Step.NONE

    def test_one_day_above_begins_the_fourteen_again(self) -> None:
        assert after(*[0.8] * 3, *[0.1] * 13, 0.25, *[0.1] * 13).step is Step.NAMED

    def test_days_without_a_score_neither_raise_nor_clear(self) -> None:
        assert after(*[0.8] * 3, *[None] * 30).step is Step.NAMED


class TestAgain:
    @given(st.lists(st.floats(0, 1), max_size=30), st.floats(0, 1))
    def test_a_second_run_of_the_same_day_changes_nothing(
        self, history: list[float], again: float
    ) -> None:
        standing = after(*history)
        assert advance(standing, again, len(history), measures_allowed=False) == standing


class TestExpectation:
    @pytest.mark.parametrize(
        ("probability", "extra", "expected"),
        # 0.6 x 3 extra computers; at least one person; nothing below 0.05 or without a score.
        [(0.6, 3, 1.8), (0.6, 0, 0.6), (0.04, 3, 0.0), (None, 3, 0.0)],
    )
    def test_is_the_probability_times_the_extra_computers(
        self, probability: float | None, extra: int, expected: float
    ) -> None:
        seen = Evidence((Observation(Kind.EXTRA_COMPUTERS, extra, extra),), 1 + extra, 0, 20, 28)
        assert unpaid_people(Score(probability, 1, 1, {}), seen) == pytest.approx(expected)

    def test_alerts_at_one_person(self) -> None:
        assert organization_alerts([0.4, 0.6])
        assert not organization_alerts([0.4, 0.59])


class TestScore:
    def test_adds_weighted_logarithms_to_the_intercept(self) -> None:
        model = Model({Kind.EXTRA_PHONES: Weight(2.0, 3)}, -3.0, 0.0, 1.0)
        seen = Evidence((Observation(Kind.EXTRA_PHONES, 9, 9),), 1, 10, 20, 28)
        # 9 counts as 3: z = -3 + 2 ln 4 = -0.2274, p = 1 / (1 + e^0.2274) = 0.4434.
        assert score_of(seen, model).probability == pytest.approx(0.4434, abs=1e-4)

    def test_a_lower_base_rate_lowers_the_odds_in_proportion(self) -> None:
        at_three, at_one = (score_of(NOTHING, base_rate=rate).probability for rate in (0.03, 0.01))
        assert at_three is not None
        assert at_one is not None
        # Odds of 1 % over odds of 3 %: (1/99) / (3/97) = 0.3266.
        assert (at_one / (1 - at_one)) / (at_three / (1 - at_three)) == pytest.approx(97 / 297)

    @pytest.mark.parametrize(("active", "history"), [(4, 28), (20, 13)])
    def test_says_nothing_after_too_little_history(self, active: int, history: int) -> None:
        assert score_of(Evidence((), 1, 0, active, history)).probability is None

    def test_counts_people_whom_homes_and_devices_tell_apart(self) -> None:
        seen = Evidence((Observation(Kind.SEPARATE_HOMES, 1, 1),), 3, 1, 20, 28)
        score = score_of(seen)
        assert (score.at_least, score.about) == (2, 3)
