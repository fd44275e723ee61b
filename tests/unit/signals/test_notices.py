"""When a message may reach somebody, in their own zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.domain.notices import Timing, after_quiet, next_digest

BERLIN, JAKARTA = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Jakarta")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


class TestTheNextDigest:
    def test_is_at_eight_of_the_person_s_own_morning(self) -> None:
        # Monday 2 November 2026, 06:30 in Berlin (UTC+1); 08:00 there is 07:00 UTC.
        assert next_digest(Timing(BERLIN), utc(2026, 11, 2, 5, 30)) == utc(2026, 11, 2, 7)
        # 12:30 in Jakarta (UTC+7) is past eight: Tuesday 08:00 there is 01:00 UTC.
        assert next_digest(Timing(JAKARTA), utc(2026, 11, 2, 5, 30)) == utc(2026, 11, 3, 1)

    def test_takes_a_slot_that_begins_now(self) -> None:
        assert next_digest(Timing(BERLIN), utc(2026, 11, 2, 7)) == utc(2026, 11, 2, 7)

    def test_leaves_out_days_that_were_not_chosen(self) -> None:
        # Friday 6 November after eight: the next workday is Monday the 9th.
        assert next_digest(Timing(BERLIN), utc(2026, 11, 6, 12)) == utc(2026, 11, 9, 7)
        only_wednesday = Timing(BERLIN, digest_hour=17, digest_days=(2,))
        assert next_digest(only_wednesday, utc(2026, 11, 4, 17)) == utc(2026, 11, 11, 16)

    def test_keeps_the_wall_clock_over_a_change_of_time(self) -> None:
        every_day = Timing(BERLIN, digest_days=range(7))
        # Clocks went back on Sunday 25 October 2026: 08:00 moves from 06:00 to 07:00 UTC.
        assert next_digest(every_day, utc(2026, 10, 24, 7)) == utc(2026, 10, 25, 7)
        # The hour from two to three was skipped on 29 March 2026: the slot comes at three.
        at_two = Timing(BERLIN, digest_hour=2, digest_days=range(7))
        assert next_digest(at_two, utc(2026, 3, 28, 12)) == utc(2026, 3, 29, 1)

    @given(
        hour=st.integers(0, 23),
        days=st.sets(st.integers(0, 6)),
        minutes=st.integers(0, 400 * 24 * 60),
    )
    def test_is_never_past_and_within_eight_days(
        self, hour: int, days: set[int], minutes: int
    ) -> None:
        at = utc(2026, 1, 1) + timedelta(minutes=minutes)
        slot = next_digest(Timing(BERLIN, hour, days), at)
        assert timedelta(0) <= slot - at <= timedelta(days=8)
        assert not days or slot.astimezone(BERLIN).weekday() in days


class TestQuietHours:
    NIGHT = Timing(BERLIN, quiet_from=20, quiet_until=7)

    @pytest.mark.parametrize(
        ("at", "mailed"),
        [
            (utc(2026, 11, 2, 18, 59), utc(2026, 11, 2, 18, 59)),  # 19:59
            (utc(2026, 11, 2, 19, 0), utc(2026, 11, 3, 6)),  # 20:00 -> 07:00 tomorrow
            (utc(2026, 11, 3, 2, 0), utc(2026, 11, 3, 6)),  # 03:00 -> 07:00 today
            (utc(2026, 11, 3, 6, 0), utc(2026, 11, 3, 6)),  # 07:00
        ],
    )
    def test_put_mail_off_until_they_end(self, at: datetime, mailed: datetime) -> None:
        assert after_quiet(self.NIGHT, at) == mailed

    def test_may_lie_inside_one_day(self) -> None:
        lunch = Timing(BERLIN, quiet_from=12, quiet_until=13)
        assert after_quiet(lunch, utc(2026, 11, 2, 11, 30)) == utc(2026, 11, 2, 12)
        assert after_quiet(lunch, utc(2026, 11, 2, 12)) == utc(2026, 11, 2, 12)

    def test_of_no_length_are_none(self) -> None:
        at = utc(2026, 11, 2, 23)
        assert after_quiet(Timing(BERLIN, quiet_from=9, quiet_until=9), at) == at
        assert after_quiet(Timing(BERLIN), at) == at

    @given(st.integers(0, 23), st.integers(0, 23), st.integers(0, 400 * 24 * 60))
    def test_put_off_by_less_than_a_day_and_once(self, first: int, last: int, minutes: int) -> None:
        timing = Timing(BERLIN, quiet_from=first, quiet_until=last)
        at = utc(2026, 1, 1) + timedelta(minutes=minutes)
        mailed = after_quiet(timing, at)
        assert timedelta(0) <= mailed - at <= timedelta(hours=25)
