"""The two ratios, and when an organization is near its limit."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seats.domain.usage_rules import ACTIVE_WINDOW
from seats.domain.utilization import Utilization, few_seats_left, near_limit
from seats.selectors.seat_words import FORMULA

bounded = settings(max_examples=80, deadline=None)
counts = st.integers(min_value=0, max_value=5000)


class TestRatios:
    def test_eight_of_ten_are_eighty_percent(self) -> None:
        seats = Utilization(purchased=10, assigned=9, active=8)
        assert seats.utilization == Fraction(80, 100)
        assert seats.assignment == Fraction(90, 100)

    def test_exceed_one_when_more_people_work_than_were_paid_for(self) -> None:
        seats = Utilization(purchased=10, assigned=12, active=11)
        assert seats.utilization == Fraction(11, 10)
        assert seats.assignment == Fraction(12, 10)
        assert (seats.free, seats.overage) == (0, 2)

    def test_are_undefined_without_seats(self) -> None:
        seats = Utilization(purchased=0, assigned=0, active=3)
        assert seats.utilization is None
        assert seats.assignment is None
        assert not seats.is_full

    @bounded
    @given(purchased=counts, active=counts, percent=st.integers(1, 120))
    def test_reach_a_percentage_exactly_where_the_share_does(
        self, purchased: int, active: int, percent: int
    ) -> None:
        seats = Utilization(purchased=purchased, assigned=0, active=active)
        share = seats.utilization
        assert seats.reaches(percent) == (share is not None and share >= Fraction(percent, 100))

    @pytest.mark.parametrize("numbers", [(-1, 0, 0), (0, -1, 0), (0, 0, -1)])
    def test_refuse_negative_numbers(self, numbers: tuple[int, int, int]) -> None:
        with pytest.raises(ValueError, match="never negative"):
            Utilization(*numbers)

    def test_are_explained_with_their_window(self) -> None:
        assert f"{ACTIVE_WINDOW.days} days" in str(FORMULA)

    @bounded
    @given(counts, counts, counts)
    def test_seats_are_free_assigned_or_over(
        self, purchased: int, assigned: int, active: int
    ) -> None:
        seats = Utilization(purchased, assigned, active)
        assert seats.free + assigned - seats.overage == purchased
        assert 0 in (seats.free, seats.overage)
        assert seats.is_over is (assigned > purchased)


class TestNearLimit:
    @pytest.mark.parametrize(
        ("purchased", "left"),
        [
            (5, 1),
            (15, 1),
            (16, 2),
            (25, 2),
            (26, 2),  # 10 % of 26 is 2.6
            (30, 3),
            (99, 9),
            (100, 8),
            (999, 79),  # 8 % of 999 is 79.92
            (1000, 50),
            (20_000, 1000),
        ],
    )
    def test_depends_on_the_size(self, purchased: int, left: int) -> None:
        assert few_seats_left(purchased) == left
        assert near_limit(purchased - left, purchased)
        assert not near_limit(purchased - left - 1, purchased)

    def test_includes_full_and_over(self) -> None:
        assert near_limit(10, 10)
        assert near_limit(11, 10)
        assert Utilization(10, 10, 0).is_near_limit
        assert Utilization(10, 10, 0).is_full

    def test_is_not_reached_before_the_first_assignment(self) -> None:
        assert not near_limit(0, 1)
        assert not near_limit(0, 0)

    @bounded
    @given(counts, st.integers(min_value=1, max_value=5000))
    def test_is_not_left_again_by_assigning_more(self, assigned: int, purchased: int) -> None:
        if near_limit(assigned, purchased):
            assert near_limit(assigned + 1, purchased)
