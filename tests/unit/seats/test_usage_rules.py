"""Who counts as active."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seats.domain.usage_rules import (
    EventKind,
    active_window,
    is_active,
    is_foreground_action,
)

NOW = datetime(2026, 4, 16, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class TestForegroundAction:
    @pytest.mark.parametrize(
        ("kind", "feature", "quantity", "counts"),
        [
            (EventKind.SIGN_IN, "", 0, True),
            (EventKind.FEATURE, "report", 1, True),
            (EventKind.FEATURE, "report", 0, False),
            (EventKind.FEATURE, "sync", 1, False),
        ],
    )
    def test_is_what_a_person_did(
        self, kind: EventKind, feature: str, quantity: int, counts: bool
    ) -> None:
        assert is_foreground_action(kind, feature, quantity, {"sync"}) is counts


class TestActive:
    @pytest.mark.parametrize(
        ("last_action_at", "counts"),
        [
            (None, False),
            (NOW - timedelta(days=28), True),
            (NOW - timedelta(days=28) - SECOND, False),
            (NOW - SECOND, True),
            (NOW, False),
        ],
    )
    def test_is_an_action_in_28_days_without_the_end(
        self, last_action_at: datetime | None, counts: bool
    ) -> None:
        assert is_active(last_action_at, active_window(NOW)) is counts

    @settings(max_examples=80, deadline=None)
    @given(st.integers(0, 10**7))
    def test_every_action_counts_in_exactly_one_of_two_windows_in_a_row(self, seconds: int) -> None:
        action = NOW - timedelta(seconds=seconds)
        windows = [active_window(NOW - timedelta(days=28) * n) for n in range(6)]
        assert sum(is_active(action, window) for window in windows) == (0 < seconds <= 14_515_200)
