"""The life of a purchase: nothing granted unpaid, nothing paid left without seats."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.purchase import (
    TRANSITIONS,
    UNFINISHED,
    IllegalTransition,
    PurchaseEvent,
    PurchaseState,
    advance,
)
from tests.unit.billing.strategies import bounded

S, E = PurchaseState, PurchaseEvent


def states_after(events: list[PurchaseEvent]) -> list[PurchaseState]:
    """Every state on the way; an event that cannot happen is left out."""
    states = [S.RESERVED]
    for event in events:
        if event in TRANSITIONS[states[-1]]:
            states.append(advance(states[-1], event))
    return states


class TestAdvance:
    def test_walks_straight_through(self) -> None:
        events = [E.CHARGE_REQUESTED, E.PAYMENT_SUCCEEDED, E.SEATS_GRANTED]
        assert states_after(events) == [S.RESERVED, S.AWAITING_PAYMENT, S.PAID, S.PROVISIONED]

    def test_walks_through_the_banks_own_check(self) -> None:
        events = [E.CHARGE_REQUESTED, E.ACTION_REQUIRED, E.PAYMENT_SUCCEEDED]
        assert states_after(events)[-2:] == [S.REQUIRES_ACTION, S.PAID]

    def test_walks_on_terms_without_a_payment(self) -> None:
        events = [E.CHARGE_REQUESTED, E.TERMS_GRANTED, E.SEATS_GRANTED, E.PAYMENT_SUCCEEDED]
        walked = [S.RESERVED, S.AWAITING_PAYMENT, S.ON_TERMS, S.PROVISIONED, S.PROVISIONED]
        assert states_after(events) == walked

    def test_an_invoice_paid_before_its_seats_leads_to_paid(self) -> None:
        assert advance(S.ON_TERMS, E.PAYMENT_SUCCEEDED) is S.PAID

    @pytest.mark.parametrize("state", [S.RESERVED, S.REQUIRES_ACTION])
    def test_has_no_terms_before_stripe_was_asked_or_after_a_card_was(
        self, state: PurchaseState
    ) -> None:
        with pytest.raises(IllegalTransition):
            advance(state, E.TERMS_GRANTED)

    @pytest.mark.parametrize("state", [S.RESERVED, S.AWAITING_PAYMENT, S.REQUIRES_ACTION])
    def test_fails_or_expires_before_it_is_paid(self, state: PurchaseState) -> None:
        assert advance(state, E.PAYMENT_FAILED) is S.FAILED
        assert advance(state, E.TIME_RAN_OUT) is S.EXPIRED

    @pytest.mark.parametrize("state", [S.ON_TERMS, S.PAID, S.PROVISIONED])
    @pytest.mark.parametrize(
        "event", [E.CHARGE_REQUESTED, E.PAYMENT_FAILED, E.TIME_RAN_OUT, E.ACTION_REQUIRED]
    )
    def test_never_leaves_paid_backwards(self, state: PurchaseState, event: PurchaseEvent) -> None:
        with pytest.raises(IllegalTransition) as caught:
            advance(state, event)
        assert (caught.value.state, caught.value.event) == (state, event)

    @pytest.mark.parametrize("state", [S.FAILED, S.EXPIRED])
    def test_accepts_money_that_arrives_late(self, state: PurchaseState) -> None:
        assert advance(state, E.PAYMENT_SUCCEEDED) is S.PAID
        assert advance(state, E.TERMS_GRANTED) is S.ON_TERMS

    @pytest.mark.parametrize("state", [S.FAILED, S.EXPIRED])
    def test_does_not_charge_again_after_the_end(self, state: PurchaseState) -> None:
        with pytest.raises(IllegalTransition):
            advance(state, E.CHARGE_REQUESTED)

    @pytest.mark.parametrize(
        ("state", "event"),
        [
            (advance(state, event), event)
            for state, events in TRANSITIONS.items()
            for event in events
        ],
    )
    def test_changes_nothing_when_a_fact_is_repeated(
        self, state: PurchaseState, event: PurchaseEvent
    ) -> None:
        assert advance(state, event) is state

    @bounded
    @given(st.lists(st.sampled_from(PurchaseEvent), max_size=12))
    def test_grants_seats_only_when_paid_or_on_terms(self, events: list[PurchaseEvent]) -> None:
        for before, after in pairwise(states_after(events)):
            if after is S.PROVISIONED:
                assert before in (S.PAID, S.ON_TERMS, S.PROVISIONED)

    def test_knows_every_state(self) -> None:
        assert set(TRANSITIONS) == set(PurchaseState)
        assert set(PurchaseState) - UNFINISHED == {S.PROVISIONED, S.FAILED, S.EXPIRED}
