"""Background work of people and organizations."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts.mail import from_payload
from accounts.services import retention
from accounts.services.sealing import check_histories, seal_history
from accounts.services.support import end_overdue_support


@shared_task(
    autoretry_for=(OSError,),
    retry_backoff=10,
    retry_backoff_max=3600,
    retry_jitter=True,
    max_retries=8,
)
def deliver_mail(payload: dict[str, Any]) -> None:
    """Send one queued message through the configured delivery backend."""
    from_payload(payload).send(using="delivery")


@shared_task
def forget_what_is_over() -> dict[str, int]:
    """Let go of what was kept for its time; return how many rows went, by rule."""
    return retention.forget_what_is_over(now=timezone.now())


@shared_task
def end_support() -> int:
    """Write down whose support inside an organization has ended with its time."""
    return end_overdue_support(now=timezone.now())


@shared_task
def seal_histories() -> int:
    """Seal what was recorded since the last time."""
    return seal_history(now=timezone.now())


@shared_task
def verify_histories() -> int:
    """Walk along every chain; returns how many do not hold, each of which is logged as an error."""
    return len(check_histories(now=timezone.now()))
