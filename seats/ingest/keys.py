"""Who calls: the API key of the Authorization header, remembered for a few seconds.

A revoked key therefore works for `REMEMBERED_FOR` seconds more, on these two endpoints alone.
"""

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from accounts.services.api_keys import hash_secret, split_key
from seats.ingest.http import HttpProblem

REMEMBERED_FOR = 3.0
REMEMBERED_AT_MOST = 10_000

_FIND = """
SELECT k.id, k.secret_hash, k.expires_at, k.organization_id, o.external_id
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


@dataclass(frozen=True, slots=True)
class _Known:
    secret_hash: str
    expires_at: datetime | None
    caller: Caller
    until: float


class KeyRing:
    """Finds callers by their keys."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool
        self._known: OrderedDict[str, _Known] = OrderedDict()

    async def caller(self, headers: dict[bytes, bytes], *, now: datetime) -> Caller:
        """Return who calls. Raises HttpProblem without a live key."""
        scheme, _, key = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            raise _refused("not_authenticated", "Send an API key: Authorization: Bearer hr_...")
        parts = split_key(key.strip())
        if parts is None or not (parts[0].isascii() and parts[0].isalnum()):
            raise _refused("authentication_failed", "This is not an API key.")
        prefix, secret = parts
        known = self._known.get(prefix)
        if known is None or known.until < time.monotonic():
            known = await self._find(prefix, secret, now)
        matches = secrets.compare_digest(known.secret_hash, hash_secret(secret))
        if not matches or (known.expires_at is not None and known.expires_at <= now):
            raise _refused("authentication_failed", "This API key is unknown, revoked or expired.")
        return known.caller

    async def _find(self, prefix: str, secret: str, now: datetime) -> _Known:
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_FIND, [prefix])).fetchone()
            if row is not None and secrets.compare_digest(row[1], hash_secret(secret)):
                await connection.execute(_NOTE_USE, {"id": row[0], "now": now})
        if row is None:
            # No secret has this hash, so an unknown prefix fails like a wrong secret.
            known = _Known("0" * 64, None, Caller(prefix, None), time.monotonic() + REMEMBERED_FOR)
        else:
            _id, secret_hash, expires_at, organization_id, external_id = row
            organization = None if organization_id is None else (external_id, organization_id)
            known = _Known(
                secret_hash,
                expires_at,
                Caller(prefix, organization),
                time.monotonic() + REMEMBERED_FOR,
            )
        self._known[prefix] = known
        self._known.move_to_end(prefix)
        while len(self._known) > REMEMBERED_AT_MOST:
            self._known.popitem(last=False)
        return known


def _refused(code: str, title: str) -> HttpProblem:
    return HttpProblem(401, code, title, headers=[("WWW-Authenticate", 'Bearer realm="headroom"')])
