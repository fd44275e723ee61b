"""Requests that come from Slack, and how they prove it (signing secret, version 0).

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac
from datetime import datetime
from typing import Final

VALID_FOR_SECONDS: Final = 300


def signature_of(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a body as Slack sends it."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def is_from_slack(
    *, secret: str, timestamp: str, signature: str, body: bytes, now: datetime
) -> bool:
    """Tell whether a request is Slack's, and no older than five minutes.

    Without a secret nothing is Slack's.
    """
    if not secret or not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 12):
        return False
    if abs(int(now.timestamp()) - int(timestamp)) > VALID_FOR_SECONDS:
        return False
    expected = signature_of(secret, timestamp, body)
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))
