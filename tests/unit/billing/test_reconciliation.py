"""Comparing two sides: what differs, who is right, what repairs it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from billing.domain.period import Period
from billing.domain.reconciliation import (
    STAGE_OF,
    STRANGER_STAGE,
    CustomerSide,
    Found,
    InvoiceSide,
    Kind,
    Stage,
    State,
    StrangerKind,
    SubscriptionSide,
    amount_of,
    amount_text,
    compare_customers,
    compare_invoices,
    compare_subscriptions,
    period_of,
    period_text,
    seen_again,
    unknown_subscriptions,
)
from billing.domain.repairs import Repair, Side, Suggestion, Why, suggest, suggest_for_stranger

JANUARY = Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))
FEBRUARY = Period(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))
CUSTOMER = CustomerSide("cus_1", 500, "pm_1", "EUR")
SUBSCRIPTION = SubscriptionSide(
    id="sub_1",
    customer_id="cus_1",
    status="active",
    quantity=12,
    next_quantity=10,
    price_id="price_1",
    period=JANUARY,
    collection="card",
    tax_basis_points=1900,
)
INVOICE = InvoiceSide("in_1", "cus_1", "paid", "EUR", 1190, 1190, 1000, 1190)


def changed[S: SubscriptionSide | CustomerSide | InvoiceSide](side: S, **fields: Any) -> S:
    return replace(side, **fields)


class TestCompareCustomers:
    def test_equal_sides_differ_in_nothing(self) -> None:
        assert list(compare_customers(CUSTOMER, CUSTOMER)) == []

    def test_a_customer_that_stripe_does_not_know(self) -> None:
        assert list(compare_customers(CUSTOMER, None)) == [
            Found(Kind.CUSTOMER_MISSING, "cus_1", "cus_1", "")
        ]

    def test_balance_and_payment_method(self) -> None:
        theirs = changed(CUSTOMER, credit_balance_minor=-20, payment_method_id="", currency="")
        assert list(compare_customers(CUSTOMER, theirs)) == [
            Found(Kind.BALANCE, "cus_1", "500 EUR", "-20 EUR"),
            Found(Kind.PAYMENT_METHOD, "cus_1", "pm_1", ""),
        ]

    def test_names_and_currencies_are_not_compared(self) -> None:
        assert list(compare_customers(CUSTOMER, changed(CUSTOMER, name="B", currency=""))) == []


class TestCompareSubscriptions:
    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"status": "past_due"}, (Kind.STATUS, "active", "past_due")),
            ({"quantity": 13}, (Kind.QUANTITY, "12", "13")),
            ({"next_quantity": 12}, (Kind.NEXT_QUANTITY, "10", "12")),
            ({"price_id": "price_2"}, (Kind.PRICE, "price_1", "price_2")),
            ({"collection": "invoice"}, (Kind.COLLECTION, "card", "invoice")),
            ({"tax_basis_points": 0}, (Kind.TAX, "1900", "0")),
            ({"items": 2}, (Kind.ITEMS, "1", "2")),
            (
                {"period": FEBRUARY},
                (Kind.PERIOD, period_text(JANUARY), period_text(FEBRUARY)),
            ),
            ({"status": "canceled"}, (Kind.SUBSCRIPTION_MISSING, "active", "canceled")),
        ],
    )
    def test_each_field_is_one_difference(
        self, change: dict[str, Any], expected: tuple[Kind, str, str]
    ) -> None:
        kind, ours, theirs = expected
        assert list(compare_subscriptions(SUBSCRIPTION, changed(SUBSCRIPTION, **change))) == [
            Found(kind, "sub_1", ours, theirs)
        ]

    def test_equal_sides_differ_in_nothing(self) -> None:
        assert list(compare_subscriptions(SUBSCRIPTION, SUBSCRIPTION)) == []

    def test_one_that_stripe_does_not_have(self) -> None:
        assert list(compare_subscriptions(SUBSCRIPTION, None)) == [
            Found(Kind.SUBSCRIPTION_MISSING, "sub_1", "active", "")
        ]

    def test_the_next_term_is_not_said_twice(self) -> None:
        theirs = changed(SUBSCRIPTION, quantity=13, next_quantity=13)
        assert [f.kind for f in compare_subscriptions(SUBSCRIPTION, theirs)] == [Kind.QUANTITY]

    def test_more_than_one_difference_is_told_together(self) -> None:
        theirs = changed(SUBSCRIPTION, status="past_due", price_id="p")
        kinds = [f.kind for f in compare_subscriptions(SUBSCRIPTION, theirs)]
        assert kinds == [Kind.STATUS, Kind.PRICE]


class TestUnknownSubscriptions:
    OTHER = changed(SUBSCRIPTION, id="sub_2", quantity=4)

    def test_beside_a_known_one_the_customer_pays_twice(self) -> None:
        found = unknown_subscriptions([SUBSCRIPTION, self.OTHER], frozenset({"sub_1"}))
        assert list(found) == [Found(Kind.TWO_SUBSCRIPTIONS, "sub_2", "sub_1", "sub_2")]

    def test_alone_it_is_only_unknown(self) -> None:
        ended = changed(SUBSCRIPTION, status="canceled")
        found = unknown_subscriptions([ended, self.OTHER], frozenset({"sub_1"}))
        assert list(found) == [Found(Kind.SUBSCRIPTION_UNKNOWN, "sub_2", "", "4")]

    def test_one_that_has_ended_bills_nobody(self) -> None:
        ended = changed(self.OTHER, status="incomplete_expired")
        assert list(unknown_subscriptions([SUBSCRIPTION, ended], frozenset({"sub_1"}))) == []


class TestCompareInvoices:
    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"status": "open"}, (Kind.INVOICE_STATUS, "paid", "open")),
            ({"total_minor": 1191}, (Kind.INVOICE_TOTAL, "1190 EUR", "1191 EUR")),
            ({"paid_minor": 0}, (Kind.INVOICE_PAID, "1190 EUR", "0 EUR")),
            ({"lines_minor": 999}, (Kind.INVOICE_LINES, "1000 EUR", "999 EUR")),
            ({"payments_minor": 5}, (Kind.PAYMENTS, "1190 EUR", "5 EUR")),
        ],
    )
    def test_each_field_is_one_difference(
        self, change: dict[str, Any], expected: tuple[Kind, str, str]
    ) -> None:
        kind, ours, theirs = expected
        assert list(compare_invoices(INVOICE, changed(INVOICE, **change))) == [
            Found(kind, "in_1", ours, theirs)
        ]

    def test_a_side_may_not_have_it(self) -> None:
        assert list(compare_invoices(None, INVOICE)) == [
            Found(Kind.INVOICE_UNKNOWN, "in_1", "", "1190 EUR")
        ]
        assert list(compare_invoices(INVOICE, None)) == [
            Found(Kind.INVOICE_MISSING, "in_1", "1190 EUR", "")
        ]
        assert list(compare_invoices(None, None)) == []
        assert list(compare_invoices(INVOICE, changed(INVOICE, intents=frozenset({"x"})))) == []


class TestSuggest:
    @pytest.mark.parametrize(
        ("ours", "theirs", "is_paid", "expected"),
        [
            ("12", "13", False, (Repair.SET_QUANTITY, Side.OURS, Why.NOBODY_PAID_FOR_IT)),
            ("12", "13", True, (Repair.CORRECT_LEDGER, Side.THEIRS, Why.SOMEBODY_PAID_FOR_IT)),
            ("13", "12", False, (Repair.SET_QUANTITY, Side.OURS, Why.SEATS_WERE_PAID_FOR)),
            # A payment never explains fewer seats.
            ("13", "12", True, (Repair.SET_QUANTITY, Side.OURS, Why.SEATS_WERE_PAID_FOR)),
            ("9", "10", False, (Repair.SET_QUANTITY, Side.OURS, Why.NOBODY_PAID_FOR_IT)),
        ],
    )
    def test_who_paid_decides_about_seats(
        self, ours: str, theirs: str, is_paid: bool, expected: tuple[Repair, Side, Why]
    ) -> None:
        found = Found(Kind.QUANTITY, "sub_1", ours, theirs)
        suggestion = suggest(found, has_unexplained_payment=is_paid)
        assert (suggestion.repair, suggestion.right, suggestion.why) == expected
        other = {Repair.SET_QUANTITY, Repair.CORRECT_LEDGER} - {suggestion.repair}
        assert set(suggestion.also) == other

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            (Kind.CUSTOMER_MISSING, (Repair.ACCEPT, Side.NOBODY, Why.A_PERSON_MUST_FIND_OUT)),
            (Kind.BALANCE, (Repair.MIRROR_AGAIN, Side.THEIRS, Why.STRIPE_COLLECTS)),
            (Kind.PAYMENT_METHOD, (Repair.MIRROR_AGAIN, Side.THEIRS, Why.STRIPE_COLLECTS)),
            (Kind.SUBSCRIPTION_UNKNOWN, (Repair.AT_STRIPE, Side.OURS, Why.ONE_SUBSCRIPTION_EACH)),
            (Kind.TWO_SUBSCRIPTIONS, (Repair.AT_STRIPE, Side.OURS, Why.ONE_SUBSCRIPTION_EACH)),
            (Kind.ITEMS, (Repair.AT_STRIPE, Side.OURS, Why.TERMS_ARE_OURS)),
            (Kind.STATUS, (Repair.MIRROR_AGAIN, Side.THEIRS, Why.STRIPE_COLLECTS)),
            (Kind.NEXT_QUANTITY, (Repair.AT_STRIPE, Side.OURS, Why.TERMS_ARE_OURS)),
            (Kind.PRICE, (Repair.AT_STRIPE, Side.OURS, Why.TERMS_ARE_OURS)),
            (Kind.PERIOD, (Repair.MIRROR_AGAIN, Side.THEIRS, Why.STRIPE_COLLECTS)),
            (Kind.COLLECTION, (Repair.AT_STRIPE, Side.OURS, Why.TERMS_ARE_OURS)),
            (Kind.TAX, (Repair.AT_STRIPE, Side.OURS, Why.TERMS_ARE_OURS)),
            (Kind.INVOICE_MISSING, (Repair.ACCEPT, Side.NOBODY, Why.A_PERSON_MUST_FIND_OUT)),
            (
                Kind.INVOICE_UNKNOWN,
                (Repair.IMPORT_INVOICE, Side.THEIRS, Why.STRIPE_KEEPS_DOCUMENTS),
            ),
            (Kind.INVOICE_STATUS, (Repair.MIRROR_AGAIN, Side.THEIRS, Why.STRIPE_COLLECTS)),
            (Kind.INVOICE_TOTAL, (Repair.MIRROR_AGAIN, Side.THEIRS, Why.STRIPE_KEEPS_DOCUMENTS)),
            (Kind.INVOICE_PAID, (Repair.MIRROR_AGAIN, Side.THEIRS, Why.STRIPE_COLLECTS)),
            (Kind.INVOICE_LINES, (Repair.MIRROR_AGAIN, Side.THEIRS, Why.STRIPE_KEEPS_DOCUMENTS)),
            (Kind.PAYMENT_UNKNOWN, (Repair.ACCEPT, Side.NOBODY, Why.A_PERSON_MUST_FIND_OUT)),
            (Kind.PAYMENTS, (Repair.MIRROR_AGAIN, Side.THEIRS, Why.STRIPE_COLLECTS)),
            (Kind.SEAT_POOL, (Repair.SET_POOL, Side.OURS, Why.LEDGER_IS_THE_SUM)),
            (Kind.LEDGER, (Repair.ACCEPT, Side.NOBODY, Why.LEDGER_IS_NEVER_CHANGED)),
            (Kind.AMOUNT, (Repair.ACCEPT, Side.NOBODY, Why.LEDGER_IS_NEVER_CHANGED)),
        ],
    )
    def test_each_kind_has_a_repair_and_a_reason(
        self, kind: Kind, expected: tuple[Repair, Side, Why]
    ) -> None:
        suggestion = suggest(Found(kind, "x", "a", "b"))
        assert (suggestion.repair, suggestion.right, suggestion.why) == expected
        assert suggestion.also == ()

    def test_a_subscription_that_ended_is_mirrored_one_that_never_was_is_not(self) -> None:
        ended = suggest(Found(Kind.SUBSCRIPTION_MISSING, "sub_1", "active", "canceled"))
        assert (ended.repair, ended.right) == (Repair.MIRROR_AGAIN, Side.THEIRS)
        assert suggest(Found(Kind.SUBSCRIPTION_MISSING, "sub_1", "active", "")).repair is (
            Repair.ACCEPT
        )

    def test_a_stranger_is_linked_if_it_is_a_customer(self) -> None:
        for kind in StrangerKind:
            is_customer = kind is StrangerKind.CUSTOMER
            expected = Repair.LINK_CUSTOMER if is_customer else Repair.ACCEPT
            assert suggest_for_stranger(kind).repair is expected
            assert suggest_for_stranger(kind).right is Side.NOBODY


class TestAllows:
    SUGGESTION = Suggestion(
        Repair.SET_QUANTITY, Side.OURS, Why.SEATS_WERE_PAID_FOR, (Repair.CORRECT_LEDGER,)
    )

    def test_the_suggested_the_others_and_accepting(self) -> None:
        allowed = {repair for repair in Repair if self.SUGGESTION.allows(repair)}
        assert allowed == {Repair.SET_QUANTITY, Repair.CORRECT_LEDGER, Repair.ACCEPT}

    def test_what_is_done_at_stripe_cannot_be_done_here(self) -> None:
        by_hand = Suggestion(Repair.AT_STRIPE, Side.OURS, Why.TERMS_ARE_OURS)
        assert {repair for repair in Repair if by_hand.allows(repair)} == {Repair.ACCEPT}


class TestSeenAgain:
    @pytest.mark.parametrize(
        ("state", "is_unchanged", "after"),
        [
            (State.OPEN, True, State.OPEN),
            (State.OPEN, False, State.OPEN),
            (State.ACCEPTED, True, State.ACCEPTED),
            (State.ACCEPTED, False, State.OPEN),
        ],
    )
    def test_accepted_lasts_until_a_side_changes(
        self, state: State, is_unchanged: bool, after: State
    ) -> None:
        assert seen_again(state, is_unchanged=is_unchanged) is after


class TestSpelling:
    def test_amounts_and_periods_are_read_back(self) -> None:
        assert amount_text(-1200, "EUR") == "-1200 EUR"
        assert amount_of("-1200 EUR") == (-1200, "EUR")
        assert period_of(period_text(JANUARY)) == JANUARY

    @pytest.mark.parametrize("text", ["", "12", "sub_1", "active", "x EUR", "12 "])
    def test_other_texts_are_no_amount(self, text: str) -> None:
        assert amount_of(text) is None

    def test_no_period_is_empty(self) -> None:
        assert period_text(None) == ""
        assert period_of("") is None


class TestStages:
    def test_every_kind_belongs_to_one(self) -> None:
        assert set(STAGE_OF) == set(Kind)
        assert set(STAGE_OF.values()) == set(Stage)
        assert set(STRANGER_STAGE) == set(StrangerKind)
        assert Stage.LEDGER not in STRANGER_STAGE.values()
