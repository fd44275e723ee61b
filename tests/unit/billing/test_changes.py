"""Which change may happen when, and what the other changes than an increase cost."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.changes import (
    BelowAssigned,
    ChangeKind,
    CheaperPlanWaits,
    CommittedUntil,
    FewerSeatsWait,
    Holding,
    NotAnIncrease,
    OtherCurrency,
    annual_saving,
    check_change_at_renewal,
    check_change_now,
)
from billing.domain.period import Interval, Period
from billing.domain.pricing import (
    AboveMaximum,
    BelowMinimum,
    NotInSteps,
    PriceLine,
    PriceTable,
    Scheme,
    Tier,
    total_minor,
)
from billing.domain.quoting import LineKind, QuoteFigures, QuoteLine, Settlement, quote_change
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

MONTH, YEAR = Interval.MONTH, Interval.YEAR
# 17 % below twelve months of 10.00: 99.60 a seat and year.
ANNUAL = PriceTable(Scheme.FLAT, "EUR", (Tier(None, 9960),))
# The reference tiers for a year, 20 % below: 96.00, 76.80 and 57.60.
ANNUAL_GRADUATED = PriceTable(
    Scheme.GRADUATED, "EUR", (Tier(10, 9600), Tier(50, 7680), Tier(None, 5760))
)
BUSINESS = PriceTable(Scheme.FLAT, "EUR", (Tier(None, 1500),))


def change(
    kind: ChangeKind,
    before: Holding,
    after: Holding,
    *,
    paid: int | None = None,
    renewal: Holding | None = None,
    balance: int = 0,
    tax: int = 0,
    at: datetime = MIDDLE_OF_APRIL,
    period: Period = APRIL,
) -> QuoteFigures:
    return quote_change(
        kind,
        before,
        after,
        at,
        period,
        paid_quantity=paid,
        renewal=renewal,
        tax_basis_points=tax,
        credit_balance_minor=balance,
    )


def monthly(quantity: int, table: PriceTable = FLAT) -> Holding:
    return Holding(table, MONTH, quantity)


def yearly(quantity: int, table: PriceTable = ANNUAL) -> Holding:
    return Holding(table, YEAR, quantity)


class TestSwitchToAnnual:
    def test_credits_the_unused_month_and_charges_a_whole_year(self) -> None:
        figures = change(ChangeKind.SWITCH, monthly(12), yearly(12))
        # half of 12 x 1000 back; 12 x 9960 for the year
        assert figures.lines == (
            QuoteLine(LineKind.CREDIT, 12, 12_000, Fraction(1, 2), -6000, 0),
            QuoteLine(LineKind.TERM, 12, 119_520, Fraction(1), 119_520, 0),
        )
        assert figures.total_now_minor == 119_520 - 6000

    def test_charges_the_year_tier_by_tier(self) -> None:
        figures = change(
            ChangeKind.SWITCH, monthly(12, GRADUATED), yearly(20, ANNUAL_GRADUATED), tax=1900
        )
        # -(10 x 1000 + 2 x 800) / 2; 10 x 9600; 10 x 7680; 19 % on each line
        assert [(line.quantity, line.amount_minor, line.tax_minor) for line in figures.lines] == [
            (12, -5800, -1102),
            (10, 96_000, 18_240),
            (10, 76_800, 14_592),
        ]
        assert figures.total_now_minor == 167_000 + 31_730

    def test_begins_a_year_at_that_second(self) -> None:
        figures = change(ChangeKind.SWITCH, monthly(12), yearly(12))
        assert figures.next_invoice.at == datetime(2027, 4, 16, tzinfo=UTC)
        assert figures.next_invoice.total_minor == 119_520
        assert (figures.interval_from, figures.interval) == (MONTH, YEAR)

    def test_credits_every_seat_that_was_paid(self) -> None:
        # 12 were paid, 8 are left after a dip without a credit: half of 12 x 1000 comes back
        figures = change(ChangeKind.SWITCH, monthly(8), yearly(8), paid=12)
        assert [line.amount_minor for line in figures.lines] == [-6000, 79_680]

    def test_lowers_the_revenue_of_a_year_by_the_discount(self) -> None:
        # 12 x (9960 - 12 x 1000)
        figures = change(ChangeKind.SWITCH, monthly(12), yearly(12))
        assert figures.annual_delta_minor == -24_480

    def test_pays_from_the_credit_balance_first(self) -> None:
        figures = change(ChangeKind.SWITCH, monthly(1), yearly(1), balance=10_000)
        # 9960 - 500 = 9460, of 10,000
        assert figures.now == Settlement(9460, 0, 0, 9460, 0)
        assert figures.next_invoice.settlement.from_balance_minor == 540

    @bounded
    @given(price_tables(), price_tables(), st.integers(1, 200), st.integers(0, 200), moments())
    def test_charges_the_year_and_gives_back_the_rest_of_the_month(
        self, old: PriceTable, new: PriceTable, seats: int, more: int, at: datetime
    ) -> None:
        figures = change(ChangeKind.SWITCH, monthly(seats, old), yearly(seats + more, new), at=at)
        year = sum(line.amount_minor for line in figures.lines if line.kind is LineKind.TERM)
        assert year == total_minor(new, seats + more)
        assert 0 <= year - figures.now.subtotal_minor <= total_minor(old, seats)


class TestPlanChange:
    def test_credits_the_old_price_and_charges_the_new_one(self) -> None:
        figures = change(ChangeKind.PLAN_CHANGE, monthly(12), monthly(12, BUSINESS))
        # halves of 12 x 1000 and 12 x 1500
        assert [line.amount_minor for line in figures.lines] == [-6000, 9000]
        assert figures.next_invoice.at == APRIL.end
        assert figures.next_invoice.lines == (PriceLine(0, 1, 12, 1500, 0),)

    def test_may_bring_seats_along(self) -> None:
        figures = change(ChangeKind.PLAN_CHANGE, monthly(12), monthly(15, BUSINESS))
        # -6000; half of 15 x 1500
        assert [line.amount_minor for line in figures.lines] == [-6000, 11_250]

    def test_has_an_invoice_even_for_seats_that_were_paid(self) -> None:
        figures = change(ChangeKind.PLAN_CHANGE, monthly(8), monthly(8, BUSINESS), paid=12)
        # half of 12 x 1000 back, half of 8 x 1500
        assert [line.amount_minor for line in figures.lines] == [-6000, 6000]
        assert figures.has_invoice
        assert figures.total_now_minor == 0


class TestSeatsPaidBefore:
    """12 seats were paid; a dip without a credit left 8."""

    @pytest.mark.parametrize("quantity", [9, 12])
    def test_come_back_free_and_without_an_invoice(self, quantity: int) -> None:
        figures = change(ChangeKind.INCREASE, monthly(8), monthly(quantity), paid=12)
        assert (figures.lines, figures.has_invoice) == ((), False)
        assert figures.now == Settlement(0, 0, 0, 0, 0)
        assert figures.next_invoice.total_minor == quantity * 1000

    def test_are_credited_when_more_are_bought(self) -> None:
        figures = change(ChangeKind.INCREASE, monthly(8), monthly(15), paid=12)
        # halves of 12 x 1000 and 15 x 1000: only the 3 that are new are charged
        assert [(line.quantity, line.amount_minor) for line in figures.lines] == [
            (12, -6000),
            (15, 7500),
        ]
        assert figures.total_now_minor == 1500

    def test_do_not_hide_what_a_correction_gave_for_nothing(self) -> None:
        # 15 seats, of which 12 were paid: one more is 16 - 12 = 4 seats of half a month
        figures = change(ChangeKind.INCREASE, monthly(15), monthly(16), paid=12)
        assert figures.total_now_minor == 8000 - 6000

    @bounded
    @given(price_tables(), st.integers(1, 100), st.integers(0, 99), st.integers(1, 150), moments())
    def test_cost_the_same_with_and_without_the_dip(
        self, table: PriceTable, paid: int, dip: int, more: int, at: datetime
    ) -> None:
        left = max(paid - dip, 0)
        dipped = change(
            ChangeKind.INCREASE, monthly(left, table), monthly(paid + more, table), paid=paid, at=at
        )
        straight = change(
            ChangeKind.INCREASE, monthly(paid, table), monthly(paid + more, table), at=at
        )
        assert dipped.lines == straight.lines


class TestRenewalWithAnotherPrice:
    def test_is_the_next_invoice(self) -> None:
        figures = change(ChangeKind.INCREASE, monthly(12), monthly(14), renewal=yearly(10))
        assert figures.next_invoice.at == APRIL.end
        assert (figures.next_invoice.quantity, figures.next_invoice.total_minor) == (10, 99_600)


class TestNow:
    @pytest.mark.parametrize(
        ("kind", "before", "after", "refusal"),
        [
            (ChangeKind.INCREASE, monthly(12), monthly(12), NotAnIncrease),
            (ChangeKind.INCREASE, monthly(12), monthly(11), NotAnIncrease),
            (ChangeKind.SWITCH, monthly(12), yearly(11), FewerSeatsWait),
            (ChangeKind.PLAN_CHANGE, monthly(12), monthly(11, BUSINESS), FewerSeatsWait),
            (ChangeKind.SWITCH, yearly(12), monthly(12), CommittedUntil),
            (ChangeKind.PLAN_CHANGE, monthly(12, BUSINESS), monthly(12), CheaperPlanWaits),
            (
                ChangeKind.SWITCH,
                monthly(12),
                yearly(12, replace(ANNUAL, currency="USD")),
                OtherCurrency,
            ),
            (
                ChangeKind.SWITCH,
                monthly(12),
                yearly(12, replace(ANNUAL, minimum_seats=20)),
                BelowMinimum,
            ),
            (
                ChangeKind.SWITCH,
                monthly(12),
                yearly(12, replace(ANNUAL, maximum_seats=10)),
                AboveMaximum,
            ),
            (
                ChangeKind.SWITCH,
                monthly(12),
                yearly(12, replace(ANNUAL, step=5, minimum_seats=5)),
                NotInSteps,
            ),
        ],
    )
    def test_refuses(
        self, kind: ChangeKind, before: Holding, after: Holding, refusal: type[ValueError]
    ) -> None:
        with pytest.raises(refusal):
            check_change_now(kind, before, after, period_end=APRIL.end)

    def test_names_the_seats_that_stay_until_then(self) -> None:
        with pytest.raises(FewerSeatsWait, match="Fewer than 12 seats") as caught:
            check_change_now(ChangeKind.SWITCH, monthly(12), yearly(11), period_end=APRIL.end)
        assert (caught.value.until, caught.value.quantity) == (APRIL.end, 12)

    def test_names_both_currencies(self) -> None:
        dollars = yearly(12, replace(ANNUAL, currency="USD"))
        with pytest.raises(OtherCurrency) as caught:
            check_change_now(ChangeKind.SWITCH, monthly(12), dollars, period_end=APRIL.end)
        assert (caught.value.currency, caught.value.wanted) == ("EUR", "USD")

    def test_names_the_day_that_a_change_waits_for(self) -> None:
        with pytest.raises(CommittedUntil, match="until 2026-05-01") as caught:
            check_change_now(ChangeKind.SWITCH, yearly(1), monthly(1), period_end=APRIL.end)
        assert caught.value.until == APRIL.end

    @pytest.mark.parametrize(
        ("kind", "before", "after"),
        [
            (ChangeKind.INCREASE, monthly(12), monthly(13)),
            (ChangeKind.SWITCH, monthly(12), yearly(12)),
            (ChangeKind.PLAN_CHANGE, monthly(12), monthly(12, BUSINESS)),
            # the same price under another name is not cheaper
            (ChangeKind.PLAN_CHANGE, monthly(12), monthly(12)),
            # 20 seats: 20 x 800 in volume is less than graduated, so compare the other way round
            (ChangeKind.PLAN_CHANGE, monthly(20, VOLUME), monthly(20, GRADUATED)),
        ],
    )
    def test_permits(self, kind: ChangeKind, before: Holding, after: Holding) -> None:
        check_change_now(kind, before, after, period_end=APRIL.end)


class TestAtRenewal:
    @pytest.mark.parametrize(
        "after",
        [
            monthly(8),  # fewer, down to what is assigned
            monthly(20),
            yearly(12),
            monthly(12, PriceTable(Scheme.FLAT, "EUR", (Tier(None, 500),))),
        ],
    )
    def test_permits(self, after: Holding) -> None:
        check_change_at_renewal(monthly(12), after, assigned_seats=8)
        check_change_at_renewal(yearly(12), after, assigned_seats=8)

    def test_permits_more_seats_although_more_are_assigned(self) -> None:
        """Under a soft limit 14 may be assigned of 12: planning 13 helps."""
        check_change_at_renewal(monthly(12), monthly(13), assigned_seats=14)
        check_change_at_renewal(monthly(12), yearly(12), assigned_seats=14)

    @pytest.mark.parametrize(
        ("after", "refusal"),
        [
            (monthly(7), BelowAssigned),
            (monthly(10, replace(FLAT, minimum_seats=11)), BelowMinimum),
            (monthly(30, replace(FLAT, maximum_seats=20)), AboveMaximum),
            (monthly(12, replace(FLAT, step=5, minimum_seats=5)), NotInSteps),
            (monthly(12, replace(FLAT, currency="USD")), OtherCurrency),
        ],
    )
    def test_refuses(self, after: Holding, refusal: type[ValueError]) -> None:
        with pytest.raises(refusal):
            check_change_at_renewal(monthly(12), after, assigned_seats=8)


class TestAnnualSaving:
    def test_compares_a_year_with_its_months(self) -> None:
        saving = annual_saving(FLAT, ANNUAL, 12)
        # 12 x 12 x 1000 against 12 x 9960
        assert (saving.by_month_minor, saving.by_year_minor) == (144_000, 119_520)
        assert saving.minor == 24_480
        assert saving.share == Fraction(17, 100)

    def test_says_when_a_year_costs_more(self) -> None:
        assert annual_saving(FLAT, replace(ANNUAL, tiers=(Tier(None, 13_000),)), 1).minor == -1000

    def test_is_nothing_without_seats(self) -> None:
        assert annual_saving(FLAT, ANNUAL, 0).share == 0
