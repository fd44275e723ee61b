"""Annual recurring revenue of seats."""

from hypothesis import given

from billing.domain.arr import annual_delta_minor, annual_minor
from billing.domain.period import Interval
from billing.domain.pricing import PriceTable
from tests.unit.billing.strategies import FLAT, GRADUATED, VOLUME, bounded, price_tables, quantities


class TestAnnual:
    def test_is_twelve_months_or_one_year(self) -> None:
        assert annual_minor(FLAT, 5, Interval.MONTH) == 12 * 5000
        assert annual_minor(FLAT, 5, Interval.YEAR) == 5000

    def test_credits_an_increase_at_the_tiers_it_enters(self) -> None:
        # seats 9 and 10 at 1000, seats 11 and 12 at 800
        assert annual_delta_minor(GRADUATED, 8, 12, Interval.MONTH) == 12 * (2000 + 1600)

    def test_is_honest_about_a_volume_cliff(self) -> None:
        assert annual_delta_minor(VOLUME, 10, 11, Interval.YEAR) == 8800 - 10_000

    @bounded
    @given(price_tables(), quantities, quantities, quantities)
    def test_credits_of_steps_add_up(
        self, table: PriceTable, one: int, two: int, three: int
    ) -> None:
        def delta(before: int, after: int) -> int:
            return annual_delta_minor(table, before, after, Interval.MONTH)

        assert delta(one, two) + delta(two, three) == delta(one, three)
