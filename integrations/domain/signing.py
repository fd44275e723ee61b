"""Signatures after Standard Webhooks (standardwebhooks.com, version 1).

A receiver checks `webhook-signature` over "id.timestamp.body" with the secret it was shown once.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"


def secret_of(server_key: str, salt: str) -> bytes:
    """Return the secret that belongs to a salt: 32 bytes that only this server can make.

    Derived and not stored, so that a copy of the database signs nothing.
    """
    return hmac.new(server_key.encode(), b"integrations:" + salt.encode(), hashlib.sha256).digest()


def shown(secret: bytes) -> str:
    """Return a secret as its receiver is shown it."""
    return PREFIX + base64.b64encode(secret).decode()


def signature_headers(
    *, message_id: str, at: datetime, body: bytes, secrets: Sequence[bytes]
) -> dict[str, str]:
    """Return the three headers; one signature a secret, so that a renewed one may overlap."""
    timestamp = str(int(at.timestamp()))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    signatures = (
        "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
        for secret in secrets
    )
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signatures),
    }
