"""Why a task ended: an outcome from a list for each end, and the barrier that was met.

Owns: which outcomes an end allows. Does not own: the words (`models.task`), or the free text that
goes with every outcome (`tasks.move`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from signals.domain.tasks import CLOSED, TaskState


class Outcome(StrEnum):
    """What came of a task."""

    CUSTOMER_BOUGHT = "customer_bought"
    USE_IMPROVED = "use_improved"
    RELATIONSHIP_KEPT = "relationship_kept"
    HANDLED = "handled"
    NO_NEED = "no_need"
    NO_BUDGET = "no_budget"
    OTHER_TOOL = "other_tool"
    FREED_SEATS = "freed_seats"
    NO_ANSWER = "no_answer"
    BUDGET_LATER = "budget_later"
    DECISION_PENDING = "decision_pending"
    BAD_MOMENT = "bad_moment"
    TEST_DATA = "test_data"
    PEOPLE_LEFT = "people_left"
    WRONG_FACTS = "wrong_facts"
    KNOWN_ALREADY = "known_already"
    OTHER = "other"


_O = Outcome
OUTCOMES: Final[dict[TaskState, tuple[Outcome, ...]]] = {
    TaskState.DONE: (_O.CUSTOMER_BOUGHT, _O.USE_IMPROVED, _O.RELATIONSHIP_KEPT, _O.HANDLED),
    TaskState.DECLINED: (
        _O.NO_NEED,
        _O.NO_BUDGET,
        _O.OTHER_TOOL,
        _O.FREED_SEATS,
        _O.NO_ANSWER,
        _O.OTHER,
    ),
    TaskState.NOT_NOW: (_O.BUDGET_LATER, _O.DECISION_PENDING, _O.BAD_MOMENT, _O.OTHER),
    TaskState.FALSE_POSITIVE: (
        _O.TEST_DATA,
        _O.PEOPLE_LEFT,
        _O.WRONG_FACTS,
        _O.KNOWN_ALREADY,
        _O.OTHER,
    ),
}


class Barrier(StrEnum):
    """What stands between a customer and more seats; each has known ways around it."""

    BUDGET = "budget"
    COMPETING_TOOL = "competing_tool"
    LOW_ADOPTION = "low_adoption"
    PROCUREMENT = "procurement"


ENDS_WITH_BARRIER: Final = frozenset({TaskState.DECLINED, TaskState.NOT_NOW})


class OutcomeMissing(ValueError):
    """A task was closed without an outcome, or with one of another end."""

    def __init__(self, to: TaskState) -> None:
        super().__init__(f"A task becomes {to.value} only with an outcome of that end.")
        self.to = to


def check_outcome(to: TaskState, outcome: str) -> str:
    """`outcome`, when `to` is a closing that allows it; "" for a state that is not a closing.

    Raises `OutcomeMissing`.
    """
    if to not in CLOSED:
        return ""
    if outcome not in OUTCOMES[to]:
        raise OutcomeMissing(to)
    return outcome


def barrier_of(to: TaskState, barrier: str) -> str:
    """The barrier that is kept: one of the list, and only where a customer said no or later."""
    return barrier if to in ENDS_WITH_BARRIER and barrier in set(Barrier) else ""
