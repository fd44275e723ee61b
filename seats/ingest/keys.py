"""Who calls: the API key of the Authorization header, remembered for a few seconds.

A revoked key therefore works for `REMEMBERED_FOR` seconds more, on these two endpoints alone.
"""

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from accounts.domain.scopes import Area, grants, scope_for
from accounts.services.api_keys import hash_secret, split_key
from seats.ingest.http import HttpProblem

REMEMBERED_FOR = 3.0
REMEMBERED_AT_MOST = 10_000

_FIND = """
SELECT k.id, k.secret_hash, k.expires_at, k.organization_id, o.external_id,
    k.previous_secret_hash, k.previous_secret_until, k.scopes
FROM accounts_apikey k LEFT JOIN accounts_organization o ON o.id = k.organization_id
WHERE k.prefix = %s AND k.revoked_at IS NULL
"""
# Once a minute is often enough to see which keys are in use.
_NOTE_USE = """
UPDATE accounts_apikey SET last_used_at = %(now)s
WHERE id = %(id)s
    AND (last_used_at IS NULL OR last_used_at < %(now)s - interval '1 minute')
"""


@dataclass(frozen=True, slots=True)
class Caller:
    """The key behind a call; `organization` is (external id, id), or None for a vendor-wide key."""

    prefix: str
    organization: tuple[str, int] | None
    scopes: tuple[str, ...]

    def check_scope(self, area: Area, *, writes: bool) -> None:
        """Raise HttpProblem unless the key may do that."""
        if not grants(self.scopes, area, writes=writes):
            named = scope_for(area, writes=writes)
            raise HttpProblem(403, "scope_missing", f"This key lacks the scope {named}.")


@dataclass(frozen=True, slots=True)
class _Known:
    """A live key as it was found, good until `until` of the monotonic clock.

    `ends_at` is the end of the key, or of a secret that was replaced.
    """

    caller: Caller
    ends_at: datetime | None
    until: float


class KeyRing:
    """Finds callers by their keys. What it remembers is found by a digest of the whole header."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool
        self._known: OrderedDict[bytes, _Known] = OrderedDict()

    async def caller(self, headers: dict[bytes, bytes], *, now: datetime) -> Caller:
        """Return who calls. Raises HttpProblem without a live key."""
        header = headers.get(b"authorization", b"")
        digest = sha256(header).digest()
        known = self._known.get(digest)
        if known is None or known.until < time.monotonic():
            known = await self._find(header, now)
            self._remember(digest, known)
        if known.ends_at is not None and known.ends_at <= now:
            raise _unknown()
        return known.caller

    def _remember(self, digest: bytes, known: _Known) -> None:
        self._known[digest] = known
        self._known.move_to_end(digest)
        while len(self._known) > REMEMBERED_AT_MOST:
            self._known.popitem(last=False)

    async def _find(self, header: bytes, now: datetime) -> _Known:
        scheme, _, key = header.decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            raise _refused("not_authenticated", "Send an API key: Authorization: Bearer hr_...")
        parts = split_key(key.strip())
        if parts is None or not (parts[0].isascii() and parts[0].isalnum()):
            raise _refused("authentication_failed", "This is not an API key.")
        prefix, secret = parts
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_FIND, [prefix])).fetchone()
            # No secret has the hash of zeros, so an unknown prefix fails like a wrong secret.
            given = hash_secret(secret)
            stored, before = (row[1], row[5]) if row else ("0" * 64, "")
            is_current = secrets.compare_digest(stored, given)
            was_current = secrets.compare_digest(before, given)
            if row is None or not (is_current or was_current):
                raise _unknown()
            await connection.execute(_NOTE_USE, {"id": row[0], "now": now})
        _id, _hash, expires_at, organization_id, external_id, _before, until, scopes = row
        organization = None if organization_id is None else (external_id, organization_id)
        ends = [end for end in (expires_at, None if is_current else until) if end is not None]
        return _Known(
            Caller(prefix, organization, tuple(scopes)),
            min(ends, default=None),
            time.monotonic() + REMEMBERED_FOR,
        )


def _unknown() -> HttpProblem:
    return _refused("authentication_failed", "This API key is unknown, revoked or expired.")


def _refused(code: str, title: str) -> HttpProblem:
    return HttpProblem(401, code, title, headers=[("WWW-Authenticate", 'Bearer realm="headroom"')])
