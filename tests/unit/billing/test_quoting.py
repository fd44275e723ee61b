"""The figures that an admin sees before buying."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.changes import NotAnIncrease
from billing.domain.period import Interval
from billing.domain.pricing import BelowMinimum, PriceLine, PriceTable, Tier
from billing.domain.quoting import (
    LineKind,
    QuoteFigures,
    QuoteLine,
    Settlement,
    quote_increase,
    tax_on,
)
from tests.unit.billing.strategies import (
    APRIL,
    FLAT,
    GRADUATED,
    MIDDLE_OF_APRIL,
    VOLUME,
    bounded,
    moments,
    price_tables,
)


def quote(
    table: PriceTable,
    quantity_from: int,
    quantity_to: int,
    *,
    at: datetime = MIDDLE_OF_APRIL,
    next_term_quantity: int | None = None,
    tax: int = 0,
    balance: int = 0,
) -> QuoteFigures:
    return quote_increase(
        table,
        quantity_from,
        quantity_to,
        at,
        APRIL,
        Interval.MONTH,
        next_term_quantity=next_term_quantity,
        tax_basis_points=tax,
        credit_balance_minor=balance,
    )


class TestIncrease:
    def test_lists_the_credit_and_the_debit(self) -> None:
        half = Fraction(1, 2)
        assert quote(GRADUATED, 12, 20).lines == (
            QuoteLine(LineKind.CREDIT, 12, 11_600, half, -5800, 0),
            QuoteLine(LineKind.DEBIT, 20, 18_000, half, 9000, 0),
        )

    def test_charges_the_net_now(self) -> None:
        figures = quote(GRADUATED, 12, 20)
        assert figures.seats_added == 8
        assert figures.total_now_minor == 9000 - 5800
        assert figures.credited_minor == 0

    def test_shows_the_next_invoice_tier_by_tier(self) -> None:
        invoice = quote(GRADUATED, 12, 20).next_invoice
        assert invoice.at == APRIL.end
        assert invoice.lines == (PriceLine(0, 1, 10, 1000, 0), PriceLine(1, 11, 20, 800, 0))
        assert invoice.total_minor == 10 * 1000 + 10 * 800

    def test_renews_what_a_planned_decrease_leaves(self) -> None:
        invoice = quote(GRADUATED, 12, 20, next_term_quantity=15).next_invoice
        assert (invoice.quantity, invoice.total_minor) == (15, 10 * 1000 + 5 * 800)

    def test_shows_the_average_seat_before_and_after(self) -> None:
        figures = quote(GRADUATED, 12, 20)
        # 11,600 / 12 = 966.67 and 18,000 / 20 = 900
        assert (figures.average_from_minor, figures.average_to_minor) == (967, 900)

    def test_shows_what_a_year_adds(self) -> None:
        # 8 more seats of the second tier: 8 x 800 x 12
        assert quote(GRADUATED, 12, 20).annual_delta_minor == 76_800

    def test_has_no_credit_line_for_the_first_seats(self) -> None:
        (line,) = quote(FLAT, 0, 5).lines
        assert (line.kind, line.amount_minor) == (LineKind.DEBIT, 2500)

    @pytest.mark.parametrize("quantity_to", [11, 12])
    def test_refuses_what_adds_nothing(self, quantity_to: int) -> None:
        with pytest.raises(NotAnIncrease, match="not more than the 12 of today"):
            quote(GRADUATED, 12, quantity_to)

    def test_refuses_a_quantity_that_is_not_on_sale(self) -> None:
        with pytest.raises(BelowMinimum):
            quote(replace(FLAT, minimum_seats=10), 0, 3)

    @pytest.mark.parametrize("wrong", [{"tax": -1}, {"balance": -1}])
    def test_refuses_a_negative_rate_or_balance(self, wrong: dict[str, int]) -> None:
        with pytest.raises(ValueError, match="never negative"):
            quote(FLAT, 5, 8, **wrong)  # type: ignore[arg-type]


class TestTax:
    def test_adds_the_rate_to_each_line(self) -> None:
        # 19 % of -5800 is -1102, of 9000 is 1710
        figures = quote(GRADUATED, 12, 20, tax=1900)
        assert [line.tax_minor for line in figures.lines] == [-1102, 1710]
        assert figures.now.subtotal_minor == 3200
        assert figures.now.tax_minor == 608
        assert figures.total_now_minor == 3808

    def test_rounds_the_tax_of_each_line_by_itself(self) -> None:
        # 7 % of 50 is 3.5 and of -25 is -1.75: 4 - 2, where 7 % of 25 would be 1.75
        table = replace(FLAT, tiers=(Tier(None, 50),))
        figures = quote(table, 1, 2, tax=700)
        assert [line.tax_minor for line in figures.lines] == [-2, 4]
        assert figures.total_now_minor == 25 + 2

    def test_takes_back_exactly_the_tax_it_charged(self) -> None:
        assert tax_on(-333, 1900) == -tax_on(333, 1900)


class TestBelowZero:
    """10 -> 11 seats over the volume cliff: -5000 + 4400 = -600."""

    def test_charges_nothing_and_credits_the_difference(self) -> None:
        figures = quote(VOLUME, 10, 11)
        assert figures.total_now_minor == 0
        assert figures.credited_minor == 600
        assert figures.now.total_minor == -600

    def test_uses_the_credit_for_the_next_invoice(self) -> None:
        settlement = quote(VOLUME, 10, 11).next_invoice.settlement
        # 11 x 800 = 8800, of which the 600 pay a part
        assert (settlement.from_balance_minor, settlement.charged_minor) == (600, 8200)

    def test_says_that_a_year_costs_less(self) -> None:
        assert quote(VOLUME, 10, 11).annual_delta_minor == 12 * (8800 - 10_000)


class TestCreditBalance:
    def test_pays_before_the_card(self) -> None:
        figures = quote(FLAT, 5, 8, balance=1000)
        assert figures.now == Settlement(1500, 0, 500, 1000, 0)

    def test_leaves_the_rest_to_the_next_invoice(self) -> None:
        figures = quote(FLAT, 5, 8, balance=2000)
        assert figures.total_now_minor == 0
        # 2000 - 1500 remain for 8 x 1000
        assert figures.next_invoice.settlement == Settlement(8000, 0, 7500, 500, 0)

    @bounded
    @given(
        price_tables(),
        st.integers(0, 200),
        st.integers(1, 200),
        moments(),
        st.integers(0, 3000),
        st.integers(0, 10**6),
    )
    def test_every_total_is_accounted_for(
        self, table: PriceTable, before: int, added: int, at: datetime, tax: int, balance: int
    ) -> None:
        figures = quote(table, before, before + added, at=at, tax=tax, balance=balance)
        for settlement in (figures.now, figures.next_invoice.settlement):
            parts = (
                settlement.charged_minor,
                settlement.from_balance_minor,
                settlement.to_balance_minor,
            )
            assert min(parts) >= 0
            assert parts[0] + parts[1] - parts[2] == settlement.total_minor
        spent = figures.now.from_balance_minor + figures.next_invoice.settlement.from_balance_minor
        assert spent <= balance + figures.credited_minor


class TestFingerprint:
    def test_is_the_same_for_the_same_figures(self) -> None:
        assert quote(GRADUATED, 12, 20).fingerprint() == quote(GRADUATED, 12, 20).fingerprint()

    def test_stays_the_same_between_releases(self) -> None:
        """Stored with every open quote: another canonical form would void them all."""
        canonical = (
            '{"annual_delta_minor":36000,"at":"2026-04-16T00:00:00+00:00",'
            '"average_from_minor":1000,"average_to_minor":1000,"currency":"EUR",'
            '"interval":"month","interval_from":"month","kind":"increase","lines":['
            '{"amount_minor":-2500,"fraction":"1/2","full_minor":5000,"kind":"credit",'
            '"quantity":5,"tax_minor":0},'
            '{"amount_minor":4000,"fraction":"1/2","full_minor":8000,"kind":"debit",'
            '"quantity":8,"tax_minor":0}],'
            '"next_invoice":{"at":"2026-05-01T00:00:00+00:00","lines":['
            '{"first_seat":1,"flat_amount_minor":0,"last_seat":8,"tier":0,'
            '"unit_amount_minor":1000}],"quantity":8,"settlement":'
            '{"charged_minor":8000,"from_balance_minor":0,"subtotal_minor":8000,'
            '"tax_minor":0,"to_balance_minor":0}},'
            '"now":{"charged_minor":1500,"from_balance_minor":0,"subtotal_minor":1500,'
            '"tax_minor":0,"to_balance_minor":0},'
            '"paid_quantity":5,'
            '"period":{"end":"2026-05-01T00:00:00+00:00","start":"2026-04-01T00:00:00+00:00"},'
            '"quantity_from":5,"quantity_to":8,"tax_basis_points":0}'
        )
        assert quote(FLAT, 5, 8).fingerprint() == hashlib.sha256(canonical.encode()).hexdigest()

    @pytest.mark.parametrize(
        "other",
        [
            quote(GRADUATED, 12, 21),
            quote(GRADUATED, 11, 20),
            quote(VOLUME, 12, 20),
            quote(replace(GRADUATED, currency="USD"), 12, 20),
            quote(GRADUATED, 12, 20, tax=1),
            quote(GRADUATED, 12, 20, balance=1),
            quote(GRADUATED, 12, 20, next_term_quantity=15),
            quote(GRADUATED, 12, 20, at=MIDDLE_OF_APRIL + timedelta(seconds=1)),
        ],
    )
    def test_notices_every_change(self, other: QuoteFigures) -> None:
        assert other.fingerprint() != quote(GRADUATED, 12, 20).fingerprint()

    def test_ignores_what_is_cut_from_the_second(self) -> None:
        moment = datetime(2026, 4, 16, 0, 0, 0, 123_456, tzinfo=UTC)
        assert quote(GRADUATED, 12, 20, at=moment).fingerprint() == (
            quote(GRADUATED, 12, 20).fingerprint()
        )
