"""Background work of signals; the names are in the beat schedule."""

from dataclasses import asdict

from celery import shared_task
from django.utils import timezone

from signals.services.delivery import deliver_notifications as deliver
from signals.services.digests import send_digests as send_due_digests
from signals.services.housekeeping import forget_evaluations as forget
from signals.services.scan import scan


@shared_task
def scan_organizations() -> dict[str, int]:
    """Evaluate every organization for today; running it again changes nothing."""
    counts = scan(now=timezone.now()).counts()
    if counts["opened"] or counts["raised"] or counts["resolved"]:
        deliver_notifications.delay()
    return counts


@shared_task
def deliver_notifications() -> dict[str, int]:
    """Send the messages that are due."""
    return asdict(deliver(now=timezone.now()))


@shared_task
def send_digests() -> dict[str, int]:
    """Send each person whose hour it is one mail with all that waits."""
    return asdict(send_due_digests(now=timezone.now()))


@shared_task
def forget_evaluations() -> int:
    """Delete evaluations that are long over; return how many."""
    return forget(now=timezone.now())
