"""Which organizations there are, by the vendor's own key of them; remembered for a minute.

Organizations are never deleted, and one that is not known yet is looked up anew each time.
"""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from seats.services.usage import FIND_ORGANIZATIONS

REMEMBERED_FOR = 60.0


class OrganizationDirectory:
    """Finds organizations by external id."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool
        self._known: dict[str, int] = {}
        self._until = 0.0

    async def find(self, names: Iterable[str]) -> Mapping[str, int]:
        """Return the ids of the organizations among `names`; unknown ones are left out."""
        if self._until < time.monotonic():
            self._known = {}
            self._until = time.monotonic() + REMEMBERED_FOR
        missing = [name for name in set(names) if name not in self._known and "\x00" not in name]
        if missing:
            async with self._pool.connection() as connection:
                cursor = await connection.execute(FIND_ORGANIZATIONS, [missing])
                self._known |= dict(await cursor.fetchall())
        return self._known
