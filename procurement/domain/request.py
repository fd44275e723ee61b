r"""The life of a purchase request.

    waiting (step k of n) -> approved -> buying -> bought
       |   ^                   |   ^        |
       |   +---- sent_back <---+   +--------+  the purchase did not go through
       +-> declined | withdrawn | expired

`sent_back` is a request whose price moved between approval and purchase; asked again with today's
price it waits from the first step on. While it is being bought nobody can take it back: money may
be on its way. Each arrow is crossed under the row's lock, so of two people who press at once one
decides and the other is told what was decided.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class RequestState(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    BUYING = "buying"
    BOUGHT = "bought"
    SENT_BACK = "sent_back"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class RequestEvent(StrEnum):
    """What happened to it."""

    STEP_APPROVED = "step_approved"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    TIME_RAN_OUT = "time_ran_out"
    PRICE_MOVED = "price_moved"
    ASKED_AGAIN = "asked_again"
    BUYING = "buying"
    NOT_BOUGHT = "not_bought"
    BOUGHT = "bought"


class IllegalRequestStep(ValueError):
    """The event cannot happen to a request in this state."""

    def __init__(self, state: RequestState, event: RequestEvent) -> None:
        super().__init__(f"A request that is {state.value} cannot take {event.value}.")
        self.state = state
        self.event = event


_State, _Event = RequestState, RequestEvent

TRANSITIONS: Final[dict[RequestState, dict[RequestEvent, RequestState]]] = {
    _State.WAITING: {
        _Event.STEP_APPROVED: _State.WAITING,
        _Event.APPROVED: _State.APPROVED,
        _Event.DECLINED: _State.DECLINED,
        _Event.WITHDRAWN: _State.WITHDRAWN,
        _Event.TIME_RAN_OUT: _State.EXPIRED,
    },
    _State.APPROVED: {
        _Event.BUYING: _State.BUYING,
        _Event.PRICE_MOVED: _State.SENT_BACK,
        _Event.BOUGHT: _State.BOUGHT,
        _Event.WITHDRAWN: _State.WITHDRAWN,
        _Event.TIME_RAN_OUT: _State.EXPIRED,
    },
    _State.BUYING: {
        _Event.BOUGHT: _State.BOUGHT,
        _Event.NOT_BOUGHT: _State.APPROVED,
    },
    _State.SENT_BACK: {
        _Event.ASKED_AGAIN: _State.WAITING,
        _Event.WITHDRAWN: _State.WITHDRAWN,
        _Event.TIME_RAN_OUT: _State.EXPIRED,
    },
    _State.BOUGHT: {_Event.BOUGHT: _State.BOUGHT},
    _State.DECLINED: {},
    _State.WITHDRAWN: {},
    _State.EXPIRED: {},
}

ENDED: Final = frozenset({_State.BOUGHT, _State.DECLINED, _State.WITHDRAWN, _State.EXPIRED})
"""States that nothing leads out of."""


def advance(state: RequestState, event: RequestEvent) -> RequestState:
    """The state after `event`; raises `IllegalRequestStep`."""
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise IllegalRequestStep(state, event) from None


def event_of_approval(step: int, steps: int) -> RequestEvent:
    """The event of approving step `step` (from 0) of `steps`."""
    return _Event.APPROVED if step == steps - 1 else _Event.STEP_APPROVED
