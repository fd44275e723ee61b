"""Spreads events over the endpoints that want them, and delivers.

All of it runs as the pipeline role, over all organizations. An event becomes one delivery an
endpoint in one statement. A claim is committed before the endpoint hears; a claim whose worker died
is sent again under the same id, by which a receiver of signed webhooks knows it; Slack knows no
ids, so there it is `uncertain` and left to a person.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import connections, transaction

from integrations.domain.retries import STOPS_AFTER, next_attempt
from integrations.domain.signing import secret_of, signature_headers
from integrations.gateways.http import Answer, Unreachable, post
from integrations.models import Delivery, Endpoint

logger = structlog.get_logger(__name__)

BATCH: Final = 100
_PIPELINE: Final = "pipeline"
_CLAIM_LASTS: Final = timedelta(minutes=5)
_GONE: Final = 410

_SPREAD: Final = """
WITH events AS (
    UPDATE integrations_outgoingevent SET spread_at = %(now)s
    WHERE id IN (
        SELECT id FROM integrations_outgoingevent WHERE spread_at IS NULL
        ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED
    )
    RETURNING id, organization_id, type, payload, created_at
)
INSERT INTO integrations_delivery (
    organization_id, endpoint_id, message_id, type, payload, state, attempts, created_at,
    next_attempt_at, answer, last_error
)
SELECT p.organization_id, p.id, 'msg_' || e.organization_id || '_' || e.id, e.type,
    e.payload || jsonb_build_object('at', to_char(
        e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
    'pending', 0, %(now)s, %(now)s, '', ''
FROM events e
JOIN integrations_endpoint p ON p.is_active AND e.type = ANY(p.event_types)
    AND (p.organization_id IS NULL OR p.organization_id = e.organization_id)
ON CONFLICT DO NOTHING
"""

_CLAIM: Final = """
UPDATE integrations_delivery SET state = 'claimed', claimed_at = %s, attempts = attempts + 1
WHERE id = (
    SELECT d.id FROM integrations_delivery d
    JOIN integrations_endpoint p ON p.id = d.endpoint_id AND p.is_active
    WHERE d.state = 'pending' AND d.next_attempt_at <= %s AND NOT d.endpoint_id = ANY(%s)
    ORDER BY d.next_attempt_at, d.id LIMIT 1 FOR UPDATE OF d SKIP LOCKED
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
    with connections[_PIPELINE].cursor() as cursor:
        cursor.execute(_SPREAD, {"now": now})
    silent: list[int] = []
    for _n in range(limit):
        delivery = _claim(now, silent)
        if delivery is None:
            break
        if not _send(delivery, now, outcome):
            silent.append(delivery.endpoint_id)
    return outcome


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
        cursor.execute(_CLAIM, [now, now, silent])
        row = cursor.fetchone()
    if row is None:
        return None
    return Delivery.objects.using(_PIPELINE).select_related("endpoint").get(pk=row[0])


def body_of(delivery: Delivery) -> bytes:
    """Return what an endpoint is posted, in its format."""
    payload = delivery.payload
    url = settings.BASE_URL + payload.get("path", "/")
    content: dict[str, Any]
    if delivery.endpoint.format == Endpoint.Format.SLACK:
        content = slack_message(payload["title"], payload["text"], url)
    else:
        content = {
            "type": delivery.type,
            "timestamp": payload["at"],
            "data": payload["data"]
            | {"title": payload["title"], "text": payload["text"], "url": url},
        }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def slack_message(title: str, text: str, url: str) -> dict[str, Any]:
    """Return a message as Slack's incoming webhooks take it: text, blocks, a button that leads."""
    said = f"*{_escaped(title)}*" + (f"\n{_escaped(text)}" if text else "")
    return {
        "text": _escaped(f"{title}. {text}" if text else title),
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": said[:3000]}},
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "button",
                        "text": {"type": "plain_text", "text": "Open"},
                        "url": url,
                    }
                ],
            },
        ],
    }


def _escaped(text: str) -> str:
    # Slack's own three; otherwise a name could mention a channel or hide a link.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _send(delivery: Delivery, now: datetime, outcome: Sent) -> bool:
    """Post one message and write what came back; tell whether the endpoint answered at all."""
    endpoint = delivery.endpoint
    body = body_of(delivery)
    headers: dict[str, str] = {}
    if endpoint.format == Endpoint.Format.STANDARD:
        salts = [endpoint.salt]
        if endpoint.old_salt and endpoint.old_salt_until and now < endpoint.old_salt_until:
            salts.append(endpoint.old_salt)
        headers = signature_headers(
            message_id=delivery.message_id,
            at=now,
            body=body,
            secrets=[secret_of(settings.SECRET_KEY, salt) for salt in salts],
        )
    try:
        answer = post(
            endpoint.url, body, headers, allow_private=settings.INTEGRATIONS_ALLOW_PRIVATE
        )
    except Unreachable as error:
        _finish(delivery, now, None, str(error), outcome)
        return False
    _finish(delivery, now, answer, "", outcome)
    return True


def _finish(
    delivery: Delivery, now: datetime, answer: Answer | None, error: str, outcome: Sent
) -> None:
    changes: dict[str, Any] = {
        "status_code": answer.status if answer else None,
        "answer": answer.text if answer else "",
        "duration_ms": answer.milliseconds if answer else None,
        "last_error": error[:300],
    }
    is_taken = answer is not None and 200 <= answer.status < 300
    if is_taken:
        outcome.delivered += 1
        changes |= {"state": Delivery.State.DELIVERED, "delivered_at": now}
    else:
        if answer is not None:
            changes["last_error"] = f"Answered {answer.status}."
        again = next_attempt(
            attempts=delivery.attempts,
            at=now,
            key=delivery.pk,
            wished=_wished(answer),
        )
        if again is None or (answer is not None and answer.status == _GONE):
            outcome.given_up += 1
            changes["state"] = Delivery.State.FAILED
        else:
            outcome.postponed += 1
            changes |= {"state": Delivery.State.PENDING, "next_attempt_at": again}
    with transaction.atomic(using=_PIPELINE):
        # Who was replayed or taken up meanwhile is somebody else's.
        Delivery.objects.using(_PIPELINE).filter(
            pk=delivery.pk, state=Delivery.State.CLAIMED, attempts=delivery.attempts
        ).update(**changes)
        _judge_endpoint(delivery.endpoint, answer, now, is_taken=is_taken)


def _wished(answer: Answer | None) -> timedelta | None:
    if answer is None or not answer.retry_after.isdecimal():
        return None
    return timedelta(seconds=min(int(answer.retry_after), 86_400))


def _judge_endpoint(
    endpoint: Endpoint, answer: Answer | None, now: datetime, *, is_taken: bool
) -> None:
    endpoints = Endpoint.objects.using(_PIPELINE).filter(pk=endpoint.pk)
    if is_taken:
        if endpoint.failing_since is not None:
            endpoints.update(failing_since=None)
        return
    since = endpoint.failing_since or now
    is_gone = answer is not None and answer.status == _GONE
    if is_gone or now - since >= STOPS_AFTER:
        reason = "It said that it is gone (410)." if is_gone else "It took nothing for five days."
        stopped = endpoints.filter(is_active=True).update(
            is_active=False, stopped_because=reason, failing_since=since
        )
        if stopped:
            logger.warning("endpoint_stopped", endpoint=endpoint.pk, reason=reason)
    elif endpoint.failing_since is None:
        endpoints.update(failing_since=now)
