"""What an account manager compares accounts by."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from signals.domain.portfolio import Adoption, Growth, estimated_people, worth_looking_at

COUNT = st.integers(0, 1000)


class TestUnpaidAdoption:
    def test_is_everybody_who_uses_it_less_the_paid_seats(self) -> None:
        adoption = Adoption(active_seated=9, without_seat=4, paid_seats=10, estimated_sharers=2)
        assert adoption.using == 15
        assert adoption.unpaid == 5  # 9 + 4 + 2 - 10

    def test_is_never_below_zero(self) -> None:
        assert Adoption(active_seated=2, without_seat=1, paid_seats=10).unpaid == 0

    def test_takes_expected_sharers_to_the_nearest_person(self) -> None:
        assert [estimated_people(x) for x in (0.0, 0.49, 0.5, 1.49, 2.5)] == [0, 0, 1, 1, 3]

    @given(seated=COUNT, without=COUNT, sharers=COUNT, paid=COUNT)
    def test_grows_by_at_most_one_with_each_person(
        self, seated: int, without: int, sharers: int, paid: int
    ) -> None:
        fewer = Adoption(seated, without, paid, sharers).unpaid
        more = Adoption(seated, without + 1, paid, sharers).unpaid
        assert fewer <= more <= fewer + 1
        assert Adoption(seated, without, paid + 1, sharers).unpaid <= fewer


class TestGrowth:
    def test_is_in_people_and_as_a_part_of_before(self) -> None:
        assert Growth(now=12, before=8).people == 4
        assert Growth(now=12, before=8).share == Fraction(1, 2)

    def test_is_unknown_where_nothing_was_counted_and_no_part_of_nothing(self) -> None:
        assert Growth(now=12, before=None).people is None
        assert Growth(now=12, before=0).people == 12
        assert Growth(now=12, before=0).share is None


class TestOrder:
    def test_is_unpaid_people_then_the_limit_then_growth(self) -> None:
        none, some = Adoption(5, 0, 10), Adoption(9, 3, 10)
        still, grown = Growth(5, 5), Growth(9, 5)
        ranked = sorted(
            [("growing", none, 0, grown), ("near", none, 2, still), ("unpaid", some, 0, still)],
            key=lambda each: worth_looking_at(each[1], each[2], each[3]),
            reverse=True,
        )
        assert [each[0] for each in ranked] == ["unpaid", "near", "growing"]
