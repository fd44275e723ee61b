"""Spreads events over the endpoints that want them, and delivers.

All of it runs as the pipeline role, over all organizations. An event becomes one delivery an
endpoint in one statement. A claim is committed before the endpoint hears; a claim whose worker died
is sent again under the same id, by which a receiver of signed webhooks knows it; Slack knows no
ids, so there it is `uncertain` and left to a person. Of one endpoint and object a message waits
until the earlier ones are delivered or given up.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connections, transaction

from integrations.domain.retries import next_attempt, wished_pause
from integrations.gateways.http import Answer, Unreachable, post
from integrations.models import Delivery, DeliveryAttempt
from integrations.services.judging import GONE, judge
from integrations.services.messages import answers_challenge, body_of, headers_of

BATCH: Final = 100
_PIPELINE: Final = "pipeline"
_CLAIM_LASTS: Final = timedelta(minutes=5)

# One worker spreads at a time: of two, the one with the later events could be done first.
_LOCK: Final = "SELECT pg_try_advisory_xact_lock(hashtext('integrations.spread'))"
_SPREAD: Final = """
WITH events AS (
    UPDATE integrations_outgoingevent SET spread_at = %(now)s
    WHERE id IN (
        SELECT id FROM integrations_outgoingevent WHERE spread_at IS NULL
        ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED
    )
    RETURNING id, organization_id, type, object_key, is_vendor_only, payload, created_at
)
INSERT INTO integrations_delivery (
    organization_id, endpoint_id, message_id, type, object_key, sequence, payload, state,
    attempts, created_at, next_attempt_at, answer, last_error
)
SELECT p.organization_id, p.id, 'msg_' || e.organization_id || '_' || e.id, e.type,
    e.object_key, e.id,
    e.payload || jsonb_build_object(
        'at', to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'organization', jsonb_build_object(
            'id', o.id, 'external_id', o.external_id, 'name', o.name, 'slug', o.slug)),
    'pending', 0, %(now)s, %(now)s, '', ''
FROM events e
JOIN accounts_organization o ON o.id = e.organization_id
JOIN integrations_endpoint p ON p.is_active AND p.verified_at IS NOT NULL
    AND e.type = ANY(p.event_types)
    AND (p.organization_id IS NULL
        OR (p.organization_id = e.organization_id AND NOT e.is_vendor_only))
