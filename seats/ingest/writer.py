"""Group commit: requests that arrive while one is being committed share the next commit.

A request is answered after its events are committed, never before. What waits is bounded; beyond
that callers are told to come back.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence
from datetime import date
from typing import Any

import structlog
from psycopg import AsyncConnection, errors
from psycopg_pool import AsyncConnectionPool

from seats.ingest.admission import Overloaded
from seats.services.usage import (
    MAKE_PARTITION,
    WRITE_EVENTS,
    WRITE_NEW,
    Group,
    Wariness,
    Written,
    group_of,
    months_of,
)
from seats.services.usage_events import EventRow

# Larger groups cost more than the commits they save.
WRITERS = 4
EVENTS_IN_A_GROUP = 1_000
EVENTS_WAITING = 50_000
REQUESTS_WAITING = 5_000

log = structlog.get_logger(__name__)

type _Pool = AsyncConnectionPool[AsyncConnection[Any]]
type _Waiting = tuple[Sequence[EventRow], asyncio.Future[Written]]


class GroupWriter:
    """Writes the events of concurrent requests together."""

    def __init__(
        self, pool: _Pool, *, writers: int = WRITERS, events_in_a_group: int = EVENTS_IN_A_GROUP
    ) -> None:
        self._pool = pool
        self._writers = writers
        self._events_in_a_group = events_in_a_group
        self._queue: deque[_Waiting] = deque()
        self._events_waiting = self._most_waiting = 0
        self._groups_at_work = 0
        self._arrived = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._partitions_made: set[date] = set()
        self._wariness = Wariness()

    def start(self) -> None:
        """Begin to write."""
        self._tasks = [asyncio.create_task(self._work()) for _ in range(self._writers)]

    async def stop(self) -> None:
        """Write what waits, then end."""
        while self._queue or self._groups_at_work:
            await asyncio.sleep(0.01)
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def write(self, rows: Sequence[EventRow]) -> Written:
        """Return how many of `rows` were new, after they are committed. Raises Overloaded."""
        if not rows:
            return Written()
        if (
            self._events_waiting + len(rows) > EVENTS_WAITING
            or len(self._queue) >= REQUESTS_WAITING
        ):
            raise Overloaded("events_waiting")
        future: asyncio.Future[Written] = asyncio.get_running_loop().create_future()
        self._queue.append((rows, future))
        self._events_waiting += len(rows)
        self._most_waiting = max(self._most_waiting, self._events_waiting)
        self._arrived.set()
        return await future

    def take_most_waiting(self) -> int:
        """Return the most events that waited since it was asked before."""
        most, self._most_waiting = self._most_waiting, self._events_waiting
        return most

    async def _work(self) -> None:
        while True:
            await self._arrived.wait()
            group = self._take_group()
            if not self._queue:
                self._arrived.clear()
            if group:
                self._groups_at_work += 1
                try:
                    await self._answer(group)
                finally:
                    self._groups_at_work -= 1

    def _take_group(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        events = 0
        while self._queue and events < self._events_in_a_group:
            waiting = self._queue.popleft()
            events += len(waiting[0])
            group.append(waiting)
        self._events_waiting -= events
        return group

    async def _answer(self, group: list[_Waiting]) -> None:
        try:
            results = await self._write_group([rows for rows, _future in group])
        except Exception as error:
            # Each caller gets their own error; the writer goes on.
            if len(group) > 1:
                # One request must not take down those that happened to arrive with it.
                for waiting in group:
                    await self._answer([waiting])
            elif not group[0][1].done():
                group[0][1].set_exception(error)
            return
        for (_rows, future), result in zip(group, results, strict=True):
            if not future.done():
                future.set_result(result)

    async def _write_group(self, requests: list[Sequence[EventRow]]) -> list[Written]:
        months = set[date]().union(*(months_of(rows) for rows in requests))
        group = group_of(requests)
        async with self._pool.connection() as connection:
            await self._make_partitions(connection, months)
            try:
                accepted = await self._execute(connection, group)
            except errors.CheckViolation:
                # A partition that we had made was removed since.
                self._partitions_made.clear()
                await self._make_partitions(connection, months)
                accepted = await self._execute(connection, group)
        return [Written(new, len(rows) - new) for rows, new in zip(requests, accepted, strict=True)]

    async def _execute(self, connection: AsyncConnection[Any], group: Group) -> Sequence[int]:
        """Return how many events of each request were new."""
        if not self._wariness.groups_left:
            try:
                await connection.execute(WRITE_NEW, [group.payload])
            except errors.UniqueViolation:
                pass
            else:
                return group.unique
        cursor = await connection.execute(WRITE_EVENTS, [group.payload])
        new = dict(await cursor.fetchall())
        self._wariness.note(has_known=sum(new.values()) < sum(group.unique))
        return [new.get(number, 0) for number in range(len(group.unique))]

    async def _make_partitions(self, connection: AsyncConnection[Any], months: set[date]) -> None:
        for month in sorted(months - self._partitions_made):
            await connection.execute(MAKE_PARTITION, [month])
            self._partitions_made.add(month)
