"""The price of a change inside a period: Stripe's reference figures and the laws behind them."""

from datetime import datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.period import OutsidePeriod, Period
from billing.domain.pricing import PriceTable, Scheme, total_minor
from billing.domain.proration import Proration, prorate_change
from tests.unit.billing.strategies import (
    APRIL,
    FLAT,
    GRADUATED,
    MIDDLE_OF_APRIL,
    VOLUME,
    bounded,
    moments,
    price_tables,
    quantities,
)


class TestReferenceFigures:
    """Monthly, exact middle of the period, minor units; source: the Stripe facts of the spec."""

    @pytest.mark.parametrize(
        ("table", "quantity_from", "quantity_to", "credit", "debit", "net"),
        [
            # 5 x 1000 / 2 and 8 x 1000 / 2
            (FLAT, 5, 8, -2500, 4000, 1500),
            # (10 x 1000 + 2 x 800) / 2 and (10 x 1000 + 10 x 800) / 2
            (GRADUATED, 12, 20, -5800, 9000, 3200),
            # 9 x 1000 / 2 and 12 x 800 / 2: all twelve at the second tier
            (VOLUME, 9, 12, -4500, 4800, 300),
        ],
    )
    def test_agree_to_the_cent(
        self,
        table: PriceTable,
        quantity_from: int,
        quantity_to: int,
        credit: int,
        debit: int,
        net: int,
    ) -> None:
        proration = prorate_change(table, quantity_from, quantity_to, MIDDLE_OF_APRIL, APRIL)
        assert proration.fraction == Fraction(1, 2)
        assert (proration.credit_minor, proration.debit_minor) == (credit, debit)
        assert proration.net_minor == net


class TestProrate:
    def test_says_what_it_reckoned_with(self) -> None:
        late = MIDDLE_OF_APRIL + timedelta(microseconds=1)
        assert prorate_change(GRADUATED, 12, 20, late, APRIL) == Proration(
            currency="EUR",
            period=APRIL,
            at=MIDDLE_OF_APRIL,
            fraction=Fraction(1, 2),
            quantity_from=12,
            quantity_to=20,
            full_from_minor=11_600,
            full_to_minor=18_000,
            credit_minor=-5_800,
            debit_minor=9_000,
        )

    def test_charges_the_whole_difference_at_the_start(self) -> None:
        assert prorate_change(FLAT, 5, 8, APRIL.start, APRIL).net_minor == 3 * 1000

    def test_charges_nothing_at_the_period_end(self) -> None:
        proration = prorate_change(FLAT, 5, 8, APRIL.end, APRIL)
        assert (proration.credit_minor, proration.debit_minor) == (0, 0)

    def test_charges_to_the_second(self) -> None:
        # 100,000 seats at 1000: 10**8 x 1/2,592,000 = 38.58 for the last second
        last_second = APRIL.end - timedelta(seconds=1)
        assert prorate_change(FLAT, 0, 100_000, last_second, APRIL).debit_minor == 39

    def test_rounds_each_line_by_itself(self) -> None:
        # 1 seat 333.33, 2 seats 666.67 of the last third: -333 + 667, though 1000/3 is 333.33
        third = APRIL.start + timedelta(days=20)
        proration = prorate_change(FLAT, 1, 2, third, APRIL)
        assert (proration.credit_minor, proration.debit_minor) == (-333, 667)
        assert proration.net_minor == 334

    def test_cuts_the_moment_to_the_second(self) -> None:
        late = MIDDLE_OF_APRIL + timedelta(microseconds=999_999)
        proration = prorate_change(FLAT, 5, 8, late, APRIL)
        assert proration == prorate_change(FLAT, 5, 8, MIDDLE_OF_APRIL, APRIL)
        assert proration.at == MIDDLE_OF_APRIL

    def test_credits_a_volume_cliff(self) -> None:
        # 10 x 1000 = 10,000 and 11 x 800 = 8,800: half of the difference comes back
        assert prorate_change(VOLUME, 10, 11, MIDDLE_OF_APRIL, APRIL).net_minor == -600

    @pytest.mark.parametrize("days", [-1, 31])
    def test_refuses_a_moment_outside_the_period(self, days: int) -> None:
        with pytest.raises(OutsidePeriod):
            prorate_change(FLAT, 5, 8, APRIL.start + timedelta(days=days), APRIL)


