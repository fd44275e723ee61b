"""Background work of true-ups. The clock is read here and handed down."""

from celery import shared_task
from django.utils import timezone

from trueups.services import following, marks, running


@shared_task
def run_true_ups() -> int:
    """Make quarters, announce them, take snapshots, remind of reviews and end them."""
    return running.run_due(now=timezone.now())


@shared_task
def settle_true_ups() -> int:
    """Charge seats of people who came back; go on with settlements whose news were lost."""
    now = timezone.now()
    return following.settle_returns(now=now) + following.follow_up(now=now)


@shared_task
def keep_marks() -> int:
    """Write the high-water marks of yesterday and today; return how many."""
    return marks.keep_marks(now=timezone.now())
