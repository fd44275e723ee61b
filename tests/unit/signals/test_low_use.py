"""Low use: when few of the purchased seats are in use."""

from datetime import date, timedelta

import pytest

from seats.domain.utilization import Utilization
from signals.domain.detectors.low_use import LowUseSettings, low_use
from signals.domain.findings import Presence

ON = date(2026, 6, 30)


def presence(active: int, purchased: int = 100, bought: date | None = None) -> Presence:
    seats = Utilization(purchased=purchased, assigned=0, active=active)
    return low_use(seats, on=ON, last_purchase_on=bought, settings=LowUseSettings())


class TestLowUse:
    @pytest.mark.parametrize(
        ("active", "expected"),
        [
            (59, Presence.THERE),  # 59 %
            (60, Presence.BETWEEN),
            (64, Presence.BETWEEN),
            (65, Presence.GONE),
            (0, Presence.THERE),
        ],
    )
    def test_begins_below_60_and_ends_from_65_percent(
        self, active: int, expected: Presence
    ) -> None:
        assert presence(active) is expected

    def test_waits_30_days_after_a_purchase(self) -> None:
        assert presence(10, bought=ON - timedelta(days=29)) is Presence.BETWEEN
        assert presence(10, bought=ON - timedelta(days=30)) is Presence.THERE

    def test_is_nothing_below_five_seats(self) -> None:
        assert presence(0, purchased=4) is Presence.GONE
        assert presence(0, purchased=5) is Presence.THERE

    def test_is_nothing_without_seats(self) -> None:
        assert presence(0, purchased=0) is Presence.GONE
