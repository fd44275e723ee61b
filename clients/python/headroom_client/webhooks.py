"""Checks that a message comes from Headroom (standardwebhooks.com, version 1).

    event = Webhook("whsec_...").verify(request.headers, request.body)

Give the body as it came: bytes, before anything parsed it. A message may come more than once;
its `id` is the same every time.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from headroom_client.errors import HeadroomError

PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)


class WebhookRefused(HeadroomError):
    """A message that nobody should act on. Answer it with 400."""


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """A message whose sender is proven. `id` is the same in every delivery of it."""

    id: str
    sent_at: datetime
    type: str
    data: Any
    body: Mapping[str, Any]


class Webhook:
    """Verifies with one secret, or with several while one replaces another."""

    def __init__(self, *secrets: str, tolerance: timedelta = TOLERANCE) -> None:
        if not secrets:
            raise ValueError("A webhook needs the secret that its endpoint was given.")
        self._secrets = [_decoded(secret) for secret in secrets]
        self._tolerance = tolerance

    def verify(
        self, headers: Mapping[str, str], body: bytes, *, now: datetime | None = None
    ) -> WebhookMessage:
        """Return the message. Raises WebhookRefused; says why, but never what was expected."""
        found = {name.lower(): value for name, value in headers.items()}
        message_id = found.get("webhook-id", "")
        timestamp = found.get("webhook-timestamp", "")
        signatures = found.get("webhook-signature", "")
        if not (message_id and timestamp and signatures):
            raise WebhookRefused("The message lacks one of its three headers.")
        sent_at = _moment(timestamp)
        if abs((now or datetime.now(UTC)) - sent_at) > self._tolerance:
            raise WebhookRefused("The message is too old, or the clocks do not agree.")
        signed = b".".join((message_id.encode(), timestamp.encode(), body))
        if not self._is_signed(signed, signatures.split()):
            raise WebhookRefused("No signature of the message is right.")
        try:
            content = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise WebhookRefused("The message is not JSON.") from error
        if not isinstance(content, dict):
            raise WebhookRefused("The message is not an object.")
        return WebhookMessage(
            message_id, sent_at, str(content.get("type", "")), content.get("data"), content
        )

    def _is_signed(self, signed: bytes, signatures: Sequence[str]) -> bool:
        expected = [hmac.new(secret, signed, hashlib.sha256).digest() for secret in self._secrets]
        is_right = False
        for signature in signatures:
            version, _, text = signature.partition(",")
            if version != "v1":
                continue
            try:
                given = base64.b64decode(text, validate=True)
            except (binascii.Error, ValueError):
                continue
            for each in expected:
                is_right |= hmac.compare_digest(each, given)
        return is_right


def _decoded(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.strip().removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("This is not a secret of an endpoint: whsec_...") from error


def _moment(timestamp: str) -> datetime:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
        raise WebhookRefused("The message's time is not a number of seconds.")
    return datetime.fromtimestamp(int(timestamp), UTC)
