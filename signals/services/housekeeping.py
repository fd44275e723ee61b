"""Lets go of evaluations and messages that nobody looks back at any more."""

from datetime import datetime, timedelta
from typing import Final

from signals.models import NoticeDigest, Notification, SignalEvaluation

# The quality of a rule is measured over a year at most (signals.selectors.rules).
EVALUATIONS_KEPT_FOR: Final = timedelta(days=400)
NOTICES_KEPT_FOR: Final = timedelta(days=400)


def forget_evaluations(*, now: datetime) -> int:
    """Delete evaluations of days that are over 400 days ago; return how many.

    The last evaluation of an organization is kept in its memory, and does not go with them.
    """
    before = (now - EVALUATIONS_KEPT_FOR).date()
    old = SignalEvaluation.objects.using("pipeline").filter(on__lt=before)
    # Without the collector: nothing refers to an evaluation.
    return old._raw_delete("pipeline")


def forget_notices(*, now: datetime) -> int:
    """Delete messages of 400 days ago that went out, and their digests; return how many.

    What is not known to have arrived stays until operations decide.
    """
    before = now - NOTICES_KEPT_FOR
    over = (Notification.State.SENT, Notification.State.REFUSED, Notification.State.KEPT)
    old = Notification.objects.using("pipeline").filter(created_at__lt=before, state__in=over)
    gone = old._raw_delete("pipeline")
    ended = (NoticeDigest.State.SENT, NoticeDigest.State.REFUSED)
    digests = NoticeDigest.objects.using("pipeline").filter(
        slot_at__lt=before, state__in=ended, messages__isnull=True
    )
    return gone + digests._raw_delete("pipeline")
