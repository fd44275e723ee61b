"""How far a replica is behind, from positions in the log."""

import pytest

from accounts.domain.freshness import Mark, lag

MARKS = [Mark(at=10.0, position=100), Mark(at=11.0, position=200), Mark(at=12.0, position=200)]


class TestLag:
    @pytest.mark.parametrize(
        ("replayed", "behind"),
        [
            (200, 0.5),  # everything of 12.0 is there: 12.5 - 12.0
            (250, 0.5),  # it may be ahead of what was asked of the primary just before
            (199, 2.5),  # of 10.0, but not of 11.0
            (100, 2.5),
        ],
    )
    def test_counts_from_the_latest_mark_that_is_replayed(
        self, replayed: int, behind: float
    ) -> None:
        assert lag(MARKS, replayed=replayed, at=12.5) == behind

    def test_is_unknown_before_the_oldest_mark(self) -> None:
        assert lag(MARKS, replayed=99, at=12.5) is None
        assert lag([], replayed=99, at=12.5) is None
