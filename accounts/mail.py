"""Mail leaves through the queue: a page never waits for a mail server, nor tells by its timing
whether an address is known.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction


def to_payload(message: EmailMessage) -> dict[str, Any]:
    """Return the JSON form of a message."""
    alternatives = message.alternatives if isinstance(message, EmailMultiAlternatives) else []
    return {
        "subject": str(message.subject),
        "body": str(message.body),
        "from_email": message.from_email,
        "to": list(message.to),
        "reply_to": list(message.reply_to),
        "headers": {str(k): str(v) for k, v in message.extra_headers.items()},
        "html": next((str(a[0]) for a in alternatives if a[1] == "text/html"), ""),
    }


def from_payload(payload: dict[str, Any]) -> EmailMultiAlternatives:
    """Return the message of a JSON form."""
    message = EmailMultiAlternatives(
        subject=payload["subject"],
        body=payload["body"],
        from_email=payload["from_email"],
        to=payload["to"],
        reply_to=payload["reply_to"],
        headers=payload["headers"],
    )
    if payload["html"]:
        message.attach_alternative(payload["html"], "text/html")
    return message


class QueuedEmailBackend(BaseEmailBackend):
    """Hands every message to a Celery task after the transaction commits."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue the messages; return how many."""
        from accounts.tasks import deliver_mail

        for message in email_messages:
            transaction.on_commit(partial(deliver_mail.delay, to_payload(message)))
        return len(email_messages)
