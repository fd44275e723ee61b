"""Amounts, the one rounding rule, and splits that lose nothing."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.money import (
    EXPONENTS,
    CurrencyMismatch,
    FractionalMinorUnit,
    Money,
    UnknownCurrency,
    round_half_up,
    split,
)
from tests.unit.billing.strategies import bounded

fractions = st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**6)


class TestRoundHalfUp:
    @pytest.mark.parametrize(
        ("value", "rounded"),
        [
            (Fraction(5, 2), 3),
            (Fraction(-5, 2), -3),
            (Fraction(7, 2), 4),  # half-even would also say 4 ...
            (Fraction(9, 2), 5),  # ... but 4 here
            (Fraction(1, 3), 0),
            (Fraction(-2, 3), -1),
            (Fraction(12), 12),
            (Fraction(0), 0),
        ],
    )
    def test_sends_an_exact_half_away_from_zero(self, value: Fraction, rounded: int) -> None:
        assert round_half_up(value) == rounded

    @bounded
    @given(fractions)
    def test_mirrors_at_zero(self, value: Fraction) -> None:
        assert round_half_up(-value) == -round_half_up(value)

    @bounded
    @given(fractions)
    def test_is_never_off_by_more_than_half(self, value: Fraction) -> None:
        assert abs(round_half_up(value) - value) <= Fraction(1, 2)

    @bounded
    @given(fractions, fractions)
    def test_keeps_the_order(self, one: Fraction, other: Fraction) -> None:
        low, high = sorted((one, other))
        assert round_half_up(low) <= round_half_up(high)


class TestSplit:
    def test_gives_the_cent_left_over_to_the_largest_fraction(self) -> None:
        # 100 in 1 : 2 : 4 is 14.29, 28.57, 57.14; the cent left goes to 28.57
        assert split(100, [1, 2, 4]) == (14, 29, 57)

    def test_prefers_the_earlier_part_on_a_tie(self) -> None:
        assert split(100, [1, 1, 1]) == (34, 33, 33)

    def test_splits_a_credit_like_a_charge(self) -> None:
        assert split(-100, [1, 1, 1]) == (-34, -33, -33)

    def test_gives_nothing_to_a_weight_of_zero(self) -> None:
        assert split(5, [0, 1, 0]) == (0, 5, 0)

    @pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
    def test_refuses_weights_that_say_nothing(self, weights: list[int]) -> None:
        with pytest.raises(ValueError, match="weights"):
            split(100, weights)

    @bounded
    @given(
        st.integers(-(10**9), 10**9),
        st.lists(st.integers(0, 10**4), min_size=1, max_size=12).filter(any),
    )
    def test_parts_sum_to_the_whole_and_stay_within_one_unit(
        self, total: int, weights: list[int]
    ) -> None:
        parts = split(total, weights)
        assert sum(parts) == total
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part - Fraction(total * weight, sum(weights))) < 1


class TestMoney:
    def test_adds_subtracts_and_compares_in_one_currency(self) -> None:
        assert Money(1000, "EUR") + Money(250, "EUR") == Money(1250, "EUR")
        assert Money(1000, "EUR") - Money(1250, "EUR") == -Money(250, "EUR")
        assert Money(1000, "EUR") > Money(999, "EUR") >= Money(999, "EUR")
        assert Money(999, "EUR") < Money(1000, "EUR") <= Money(1000, "EUR")
        assert not Money(5, "EUR") > Money(5, "EUR")
        assert not Money(5, "EUR") < Money(5, "EUR")
        assert abs(Money(-5, "EUR")) == Money(5, "EUR")
        assert not Money.zero("EUR")

    @pytest.mark.parametrize("operation", ["__add__", "__sub__", "__lt__", "__ge__"])
    def test_refuses_two_currencies_in_one_operation(self, operation: str) -> None:
        with pytest.raises(CurrencyMismatch, match="EUR and USD"):
            getattr(Money(1, "EUR"), operation)(Money(1, "USD"))

    def test_differs_from_the_same_number_in_another_currency(self) -> None:
        assert Money(1, "EUR") != Money(1, "USD")

    @pytest.mark.parametrize("currency", ["eur", "XXX", ""])
    def test_refuses_a_currency_outside_the_table(self, currency: str) -> None:
        with pytest.raises(UnknownCurrency):
            Money(1, currency)

    @pytest.mark.parametrize("minor", [1.5, True, "3"])
    def test_refuses_anything_but_whole_minor_units(self, minor: object) -> None:
        with pytest.raises(TypeError, match="whole numbers"):
            Money(minor, "EUR")  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("money", "written"),
        [
            (Money(41290, "EUR"), "412.90 EUR"),
            (Money(15_000_000, "IDR"), "150000.00 IDR"),  # two places, as Stripe counts
            (Money(5000, "JPY"), "5000 JPY"),
            (Money(1234, "KWD"), "1.234 KWD"),
            (Money(-5, "USD"), "-0.05 USD"),
        ],
    )
    def test_knows_the_places_of_its_currency(self, money: Money, written: str) -> None:
        assert str(money) == written

    def test_reads_a_decimal_exactly_or_not_at_all(self) -> None:
        assert Money.from_decimal(Decimal("412.9"), "EUR") == Money(41290, "EUR")
        with pytest.raises(FractionalMinorUnit):
            Money.from_decimal(Decimal("0.005"), "EUR")

    @bounded
    @given(st.integers(-(10**12), 10**12), st.sampled_from(sorted(EXPONENTS)))
    def test_survives_the_way_to_a_decimal_and_back(self, minor: int, currency: str) -> None:
        money = Money(minor, currency)
        assert Money.from_decimal(money.decimal, currency) == money

    def test_takes_a_share_and_rounds_once(self) -> None:
        # 19 % of 0.50 is 0.095: half a cent, up
        assert Money(50, "EUR").times(Fraction(19, 100)) == Money(10, "EUR")

    def test_splits_into_money(self) -> None:
        assert Money(100, "EUR").split([1, 2]) == (Money(33, "EUR"), Money(67, "EUR"))
