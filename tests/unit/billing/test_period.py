"""Half-open periods and the calendar of renewals."""

from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.period import (
    EmptyPeriod,
    Interval,
    NotUtc,
    OutsidePeriod,
    Period,
    add_intervals,
    nth_period,
    period_containing,
    period_number,
    whole_second,
)
from tests.unit.billing.strategies import APRIL, MIDDLE_OF_APRIL, bounded

utc_moments = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis wants the bounds naive
    max_value=datetime(2060, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
intervals = st.sampled_from(Interval)


class TestPeriod:
    def test_holds_its_start_and_not_its_end(self) -> None:
        assert APRIL.start in APRIL
        assert APRIL.end not in APRIL

    def test_measures_exact_seconds(self) -> None:
        assert APRIL.seconds == 30 * 86_400

    def test_tells_the_share_still_ahead(self) -> None:
        assert APRIL.fraction_remaining(APRIL.start) == 1
        assert APRIL.fraction_remaining(MIDDLE_OF_APRIL) == Fraction(1, 2)
        # one second before the end of 30 x 86,400
        assert APRIL.fraction_remaining(APRIL.end - timedelta(seconds=1)) == Fraction(1, 2_592_000)
        assert APRIL.fraction_remaining(APRIL.end) == 0

    @pytest.mark.parametrize("seconds", [-1, 30 * 86_400 + 1])
    def test_has_no_share_outside(self, seconds: int) -> None:
        with pytest.raises(OutsidePeriod):
            APRIL.fraction_remaining(APRIL.start + timedelta(seconds=seconds))

    def test_refuses_to_be_empty(self) -> None:
        with pytest.raises(EmptyPeriod):
            Period(APRIL.start, APRIL.start)

    @pytest.mark.parametrize("zone", [None, timezone(timedelta(hours=7))])
    def test_refuses_moments_that_are_not_utc(self, zone: timezone | None) -> None:
        with pytest.raises(NotUtc):
            Period(datetime(2026, 4, 1, tzinfo=zone), APRIL.end)

    def test_cuts_to_the_second_without_rounding_up(self) -> None:
        moment = datetime(2026, 4, 16, 8, 30, 59, 999_999, tzinfo=UTC)
        assert whole_second(moment) == datetime(2026, 4, 16, 8, 30, 59, tzinfo=UTC)


class TestAddIntervals:
    def test_keeps_the_anchor_day_through_a_short_month(self) -> None:
        anchor = datetime(2026, 1, 31, 12, 0, 7, tzinfo=UTC)
        ends = [add_intervals(anchor, Interval.MONTH, n) for n in range(1, 4)]
        assert ends == [
            datetime(2026, 2, 28, 12, 0, 7, tzinfo=UTC),
            datetime(2026, 3, 31, 12, 0, 7, tzinfo=UTC),
            datetime(2026, 4, 30, 12, 0, 7, tzinfo=UTC),
        ]

    def test_returns_to_29_february_in_the_next_leap_year(self) -> None:
        anchor = datetime(2028, 2, 29, tzinfo=UTC)
        assert add_intervals(anchor, Interval.YEAR, 1) == datetime(2029, 2, 28, tzinfo=UTC)
        assert add_intervals(anchor, Interval.YEAR, 4) == datetime(2032, 2, 29, tzinfo=UTC)

    @bounded
    @given(utc_moments, st.integers(0, 60))
    def test_twelve_months_are_a_year(self, anchor: datetime, years: int) -> None:
        assert add_intervals(anchor, Interval.MONTH, 12 * years) == add_intervals(
            anchor, Interval.YEAR, years
        )


class TestPeriodContaining:
    def test_finds_the_period_across_a_clamped_day(self) -> None:
        anchor = datetime(2026, 1, 31, tzinfo=UTC)
        at = datetime(2026, 3, 20, tzinfo=UTC)
        assert period_containing(anchor, Interval.MONTH, at) == Period(
            datetime(2026, 2, 28, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC)
        )

    def test_gives_the_boundary_to_the_later_period(self) -> None:
        anchor = datetime(2026, 1, 31, tzinfo=UTC)
        boundary = datetime(2026, 2, 28, tzinfo=UTC)
        assert period_containing(anchor, Interval.MONTH, boundary).start == boundary

    def test_counts_from_the_anchor_in_both_directions(self) -> None:
        anchor = datetime(2026, 6, 15, tzinfo=UTC)
        assert period_number(anchor, Interval.YEAR, anchor) == 0
        assert period_number(anchor, Interval.YEAR, datetime(2027, 6, 14, tzinfo=UTC)) == 0
        assert period_number(anchor, Interval.MONTH, datetime(2026, 6, 14, tzinfo=UTC)) == -1

    @bounded
    @given(utc_moments, intervals, utc_moments)
    def test_every_moment_has_exactly_one_period(
        self, anchor: datetime, interval: Interval, at: datetime
    ) -> None:
        n = period_number(anchor, interval, at)
        assert at in nth_period(anchor, interval, n)
        assert at not in nth_period(anchor, interval, n - 1)
        assert at not in nth_period(anchor, interval, n + 1)

    @bounded
    @given(utc_moments, intervals, st.integers(-24, 24))
    def test_periods_touch_without_gap_or_overlap(
        self, anchor: datetime, interval: Interval, n: int
    ) -> None:
        assert nth_period(anchor, interval, n).end == nth_period(anchor, interval, n + 1).start
