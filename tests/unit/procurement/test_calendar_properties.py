"""What holds for every buying calendar: against a day-by-day search written on its own."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from procurement.domain.calendar import (
    BuyingCalendar,
    Freeze,
    NoOpenDay,
    fiscal_quarter,
    fiscal_quarters,
    fiscal_year,
    frozen_stretches,
    outlook,
    start_by,
)

DAY = timedelta(days=1)
days = st.dates(date(2024, 1, 1), date(2032, 12, 31))
start_months = st.integers(1, 12)


@st.composite
def freezes(draw: st.DrawFn) -> Freeze:
    first = draw(days)
    length = draw(st.integers(0, 60))
    return Freeze(first, first + length * DAY, draw(st.booleans()))


@st.composite
def calendars(draw: st.DrawFn) -> BuyingCalendar:
    return BuyingCalendar(
        draw(start_months),
        draw(st.integers(0, 180)),
        draw(st.frozensets(st.integers(1, 12), max_size=6)),
        tuple(draw(st.lists(freezes(), max_size=3))),
    )


def is_frozen(freeze: Freeze, day: date) -> bool:
    """Say the same by month and day alone, without years."""
    if not freeze.every_year:
        return freeze.first <= day <= freeze.last

    def key(at: date) -> tuple[int, int]:
        return at.month, at.day

    first, last, at = key(freeze.first), key(freeze.last), key(day)
    if first <= last:
        return first <= at <= last
    return at >= first or at <= last


def without_leap_days(calendar: BuyingCalendar) -> bool:
    return all((f.first.month, f.first.day) != (2, 29) for f in calendar.freezes) and all(
        (f.last.month, f.last.day) != (2, 29) for f in calendar.freezes
    )


class TestFiscalCalendar:
    @given(days, start_months)
    def test_each_day_is_in_its_quarter_and_the_quarter_in_its_year(
        self, day: date, month: int
    ) -> None:
        quarter, year = fiscal_quarter(day, month), fiscal_year(day, month)
        assert quarter.start <= day < quarter.end
        assert year.start <= quarter.start < quarter.end <= year.end
        assert quarter.year == year

    @given(days, start_months)
    def test_four_quarters_are_the_year_without_a_gap(self, day: date, month: int) -> None:
        year = fiscal_year(day, month)
        quarters = fiscal_quarters(year.start, month, 4)
        assert [quarter.number for quarter in quarters] == [1, 2, 3, 4]
        edges = [year.start, *(quarter.end for quarter in quarters)]
        assert edges == [*(quarter.start for quarter in quarters), year.end]


class TestStartBy:
    @settings(max_examples=60)
    @given(days, calendars().filter(without_leap_days))
    def test_is_the_latest_day_that_a_search_by_hand_finds(
        self, wanted: date, calendar: BuyingCalendar
    ) -> None:
        def frozen(day: date) -> bool:
            return any(is_frozen(freeze, day) for freeze in calendar.freezes)

        def window(day: date) -> bool:
            return not calendar.budget_months or day.month in calendar.budget_months

        close = wanted
        for _step in range(1000):
            if not frozen(close):
                break
            close -= DAY
        ask = close - calendar.lead_days * DAY
        for _step in range(1000):
            if window(ask) and not frozen(ask):
                break
            ask -= DAY
        try:
            found = start_by(wanted, calendar)
        except NoOpenDay:
            assert frozen(ask) or not window(ask)
        else:
            assert (found.close_by, found.start_by) == (close, ask)

    @given(days, calendars(), st.integers(-400, 400))
    def test_is_never_later_than_what_is_wanted_earlier_allows(
        self, wanted: date, calendar: BuyingCalendar, shift: int
    ) -> None:
        other = wanted + shift * DAY
        try:
            one, two = start_by(wanted, calendar), start_by(other, calendar)
        except NoOpenDay:
            return
        assert (one.start_by <= two.start_by) or shift < 0
        assert (one.start_by >= two.start_by) or shift > 0


class TestOutlook:
    @given(days, calendars(), days)
    def test_is_late_exactly_when_it_closes_too_late(
        self, wanted: date, calendar: BuyingCalendar, today: date
    ) -> None:
        try:
            found = outlook(wanted, calendar, today=today)
        except NoOpenDay:
            return
        assert found.is_late == (found.realistic_close > wanted)
        assert found.is_late == (found.days_late > 0)
        assert found.realistic_start >= min(today, found.dates.start_by)

    @given(days, calendars(), days)
    def test_never_begins_in_the_past_nor_in_a_freeze_nor_outside_a_window(
        self, wanted: date, calendar: BuyingCalendar, today: date
    ) -> None:
        try:
            found = outlook(wanted, calendar, today=today)
        except NoOpenDay:
            return
        assert found.realistic_start >= today
        assert calendar.may_ask(found.realistic_start)
        assert calendar.freeze_on(found.realistic_close) is None
        assert (found.realistic_close - found.realistic_start).days >= calendar.lead_days


class TestStretches:
    @given(days, calendars())
    def test_hold_exactly_the_frozen_days(self, start: date, calendar: BuyingCalendar) -> None:
        end = start + 200 * DAY
        inside = {
            first + n * DAY
            for first, last in frozen_stretches(calendar, start, end)
            for n in range((last - first).days)
        }
        every = {start + n * DAY for n in range(200)}
        assert inside == {day for day in every if calendar.freeze_on(day)}
