"""When a purchase has to begin: quarters of any start month, windows, freezes, lead time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from procurement.domain.calendar import (
    BuyingCalendar,
    Freeze,
    Move,
    Moved,
    NoOpenDay,
    QuarterRisk,
    day_of,
    fiscal_quarter,
    fiscal_quarters,
    fiscal_year,
    forecast_close,
    frozen_stretches,
    midnight,
    open_stretches,
    outlook,
    quarter_outlook,
    start_by,
)

TODAY = date(2026, 11, 22)
YEAR_END = Freeze(date(2026, 12, 15), date(2027, 1, 6), name="Year end")


class TestFiscalYear:
    def test_is_the_calendar_year_when_it_starts_in_january(self) -> None:
        year = fiscal_year(TODAY, 1)
        assert (year.start, year.end, year.name) == (date(2026, 1, 1), date(2027, 1, 1), "2026")

    def test_is_named_by_both_years_when_it_starts_in_april(self) -> None:
        year = fiscal_year(date(2027, 3, 31), 4)
        assert (year.start, year.number, year.name) == (date(2026, 4, 1), 2027, "2026/27")

    def test_begins_on_the_first_of_its_month(self) -> None:
        assert fiscal_year(date(2027, 4, 1), 4).start == date(2027, 4, 1)

    def test_is_named_over_the_turn_of_a_century(self) -> None:
        assert fiscal_year(date(2099, 12, 1), 7).name == "2099/00"

    @pytest.mark.parametrize("month", [0, 13])
    def test_starts_in_a_month_there_is(self, month: int) -> None:
        with pytest.raises(ValueError, match="no month"):
            fiscal_year(TODAY, month)


class TestFiscalQuarter:
    @pytest.mark.parametrize(
        ("start_month", "start", "end", "name"),
        [
            (1, date(2026, 10, 1), date(2027, 1, 1), "Q4 2026"),
            (2, date(2026, 11, 1), date(2027, 2, 1), "Q4 2026/27"),
            (4, date(2026, 10, 1), date(2027, 1, 1), "Q3 2026/27"),
            (7, date(2026, 10, 1), date(2027, 1, 1), "Q2 2026/27"),
            (12, date(2026, 9, 1), date(2026, 12, 1), "Q4 2025/26"),
        ],
    )
    def test_holds_the_day_under_any_start_month(
        self, start_month: int, start: date, end: date, name: str
    ) -> None:
        quarter = fiscal_quarter(TODAY, start_month)
        assert (quarter.start, quarter.end, quarter.name) == (start, end, name)

    def test_ends_on_the_leap_day_of_a_year_that_starts_in_december(self) -> None:
        assert fiscal_quarter(date(2028, 2, 1), 12).last_day == date(2028, 2, 29)

    def test_follow_each_other_over_new_year(self) -> None:
        names = [quarter.name for quarter in fiscal_quarters(TODAY, 4, 3)]
        assert names == ["Q3 2026/27", "Q4 2026/27", "Q1 2027/28"]


class TestTheOrganizationsDay:
    def test_is_already_tomorrow_in_jakarta(self) -> None:
        evening = datetime(2026, 12, 31, 18, 0, tzinfo=UTC)  # 01:00 in Jakarta, UTC+7
        assert day_of(evening, ZoneInfo("Asia/Jakarta")) == date(2027, 1, 1)

    def test_begins_at_midnight_of_its_zone(self) -> None:
        berlin = ZoneInfo("Europe/Berlin")
        assert midnight(date(2026, 7, 1), berlin) == datetime(2026, 6, 30, 22, tzinfo=UTC)
        assert midnight(date(2027, 1, 1), berlin) == datetime(2026, 12, 31, 23, tzinfo=UTC)

    def test_begins_with_the_change_where_clocks_skip_midnight(self) -> None:
        # Santiago went from 24:00 of 5 September 2026 (UTC-4) to 01:00 of the 6th (UTC-3).
        start = midnight(date(2026, 9, 6), ZoneInfo("America/Santiago"))
        assert start == datetime(2026, 9, 6, 4, tzinfo=UTC)


class TestFreeze:
    def test_of_every_year_goes_over_new_year(self) -> None:
        assert YEAR_END.holding(date(2030, 1, 6)) == (date(2029, 12, 15), date(2030, 1, 6))
        assert YEAR_END.holding(date(2030, 1, 7)) is None
        assert YEAR_END.holding(date(2029, 12, 14)) is None

    def test_of_one_year_is_not_there_in_the_next(self) -> None:
        once = Freeze(date(2027, 3, 1), date(2027, 3, 31), every_year=False)
        assert once.holding(date(2027, 3, 31)) is not None
        assert once.holding(date(2028, 3, 31)) is None

    def test_on_a_leap_day_is_on_the_28th_otherwise(self) -> None:
        leap = Freeze(date(2028, 2, 29), date(2028, 3, 3))
        assert leap.holding(date(2027, 2, 28)) == (date(2027, 2, 28), date(2027, 3, 3))

    def test_does_not_end_before_it_begins(self) -> None:
        with pytest.raises(ValueError, match="or later"):
            Freeze(date(2027, 1, 2), date(2027, 1, 1))

    def test_of_every_year_leaves_a_day_of_it(self) -> None:
        with pytest.raises(ValueError, match="shorter than a year"):
            Freeze(date(2026, 1, 1), date(2027, 1, 1))
        Freeze(date(2026, 1, 1), date(2026, 12, 31))


class TestStartBy:
    def test_is_the_lead_time_before_the_wanted_day(self) -> None:
        # 1 March 2027 minus 75 days: 28 February, 31 January, 16 days of December -> 16 December.
        found = start_by(date(2027, 3, 1), BuyingCalendar(lead_days=75))
        assert (found.start_by, found.close_by) == (date(2026, 12, 16), date(2027, 3, 1))
        assert found.moves == ()

    def test_is_pulled_before_a_freeze(self) -> None:
        found = start_by(date(2027, 3, 1), BuyingCalendar(lead_days=75, freezes=(YEAR_END,)))
        assert found.start_by == date(2026, 12, 14)
        assert found.moves == (
            Move(Moved.STARTS_BEFORE_FREEZE, date(2026, 12, 16), date(2026, 12, 14), "Year end"),
        )

    def test_is_pulled_into_a_month_in_which_budget_is_asked(self) -> None:
        calendar = BuyingCalendar(lead_days=75, budget_months=frozenset({3, 9}))
        found = start_by(date(2027, 3, 1), calendar)
        assert found.start_by == date(2026, 9, 30)
        assert [move.why for move in found.moves] == [Moved.STARTS_IN_WINDOW]

    def test_closes_before_a_freeze_that_holds_the_wanted_day(self) -> None:
        # Closed on 14 December; 60 days before: 14 of December, 30 of November, 16 of October.
        found = start_by(date(2026, 12, 20), BuyingCalendar(lead_days=60, freezes=(YEAR_END,)))
        assert (found.close_by, found.start_by) == (date(2026, 12, 14), date(2026, 10, 15))
        assert [move.why for move in found.moves] == [Moved.CLOSES_BEFORE_FREEZE]

    def test_is_refused_when_freezes_leave_no_day(self) -> None:
        december = Freeze(date(2026, 12, 1), date(2026, 12, 31))
        calendar = BuyingCalendar(budget_months=frozenset({12}), freezes=(december,))
        with pytest.raises(NoOpenDay):
            start_by(TODAY, calendar)

    @pytest.mark.parametrize("days", [-1, 366])
    def test_takes_no_lead_time_that_is_none(self, days: int) -> None:
        with pytest.raises(ValueError, match="no lead time"):
            BuyingCalendar(lead_days=days)

    def test_takes_no_month_that_is_none(self) -> None:
        with pytest.raises(ValueError, match="1 to 12"):
            BuyingCalendar(budget_months=frozenset({0}))


class TestOutlook:
    def test_keeps_its_dates_while_there_is_time(self) -> None:
        found = outlook(date(2027, 3, 1), BuyingCalendar(lead_days=75), today=TODAY)
        # From 22 November to 16 December: 24 days.
        assert (found.is_late, found.days_left, found.days_late) == (False, 24, 0)
        assert found.realistic_close == date(2027, 3, 1)

    def test_is_not_late_on_the_day_itself(self) -> None:
        found = outlook(TODAY + timedelta(days=75), BuyingCalendar(), today=TODAY)
        assert (found.is_late, found.days_left) == (False, 0)

    def test_says_what_is_realistic_when_the_day_has_passed(self) -> None:
        found = outlook(date(2027, 1, 15), BuyingCalendar(lead_days=75), today=TODAY)
        # Wanted 15 January: by 1 November. Begun today it closes on 5 February, 21 days later.
        assert found.is_late
        assert found.dates.start_by == date(2026, 11, 1)
        assert (found.realistic_start, found.realistic_close) == (TODAY, date(2027, 2, 5))
        assert found.days_late == 21

    def test_waits_for_the_end_of_a_freeze_when_late(self) -> None:
        frozen_now = Freeze(date(2026, 11, 20), date(2026, 11, 30))
        calendar = BuyingCalendar(lead_days=30, freezes=(frozen_now, YEAR_END))
        found = outlook(date(2026, 12, 1), calendar, today=TODAY)
        # Asked on 1 December, 30 days later is 31 December: frozen until 6 January.
        assert found.realistic_start == date(2026, 12, 1)
        assert found.realistic_close == date(2027, 1, 7)


class TestForecastClose:
    def test_is_the_approval_and_the_lead_time(self) -> None:
        assert forecast_close(TODAY, BuyingCalendar(lead_days=60)) == date(2027, 1, 21)


class TestQuarterOutlook:
    # Q4 2026 ends on 31 December; with 30 days it begins on 1 December at the latest.
    CALENDAR = BuyingCalendar(lead_days=30)
    QUARTER = fiscal_quarter(TODAY, 1)

    @pytest.mark.parametrize(
        ("today", "risk"),
        [
            (date(2026, 11, 16), QuarterRisk.SAFE),
            (date(2026, 11, 17), QuarterRisk.SOON),
            (date(2026, 12, 1), QuarterRisk.SOON),
            (date(2026, 12, 2), QuarterRisk.MISSED),
        ],
    )
    def test_warns_two_weeks_before_the_last_day(self, today: date, risk: QuarterRisk) -> None:
        found = quarter_outlook(self.QUARTER, self.CALENDAR, today=today)
        assert (found.start_by, found.risk) == (date(2026, 12, 1), risk)

    def test_says_when_what_is_begun_too_late_closes(self) -> None:
        found = quarter_outlook(self.QUARTER, self.CALENDAR, today=date(2026, 12, 2))
        assert found.forecast == date(2027, 1, 1)

    @pytest.mark.parametrize(
        ("approved", "risk"),
        [(date(2026, 12, 1), QuarterRisk.SAFE), (date(2026, 12, 2), QuarterRisk.MISSED)],
    )
    def test_of_what_is_approved_follows_its_forecast(
        self, approved: date, risk: QuarterRisk
    ) -> None:
        found = quarter_outlook(
            self.QUARTER, self.CALENDAR, today=date(2026, 12, 20), approved_on=approved
        )
        assert found.risk is risk


class TestStretches:
    def test_open_days_are_the_window_without_the_freeze(self) -> None:
        calendar = BuyingCalendar(budget_months=frozenset({12}), freezes=(YEAR_END,))
        found = list(open_stretches(calendar, date(2026, 11, 1), date(2027, 2, 1)))
        assert found == [(date(2026, 12, 1), date(2026, 12, 15))]

    def test_frozen_days_are_cut_at_the_end(self) -> None:
        calendar = BuyingCalendar(freezes=(YEAR_END,))
        found = list(frozen_stretches(calendar, date(2026, 11, 1), date(2027, 1, 1)))
        assert found == [(date(2026, 12, 15), date(2027, 1, 1))]
