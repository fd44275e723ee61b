"""Two price tables side by side, held against trying every quantity."""

from fractions import Fraction

import pytest
from hypothesis import assume, given

from billing.domain.money import CurrencyMismatch
from billing.domain.price_comparison import (
    Run,
    Side,
    annual_saving,
    compare,
    saving_range,
    thousandths,
)
from billing.domain.price_design import LARGEST_QUANTITY, segments
from billing.domain.pricing import PriceTable, Scheme, Tier, total_minor
from tests.unit.billing.strategies import FLAT, GRADUATED, VOLUME, bounded, price_tables


def flat(unit: int, currency: str = "EUR") -> PriceTable:
    return PriceTable(Scheme.FLAT, currency, (Tier(None, unit),))


class TestCompare:
    def test_names_who_is_cheaper_where(self) -> None:
        # Against 9.00 flat, graduated tiers cost 10.00 for the first ten and 8.00 for the next
        # forty: at 20 seats both cost 180.00.
        found = compare(GRADUATED, flat(900))
        assert found.runs == (
            Run(1, 19, Side.SECOND),
            Run(20, 20, Side.NEITHER),
            Run(21, LARGEST_QUANTITY, Side.FIRST),
        )
        assert found.first_cheaper(Side.FIRST) == 21
        assert found.first_cheaper(Side.SECOND) == 1

    def test_of_a_table_with_itself_finds_no_difference(self) -> None:
        found = compare(VOLUME, VOLUME)
        assert found.runs == (Run(1, LARGEST_QUANTITY, Side.NEITHER),)
        assert found.first_cheaper(Side.FIRST) is None

    def test_takes_months_twelve_times_against_a_year(self) -> None:
        found = compare(FLAT, flat(9_840), first_times=12)
        # 12 x 10.00 = 120.00 against 98.40
        assert found.runs == (Run(1, LARGEST_QUANTITY, Side.SECOND),)

    def test_refuses_two_currencies(self) -> None:
        with pytest.raises(CurrencyMismatch):
            compare(FLAT, flat(1000, "USD"))

    @bounded
    @given(price_tables(), price_tables())
    def test_agrees_with_trying_every_quantity(self, one: PriceTable, other: PriceTable) -> None:
        runs = compare(one, other).runs
        for seats in range(1, 700):
            (run,) = (run for run in runs if run.first <= seats <= run.last)
            mine, theirs = total_minor(one, seats), total_minor(other, seats)
            expected = (
                Side.NEITHER if mine == theirs else Side.FIRST if mine < theirs else Side.SECOND
            )
            assert run.cheaper is expected, seats


class TestAnnualSaving:
    def test_is_the_share_of_twelve_months(self) -> None:
        # 1 - 98.40 / 120.00 = 0.18
        assert annual_saving(FLAT, flat(9_840), 7) == Fraction(18, 100)

    def test_is_unknown_where_months_are_free(self) -> None:
        assert annual_saving(flat(0), flat(0), 7) is None
        assert saving_range(flat(0), flat(0)) is None

    def test_refuses_two_currencies(self) -> None:
        with pytest.raises(CurrencyMismatch):
            annual_saving(FLAT, flat(9_840, "USD"), 1)

    def test_names_where_the_least_and_the_most_is_saved(self) -> None:
        annual = PriceTable(Scheme.VOLUME, "EUR", (Tier(10, 10_200), Tier(None, 9_000)))
        found = saving_range(FLAT, annual)
        assert found is not None
        # 1 - 102 / 120 = 15 % up to ten seats, 1 - 90 / 120 = 25 % above
        assert (found.lowest, found.lowest_at) == (Fraction(15, 100), 1)
        assert (found.highest, found.highest_at) == (Fraction(25, 100), 11)
        assert not found.is_in_band

    @pytest.mark.parametrize(
        ("annual", "is_in_band"),
        [
            (10_200, True),  # 15 %
            (9_600, True),  # 20 %
            (10_206, True),  # 14.95 %, shown as 15.0 %
            (10_207, False),  # 14.94 %, shown as 14.9 %
            (9_595, True),  # 20.04 %, shown as 20.0 %
            (9_594, False),  # 20.05 %, shown as 20.1 %
        ],
    )
    def test_is_judged_to_a_tenth_of_a_percent(self, annual: int, is_in_band: bool) -> None:
        found = saving_range(FLAT, flat(annual))
        assert found is not None
        assert found.is_in_band is is_in_band

    def test_rounds_thousandths_half_up(self) -> None:
        assert thousandths(Fraction(2005, 10_000)) == 201

    @bounded
    @given(price_tables(), price_tables())
    def test_range_holds_every_quantity(self, monthly: PriceTable, annual: PriceTable) -> None:
        found = saving_range(monthly, annual)
        assume(found is not None)
        assert found is not None
        assert annual_saving(monthly, annual, found.lowest_at) == found.lowest
        assert annual_saving(monthly, annual, found.highest_at) == found.highest
        for seats in range(1, 700):
            saving = annual_saving(monthly, annual, seats)
            if saving is not None:
                assert found.lowest <= saving <= found.highest
        assert found.lowest_at <= segments(monthly, annual)[-1].last
