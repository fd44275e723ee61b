"""Lets go of evaluations that nobody looks back at any more."""

from datetime import datetime, timedelta
from typing import Final

from signals.models import SignalEvaluation

# The quality of a rule is measured over a year at most (signals.selectors.rules).
EVALUATIONS_KEPT_FOR: Final = timedelta(days=400)


def forget_evaluations(*, now: datetime) -> int:
    """Delete evaluations of days that are over 400 days ago; return how many.

    The last evaluation of an organization is kept in its memory, and does not go with them.
    """
    before = (now - EVALUATIONS_KEPT_FOR).date()
    old = SignalEvaluation.objects.using("pipeline").filter(on__lt=before)
    # Without the collector: nothing refers to an evaluation.
    return old._raw_delete("pipeline")
