"""Which announcement of a true-up is due."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from trueups.domain.notices import Due, announced_at, due_announcement, remind_at

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 6, 30, 22, tzinfo=UTC)
END = datetime(2026, 9, 30, 22, tzinfo=UTC)  # midnight before 1 October in Berlin
DAYS = (28, 14, 3)


def due(now: datetime, *taken: str, start: datetime = START) -> Due:
    return due_announcement(start, END, DAYS, BERLIN, now, frozenset(taken))


class TestAnnounced:
    def test_in_the_morning_so_many_days_ahead(self) -> None:
        # 28 September, eight in Berlin's summer.
        assert announced_at(END, 3, BERLIN) == datetime(2026, 9, 28, 6, tzinfo=UTC)


class TestDue:
    def test_nothing_before_the_first(self) -> None:
        assert due(announced_at(END, 28, BERLIN) - timedelta(seconds=1)) == Due(None)

    def test_each_from_its_moment_on(self) -> None:
        assert due(announced_at(END, 28, BERLIN)) == Due("ahead-28")
        assert due(announced_at(END, 14, BERLIN), "ahead-28") == Due("ahead-14")

    def test_nothing_twice(self) -> None:
        assert due(announced_at(END, 28, BERLIN) + timedelta(days=1), "ahead-28") == Due(None)

    def test_only_the_most_urgent_after_a_pause(self) -> None:
        now = announced_at(END, 3, BERLIN) + timedelta(hours=1)
        assert due(now) == Due("ahead-3", ("ahead-28", "ahead-14"))
        assert due(now, "ahead-28") == Due("ahead-3", ("ahead-14",))

    def test_none_after_the_fact(self) -> None:
        assert due(END, "ahead-28") == Due(None, ("ahead-14", "ahead-3"))
        assert due(END - timedelta(seconds=1), "ahead-28", "ahead-14") == Due("ahead-3")

    def test_none_from_before_the_quarter_was_known(self) -> None:
        start = announced_at(END, 14, BERLIN) + timedelta(seconds=1)
        assert due(start, start=start) == Due(None, ("ahead-28", "ahead-14"))


class TestReminder:
    def test_three_days_before_the_end_or_at_half_of_a_short_review(self) -> None:
        opened = datetime(2026, 10, 1, tzinfo=UTC)
        assert remind_at(opened, opened + timedelta(days=14)) == opened + timedelta(days=11)
        assert remind_at(opened, opened + timedelta(days=4)) == opened + timedelta(days=2)
