"""Secrets of organizations, and the keys of devices and places that they make.

What is reckoned for a batch is remembered as long as the batch: most of its lines come from the
same few devices and places. Nothing in the clear outlives it.
"""

from functools import lru_cache
from hashlib import sha256
from hmac import digest
from secrets import token_bytes

from django.conf import settings
from django.db.backends.utils import CursorWrapper

from signals.domain.sharing.keys import key_of


class Secrets:
    """The secrets of organizations and epochs, made when they are first asked for."""

    def __init__(self, cursor: CursorWrapper) -> None:
        self._cursor = cursor
        self._known: dict[tuple[int, int], bytes] = {}

    def of(self, organization_id: int, epoch: int) -> bytes:
        """Return the secret of one organization and epoch."""
        known = self._known.get((organization_id, epoch))
        if known is None:
            known = self._known[organization_id, epoch] = self._read(organization_id, epoch)
        return known

    def _read(self, organization_id: int, epoch: int) -> bytes:
        self._cursor.execute(
            "INSERT INTO signals_sharingsecret (organization_id, epoch, seed, created_at) "
            "VALUES (%s, %s, %s, statement_timestamp()) ON CONFLICT DO NOTHING",
            [organization_id, epoch, token_bytes(32)],
        )
        self._cursor.execute(
            "SELECT seed FROM signals_sharingsecret WHERE organization_id = %s AND epoch = %s",
            [organization_id, epoch],
        )
        return _secret(settings.SHARING_KEY, bytes(self._cursor.fetchone()[0]))


@lru_cache(maxsize=4096)
def _secret(own: str, seed: bytes) -> bytes:
    """Both halves as one secret of 32 bytes."""
    return digest(own.encode(), b"sharing\0" + seed, sha256)


class Keys:
    """The keys of one batch, each reckoned once."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._known: dict[tuple[int, int, str, str], str] = {}

    def of(self, organization_id: int, epoch: int, kind: str, value: str) -> str:
        """Return the key of a device or a place under one epoch's secret."""
        named = (organization_id, epoch, kind, value)
        known = self._known.get(named)
        if known is None:
            secret = self._secrets.of(organization_id, epoch)
            known = self._known[named] = key_of(secret, kind, value)
        return known
