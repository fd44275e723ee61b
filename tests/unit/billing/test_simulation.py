"""Simulated totals against a sum that counts seat by seat and knows nothing of our code."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.pricing import AboveMaximum, BelowMinimum, PriceTable, Scheme, Tier
from billing.domain.simulation import is_on_sale, simulate_totals
from tests.unit.billing.strategies import GRADUATED, VOLUME, bounded, price_tables


def brute_force(table: PriceTable, quantity: int) -> int:
    """Walk the seats one by one; nothing of `billing.domain` is called."""
    if quantity == 0:
        return 0
    ends = [tier.up_to or quantity for tier in table.tiers]
    tier_of_seat = []
    for seat in range(1, quantity + 1):
        index = 0
        while seat > ends[index]:
            index += 1
        tier_of_seat.append(index)
    if table.scheme is Scheme.GRADUATED:
        seats = sum(table.tiers[index].unit_amount_minor for index in tier_of_seat)
        return seats + sum(table.tiers[index].flat_amount_minor for index in set(tier_of_seat))
    reached = table.tiers[tier_of_seat[-1]]
    return sum(reached.unit_amount_minor for _ in tier_of_seat) + reached.flat_amount_minor


class TestSimulateTotals:
    def test_lists_each_tier_that_was_entered(self) -> None:
        (total,) = simulate_totals(GRADUATED, [60])
        # 10 x 10.00 + 40 x 8.00 + 10 x 6.00 = 480.00, so 8.00 for each of 60 on average
        assert (total.total_minor, total.average_minor) == (48_000, 800)
        assert [(line.first_seat, line.last_seat, line.amount_minor) for line in total.lines] == [
            (1, 10, 10_000),
            (11, 50, 32_000),
            (51, 60, 6_000),
        ]

    def test_keeps_the_order_and_prices_no_seat_at_nothing(self) -> None:
        totals = simulate_totals(VOLUME, [11, 0, 10, 11])
        # 11 x 8.00 is less than 10 x 10.00
        assert [total.total_minor for total in totals] == [8_800, 0, 10_000, 8_800]
        assert (totals[1].lines, totals[1].average_minor) == ((), 0)

    def test_stays_exact_for_a_billion_seats(self) -> None:
        (total,) = simulate_totals(GRADUATED, [10**9])
        # 10,000 + 32,000 + (1,000,000,000 - 50) x 600
        assert total.total_minor == 600_000_012_000

    def test_says_which_quantities_nobody_may_buy(self) -> None:
        table = PriceTable(
            Scheme.FLAT, "EUR", (Tier(None, 100),), minimum_seats=10, maximum_seats=20, step=5
        )
        totals = simulate_totals(table, [5, 10, 12, 15, 20, 25])
        assert [total.is_on_sale for total in totals] == [False, True, False, True, True, False]

    def test_refuses_what_no_tier_reaches(self) -> None:
        table = PriceTable(Scheme.FLAT, "EUR", (Tier(20, 100),), maximum_seats=20)
        with pytest.raises(AboveMaximum):
            simulate_totals(table, [21])
        with pytest.raises(BelowMinimum):
            simulate_totals(table, [-1])

    @bounded
    @given(price_tables(), st.lists(st.integers(0, 400), max_size=4))
    def test_equals_the_sum_seat_by_seat(self, table: PriceTable, quantities: list[int]) -> None:
        totals = simulate_totals(table, quantities)
        assert [total.quantity for total in totals] == quantities
        for total in totals:
            expected = brute_force(table, total.quantity)
            assert total.total_minor == expected
            assert sum(line.amount_minor for line in total.lines) == expected
            assert sum(line.quantity for line in total.lines) == total.quantity
            if total.quantity:
                exact = Fraction(expected, total.quantity)
                assert abs(total.average_minor - exact) <= Fraction(1, 2)

    @bounded
    @given(price_tables(), st.integers(1, 400))
    def test_everything_of_an_open_table_is_on_sale(self, table: PriceTable, seats: int) -> None:
        assert is_on_sale(table, seats)
