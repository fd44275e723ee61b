"""A power user is in the top tenth by active days and by breadth, and really works with it."""

from seats.domain.power import Bounds, Month, bounds


class TestBounds:
    def test_are_the_ninth_of_ten(self) -> None:
        months = [Month(active_days=10 + n, features=1 + n) for n in range(10)]
        # Ranks 1 to 10: nine tenths of ten people is rank 9, which has 18 days and 9 features.
        assert bounds(months) == Bounds(active_days=18, features=9)

    def test_mark_nobody_among_fewer_than_ten(self) -> None:
        assert bounds([Month(28, 9)] * 9) is None

    def test_ask_for_two_days_a_week_and_two_features(self) -> None:
        assert bounds([Month(1, 1)] * 20) == Bounds(active_days=8, features=2)

    def test_need_days_and_breadth_both(self) -> None:
        both = Bounds(active_days=18, features=4)
        assert both.holds(Month(18, 4))
        assert not both.holds(Month(28, 3))
        assert not both.holds(Month(17, 9))
