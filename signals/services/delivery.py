"""Delivers the outbox of notifications as mail, one message a mail.

Owns: claiming, sending, what happens after a refusal or a crash. Does not own: what a message says
(`mails`), when one is due (the services that write `Notification`) or the digest (`digests`).

A mail server cannot take part in our transaction, so one of two errors has to be chosen for the
moment between its yes and our commit. We choose never to send twice: the claim is committed
first, and a claim whose worker died is `uncertain` and shown to operations.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Final

import structlog
from django.db import connections

from accounts.tenancy import organization_context
from signals.domain.notices import Channel, after_quiet, next_digest
from signals.models import Notification
from signals.selectors.notice_choices import wishes_of
from signals.services.mails import build_message

logger = structlog.get_logger(__name__)

BATCH = 200
MAX_ATTEMPTS = 8
CLAIM_LASTS: Final = timedelta(minutes=15)
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)
STOPPED: Final = "The worker stopped while it was sending."


@dataclass(slots=True)
class Delivery:
    """What one round did, in messages."""

    sent: int = 0
    postponed: int = 0
    refused: int = 0
    uncertain: int = 0


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many refusals: a minute, doubling, six hours at most."""
    doubled: int = 2 ** (attempts - 1)
    return min(_FIRST_PAUSE * doubled, _LONGEST_PAUSE)


def deliver_notifications(*, now: datetime, limit: int = BATCH) -> Delivery:
    """Send what is due at `now`, at most `limit` messages; safe beside other workers."""
    outcome = Delivery(uncertain=_give_up_stale_claims(now))
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(
            "SELECT organization_id, id FROM signals_notification "
            "WHERE state = 'pending' AND channel = 'mail' AND next_attempt_at <= %s "
            "ORDER BY id LIMIT %s",
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
            "UPDATE signals_notification SET state = 'uncertain', last_error = %s "
            "WHERE state = 'claimed' AND digest_id IS NULL AND claimed_at < %s RETURNING id",
            [STOPPED, now - CLAIM_LASTS],
        )
        ids = [row[0] for row in cursor.fetchall()]
    if ids:
        logger.warning("notifications_uncertain", notifications=ids)
    return len(ids)


def _claim(organization_id: int, notification_id: int, now: datetime) -> Notification | None:
    """Return the message, now this worker's; None where another has it or it goes another way."""
    with organization_context(organization_id):
        notification = (
            Notification.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("recipient", "organization")
            .filter(
                pk=notification_id, state=Notification.State.PENDING, channel=Channel.MAIL.value
            )
            .first()
        )
        if notification is None or _goes_another_way(notification, now):
            return None
        notification.state = Notification.State.CLAIMED
        notification.claimed_at = now
        notification.attempts += 1
        notification.save(update_fields=["state", "claimed_at", "attempts"])
        return notification


def _goes_another_way(notification: Notification, now: datetime) -> bool:
    """Follow what the person chose since the message was written; tell whether it changed a row.

    Whoever ended a kind of mail gets none that was already waiting.
    """
    recipient = notification.recipient
    wishes = wishes_of(
        [recipient], notification.kind, time_zone=notification.organization.time_zone
    )[recipient.pk]
    channel = wishes.channel if recipient.is_active else Channel.LIST
    changed: dict[str, object] = {}
    if channel is Channel.DIGEST:
        changed = {"channel": channel.value, "next_attempt_at": next_digest(wishes.timing, now)}
    elif channel is not Channel.MAIL:
        changed = {"channel": Channel.LIST.value, "state": Notification.State.KEPT}
    elif (mailed_at := after_quiet(wishes.timing, now)) > now:
        changed = {"next_attempt_at": mailed_at}
    if changed:
        Notification.objects.filter(
            organization_id=notification.organization_id, pk=notification.pk
        ).update(**changed)
    return bool(changed)


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
            notification.next_attempt_at = now + pause_after(notification.attempts)
            outcome.postponed += 1
    else:
        notification.state = Notification.State.SENT
        notification.sent_at = now
        outcome.sent += 1
    with organization_context(notification.organization_id):
        notification.save(update_fields=["state", "sent_at", "next_attempt_at", "last_error"])
