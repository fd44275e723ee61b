"""Open sessions of people whose sessions are limited: counted by the checks that name them.

One statement a check, and only for the few people with such a limit. A session that no check named
for 30 minutes no longer counts. Beyond the limit the oldest are named; whoever ends them is the
vendor's product. Session ids are kept as digests.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

OPEN_FOR: Final = timedelta(minutes=30)

_SEEN = """
WITH mine AS (
    INSERT INTO seats_opensession (organization_id, membership_id, session, first_at, seen_at)
    VALUES (%(organization_id)s, %(membership_id)s, %(session)s, %(now)s, %(now)s)
    ON CONFLICT (organization_id, membership_id, session) DO UPDATE SET
        first_at = CASE WHEN seats_opensession.seen_at < %(since)s
            THEN EXCLUDED.first_at ELSE seats_opensession.first_at END,
        seen_at = greatest(seats_opensession.seen_at, EXCLUDED.seen_at)
), others AS (
    SELECT FROM seats_opensession
    WHERE organization_id = %(organization_id)s AND membership_id = %(membership_id)s
        AND seen_at >= %(since)s AND session <> %(session)s
)
SELECT count(*) FROM others
"""


@dataclass(frozen=True, slots=True)
class Measure:
    """What one person is asked at sign-in; `sessions` is the limit for the action `cap`."""

    organization_id: int
    membership_id: int
    action: str
    sessions: int


async def count_sessions(
    pool: AsyncConnectionPool[AsyncConnection[Any]],
    measure: Measure,
    session: str,
    now: datetime,
) -> int:
    """Note this session and return how many are open, this one included."""
    async with pool.connection() as connection:
        cursor = await connection.execute(
            _SEEN,
            {
                "organization_id": measure.organization_id,
                "membership_id": measure.membership_id,
                "session": sha256(session.encode()).hexdigest(),
                "now": now,
                "since": now - OPEN_FOR,
            },
        )
        row = await cursor.fetchone()
        return 1 + (row[0] if row else 0)
