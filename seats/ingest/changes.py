"""Which organizations changed since the last look: what a memory has to forget before it answers.

A look is one statement on a connection that belongs to it alone. It returns what was committed
between the snapshot of the look before and its own, exactly: whatever is read after a look is at
least as new as that look. When the connection breaks, the database may be another server
afterwards, so everything has to be forgotten; the same holds after a pause.
"""

import time
from typing import Any, cast

from psycopg import AsyncConnection, AsyncCursor

# Rows of the log are kept for much longer than this (`seats.services.changes`).
TRUSTED_FOR = 60.0

_BEGIN = "SELECT pg_current_snapshot()::text, NULL"
_LOOK = """
SELECT pg_current_snapshot()::text, (
    SELECT array_agg(DISTINCT organization_id) FROM seats_organizationchange
    WHERE xid >= pg_snapshot_xmin(%(since)s::pg_snapshot) AND topic IN ('access', 'pool')
        AND NOT pg_visible_in_snapshot(xid, %(since)s::pg_snapshot)
)
"""


class ChangeFeed:
    """Looks at the log of changes. One look at a time."""

    def __init__(self, database_url: str, *, patience: float = 10.0) -> None:
        self._url = database_url
        self._patience = patience
        self._connection: AsyncConnection[Any] | None = None
        self._cursor: AsyncCursor[Any] | None = None
        self._since: str | None = None
        self._looked_at = 0.0

    async def changed(self) -> list[int] | None:
        """Return the organizations that changed since the last look; None: any may have.

        Raises psycopg.OperationalError when the database does not answer.
        """
        looked_at = time.monotonic()
        if looked_at - self._looked_at > TRUSTED_FOR:
            self._since = None
        since = self._since
        try:
            if self._cursor is None:
                self._connection = await AsyncConnection.connect(
                    self._url, autocommit=True, connect_timeout=max(1, int(self._patience))
                )
                self._cursor = self._connection.cursor()
            if since is None:
                await self._cursor.execute(_BEGIN)
            else:
                await self._cursor.execute(_LOOK, {"since": since})
            row = cast("tuple[str, list[int] | None]", await self._cursor.fetchone())
        except BaseException:
            await self.close()
            raise
        self._since, changed = row
        self._looked_at = looked_at
        return None if since is None else changed or []

    async def close(self) -> None:
        """Close the connection; the next look begins anew."""
        connection, self._connection, self._cursor = self._connection, None, None
        self._since = None
        if connection is not None:
            await connection.close()
