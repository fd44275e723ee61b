"""What a discount takes off, and for how long."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.discount import (
    Discount,
    ImpossibleDiscount,
    basis_points_at,
    discount_on,
    for_months,
    paid_share,
)
from billing.domain.period import Interval
from billing.domain.pricing import PriceTable
from billing.domain.quoting import LineKind, QuoteLine, quote_increase, renewal_invoice
from tests.unit.billing.strategies import (
    APRIL,
    GRADUATED,
    MIDDLE_OF_APRIL,
    bounded,
    moments,
    price_tables,
)

START = datetime(2026, 1, 31, tzinfo=UTC)


class TestDuration:
    def test_ends_after_calendar_months_counted_from_its_start(self) -> None:
        assert for_months(1000, START, 1).ends_at == datetime(2026, 2, 28, tzinfo=UTC)
        assert for_months(1000, START, 3).ends_at == datetime(2026, 4, 30, tzinfo=UTC)

    def test_without_months_has_no_end(self) -> None:
        assert for_months(1000, START, None).is_in_force(START + timedelta(days=9999))

    def test_holds_its_start_and_not_its_end(self) -> None:
        given_for = for_months(1000, START, 1)
        end = datetime(2026, 2, 28, tzinfo=UTC)
        second = timedelta(seconds=1)
        moments = (START - second, START, end - second, end)
        assert [given_for.is_in_force(at) for at in moments] == [False, True, True, False]

    @pytest.mark.parametrize("basis_points", [0, -1, 10_001])
    def test_refuses_what_takes_nothing_or_more_than_everything(self, basis_points: int) -> None:
        with pytest.raises(ImpossibleDiscount, match=str(basis_points)):
            Discount(basis_points, START)

    def test_may_take_everything(self) -> None:
        assert discount_on(999, Discount(10_000, START).basis_points) == 999

    def test_refuses_an_end_before_its_start(self) -> None:
        with pytest.raises(ImpossibleDiscount):
            Discount(1000, START, START - timedelta(seconds=1))
        assert not Discount(1000, START, START).is_in_force(START)

    def test_of_several_the_largest_counts_alone(self) -> None:
        both = [Discount(1000, START), Discount(2500, START, START + timedelta(days=1))]
        assert basis_points_at(both, START) == 2500
        assert basis_points_at(both, START + timedelta(days=1)) == 1000
        assert basis_points_at(both, START - timedelta(days=1)) == 0


class TestAmount:
    @pytest.mark.parametrize(
        ("amount", "basis_points", "off"),
        # 12.5 % of 116.00; half a cent is rounded up; a third of a per cent
        [(11_600, 1250, 1450), (5, 1000, 1), (4, 1000, 0), (10_000, 33, 33)],
    )
    def test_is_rounded_half_up(self, amount: int, basis_points: int, off: int) -> None:
        assert discount_on(amount, basis_points) == off

    def test_leaves_a_share_of_what_was_charged(self) -> None:
        assert paid_share(1001, 100) == Fraction(901, 1001)
        assert paid_share(0, 0) == 1


class TestQuote:
    def test_reduces_credit_and_debit_alike(self) -> None:
        figures = quote_increase(
            GRADUATED, 12, 20, MIDDLE_OF_APRIL, APRIL, Interval.MONTH,
            discount_basis_points=1000, next_discount_basis_points=1000,
            paid_share=Fraction(9, 10), tax_basis_points=1900,
        )  # fmt: skip
        half = Fraction(1, 2)
        # 116.00 x 1/2 x 9/10 = 52.20, its tax 9.918; 90.00 less 9.00, tax on 81.00 is 15.39
        assert figures.lines == (
            QuoteLine(LineKind.CREDIT, 12, 11_600, half, -5220, -992, 0, Fraction(9, 10)),
            QuoteLine(LineKind.DEBIT, 20, 18_000, half, 9000, 1539, 900),
        )
        # -52.20 + 90.00 - 9.00 + 15.39 - 9.92
        assert figures.total_now_minor == 3427
        assert (figures.now.subtotal_minor, figures.now.discount_minor) == (3780, 900)

    def test_credits_in_full_what_was_paid_before_the_discount(self) -> None:
        figures = quote_increase(
            GRADUATED, 12, 20, MIDDLE_OF_APRIL, APRIL, Interval.MONTH, discount_basis_points=1000
        )  # fmt: skip
        # -58.00 + 90.00 - 9.00
        assert figures.total_now_minor == 2300

    def test_leaves_a_discount_that_ends_before_it_out_of_the_next_invoice(self) -> None:
        figures = quote_increase(
            GRADUATED, 12, 20, MIDDLE_OF_APRIL, APRIL, Interval.MONTH, discount_basis_points=1000
        )  # fmt: skip
        assert figures.next_invoice.total_minor == 18_000

    def test_takes_it_off_each_line_of_the_next_invoice(self) -> None:
        following = renewal_invoice(
            GRADUATED, 20, APRIL.end, discount_basis_points=333, tax_basis_points=1900
        )
        # 3.33 % of 100.00 and of 80.00: 3.33 and 2.664, then 19 % of 96.67 and of 77.34
        assert following.settlement.discount_minor == 333 + 266
        assert following.settlement.tax_minor == 1837 + 1469
        assert following.total_minor == 18_000 - 599 + 3306

    def test_is_named_with_the_figures(self) -> None:
        figures = quote_increase(
            GRADUATED, 12, 20, MIDDLE_OF_APRIL, APRIL, Interval.MONTH,
            discount_basis_points=500, next_discount_basis_points=300, tax_basis_points=1900,
        )  # fmt: skip
        assert figures.discount_basis_points == 500
        assert figures.next_invoice.discount_basis_points == 300
        # 3 % of 100.00 and of 80.00, then 19 % of 97.00 and of 77.60
        assert figures.next_invoice.settlement.tax_minor == 1843 + 1474

    def test_changes_the_fingerprint(self) -> None:
        plain, reduced, later = (
            quote_increase(
                GRADUATED, 12, 20, MIDDLE_OF_APRIL, APRIL, Interval.MONTH,
                discount_basis_points=now, next_discount_basis_points=then,
            ).fingerprint()
            for now, then in ((0, 0), (1, 0), (0, 1))
        )  # fmt: skip
        assert len({plain, reduced, later}) == 3

    @bounded
    @given(
        price_tables(), st.integers(0, 200), st.integers(1, 200), moments(), st.integers(0, 10_000)
    )
    def test_never_charges_more_than_without_it(
        self, table: PriceTable, before: int, added: int, at: datetime, basis_points: int
    ) -> None:
        plain, reduced = (
            quote_increase(
                table, before, before + added, at, APRIL, Interval.MONTH,
                discount_basis_points=off, next_discount_basis_points=off,
            )
            for off in (0, basis_points)
        )  # fmt: skip
        assert reduced.now.total_minor <= plain.now.total_minor
        assert 0 <= reduced.next_invoice.total_minor <= plain.next_invoice.total_minor
        if basis_points == 10_000:
            assert reduced.next_invoice.total_minor == 0
