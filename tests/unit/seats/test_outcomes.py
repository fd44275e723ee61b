"""Outcomes: what is added and what is averaged, and how a figure stands against its baseline."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from seats.domain.outcomes import Amount, Baseline, Standing, days_between, stands, unit_of

LAST_QUARTER = (date(2026, 7, 1), date(2026, 9, 30))  # 92 days


class TestAmount:
    def test_hours_are_added_up_and_of_quality_the_mean_counts(self) -> None:
        both = Amount.of(Decimal("80.5")) + Amount.of(Decimal("90"), 1)
        assert both.value("time_saved") == Fraction("170.5")
        assert both.value("quality") == Fraction("85.25")  # 170.5 / 2

    def test_a_mean_weighs_every_reported_value_alike(self) -> None:
        # The product reported 3 values that sum to 210; somebody recorded 90: 300 / 4.
        assert (Amount.of(210, 3) + Amount.of(90)).value("quality") == 75
        assert Amount().value("quality") == 0


class TestUnit:
    def test_is_what_was_said_else_that_of_the_kind_else_none(self) -> None:
        assert unit_of("time_saved", " working  days ") == "working days"
        assert unit_of("time_saved") == "hours"
        assert unit_of("lines_changed") == ""


class TestBaseline:
    def test_is_scaled_to_the_days_that_are_shown(self) -> None:
        baseline = Baseline(Fraction(184), *LAST_QUARTER)  # 184 hours in 92 days: 2 a day
        standing = stands("time_saved", Amount.of(75), baseline, 30)
        # 30 days at 2 hours: 60; 75 is 15 more, a quarter of 60.
        assert standing == Standing(value=Fraction(75), baseline=Fraction(60))
        assert standing.difference == 15
        assert standing.change == Fraction(1, 4)

    def test_of_a_mean_stays_as_it_is(self) -> None:
        standing = stands("quality", Amount.of(152, 2), Baseline(Fraction(80), *LAST_QUARTER), 30)
        assert standing is not None
        assert standing == Standing(value=Fraction(76), baseline=Fraction(80))
        assert standing.change == Fraction(-1, 20)

    def test_a_mean_of_nothing_is_no_figure_while_a_sum_of_nothing_is_zero(self) -> None:
        baseline = Baseline(Fraction(80), *LAST_QUARTER)
        assert stands("quality", Amount(), baseline, 92) is None
        nothing = stands("projects", Amount(), baseline, 92)
        assert nothing is not None
        assert nothing.change == -1

    def test_of_zero_has_a_difference_but_no_percentage(self) -> None:
        assert Standing(Fraction(5), Fraction(0)).change is None

    @given(amount=st.integers(0, 10**6), days=st.integers(1, 366))
    def test_of_the_same_amount_and_days_is_no_difference(self, amount: int, days: int) -> None:
        start = date(2026, 1, 1)
        baseline = Baseline(Fraction(amount), start, date.fromordinal(start.toordinal() + days - 1))
        assert days_between(baseline.starts_on, baseline.ends_on) == days
        standing = stands("projects", Amount.of(amount), baseline, days)
        assert standing is not None
        assert standing.difference == 0
