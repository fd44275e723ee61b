"""The states of a true-up, and who may move it from one to the next.

    scheduled -> noticed -> in_review -> with_finance -> signed -> settling -> settled
                               ^              |            |          |
                               +-- returned <-+            +-> stopped <-> settling

Owns: the table of moves. Does not own: what a move needs besides (the services check it).

`returned` is a second review; it is submitted like the first. `stopped` waits for people: an
incident is open, and when it is closed settling goes on. `settled` and `void` are final. A true-up
in which nothing is due and nobody is to be decided on goes from its quarter straight to `settled`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a true-up stands."""

    SCHEDULED = "scheduled"
    NOTICED = "noticed"
    IN_REVIEW = "in_review"
    WITH_FINANCE = "with_finance"
    RETURNED = "returned"
    SIGNED = "signed"
    SETTLING = "settling"
    SETTLED = "settled"
    STOPPED = "stopped"
    VOID = "void"


class ImpossibleMove(ValueError):
    """A state does not lead to that other one."""

    def __init__(self, before: State, after: State) -> None:
        super().__init__(f"A true-up that is {before.value} cannot become {after.value}.")
        self.before = before
        self.after = after


MOVES: Final[dict[State, frozenset[State]]] = {
    State.SCHEDULED: frozenset({State.NOTICED, State.IN_REVIEW, State.SETTLED, State.VOID}),
    State.NOTICED: frozenset({State.IN_REVIEW, State.SETTLED, State.VOID}),
    State.IN_REVIEW: frozenset({State.WITH_FINANCE, State.VOID}),
    State.WITH_FINANCE: frozenset({State.RETURNED, State.SIGNED, State.VOID}),
    State.RETURNED: frozenset({State.WITH_FINANCE, State.VOID}),
    State.SIGNED: frozenset({State.WITH_FINANCE, State.SETTLING, State.STOPPED}),
    State.SETTLING: frozenset({State.SETTLED, State.STOPPED}),
    State.STOPPED: frozenset({State.SETTLING, State.WITH_FINANCE, State.VOID}),
    State.SETTLED: frozenset(),
    State.VOID: frozenset(),
}

BEFORE_ITS_END: Final = frozenset({State.SCHEDULED, State.NOTICED})
"""The quarter still runs; only the simulation knows an amount."""

UNDER_REVIEW: Final = frozenset({State.IN_REVIEW, State.RETURNED})
"""The customer decides, and may undo what it decided."""

OPEN: Final = frozenset(
    {State.IN_REVIEW, State.WITH_FINANCE, State.RETURNED, State.SIGNED, State.SETTLING,
     State.STOPPED}
)  # fmt: skip
"""The quarter is over and its money is not settled."""

RECALCULATED: Final = UNDER_REVIEW | {State.WITH_FINANCE}
"""The lines still follow decisions and purchases; from the signature on they are fixed."""


def moved(before: State, after: State) -> State:
    """`after` when `before` leads to it; raises `ImpossibleMove`."""
    if after not in MOVES[before]:
        raise ImpossibleMove(before, after)
    return after
