"""Sends each person one mail with all that waits for them, at their hour.

A person's messages lie in several organizations, so the claim is one statement of the pipeline
role over all of them, committed together with the digest's row before the mail server hears. The
row is unique for a person and slot: of two workers one sends. A digest whose worker died is
`uncertain`, and so are its messages; none is sent again by itself.
"""

from datetime import datetime
from smtplib import SMTPException

import structlog
from django.db import connections, transaction

from accounts.models import Organization, User
from signals.domain.notices import next_digest
from signals.models import NoticeDigest, Notification
from signals.selectors.notice_choices import channels_of, timing
from signals.services.delivery import CLAIM_LASTS, MAX_ATTEMPTS, STOPPED, Delivery, pause_after
from signals.services.mails import build_digest

logger = structlog.get_logger(__name__)

_PIPELINE = "pipeline"
_DUE = """
SELECT recipient_id, max(next_attempt_at) FROM signals_notification
WHERE state = 'pending' AND channel = 'digest' AND next_attempt_at <= %s
GROUP BY recipient_id ORDER BY recipient_id
"""
_MAILED = ("mail", "digest")


def send_digests(*, now: datetime) -> Delivery:
    """Send every digest that is due at `now`; counts are of mails. Safe beside other workers."""
    outcome = Delivery(uncertain=_give_up_stale_claims(now))
    with connections[_PIPELINE].cursor() as cursor:
        cursor.execute(_DUE, [now])
        due = cursor.fetchall()
    for recipient_id, slot_at in due:
        digest = _claim(recipient_id, slot_at, now)
        if digest is not None:
            _send(digest, now, outcome)
    for digest_id in _failed(now):
        digest = _claim_again(digest_id, now)
        if digest is not None:
            _send(digest, now, outcome)
    return outcome


def _give_up_stale_claims(now: datetime) -> int:
    with transaction.atomic(using=_PIPELINE), connections[_PIPELINE].cursor() as cursor:
        cursor.execute(
            "UPDATE signals_noticedigest SET state = 'uncertain', last_error = %s "
            "WHERE state = 'claimed' AND claimed_at < %s RETURNING id",
            [STOPPED, now - CLAIM_LASTS],
        )
        ids = [row[0] for row in cursor.fetchall()]
        if ids:
            cursor.execute(
                "UPDATE signals_notification SET state = 'uncertain', last_error = %s "
                "WHERE digest_id = ANY(%s) AND state = 'claimed'",
                [STOPPED, ids],
            )
            logger.warning("digests_uncertain", digests=ids)
    return len(ids)


def _claim(recipient_id: int, slot_at: datetime, now: datetime) -> NoticeDigest | None:
    """Return the digest with its messages claimed; None where there is nothing left to send."""
    recipient = User.objects.get(pk=recipient_id)
    wanted = [kind for kind, channel in channels_of(recipient).items() if channel in _MAILED]
    with transaction.atomic(using=_PIPELINE), connections[_PIPELINE].cursor() as cursor:
        waiting = (
            "recipient_id = %s AND state = 'pending' AND channel = 'digest' "
            "AND next_attempt_at <= %s"
        )
        # What the person no longer wants as mail stays in the list.
        cursor.execute(
            "UPDATE signals_notification SET state = 'kept', channel = 'list' "  # noqa: S608
            f"WHERE {waiting} AND NOT (%s AND kind = ANY(%s))",
            [recipient_id, now, recipient.is_active, wanted],
        )
        cursor.execute(
            "INSERT INTO signals_noticedigest "
            "(recipient_id, slot_at, state, attempts, claimed_at, last_error) "
            "VALUES (%s, %s, 'claimed', 1, %s, '') "
            "ON CONFLICT (recipient_id, slot_at) DO NOTHING RETURNING id",
            [recipient_id, slot_at, now],
        )
        made = cursor.fetchone()
        if made is None:
            # The slot's mail exists; what came too late for it goes with the next.
            later = next_digest(
                timing(getattr(recipient, "notice_timing", None), recipient.time_zone or "UTC"), now
            )
            cursor.execute(
                f"UPDATE signals_notification SET next_attempt_at = %s WHERE {waiting}",  # noqa: S608
                [max(later, now), recipient_id, now],
            )
            return None
        cursor.execute(
            "UPDATE signals_notification SET state = 'claimed', claimed_at = %s, digest_id = %s, "  # noqa: S608
            f"attempts = attempts + 1 WHERE {waiting}",
            [now, made[0], recipient_id, now],
        )
        if cursor.rowcount == 0:
            cursor.execute("DELETE FROM signals_noticedigest WHERE id = %s", [made[0]])
            return None
    return _loaded(made[0])


def _failed(now: datetime) -> list[int]:
    return list(
        NoticeDigest.objects.filter(
            state=NoticeDigest.State.FAILED, next_attempt_at__lte=now
        ).values_list("pk", flat=True)
    )


def _claim_again(digest_id: int, now: datetime) -> NoticeDigest | None:
    with connections[_PIPELINE].cursor() as cursor:
        cursor.execute(
            "UPDATE signals_noticedigest SET state = 'claimed', claimed_at = %s, "
            "attempts = attempts + 1 WHERE id = %s AND state = 'failed' RETURNING id",
            [now, digest_id],
        )
        return _loaded(digest_id) if cursor.fetchone() else None


def _loaded(digest_id: int) -> NoticeDigest:
    return NoticeDigest.objects.select_related("recipient").get(pk=digest_id)


def _messages(digest: NoticeDigest) -> list[Notification]:
    rows = list(
        Notification.objects.using(_PIPELINE).filter(digest_id=digest.pk).order_by("created_at")
    )
    organizations = Organization.objects.using(_PIPELINE).in_bulk(
        {row.organization_id for row in rows}
    )
    for row in rows:
        row.organization = organizations[row.organization_id]
    return rows


def _send(digest: NoticeDigest, now: datetime, outcome: Delivery) -> None:
    changes: dict[str, object]
    try:
        build_digest(digest, _messages(digest)).send(using="delivery")
    except (OSError, SMTPException) as error:
        changes = {"last_error": f"{type(error).__name__}: {error}"[:300]}
        if digest.attempts >= MAX_ATTEMPTS:
            changes["state"] = NoticeDigest.State.REFUSED
            outcome.refused += 1
        else:
            changes |= {
                "state": NoticeDigest.State.FAILED,
                "next_attempt_at": now + pause_after(digest.attempts),
            }
            outcome.postponed += 1
    else:
        changes = {"state": NoticeDigest.State.SENT, "sent_at": now}
        outcome.sent += 1
    with transaction.atomic(using=_PIPELINE):
        NoticeDigest.objects.using(_PIPELINE).filter(pk=digest.pk).update(**changes)
        messages = Notification.objects.using(_PIPELINE).filter(digest_id=digest.pk)
        if changes["state"] == NoticeDigest.State.SENT:
            messages.update(state=Notification.State.SENT, sent_at=now)
        elif changes["state"] == NoticeDigest.State.REFUSED:
            messages.update(state=Notification.State.REFUSED, last_error=changes["last_error"])
