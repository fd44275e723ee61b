"""The states of a planned expansion, and when somebody is reminded of its day to start.

    planned -> started -> done
       |  ^------|
       +-> dropped (from planned or started)

It starts when a purchase is requested or made for it, falls back to planned when that ends without
seats, and is done when the seats are there.
"""

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

REMIND_DAYS_AHEAD: Final = 14
# A reminder that could not be sent on its day is worth sending for so long.
_WORTH_SENDING: Final = timedelta(days=7)


class PlanState(StrEnum):
    """Where a planned expansion stands."""

    PLANNED = "planned"
    STARTED = "started"
    DONE = "done"
    DROPPED = "dropped"


_NEXT: Final = {
    PlanState.PLANNED: {PlanState.STARTED, PlanState.DONE, PlanState.DROPPED},
    PlanState.STARTED: {PlanState.PLANNED, PlanState.DONE, PlanState.DROPPED},
    PlanState.DONE: set[PlanState](),
    PlanState.DROPPED: {PlanState.PLANNED},
}


def may_move(state: PlanState, to: PlanState) -> bool:
    """Tell whether a plan may go from one state to another; a dropped one may be taken up again."""
    return to in _NEXT[state]


class Reminder(StrEnum):
    """Which reminder of the day to start by."""

    AHEAD = "ahead"
    DUE = "due"


def reminder_due(start_by: date, today: date) -> Reminder | None:
    """Return the reminder that `today` is for: 14 days ahead, or on the day; None otherwise.

    After a stand-still the later one of the two goes out, and none a week after the day.
    """
    if start_by <= today <= start_by + _WORTH_SENDING:
        return Reminder.DUE
    if today < start_by <= today + timedelta(days=REMIND_DAYS_AHEAD):
        return Reminder.AHEAD
    return None
