"""Promises in business hours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.domain.business_time import (
    BusinessCalendar,
    NoBusinessHours,
    add_business_time,
    deadlines,
)

BERLIN = BusinessCalendar(ZoneInfo("Europe/Berlin"))
JAKARTA = BusinessCalendar(ZoneInfo("Asia/Jakarta"))
UTC_OFFICE = BusinessCalendar(ZoneInfo("UTC"))
HOUR = timedelta(hours=1)


def at(day: int, hour: int, minute: int = 0, month: int = 4) -> datetime:
    """A moment in UTC; 13 April 2026 is a Monday."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


class TestAddBusinessTime:
    @pytest.mark.parametrize(
        ("start", "hours", "end"),
        [
            (at(13, 10), 3, at(13, 13)),
            (at(13, 10), 7, at(13, 17)),  # the closing hour still belongs to the day
            (at(13, 10), 8, at(14, 10)),
            (at(17, 16), 8, at(20, 16)),  # Friday 16:00 -> Monday 16:00
            (at(18, 12), 8, at(20, 17)),  # Saturday: the whole of Monday
            (at(13, 3), 1, at(13, 10)),  # before opening
            (at(13, 17), 1, at(14, 10)),  # at closing
            (at(13, 10), 40, at(20, 10)),  # five days of eight hours
        ],
    )
    def test_passes_only_while_the_office_is_open(
        self, start: datetime, hours: int, end: datetime
    ) -> None:
        assert add_business_time(UTC_OFFICE, start, hours * HOUR) == end

    def test_is_of_the_time_zone_of_the_calendar(self) -> None:
        # 9:00 in Jakarta is 2:00 UTC
        assert add_business_time(JAKARTA, at(13, 0), 2 * HOUR) == at(13, 4)

    def test_leaves_holidays_out(self) -> None:
        easter_monday = BusinessCalendar(ZoneInfo("UTC"), holidays=frozenset({date(2026, 4, 6)}))
        assert add_business_time(easter_monday, at(3, 16), 8 * HOUR) == at(7, 16)

    def test_keeps_office_hours_when_summer_time_begins(self) -> None:
        # Friday 27 March 15:00 UTC is 16:00 in Berlin (+1); Monday 30 March 16:00 is 14:00 UTC (+2)
        assert add_business_time(BERLIN, at(27, 15, month=3), 8 * HOUR) == at(30, 14, month=3)

    def test_follows_a_sunday_to_thursday_week(self) -> None:
        riyadh = BusinessCalendar(ZoneInfo("UTC"), weekdays=frozenset({6, 0, 1, 2, 3}))
        # Thursday 16 April 16:00 -> Sunday 19 April 16:00
        assert add_business_time(riyadh, at(16, 16), 8 * HOUR) == at(19, 16)

    @pytest.mark.parametrize(
        "hours",
        [
            {"weekdays": frozenset()},
            {"opens": time(17), "closes": time(9)},
            {"opens": time(9), "closes": time(9)},
        ],
    )
    def test_needs_hours_at_all(self, hours: dict[str, object]) -> None:
        with pytest.raises(NoBusinessHours):
            BusinessCalendar(ZoneInfo("UTC"), **hours)  # type: ignore[arg-type]

    @settings(max_examples=60, deadline=None)
    @given(
        st.datetimes(
            datetime(2026, 1, 1),  # noqa: DTZ001 - hypothesis wants the bounds naive
            datetime(2027, 1, 1),  # noqa: DTZ001
            timezones=st.just(UTC),
        ),
        st.integers(0, 2400),
        st.integers(1, 2400),
    )
    def test_adds_up(self, start: datetime, first: int, second: int) -> None:
        one, two = timedelta(minutes=first), timedelta(minutes=second)
        stepwise = add_business_time(BERLIN, add_business_time(BERLIN, start, one), two)
        assert stepwise == add_business_time(BERLIN, start, one + two)
        assert stepwise - start >= one + two


class TestDeadlines:
    def test_remind_at_three_quarters_and_escalate_at_the_end(self) -> None:
        # one day of 8 hours from Monday 10:00: 6 hours, then 8
        promised = deadlines(UTC_OFFICE, at(13, 10), 1)
        assert promised.reminder_at == at(13, 16)
        assert promised.due_at == at(14, 10)

    def test_skip_the_weekend(self) -> None:
        # three days from Thursday 9:00: 18 of 24 hours end Monday 11:00, all of them Monday 17:00
        promised = deadlines(UTC_OFFICE, at(16, 9), 3)
        assert promised.reminder_at == at(20, 11)
        assert promised.due_at == at(20, 17)
