"""When the seats run out: checked against closed forms and against a simulation."""

from datetime import date, timedelta
from math import exp, sqrt
from random import Random
from statistics import NormalDist, fmean, variance

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.domain.runout import (
    LEAD_DAYS_ENTERPRISE,
    LEAD_DAYS_SELF_SERVICE,
    Pace,
    RunOut,
    first_passage,
    forecast,
    measure_pace,
    probability_full,
    start_procurement_by,
)

TODAY = date(2026, 4, 16)
# One seat every four days on average, in bursts and with leavers.
GROWING = [0, 1, 0, 0, 2, 0, -1, 0] * 20
histories = st.lists(st.integers(-3, 4), min_size=28, max_size=200)


def after(days: int) -> date:
    return TODAY + timedelta(days=days)


class TestPace:
    def test_weighs_a_day_half_after_90_days(self) -> None:
        # 90 days ago everything was 0, since then everything is 1: the weights of the older
        # 90 days are half of the newer 90, so the mean is 1 / (1 + 1/2)
        pace = measure_pace([0] * 90 + [1] * 90)
        assert pace is not None
        assert pace.per_day == pytest.approx(2 / 3)

    def test_is_close_to_the_plain_statistics_over_a_short_time(self) -> None:
        history = GROWING[:32]
        pace = measure_pace(history)
        assert pace is not None
        assert pace.per_day == pytest.approx(fmean(history), abs=0.02)
        assert pace.deviation == pytest.approx(sqrt(variance(history)), abs=0.05)
        assert pace.effective_days == pytest.approx(32, abs=0.5)

    def test_is_unknown_under_28_days(self) -> None:
        assert measure_pace([1] * 27) is None
        assert forecast([1] * 27, 5, TODAY) is None
        assert measure_pace([1] * 28) is not None


class TestFirstPassage:
    def test_is_certain_to_the_day_without_variance(self) -> None:
        assert first_passage(0.5, 0.0, 5, 9) == 0.0
        assert first_passage(0.5, 0.0, 5, 10) == 1.0
        assert first_passage(0.0, 0.0, 5, 10_000) == 0.0

    def test_without_drift_follows_the_reflection_principle(self) -> None:
        # P(max of W up to t >= b) = 2 (1 - Phi(b / (s sqrt t))): b = 10, s = 1, t = 100
        assert first_passage(0.0, 1.0, 10, 100) == pytest.approx(2 * (1 - NormalDist().cdf(1)))

    def test_against_the_drift_may_never_happen(self) -> None:
        # the supremum of a motion with drift -m exceeds b with probability exp(-2 m b / s^2)
        assert first_passage(-0.1, 1.0, 5, 10**7) == pytest.approx(exp(-1))

    def test_is_continuous_where_the_formula_changes_to_its_tail(self) -> None:
        # (1.5 t + 149) / sqrt t = 30 at sqrt t = (30 - sqrt 6) / 3; the law's density there is
        # 0.004 a day, so two millionths of a day are worth 8e-9
        switch = ((30 - sqrt(6)) / 3) ** 2
        before = first_passage(1.5, 1.0, 149, switch - 1e-6)
        after_it = first_passage(1.5, 1.0, 149, switch + 1e-6)
        assert before > 0.001
        assert abs(after_it - before) < 1e-7

    def test_agrees_with_a_simulated_walk(self) -> None:
        # 1,500 seeded walks of 30 days, 10 steps a day: standard error of the share <= 0.013
        random, drift, deviation, distance, days, steps = Random(20260416), 0.1, 0.8, 4.0, 30, 10
        hits = 0
        for _ in range(1500):
            position = 0.0
            for _ in range(days * steps):
                position += random.gauss(drift / steps, deviation / sqrt(steps))
                if position >= distance:
                    hits += 1
                    break
        # a walk in steps sees the barrier 0.5826 s sqrt(dt) further away
        # (Siegmund, Sequential Analysis, 1985)
        barrier = distance + 0.5826 * deviation / sqrt(steps)
        expected = first_passage(drift, deviation, barrier, days)
        assert hits / 1500 == pytest.approx(expected, abs=0.04)

    @settings(max_examples=80, deadline=None)
    @given(st.floats(-3, 3), st.floats(0.01, 5), st.floats(1, 2000), st.integers(0, 730))
    def test_is_a_probability_that_grows_with_time(
        self, drift: float, deviation: float, distance: float, days: int
    ) -> None:
        now = first_passage(drift, deviation, distance, days)
        later = first_passage(drift, deviation, distance, days + 1)
        assert 0.0 <= now <= later + 1e-9 <= 1.0 + 1e-9


