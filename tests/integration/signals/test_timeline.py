"""The line of time of an account: renewals fold, what matters stands alone."""

from datetime import UTC, datetime

from signals.selectors.account_timeline import TimelineItem, folded


def renewal(month: int, seats: int) -> TimelineItem:
    return TimelineItem(
        at=datetime(2026, month, 2, 8, tzinfo=UTC),
        title=f"Renewed with {seats} seats",
        text="€321.30",
        renewed_seats=seats,
    )


def purchase(month: int) -> TimelineItem:
    return TimelineItem(at=datetime(2026, month, 20, 8, tzinfo=UTC), title="Bought 2 seats")


class TestFolding:
    def test_says_a_run_of_equal_renewals_in_one_line(self) -> None:
        (line,) = folded([renewal(month, 6) for month in (5, 4, 3, 2)])
        # Babel sets thin spaces around the dash between two months.
        assert line.title.startswith("Renewed 4 times with 6 seats, Feb")
        assert line.title.endswith("May 2026")
        assert [each.day for each in line.folded] == [
            "May 2, 2026",
            "Apr 2, 2026",
            "Mar 2, 2026",
            "Feb 2, 2026",
        ]

    def test_ends_a_run_where_something_else_happened(self) -> None:
        lines = folded([renewal(5, 6), renewal(4, 6), purchase(3), renewal(3, 6)])
        assert [line.title.split(",")[0] for line in lines] == [
            "Renewed 2 times with 6 seats",
            "Bought 2 seats",
            "Renewed with 6 seats",
        ]

    def test_ends_a_run_where_the_seats_differ(self) -> None:
        assert len(folded([renewal(5, 8), renewal(4, 6)])) == 2
