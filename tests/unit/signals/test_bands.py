"""Which band an organization reaches, and when it is clear."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seats.domain.utilization import Utilization
from signals.domain.bands import Band, is_clear, reached

counts = st.integers(min_value=0, max_value=60)


class TestReached:
    @pytest.mark.parametrize(
        ("purchased", "assigned", "active", "band"),
        [
            (10, 8, 7, None),
            (100, 80, 79, None),
            (10, 8, 8, Band.EIGHTY),  # 8 / 10
            (10, 9, 8, Band.NEAR),  # 1 of up to 15 left
            (10, 10, 2, Band.FULL),
            (10, 11, 2, Band.OVER),
            (100, 91, 80, Band.EIGHTY),  # 9 left, near is 8
            (100, 92, 80, Band.NEAR),
            (4, 2, 4, None),  # below five seats U does not count
            (4, 3, 0, Band.NEAR),
            (5, 3, 4, Band.EIGHTY),
            (0, 0, 9, None),
            (0, 1, 0, Band.OVER),
        ],
    )
    def test_is_the_highest_that_holds(
        self, purchased: int, assigned: int, active: int, band: Band | None
    ) -> None:
        assert reached(Utilization(purchased, assigned, active)) is band

    def test_bands_rise_in_the_order_of_the_specification(self) -> None:
        assert list(Band) == [Band.EIGHTY, Band.NEAR, Band.FULL, Band.OVER]
        assert Band.FULL.is_above(Band.NEAR)
        assert not Band.NEAR.is_above(Band.NEAR)
        assert Band.EIGHTY.is_above(None)


class TestClear:
    @pytest.mark.parametrize(
        ("purchased", "assigned", "active", "clear"),
        [
            (1000, 800, 749, True),
            (100, 80, 75, False),  # neither alerted nor clear: no flapping
            (100, 80, 79, False),
            (10, 10, 1, False),  # full stays a case
            (4, 2, 4, True),
            (0, 0, 0, True),
        ],
    )
    def test_is_below_75_percent_and_in_no_band(
        self, purchased: int, assigned: int, active: int, clear: bool
    ) -> None:
        assert is_clear(Utilization(purchased, assigned, active)) is clear

    @settings(max_examples=80, deadline=None)
    @given(counts, counts, counts)
    def test_never_holds_together_with_a_band(
        self, purchased: int, assigned: int, active: int
    ) -> None:
        seats = Utilization(purchased, assigned, active)
        assert not (is_clear(seats) and reached(seats) is not None)