class TestProbabilityFull:
    def test_averages_over_what_the_drift_may_be(self) -> None:
        # 2,001 drifts instead of 21, around 0.25 with a standard error of 0.8 / sqrt 64 = 0.1
        pace = Pace(per_day=0.25, deviation=0.8, effective_days=64)
        belief = NormalDist(0.25, 0.1)
        drifts = [belief.inv_cdf((index + 0.5) / 2001) for index in range(2001)]
        for days in (20, 40, 80):
            exact = fmean(first_passage(drift, 0.8, 10, days) for drift in drifts)
            assert probability_full(pace, 10, days) == pytest.approx(exact, abs=0.002)


class TestForecast:
    def test_of_a_steady_pace_is_one_day(self) -> None:
        run_out = forecast([1] * 60, 10, TODAY)
        assert run_out is not None
        assert (run_out.earliest_on, run_out.latest_on) == (after(10), after(10))
        assert run_out.probability_30 == 1.0

    def test_is_a_range_around_the_mean_time(self) -> None:
        run_out = forecast(GROWING, 10, TODAY)
        assert run_out is not None
        assert run_out.earliest_on is not None
        assert run_out.latest_on is not None
        # 10 seats at about a quarter a day are about 40 days
        assert run_out.earliest_on < after(40) < run_out.latest_on
        assert run_out.probability_30 < run_out.probability_60 < run_out.probability_90

    def test_has_its_ends_at_ten_and_ninety_percent(self) -> None:
        run_out = forecast(GROWING, 10, TODAY)
        assert run_out is not None
        assert run_out.earliest_on is not None
        assert run_out.latest_on is not None
        for end, probability in ((run_out.earliest_on, 0.10), (run_out.latest_on, 0.90)):
            days = (end - TODAY).days
            assert probability_full(run_out.pace, 10, days) >= probability
            assert probability_full(run_out.pace, 10, days - 1) < probability

    def test_gives_no_date_when_nothing_grows(self) -> None:
        run_out = forecast([0] * 60, 10, TODAY)
        assert run_out is not None
        assert (run_out.earliest_on, run_out.latest_on) == (None, None)
        assert run_out.probability_90 == 0.0

    def test_leaves_the_end_open_when_it_may_never_come(self) -> None:
        run_out = forecast([0, 1, -1, 0] * 20, 4, TODAY)
        assert run_out is not None
        assert run_out.earliest_on is not None
        assert run_out.latest_on is None

    @pytest.mark.parametrize("free", [0, -2])
    def test_is_today_without_free_seats(self, free: int) -> None:
        run_out = forecast([0] * 60, free, TODAY)
        assert run_out is not None
        assert (run_out.earliest_on, run_out.latest_on) == (TODAY, TODAY)

    @settings(max_examples=25, deadline=None)
    @given(histories, st.integers(1, 60))
    def test_fewer_free_seats_are_full_no_later(self, history: list[int], free: int) -> None:
        near, far = forecast(history, free, TODAY), forecast(history, free + 5, TODAY)
        assert near is not None
        assert far is not None
        assert near.probability_30 >= far.probability_30 - 1e-9
        assert (near.earliest_on or date.max) <= (far.earliest_on or date.max)
        assert (near.earliest_on or date.max) <= (near.latest_on or date.max)


class TestStartProcurement:
    RUN_OUT = RunOut(Pace(0.2, 0.5, 90), after(100), after(200), 0.0, 0.0, 0.05)

    def test_is_the_earliest_run_out_minus_the_lead_time(self) -> None:
        assert start_procurement_by(self.RUN_OUT, LEAD_DAYS_ENTERPRISE) == after(10)
        assert start_procurement_by(self.RUN_OUT, LEAD_DAYS_SELF_SERVICE) == after(86)

    def test_is_unknown_when_no_run_out_is_in_sight(self) -> None:
        never = RunOut(Pace(0.0, 0.0, 90), None, None, 0.0, 0.0, 0.0)
        assert start_procurement_by(never, LEAD_DAYS_ENTERPRISE) is None
