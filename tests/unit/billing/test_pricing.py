"""Prices line by line, the next tier, the cliffs, and what may be bought."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from billing.domain.pricing import (
    AboveMaximum,
    BelowMinimum,
    NextTier,
    NotInSteps,
    PriceLine,
    PriceTable,
    Scheme,
    Tier,
    VolumeCliff,
    average_minor,
    check_quantity,
    next_tier,
    price_lines,
    total_minor,
    volume_cliffs,
)
from tests.unit.billing.strategies import (
    FLAT,
    GRADUATED,
    VOLUME,
    bounded,
    price_tables,
    quantities,
)

# 50 a seat up to 10 seats, 40 from 11 on: the table of the field's own example.
FIFTY_FORTY = PriceTable(Scheme.VOLUME, "EUR", (Tier(10, 50), Tier(None, 40)))


class TestPriceLines:
    def test_prices_every_seat_alike_when_flat(self) -> None:
        (line,) = price_lines(FLAT, 8)
        assert (line.quantity, line.amount_minor) == (8, 8000)

    def test_writes_one_line_per_tier_entered_when_graduated(self) -> None:
        assert price_lines(GRADUATED, 52) == (
            PriceLine(0, 1, 10, 1000, 0),
            PriceLine(1, 11, 50, 800, 0),
            PriceLine(2, 51, 52, 600, 0),
        )
        # 10 x 1000 + 40 x 800 + 2 x 600
        assert total_minor(GRADUATED, 52) == 10_000 + 32_000 + 1_200

    def test_moves_every_seat_to_the_tier_reached_when_volume(self) -> None:
        assert price_lines(VOLUME, 12) == (PriceLine(1, 1, 12, 800, 0),)
        assert total_minor(VOLUME, 12) == 9600

    def test_charges_the_flat_amount_of_each_tier_entered(self) -> None:
        tiers = (Tier(5, 100, 1000), Tier(None, 50, 300))
        graduated = PriceTable(Scheme.GRADUATED, "EUR", tiers)
        volume = PriceTable(Scheme.VOLUME, "EUR", tiers)
        assert total_minor(graduated, 5) == 5 * 100 + 1000
        assert total_minor(graduated, 6) == 5 * 100 + 1000 + 50 + 300
        assert total_minor(volume, 6) == 6 * 50 + 300

    @pytest.mark.parametrize("table", [FLAT, GRADUATED, VOLUME])
    def test_charges_nothing_for_no_seats(self, table: PriceTable) -> None:
        assert price_lines(table, 0) == ()
        assert average_minor(table, 0) == 0

    def test_refuses_seats_that_no_tier_prices(self) -> None:
        bounded_table = PriceTable(Scheme.VOLUME, "EUR", (Tier(10, 50),), maximum_seats=10)
        with pytest.raises(AboveMaximum, match="11 seats are above the maximum of 10"):
            price_lines(bounded_table, 11)
        with pytest.raises(BelowMinimum):
            price_lines(FLAT, -1)

    @bounded
    @given(price_tables(), quantities)
    def test_lines_cover_every_seat_once(self, table: PriceTable, quantity: int) -> None:
        lines = price_lines(table, quantity)
        seats = [seat for line in lines for seat in range(line.first_seat, line.last_seat + 1)]
        assert seats == list(range(1, quantity + 1))

    @bounded
    @given(price_tables(schemes=(Scheme.GRADUATED,)), quantities)
    def test_the_next_graduated_seat_costs_its_own_tier(
        self, table: PriceTable, quantity: int
    ) -> None:
        tier = table.tier_of(quantity + 1)
        entered = table.first_seat(tier) == quantity + 1
        price = table.tiers[tier]
        step = price.unit_amount_minor + (price.flat_amount_minor if entered else 0)
        assert total_minor(table, quantity + 1) - total_minor(table, quantity) == step

    @bounded
    @given(price_tables(), quantities)
    def test_one_tier_makes_the_schemes_equal(self, table: PriceTable, quantity: int) -> None:
        only = (Tier(None, table.tiers[0].unit_amount_minor),)
        totals = {total_minor(PriceTable(scheme, "EUR", only), quantity) for scheme in Scheme}
        assert len(totals) == 1


class TestAverage:
    def test_rounds_to_the_cent(self) -> None:
        # (10 x 1000 + 1 x 800) / 11 = 981.82
        assert average_minor(GRADUATED, 11) == 982

    @bounded
    @given(price_tables(flat_amounts=False), st.integers(1, 500))
    def test_lies_between_the_cheapest_and_the_dearest_seat(
        self, table: PriceTable, quantity: int
    ) -> None:
        prices = [line.unit_amount_minor for line in price_lines(table, quantity)]
        assert min(prices) <= average_minor(table, quantity) <= max(prices)


class TestCheckQuantity:
    TABLE = PriceTable(
        Scheme.FLAT, "EUR", (Tier(None, 50),), minimum_seats=10, maximum_seats=30, step=5
    )

    def test_returns_what_is_on_sale(self) -> None:
        assert [check_quantity(self.TABLE, quantity) for quantity in (10, 15, 30)] == [10, 15, 30]

    def test_names_the_minimum(self) -> None:
        with pytest.raises(BelowMinimum, match="3 seats are below the minimum of 10") as caught:
            check_quantity(self.TABLE, 3)
        assert caught.value.minimum == 10

    def test_names_the_maximum(self) -> None:
        with pytest.raises(AboveMaximum) as caught:
            check_quantity(self.TABLE, 31)
        assert caught.value.maximum == 30

    def test_names_the_step_and_the_neighbours(self) -> None:
        with pytest.raises(NotInSteps) as caught:
            check_quantity(self.TABLE, 12)
        assert (caught.value.step, caught.value.below, caught.value.above) == (5, 10, 15)


class TestNextTier:
    def test_says_how_far_and_what_it_would_cost(self) -> None:
        # 11 seats: 10 x 1000 + 800 = 10,800, which is 2,800 more than 8 x 1000
        assert next_tier(GRADUATED, 8) == NextTier(
            tier=1,
            starts_at=11,
            seats_away=3,
            unit_amount_minor=800,
            flat_amount_minor=0,
            total_minor=10_800,
            additional_minor=2_800,
        )

    def test_costs_less_across_a_cliff(self) -> None:
        following = next_tier(FIFTY_FORTY, 10)
        assert following is not None
        assert following.additional_minor == 440 - 500

    @pytest.mark.parametrize(("table", "quantity"), [(FLAT, 8), (GRADUATED, 51), (VOLUME, 900)])
    def test_ends_with_the_last_tier(self, table: PriceTable, quantity: int) -> None:
        assert next_tier(table, quantity) is None

    def test_ends_where_the_maximum_comes_first(self) -> None:
        capped = PriceTable(Scheme.VOLUME, "EUR", FIFTY_FORTY.tiers, maximum_seats=10)
        assert next_tier(capped, 8) is None

    def test_starts_at_a_quantity_on_sale(self) -> None:
        table = PriceTable(
            Scheme.GRADUATED,
            "EUR",
            (Tier(10, 50), Tier(12, 45), Tier(None, 40)),
            minimum_seats=5,
            step=5,
        )
        following = next_tier(table, 10)
        assert following is not None
        # 15 is the first multiple of 5 past 10; the tier of 11 and 12 is jumped over
        assert (following.starts_at, following.tier, following.unit_amount_minor) == (15, 2, 40)


class TestVolumeCliffs:
    def test_finds_where_more_is_cheaper(self) -> None:
        # 11 x 40 = 440; 8 x 50 = 400 is not dearer, 9 x 50 = 450 and 10 x 50 = 500 are
        assert volume_cliffs(FIFTY_FORTY) == (
            VolumeCliff(
                first_quantity=9,
                last_quantity=10,
                better_quantity=11,
                better_total_minor=440,
                largest_saving_minor=60,
            ),
        )

    def test_looks_past_the_next_tier_for_the_cheapest(self) -> None:
        table = PriceTable(Scheme.VOLUME, "EUR", (Tier(10, 50), Tier(12, 45), Tier(None, 30)))
        # 11 x 45 = 495 but 13 x 30 = 390: from 8 seats (400) on, 13 are cheaper
        assert [
            (c.first_quantity, c.last_quantity, c.better_quantity) for c in volume_cliffs(table)
        ] == [
            (8, 10, 13),
            (11, 12, 13),
        ]

    def test_names_only_quantities_on_sale(self) -> None:
        table = PriceTable(
            Scheme.VOLUME, "EUR", FIFTY_FORTY.tiers, minimum_seats=5, maximum_seats=20, step=5
        )
        # the next quantity on sale past 10 is 15, at 600 dearer than 10 at 500
        assert volume_cliffs(table) == ()

    @bounded
    @given(price_tables(schemes=(Scheme.FLAT, Scheme.GRADUATED)))
    def test_only_volume_prices_have_them(self, table: PriceTable) -> None:
        assert volume_cliffs(table) == ()

    @bounded
    @given(price_tables(schemes=(Scheme.VOLUME,)), st.integers(1, 320))
    def test_finds_every_one_and_no_other(self, table: PriceTable, quantity: int) -> None:
        mine = total_minor(table, quantity)
        cheaper_exists = any(total_minor(table, more) < mine for more in range(quantity + 1, 303))
        named = any(
            cliff.first_quantity <= quantity <= cliff.last_quantity
            for cliff in volume_cliffs(table)
        )
        assert named is cheaper_exists

    @bounded
    @given(price_tables(schemes=(Scheme.VOLUME,)))
    def test_the_better_quantity_really_is(self, table: PriceTable) -> None:
        cliffs = volume_cliffs(table)
        assume(cliffs)
        for cliff in cliffs:
            assert total_minor(table, cliff.better_quantity) == cliff.better_total_minor
            assert total_minor(table, cliff.first_quantity) > cliff.better_total_minor
            assert cliff.largest_saving_minor == Fraction(
                total_minor(table, cliff.last_quantity) - cliff.better_total_minor
            )