class TestLaws:
    @bounded
    @given(price_tables(), quantities, quantities)
    def test_whole_totals_at_the_start_and_nothing_at_the_end(
        self, table: PriceTable, before: int, after: int
    ) -> None:
        start = prorate_change(table, before, after, APRIL.start, APRIL)
        assert start.credit_minor == -total_minor(table, before)
        assert start.debit_minor == total_minor(table, after)
        assert prorate_change(table, before, after, APRIL.end, APRIL).net_minor == 0

    @bounded
    @given(price_tables(), quantities, quantities, moments(), moments())
    def test_each_line_shrinks_as_time_passes(
        self, table: PriceTable, before: int, after: int, one: datetime, other: datetime
    ) -> None:
        early, late = sorted((one, other))
        first = prorate_change(table, before, after, early, APRIL)
        then = prorate_change(table, before, after, late, APRIL)
        assert first.credit_minor <= then.credit_minor <= 0
        assert first.debit_minor >= then.debit_minor >= 0

    @bounded
    @given(price_tables(), quantities, quantities, moments())
    def test_there_and_back_in_the_same_second_is_free(
        self, table: PriceTable, before: int, after: int, at: datetime
    ) -> None:
        there = prorate_change(table, before, after, at, APRIL)
        back = prorate_change(table, after, before, at, APRIL)
        assert there.net_minor + back.net_minor == 0

    @bounded
    @given(price_tables(), quantities, quantities, quantities, moments())
    def test_steps_in_the_same_second_cost_what_one_step_costs(
        self, table: PriceTable, before: int, between: int, after: int, at: datetime
    ) -> None:
        steps = (
            prorate_change(table, before, between, at, APRIL).net_minor
            + prorate_change(table, between, after, at, APRIL).net_minor
        )
        assert steps == prorate_change(table, before, after, at, APRIL).net_minor

    @bounded
    @given(price_tables(), quantities, quantities, moments(), moments())
    def test_there_and_back_later_costs_the_time_between(
        self, table: PriceTable, before: int, after: int, one: datetime, other: datetime
    ) -> None:
        early, late = sorted((one, other))
        there = prorate_change(table, before, after, early, APRIL)
        back = prorate_change(table, after, before, late, APRIL)
        exact = (total_minor(table, after) - total_minor(table, before)) * (
            there.fraction - back.fraction
        )
        # four lines, each off by at most half a cent
        assert abs(there.net_minor + back.net_minor - exact) <= 2

    @bounded
    @given(price_tables(), quantities, quantities, moments())
    def test_net_is_within_a_cent_of_the_exact_share(
        self, table: PriceTable, before: int, after: int, at: datetime
    ) -> None:
        proration = prorate_change(table, before, after, at, APRIL)
        exact = (total_minor(table, after) - total_minor(table, before)) * proration.fraction
        assert abs(proration.net_minor - exact) <= 1

    @bounded
    @given(
        price_tables(schemes=(Scheme.FLAT, Scheme.GRADUATED)),
        quantities,
        st.integers(0, 100),
        moments(),
    )
    def test_more_seats_never_bring_money_back_without_volume_prices(
        self, table: PriceTable, before: int, added: int, at: datetime
    ) -> None:
        assert prorate_change(table, before, before + added, at, APRIL).net_minor >= 0

    @bounded
    @given(price_tables(), quantities, quantities, moments(), st.integers(2, 12))
    def test_only_the_share_matters_not_the_length_of_the_period(
        self, table: PriceTable, before: int, after: int, at: datetime, times: int
    ) -> None:
        longer = Period(APRIL.start, APRIL.start + times * (APRIL.end - APRIL.start))
        later = APRIL.start + times * (at - APRIL.start)
        assert (
            prorate_change(table, before, after, later, longer).net_minor
            == prorate_change(table, before, after, at, APRIL).net_minor
        )
