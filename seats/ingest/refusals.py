"""Notes who was refused at sign-in for want of a seat, once a day and person.

A process that dies loses what it noted since its last write: the person comes again, or was let in.
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final

import psycopg
import structlog
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool, PoolTimeout

WRITTEN_EVERY: Final = 5.0
# Who is refused asks again and again; beyond this many people a day some are noted again.
REMEMBERED: Final = 100_000

log = structlog.get_logger(__name__)

_WRITE = """
INSERT INTO seats_seatrefusal (organization_id, day, membership_id, at_sign_in, at)
SELECT organization_id, day, membership_id, true, %s
FROM unnest(%s::bigint[], %s::date[], %s::bigint[]) AS noted(organization_id, day, membership_id)
ORDER BY 1, 2, 3
ON CONFLICT (organization_id, day, membership_id, at_sign_in) DO NOTHING
"""

type _Note = tuple[int, date, int]


class RefusalNotes:
    """Notes by organization, day of UTC and person."""

    def __init__(
        self,
        pool: AsyncConnectionPool[AsyncConnection[Any]],
        *,
        clock: Callable[[], datetime],
        every: float = WRITTEN_EVERY,
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._every = every
        self._new: set[_Note] = set()
        self._written: set[_Note] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write."""
        self._task = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """End, and write what is left."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            await self.write()

    def add(self, organization_id: int, membership_id: int) -> None:
        """Note that a person was refused now."""
        note = (organization_id, self._clock().astimezone(UTC).date(), membership_id)
        if note not in self._written and len(self._new) < REMEMBERED:
            self._new.add(note)

    async def write(self) -> None:
        """Write what is new; where that fails, keep it for the next time."""
        notes, self._new = self._new, set()
        if not notes:
            return
        columns = [list(column) for column in zip(*notes, strict=True)]
        try:
            async with self._pool.connection() as connection:
                await connection.execute(_WRITE, [self._clock(), *columns])
        except (PoolTimeout, psycopg.Error):
            log.exception("refusals_not_written", count=len(notes))
            self._new |= notes
            return
        if len(self._written) + len(notes) > REMEMBERED:
            self._written.clear()
        self._written |= notes

    async def _work(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            await self.write()
