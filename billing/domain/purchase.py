r"""The life of a purchase, from the stored intent to the seats.

    reserved -> awaiting_payment -> requires_action -> paid -> provisioned
                               |\______________________/      /
                                \_______ on_terms ___________/

Each of the first three may end in `failed` (refused, nothing was charged) or `expired` (its time
ran out). Seats are granted on the way to `provisioned` and nowhere else: from `paid`, or from
`on_terms`, which an organization approved for it reaches when its invoice is issued, or when the
amount is noted for its monthly invoice. A payment that arrives later moves neither seats nor state.

Two properties make every arrow safe to cross twice or late:

- A repeated fact changes nothing: Stripe delivers its events more than once.
- Money that arrives after `failed` or `expired` leads to `paid` all the same, an invoice issued on
  terms to `on_terms`. A crash between the charge and our record of it, or a card that clears after
  the sweeper gave up, must end in seats.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class PurchaseState(StrEnum):
    """Where a purchase stands."""

    RESERVED = "reserved"
    AWAITING_PAYMENT = "awaiting_payment"
    REQUIRES_ACTION = "requires_action"
    ON_TERMS = "on_terms"
    PAID = "paid"
    PROVISIONED = "provisioned"
    FAILED = "failed"
    EXPIRED = "expired"


class PurchaseEvent(StrEnum):
    """What happened to it."""

    CHARGE_REQUESTED = "charge_requested"
    ACTION_REQUIRED = "action_required"
    TERMS_GRANTED = "terms_granted"
    PAYMENT_SUCCEEDED = "payment_succeeded"
    PAYMENT_FAILED = "payment_failed"
    TIME_RAN_OUT = "time_ran_out"
    SEATS_GRANTED = "seats_granted"


class IllegalTransition(ValueError):
    """The event cannot happen to a purchase in this state."""

    def __init__(self, state: PurchaseState, event: PurchaseEvent) -> None:
        super().__init__(f"A purchase that is {state.value} cannot take {event.value}.")
        self.state = state
        self.event = event


_State, _Event = PurchaseState, PurchaseEvent

TRANSITIONS: Final[dict[PurchaseState, dict[PurchaseEvent, PurchaseState]]] = {
    _State.RESERVED: {
        _Event.CHARGE_REQUESTED: _State.AWAITING_PAYMENT,
        _Event.PAYMENT_FAILED: _State.FAILED,
        _Event.TIME_RAN_OUT: _State.EXPIRED,
    },
    _State.AWAITING_PAYMENT: {
        _Event.CHARGE_REQUESTED: _State.AWAITING_PAYMENT,
        _Event.ACTION_REQUIRED: _State.REQUIRES_ACTION,
        _Event.TERMS_GRANTED: _State.ON_TERMS,
        _Event.PAYMENT_SUCCEEDED: _State.PAID,
        _Event.PAYMENT_FAILED: _State.FAILED,
        _Event.TIME_RAN_OUT: _State.EXPIRED,
    },
    _State.REQUIRES_ACTION: {
        _Event.CHARGE_REQUESTED: _State.AWAITING_PAYMENT,
        _Event.ACTION_REQUIRED: _State.REQUIRES_ACTION,
        _Event.PAYMENT_SUCCEEDED: _State.PAID,
        _Event.PAYMENT_FAILED: _State.FAILED,
        _Event.TIME_RAN_OUT: _State.EXPIRED,
    },
    _State.ON_TERMS: {
        _Event.TERMS_GRANTED: _State.ON_TERMS,
        _Event.PAYMENT_SUCCEEDED: _State.PAID,
        _Event.SEATS_GRANTED: _State.PROVISIONED,
    },
    _State.PAID: {
        _Event.TERMS_GRANTED: _State.PAID,
        _Event.PAYMENT_SUCCEEDED: _State.PAID,
        _Event.SEATS_GRANTED: _State.PROVISIONED,
    },
    _State.PROVISIONED: {
        _Event.TERMS_GRANTED: _State.PROVISIONED,
        _Event.PAYMENT_SUCCEEDED: _State.PROVISIONED,
        _Event.SEATS_GRANTED: _State.PROVISIONED,
    },
    _State.FAILED: {
        _Event.TERMS_GRANTED: _State.ON_TERMS,
        _Event.PAYMENT_SUCCEEDED: _State.PAID,
        _Event.PAYMENT_FAILED: _State.FAILED,
        _Event.TIME_RAN_OUT: _State.FAILED,
    },
    _State.EXPIRED: {
        _Event.TERMS_GRANTED: _State.ON_TERMS,
        _Event.PAYMENT_SUCCEEDED: _State.PAID,
        _Event.PAYMENT_FAILED: _State.EXPIRED,
        _Event.TIME_RAN_OUT: _State.EXPIRED,
    },
}

UNFINISHED: Final = frozenset(
    {
        _State.RESERVED,
        _State.AWAITING_PAYMENT,
        _State.REQUIRES_ACTION,
        _State.ON_TERMS,
        _State.PAID,
    }
)
"""States that the sweeper resumes or reconciles; the others wait for nothing."""


def advance(state: PurchaseState, event: PurchaseEvent) -> PurchaseState:
    """The state after `event`; raises `IllegalTransition`."""
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise IllegalTransition(state, event) from None
