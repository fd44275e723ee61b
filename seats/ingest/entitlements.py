"""May this person come in: facts by one statement, one pure decision, one answer.

Facts are remembered until a look at the log of changes says otherwise (`seats.ingest.changes`).
"""

import asyncio
import time
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from seats.ingest.changes import ChangeFeed
from seats.ingest.facts import Known, read_known
from seats.ingest.questions import not_found
from seats.ingest.sessions import count_sessions

type _Waiting = tuple[str, str, asyncio.Future[Known | None]]

QUESTIONS = 500
# Shorter than the way back of the answer to whoever released a seat.
FRESH_FOR = 0.005
# About 1 KB each.
REMEMBERED_PEOPLE = 100_000


class EntitlementDesk:
    """Answers questions from memory, which is held against the log of changes.

    A look serves the questions of the next `FRESH_FOR` seconds; those that arrive during a look
    share the next; people who are not remembered are read by one statement for all who are asked
    about. An answer is therefore at most `FRESH_FOR` older than its question. `remembered` bounds
    the memory, in people. `on_refused` is told of everybody who lacks a seat.
    """

    def __init__(
        self,
        pool: AsyncConnectionPool[AsyncConnection[Any]],
        feed: ChangeFeed,
        *,
        remembered: int = REMEMBERED_PEOPLE,
        on_refused: Callable[[int, int], None] = lambda _organization, _person: None,
    ) -> None:
        self._pool = pool
        self._feed = feed
        self._remembered = remembered
        self._on_refused = on_refused
        self._people: dict[str, dict[str, Known]] = {}
        self._names: dict[int, str] = {}
        self._size = 0
        self._fresh_until = 0.0
        self._waiting: list[_Waiting] = []
        self._looking: asyncio.Task[None] | None = None
        self._reads: set[_Read] = set()

    @property
    def people_remembered(self) -> int:
        """How many people are remembered, of all organizations."""
        return self._size

    async def close(self) -> None:
        """Close the connection of the looks."""
        await self._feed.close()

    async def answer(
        self, *, organization: str, member: str, now: datetime, session: str = ""
    ) -> bytes:
        """Return whether `member` may come in at `now`, as JSON.

        `session` counts where the person's sessions are limited, and is kept for nobody else.
        Raises HttpProblem when there is no such organization.
        """
        known = await self._find(organization, member)
        if known.refused is not None:
            self._on_refused(*known.refused)
        if session and known.measure is not None and known.counts_sessions:
            return known.answer(now, await count_sessions(self._pool, known.measure, session, now))
        return known.answer(now)

    async def _find(self, organization: str, member: str) -> Known:
        if time.monotonic() < self._fresh_until:
            people = self._people.get(organization)
            known = people.get(member) if people is not None else None
            if known is not None:
                return known
        future: asyncio.Future[Known | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((organization, member, future))
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        known = await future
        if known is None:
            raise not_found()
        return known

    async def _look(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                began = time.monotonic()
                try:
                    self._forget(await self._feed.changed())
                except Exception as error:
                    self._forget(None)
                    _fail(group, error)
                else:
                    self._fresh_until = began + FRESH_FOR
                    self._serve(group)
        finally:
            self._looking = None

    def _serve(self, group: list[_Waiting]) -> None:
        unknown: list[_Waiting] = []
        for waiting in group:
            organization, member, future = waiting
            people = self._people.get(organization)
            known = people.get(member) if people is not None else None
            if known is None:
                unknown.append(waiting)
            elif not future.done():
                future.set_result(known)
        for start in range(0, len(unknown), QUESTIONS):
            read = _Read(unknown[start : start + QUESTIONS])
            self._reads.add(read)
            read.task = asyncio.create_task(self._read(read))

    def _forget(self, organizations: Collection[int] | None) -> None:
        """Forget people of these organizations, or (None) everybody."""
        for read in self._reads:
            read.forget(organizations)
        if organizations is None:
            self._people.clear()
            self._names.clear()
            self._size = 0
            return
        for organization_id in organizations:
            name = self._names.pop(organization_id, None)
            if name is not None:
                self._size -= len(self._people.pop(name, ()))

    async def _read(self, read: "_Read") -> None:
        try:
            found = await self._facts_of(read.group)
        except Exception as error:
            _fail(read.group, error)
            return
        finally:
            self._reads.discard(read)
        for number, (organization, member, future) in enumerate(read.group, start=1):
            organization_id, known = found.get(number, (0, None))
            if known is not None and not read.is_outdated(organization_id):
                self._remember(organization_id, organization, member, known)
            if not future.done():
                future.set_result(known)

    async def _facts_of(self, group: list[_Waiting]) -> dict[int, tuple[int, Known]]:
        return await read_known(self._pool, [(waiting[0], waiting[1]) for waiting in group])

    def _remember(self, organization_id: int, name: str, member: str, known: Known) -> None:
        if self._size >= self._remembered:
            self._forget(None)
        self._names[organization_id] = name
        people = self._people.setdefault(name, {})
        self._size += member not in people
        people[member] = known


class _Read:
    """People being read, and what changed meanwhile: that must not be remembered."""

    def __init__(self, group: list[_Waiting]) -> None:
        self.group = group
        self.task: asyncio.Task[None] | None = None
        self._changed: set[int] = set()
        self._everything_changed = False

    def forget(self, organizations: Collection[int] | None) -> None:
        """Note that these organizations, or all, changed after the read began."""
        if organizations is None:
            self._everything_changed = True
        else:
            self._changed.update(organizations)

    def is_outdated(self, organization_id: int) -> bool:
        """Whether what was read about an organization may have changed since."""
        return self._everything_changed or organization_id in self._changed


def _fail(group: list[_Waiting], error: Exception) -> None:
    for _organization, _member, future in group:
        if not future.done():
            future.set_exception(error)
