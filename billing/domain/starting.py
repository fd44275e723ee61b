r"""The beginning of a subscription, from the stored choice to the seats.

    reserved -> asked -> requires_action -> done
        |         \______________/
     withdrawn        failed

`reserved` waits for a card, `asked` for what Stripe made of it, `requires_action` for the payer.
An organization has one beginning at a time. A choice that nobody paid for is `withdrawn` when
another is made; what Stripe was asked for is first taken back there, then it is `failed`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class StartState(StrEnum):
    """Where a beginning stands."""

    RESERVED = "reserved"
    ASKED = "asked"
    REQUIRES_ACTION = "requires_action"
    DONE = "done"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


_S = StartState
_AFTER: Final[dict[StartState, frozenset[StartState]]] = {
    _S.RESERVED: frozenset({_S.ASKED, _S.FAILED, _S.WITHDRAWN}),
    _S.ASKED: frozenset({_S.REQUIRES_ACTION, _S.DONE, _S.FAILED}),
    _S.REQUIRES_ACTION: frozenset({_S.DONE, _S.FAILED}),
    _S.DONE: frozenset(),
    _S.FAILED: frozenset(),
    _S.WITHDRAWN: frozenset(),
}
UNFINISHED: Final = frozenset(state for state, after in _AFTER.items() if after)
"""States that wait for something; an organization has one beginning in them at most."""


class IllegalStep(ValueError):
    """A beginning cannot go from this state to that one."""

    def __init__(self, before: StartState, after: StartState) -> None:
        super().__init__(f"A beginning that is {before.value} cannot become {after.value}.")
        self.before = before
        self.after = after


def step(before: StartState, after: StartState) -> StartState:
    """`after` itself when it may follow, or is what stands already; raises `IllegalStep`."""
    if after is not before and after not in _AFTER[before]:
        raise IllegalStep(before, after)
    return after
