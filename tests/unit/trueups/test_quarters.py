"""Quarters of terms and fiscal years, and the share of a term that follows one."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.period import Interval, OutsidePeriod, Period, add_intervals
from trueups.domain.quarters import (
    add_months,
    calendar_quarter,
    days_of,
    midnight,
    quarter_from,
    quarters_of_term,
    share_left,
    whole_quarter,
)
from trueups.domain.terms import QuarterBasis, ShareRule, Terms

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
ZULU = ZoneInfo("UTC")
BY_QUARTERS = Terms(share_rule=ShareRule.REMAINING_QUARTERS)
BY_CALENDAR = Terms(quarter_basis=QuarterBasis.CALENDAR)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def year_from(start: datetime) -> Period:
    return Period(start, add_intervals(start, Interval.YEAR, 1))


class TestMidnight:
    def test_is_the_organizations_own(self) -> None:
        # Berlin is an hour ahead in winter and two in summer.
        assert midnight(date(2026, 1, 1), BERLIN) == at(2025, 12, 31, 23)
        assert midnight(date(2026, 7, 1), BERLIN) == at(2026, 6, 30, 22)

    def test_is_the_change_itself_where_the_clocks_skip_it(self) -> None:
        # Cairo went from 00:00 to 01:00 on 24 April 2026: the day begins at 22:00 UTC before.
        cairo = ZoneInfo("Africa/Cairo")
        assert midnight(date(2026, 4, 24), cairo) == at(2026, 4, 23, 22)

    def test_is_the_first_of_two(self) -> None:
        # Havana goes back from 01:00 to 00:00 on 1 November 2026: midnight is at UTC-4 first.
        assert midnight(date(2026, 11, 1), ZoneInfo("America/Havana")) == at(2026, 11, 1, 4)


class TestDays:
    def test_tile_a_period_through_the_change_of_clocks(self) -> None:
        # 29 March 2026 has 23 hours in Berlin.
        period = Period(at(2026, 3, 28, 12), at(2026, 3, 30, 6))
        days = list(days_of(period, BERLIN))
        assert [day for day, _ in days] == [date(2026, 3, day) for day in (28, 29, 30)]
        assert [part.seconds / 3600 for _, part in days] == [11, 23, 8]
        assert days[0][1].start == period.start
        assert days[-1][1].end == period.end


class TestQuartersOfATerm:
    def test_are_four_of_a_year_and_end_with_it(self) -> None:
        term = year_from(at(2026, 2, 10, 14, 23, 11))
        quarters = quarters_of_term(term, BERLIN)
        assert [quarter.reference for quarter in quarters] == [f"2026-Q{n}" for n in (1, 2, 3, 4)]
        assert [quarter.period.end for quarter in quarters] == [
            at(2026, 5, 9, 22), at(2026, 8, 9, 22), at(2026, 11, 9, 23), term.end,
        ]  # fmt: skip
        assert quarters[0].period.start == term.start

    def test_clamp_to_short_months_counted_from_the_first_day(self) -> None:
        quarters = quarters_of_term(year_from(at(2027, 11, 30)), ZULU)
        # 30 November, 29 February (2028 is a leap year), 30 May, 30 August.
        assert [quarter.period.start.date() for quarter in quarters] == [
            date(2027, 11, 30), date(2028, 2, 29), date(2028, 5, 30), date(2028, 8, 30),
        ]  # fmt: skip

    def test_the_last_of_a_short_term_is_short(self) -> None:
        quarters = quarters_of_term(Period(at(2026, 1, 1), at(2026, 8, 1)), ZULU)
        assert [quarter.period.end for quarter in quarters] == [
            at(2026, 4, 1), at(2026, 7, 1), at(2026, 8, 1),
        ]  # fmt: skip

    @given(
        second=st.integers(0, 12 * 366 * 86_400),
        zone=st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Auckland", "America/Havana"]),
    )
    def test_tile_any_year(self, second: int, zone: str) -> None:
        term = year_from(at(2020, 1, 1) + timedelta(seconds=second))
        quarters = quarters_of_term(term, ZoneInfo(zone))
        assert len(quarters) == 4
        assert quarters[0].period.start == term.start
        assert quarters[-1].period.end == term.end
        for before, after in pairwise(quarters):
            assert before.period.end == after.period.start


class TestQuartersOfAFiscalYear:
    def test_of_a_calendar_year(self) -> None:
        quarter = calendar_quarter(at(2026, 3, 31, 22, 30), BERLIN)
        # Half past midnight on 1 April in Berlin.
        assert quarter.reference == "2026-Q2"
        assert quarter.period == Period(at(2026, 3, 31, 22), at(2026, 6, 30, 22))

    @pytest.mark.parametrize(
        ("day", "reference"),
        [
            (date(2026, 4, 1), "2026-Q1"),
            (date(2026, 12, 31), "2026-Q3"),
            (date(2027, 1, 1), "2026-Q4"),
            (date(2027, 3, 31), "2026-Q4"),
            (date(2027, 4, 1), "2027-Q1"),
        ],
    )
    def test_are_named_after_the_year_in_which_it_begins(self, day: date, reference: str) -> None:
        moment = midnight(day, ZULU) + timedelta(hours=3)
        assert calendar_quarter(moment, ZULU, first_month=4).reference == reference

    def test_a_february_year_crosses_the_turn_of_the_year(self) -> None:
        quarter = calendar_quarter(at(2027, 1, 15), ZULU, first_month=2)
        assert quarter.reference == "2026-Q4"
        assert quarter.period == Period(at(2026, 11, 1), at(2027, 2, 1))


class TestQuarterFrom:
    TERM = year_from(at(2026, 2, 10))

    def test_begins_where_the_one_before_ended(self) -> None:
        start = at(2026, 5, 10)
        quarter = quarter_from(start, Terms(), self.TERM, ZULU)
        assert quarter.period == Period(start, at(2026, 8, 10))
        assert quarter.reference == "2026-Q2"

    def test_is_cut_at_the_moment_of_the_approval(self) -> None:
        approved = at(2026, 3, 5, 12)
        assert quarter_from(approved, Terms(), self.TERM, ZULU).period == Period(
            approved, at(2026, 5, 10)
        )

    def test_a_change_of_basis_shortens_the_next_one(self) -> None:
        quarter = quarter_from(at(2026, 5, 10), BY_CALENDAR, self.TERM, ZULU)
        assert quarter.period == Period(at(2026, 5, 10), at(2026, 7, 1))
        assert quarter.reference == "2026-Q2"

    def test_needs_the_term_that_holds_it(self) -> None:
        for outside in (self.TERM.end, at(2026, 2, 9)):
            with pytest.raises(ValueError, match="not in the term"):
                whole_quarter(outside, Terms(), self.TERM, ZULU)

    def test_of_the_fiscal_month_agreed_on(self) -> None:
        terms = Terms(quarter_basis=QuarterBasis.CALENDAR, first_month=2)
        assert whole_quarter(at(2026, 3, 1), terms, self.TERM, ZULU).period == Period(
            at(2026, 2, 1), at(2026, 5, 1)
        )


class TestShareLeft:
    TERM = year_from(at(2026, 1, 1))

    def test_remaining_days_are_exact(self) -> None:
        # From 1 April 275 of 365 days are left.
        assert share_left(at(2026, 4, 1), Terms(), self.TERM, ZULU) == Fraction(275, 365)

    def test_remaining_quarters_are_whole_ones(self) -> None:
        ends = [at(2026, 4, 1), at(2026, 7, 1), at(2026, 10, 1), at(2027, 1, 1)]
        shares = [share_left(end, BY_QUARTERS, self.TERM, ZULU) for end in ends]
        assert shares == [Fraction(3, 4), Fraction(1, 2), Fraction(1, 4), Fraction(0)]

    def test_only_calendar_quarters_that_still_fit_count(self) -> None:
        terms = Terms(share_rule=ShareRule.REMAINING_QUARTERS, quarter_basis=QuarterBasis.CALENDAR)
        term = year_from(at(2026, 2, 15))
        # To 15 February 2027: Q2, Q3, Q4 fit after 1 April; none after 1 January.
        ends = [at(2026, 4, 1), at(2026, 7, 1), at(2026, 10, 1), at(2027, 1, 1)]
        shares = [share_left(end, terms, term, ZULU) for end in ends]
        assert shares == [Fraction(3, 4), Fraction(1, 2), Fraction(1, 4), Fraction(0)]

    def test_nothing_is_left_at_the_end_and_before_the_start_it_is_not_asked(self) -> None:
        assert share_left(self.TERM.end, Terms(), self.TERM, ZULU) == 0
        with pytest.raises(OutsidePeriod):
            share_left(at(2025, 12, 31), Terms(), self.TERM, ZULU)

    def test_never_more_than_the_whole_term(self) -> None:
        terms = Terms(share_rule=ShareRule.REMAINING_QUARTERS, quarter_basis=QuarterBasis.CALENDAR)
        assert share_left(at(2026, 1, 1), terms, self.TERM, ZULU) == 1


class TestMonths:
    def test_move_and_clamp(self) -> None:
        assert add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
        assert add_months(date(2026, 2, 1), -2) == date(2025, 12, 1)
        assert add_months(date(2026, 12, 5), 0) == date(2026, 12, 5)


class TestOtherSideOfTheWorld:
    def test_a_term_begins_on_the_local_day(self) -> None:
        # 03:00 UTC on 1 June is still 31 May in New York: the second quarter begins on 31 August.
        quarters = quarters_of_term(year_from(at(2026, 6, 1, 3)), NEW_YORK)
        assert quarters[1].period.start == at(2026, 8, 31, 4)
