"""Counts refused events in memory, and writes the sums every few seconds.

A process that dies loses the counts since its last write: they are figures for operations, and no
refused event is ever answered as taken.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

import psycopg
import structlog
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from seats.services.usage_events import Rejection

WRITTEN_EVERY: Final = 5.0
# Fields are named by senders: beyond this many different ones, they are counted as one.
DIFFERENT_AT_MOST: Final = 5_000
NOBODY: Final = 0

log = structlog.get_logger(__name__)

_WRITE = """
INSERT INTO seats_rejectday AS r (organization_id, day, code, field, events)
SELECT * FROM unnest(%s::bigint[], %s::date[], %s::text[], %s::text[], %s::bigint[])
    AS found(organization_id, day, code, field, events)
ORDER BY 1, 2, 3, 4
ON CONFLICT (organization_id, day, code, field) DO UPDATE SET events = r.events + EXCLUDED.events
"""

type _Key = tuple[int, date, str, str]


class RejectCounter:
    """Counts by organization, day, code and field."""

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
        self._counts: Counter[_Key] = Counter()
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

    def add(self, rejected: Sequence[tuple[int, Rejection]]) -> None:
        """Count refusals by the organization (its id, or NOBODY) that they were meant for."""
        day = self._clock().astimezone(UTC).date()
        for organization_id, each in rejected:
            # A list's place in a path says nothing about the field.
            key = (organization_id, day, each.code, each.field[:200].replace("\x00", ""))
            if key not in self._counts and len(self._counts) >= DIFFERENT_AT_MOST:
                key = (organization_id, day, each.code, "")
            self._counts[key] += 1

    async def write(self) -> None:
        """Write the counts; where that fails, keep them for the next time."""
        counts, self._counts = self._counts, Counter()
        if not counts:
            return
        columns = [list(column) for column in zip(*counts, strict=True)]
        try:
            async with self._pool.connection() as connection:
                await connection.execute(_WRITE, [*columns, list(counts.values())])
        except (PoolTimeout, psycopg.Error):
            log.exception("rejects_not_written", count=counts.total())
            self._counts.update(counts)

    async def _work(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            await self.write()
