"""Delivers the outbox of notifications as mail.

Owns: claiming, sending, what happens after a refusal or a crash. Does not own: what a message says
(`mails`) or when one is due (the services that write `Notification`).

A mail server cannot take part in our transaction, so one of two errors has to be chosen for the
moment between its yes and our commit. We choose never to send twice: the claim is committed
first, and a claim whose worker died is `uncertain` and shown to operations.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException

import structlog
from django.db import connections

from accounts.tenancy import organization_context
from signals.models import Notification
from signals.services.mails import build_message

logger = structlog.get_logger(__name__)

BATCH = 200
MAX_ATTEMPTS = 8
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)
_CLAIM_LASTS = timedelta(minutes=15)


@dataclass(slots=True)
class Delivery:
    """What one round did, in messages."""

    sent: int = 0
    postponed: int = 0
    refused: int = 0
    uncertain: int = 0


def deliver_notifications(*, now: datetime, limit: int = BATCH) -> Delivery:
    """Send what is due at `now`, at most `limit` messages; safe beside other workers."""
    outcome = Delivery(uncertain=_give_up_stale_claims(now))
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(
            "SELECT organization_id, id FROM signals_notification "
            "WHERE state = 'pending' AND next_attempt_at <= %s ORDER BY id LIMIT %s",
            [now, limit],
        )
        due = cursor.fetchall()
    for organization_id, notification_id in due:
        notification = _claim(organization_id, notification_id, now)
        if notification is not None:
            _send(notification, now, outcome)
    return outcome


def _give_up_stale_claims(now: datetime) -> int:
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(
            "UPDATE signals_notification SET state = 'uncertain', "
            "last_error = 'The worker stopped while it was sending.' "
            "WHERE state = 'claimed' AND claimed_at < %s RETURNING id",
            [now - _CLAIM_LASTS],
        )
        ids = [row[0] for row in cursor.fetchall()]
    if ids:
        logger.warning("notifications_uncertain", notifications=ids)
    return len(ids)


def _claim(organization_id: int, notification_id: int, now: datetime) -> Notification | None:
    with organization_context(organization_id):
        notification = (
            Notification.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("recipient", "organization")
            .filter(pk=notification_id, state=Notification.State.PENDING)
            .first()
        )
        if notification is None:
            return None
        notification.state = Notification.State.CLAIMED
        notification.claimed_at = now
        notification.attempts += 1
        notification.save(update_fields=["state", "claimed_at", "attempts"])
        return notification


def _send(notification: Notification, now: datetime, outcome: Delivery) -> None:
    try:
        build_message(notification).send(using="delivery")
    except (OSError, SMTPException) as error:
        notification.last_error = f"{type(error).__name__}: {error}"[:300]
        if notification.attempts >= MAX_ATTEMPTS:
            notification.state = Notification.State.REFUSED
            outcome.refused += 1
        else:
            notification.state = Notification.State.PENDING
            notification.next_attempt_at = now + min(
                _FIRST_PAUSE * 2 ** (notification.attempts - 1), _LONGEST_PAUSE
            )
            outcome.postponed += 1
    else:
        notification.state = Notification.State.SENT
        notification.sent_at = now
        outcome.sent += 1
    with organization_context(notification.organization_id):
        notification.save(update_fields=["state", "sent_at", "next_attempt_at", "last_error"])
