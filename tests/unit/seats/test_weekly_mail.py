"""When the weekly mail is due."""

from datetime import UTC, date, datetime, timedelta

import pytest

from seats.domain.weekly_mail import due_week

MONDAY = date(2026, 11, 2)


class TestDueWeek:
    @pytest.mark.parametrize(
        ("now", "time_zone", "due"),
        [
            # 8:00 in Berlin is 7:00 UTC in November, in Jakarta 1:00 UTC.
            (datetime(2026, 11, 2, 6, 59, tzinfo=UTC), "Europe/Berlin", None),
            (datetime(2026, 11, 2, 7, 0, tzinfo=UTC), "Europe/Berlin", MONDAY),
            (datetime(2026, 11, 2, 1, 0, tzinfo=UTC), "Asia/Jakarta", MONDAY),
            (datetime(2026, 11, 3, 6, 59, tzinfo=UTC), "Europe/Berlin", MONDAY),
            (datetime(2026, 11, 3, 7, 0, tzinfo=UTC), "Europe/Berlin", None),
            # Sunday evening in UTC is Monday, ten past eight, on Kiritimati.
            (datetime(2026, 11, 1, 18, 10, tzinfo=UTC), "Pacific/Kiritimati", MONDAY),
        ],
    )
    def test_is_monday_from_eight_for_a_day_where_the_organization_is(
        self, now: datetime, time_zone: str, due: date | None
    ) -> None:
        assert due_week(now, time_zone) == due

    def test_comes_once_a_week_through_a_change_of_clocks(self) -> None:
        start = datetime(2026, 10, 19, tzinfo=UTC)  # clocks go back on Sunday the 25th
        due = [due_week(start + timedelta(hours=h), "Europe/Berlin") for h in range(24 * 14)]
        assert {each for each in due if each} == {date(2026, 10, 19), date(2026, 10, 26)}
        # Six o'clock UTC while summer time lasts, seven o'clock afterwards.
        assert due.index(date(2026, 10, 19)) == 6
        assert due.index(date(2026, 10, 26)) == 7 * 24 + 7
