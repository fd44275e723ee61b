"""Background work of integrations; the names are in the beat schedule."""

from dataclasses import asdict

from celery import shared_task
from django.utils import timezone

from integrations.services.sending import send_deliveries as send
from integrations.services.slack import answer


@shared_task
def send_deliveries() -> dict[str, int]:
    """Tell endpoints what happened."""
    return asdict(send(now=timezone.now()))


@shared_task
def answer_slack(url: str, text: str) -> None:
    """Tell whoever pressed a button in Slack what became of it."""
    answer(url=url, text=text)