ORDER BY e.id
ON CONFLICT DO NOTHING
"""

_CLAIM: Final = """
UPDATE integrations_delivery SET state = 'claimed', claimed_at = %(now)s, attempts = attempts + 1
WHERE id = (
    SELECT d.id FROM integrations_delivery d
    JOIN integrations_endpoint p ON p.id = d.endpoint_id AND p.is_active
        AND (p.rests_until IS NULL OR p.rests_until <= %(now)s)
        AND (p.verified_at IS NOT NULL OR d.type = 'endpoint.verification')
    WHERE d.state = 'pending' AND d.next_attempt_at <= %(now)s
        AND NOT d.endpoint_id = ANY(%(silent)s)
        AND NOT (d.object_key <> '' AND EXISTS (
            SELECT 1 FROM integrations_delivery b
            WHERE b.endpoint_id = d.endpoint_id AND b.object_key = d.object_key
                AND b.object_key <> '' AND b.sequence < d.sequence
                AND b.state IN ('pending', 'claimed')))
    ORDER BY d.next_attempt_at, d.sequence, d.id LIMIT 1 FOR UPDATE OF d SKIP LOCKED
)
RETURNING id
"""


@dataclass(slots=True)
class Sent:
    """What one round did, in messages."""

    delivered: int = 0
    postponed: int = 0
    given_up: int = 0
    uncertain: int = 0


def send_deliveries(*, now: datetime, limit: int = BATCH) -> Sent:
    """Spread what happened and send what is due at `now`; safe beside other workers.

    An endpoint that did not answer is left alone for the rest of the round, so that it holds up
    nobody else.
    """
    outcome = Sent(uncertain=_take_up_stale_claims(now))
    _spread(now)
    silent: list[int] = []
    for _n in range(limit):
        delivery = _claim(now, silent)
        if delivery is None:
            break
        if not _send(delivery, now, outcome):
            silent.append(delivery.endpoint_id)
    return outcome


def _spread(now: datetime) -> None:
    with transaction.atomic(using=_PIPELINE), connections[_PIPELINE].cursor() as cursor:
        cursor.execute(_LOCK)
        row = cursor.fetchone()
        if row is not None and row[0]:
            cursor.execute(_SPREAD, {"now": now})


def _take_up_stale_claims(now: datetime) -> int:
    before = now - _CLAIM_LASTS
    with connections[_PIPELINE].cursor() as cursor:
        cursor.execute(
            "UPDATE integrations_delivery d SET "
            "state = CASE p.format WHEN 'slack' THEN 'uncertain' ELSE 'pending' END, "
            "next_attempt_at = %s, last_error = 'The worker stopped while it was sending.' "
            "FROM integrations_endpoint p WHERE p.id = d.endpoint_id "
            "AND d.state = 'claimed' AND d.claimed_at < %s RETURNING d.state",
            [now, before],
        )
        return sum(1 for (state,) in cursor.fetchall() if state == "uncertain")


def _claim(now: datetime, silent: list[int]) -> Delivery | None:
    with connections[_PIPELINE].cursor() as cursor:
        cursor.execute(_CLAIM, {"now": now, "silent": silent})
        row = cursor.fetchone()
    if row is None:
        return None
    return Delivery.objects.using(_PIPELINE).select_related("endpoint").get(pk=row[0])


def _send(delivery: Delivery, now: datetime, outcome: Sent) -> bool:
    """Post one message and write what came back; tell whether the endpoint answered at all."""
    body = body_of(delivery)
    try:
        answer = post(
            delivery.endpoint.url,
            body,
            headers_of(delivery, body, now),
            allow_private=settings.INTEGRATIONS_ALLOW_PRIVATE,
        )
    except Unreachable as error:
        _finish(delivery, now, None, str(error), outcome)
        return False
    _finish(delivery, now, answer, "", outcome)
    return True


def _finish(
    delivery: Delivery, now: datetime, answer: Answer | None, error: str, outcome: Sent
) -> None:
    is_taken = answer is not None and 200 <= answer.status < 300
    if answer is not None and not is_taken:
        error = f"Answered {answer.status}."
    elif answer is not None and not answers_challenge(delivery, answer.text):
        is_taken, error = False, "It answered without the challenge that was sent."
    wished = wished_pause(answer.retry_after, now) if answer else None
    changes: dict[str, Any] = {
        "status_code": answer.status if answer else None,
        "answer": answer.text if answer else "",
        "duration_ms": answer.milliseconds if answer else None,
        "last_error": error[:300],
    }
    if is_taken:
        outcome.delivered += 1
        changes |= {"state": Delivery.State.DELIVERED, "delivered_at": now}
    else:
        again = next_attempt(attempts=delivery.attempts, at=now, key=delivery.pk, wished=wished)
        if again is None or (answer is not None and answer.status == GONE):
            outcome.given_up += 1
            changes["state"] = Delivery.State.FAILED
        else:
            outcome.postponed += 1
            changes |= {"state": Delivery.State.PENDING, "next_attempt_at": again}
    with transaction.atomic(using=_PIPELINE):
        # Who was replayed or taken up meanwhile is somebody else's.
        mine = Delivery.objects.using(_PIPELINE).filter(
            pk=delivery.pk, state=Delivery.State.CLAIMED, attempts=delivery.attempts
        )
        if mine.update(**changes):
            DeliveryAttempt.objects.using(_PIPELINE).create(
                organization_id=delivery.organization_id,
                delivery_id=delivery.pk,
                at=now,
                status_code=changes["status_code"],
                error=changes["last_error"],
                duration_ms=changes["duration_ms"],
            )
    judge(delivery, answer, now, is_taken=is_taken, wished=wished)
