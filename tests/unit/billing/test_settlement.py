"""What may be settled, what its invoice must say, and the states it goes through."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.ledger import Cause, debited_quantity, paid_quantity
from billing.domain.settlement import (
    MOVING,
    TRANSITIONS,
    Difference,
    Event,
    IllegalTransition,
    ImpossibleSettlement,
    Line,
    LineKind,
    State,
    advance,
    bookings,
    check_lines,
    differences,
    expected_invoice,
)
from tests.unit.billing.ledgers import written

OVERAGE = Line(LineKind.OVERAGE, 3, 1803, "3 above 12")
REMOVAL = Line(LineKind.REMOVAL, -2, -1200, "2 removed")
BACK = Line(LineKind.REACTIVATION, 1, 400, "1 back")


class TestLines:
    def test_hold_together(self) -> None:
        check_lines([OVERAGE, REMOVAL, BACK], purchased_seats=12, least_seats=12)

    @pytest.mark.parametrize(
        ("lines", "code"),
        [
            ([], "no_lines"),
            ([OVERAGE, OVERAGE], "descriptions"),
            ([replace(OVERAGE, description="")], "descriptions"),
            ([replace(OVERAGE, seats=0)], "signs"),
            ([replace(OVERAGE, amount_minor=-1)], "signs"),
            ([replace(REMOVAL, seats=2)], "signs"),
            ([replace(REMOVAL, amount_minor=1)], "signs"),
        ],
    )
    def test_that_contradict_themselves_are_refused(self, lines: list[Line], code: str) -> None:
        with pytest.raises(ImpossibleSettlement) as refused:
            check_lines(lines, purchased_seats=12, least_seats=1)
        assert refused.value.code == code

    def test_take_no_seat_that_is_committed(self) -> None:
        check_lines([REMOVAL], purchased_seats=12, least_seats=10)
        with pytest.raises(ImpossibleSettlement, match="10 seats would be left of 11"):
            check_lines([REMOVAL], purchased_seats=12, least_seats=11)

    def test_may_add_below_a_minimum_that_came_later(self) -> None:
        check_lines([OVERAGE], purchased_seats=12, least_seats=50)


class TestInvoice:
    def test_taxes_each_line_by_itself(self) -> None:
        invoice = expected_invoice([OVERAGE, REMOVAL], currency="EUR", tax_basis_points=1900)
        # 18.03 x 19 % = 3.4257; -12.00 x 19 % = -2.28; 18.03 - 12.00 + 3.43 - 2.28 = 7.18
        assert [line.tax_minor for line in invoice.lines] == [343, -228]
        assert (invoice.tax_minor, invoice.total_minor) == (115, 718)

    def test_agrees_with_itself_in_any_order(self) -> None:
        ours = expected_invoice([OVERAGE, REMOVAL], currency="EUR", tax_basis_points=0)
        theirs = replace(ours, lines=ours.lines[::-1])
        assert differences(ours, theirs) == ()

    def test_says_what_differs(self) -> None:
        ours = expected_invoice([OVERAGE], currency="EUR", tax_basis_points=0)
        theirs = expected_invoice(
            [replace(OVERAGE, amount_minor=1802)], currency="USD", tax_basis_points=0
        )
        assert differences(ours, theirs) == (
            Difference("line", "3 above 12: 1803 + 0", ""),
            Difference("line", "", "3 above 12: 1802 + 0"),
            Difference("currency", "EUR", "USD"),
            Difference("total", "1803", "1802"),
        )

    def test_notices_a_discount_that_was_taken_off_again(self) -> None:
        ours = expected_invoice([OVERAGE], currency="EUR", tax_basis_points=0)
        off = replace(ours.lines[0], discount_minor=180)
        found = differences(ours, replace(ours, lines=(off,), total_minor=1623))
        assert found[1].theirs == "3 above 12: 1803 - 180 + 0"

    @given(
        st.lists(st.integers(1, 10**9), min_size=1, max_size=6),
        st.lists(st.integers(-(10**9), -1), max_size=6),
        st.integers(0, 3000),
    )
    def test_is_what_the_ledger_books(self, up: list[int], down: list[int], tax: int) -> None:
        lines = [Line(LineKind.OVERAGE, 1, amount, f"+{n}") for n, amount in enumerate(up)]
        lines += [Line(LineKind.REMOVAL, -1, amount, f"-{n}") for n, amount in enumerate(down)]
        invoice = expected_invoice(lines, currency="EUR", tax_basis_points=tax)
        booked = bookings(lines, tax_basis_points=tax)
        assert sum(entry.amount_minor for entry in booked) == invoice.total_minor
        assert sum(entry.seats_delta for entry in booked) == len(up) - len(down)


class TestLedger:
    def test_takes_more_seats_before_fewer(self) -> None:
        causes = [entry.cause for entry in bookings([REMOVAL, BACK, OVERAGE], tax_basis_points=0)]
        assert causes == [
            Cause.TRUE_UP_OVERAGE,
            Cause.TRUE_UP_REACTIVATION,
            Cause.TRUE_UP_REMOVAL,
        ]

    def test_knows_what_was_paid_and_what_stripe_charged(self) -> None:
        steps = [
            (Cause.PURCHASE, 12, 11_600),
            (Cause.TRUE_UP_OVERAGE, 3, 1800),
            (Cause.TRUE_UP_REACTIVATION, 1, 400),
            (Cause.TRUE_UP_REMOVAL, -4, -1200),
            (Cause.PURCHASE, 8, 6400),
        ]
        ledger = written(*steps)
        seen = [
            (paid_quantity(ledger[:size]), debited_quantity(ledger[:size]))
            for size in range(1, len(ledger) + 1)
        ]
        assert seen == [(12, 12), (15, 12), (16, 12), (12, 12), (20, 20)]


class TestStates:
    def test_grant_nothing_before_money_or_terms(self) -> None:
        before = {
            state for state, arrows in TRANSITIONS.items() if State.APPLYING in arrows.values()
        }
        assert before - {State.APPLYING} == {State.PAID, State.ON_TERMS}

    def test_that_are_over_are_not_moving(self) -> None:
        assert not MOVING & {State.SETTLED, State.STOPPED, State.FAILED, State.LAPSED}
        assert State.ISSUED not in MOVING

    def test_refuse_what_cannot_happen(self) -> None:
        with pytest.raises(IllegalTransition, match="reserved cannot take seats_changed"):
            advance(State.RESERVED, Event.SEATS_CHANGED)

    def test_of_a_given_up_invoice_end_in_seats_when_it_is_paid_all_the_same(self) -> None:
        assert advance(State.FAILED, Event.PAYMENT_SUCCEEDED) is State.PAID
