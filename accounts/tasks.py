"""Background work of people and organizations."""

from typing import Any

from celery import shared_task

from accounts.mail import from_payload


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
