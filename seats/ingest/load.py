"""Notes every few seconds what this process held at most, and the requests it turned away."""

import asyncio
import contextlib
import os
import socket
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
from redis.exceptions import RedisError

from seats.ingest.admission import Admission
from seats.ingest.writer import GroupWriter
from seats.services.ingest_load import ProcessLoad, count_refused, note_load

NOTED_EVERY: Final = 5.0

log = structlog.get_logger(__name__)


class LoadNotes:
    """Counts refusals by reason; where the cache does not answer, keeps them for the next time."""

    def __init__(
        self,
        admission: Admission,
        writer: GroupWriter,
        *,
        clock: Callable[[], datetime],
        every: float = NOTED_EVERY,
    ) -> None:
        self._admission = admission
        self._writer = writer
        self._clock = clock
        self._every = every
        self._process = f"{socket.gethostname()}-{os.getpid()}"
        self._refused: Counter[str] = Counter()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to note."""
        self._task = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """End, and note what is left."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            await self.note()

    def add(self, reason: str) -> None:
        """Count a request that was turned away for one of REASONS."""
        self._refused[reason] += 1

    async def note(self) -> None:
        """Note what there is, in a thread: the cache may take its time."""
        refused, self._refused = self._refused, Counter()
        load = ProcessLoad(
            self._process, self._admission.take_most(), self._writer.take_most_waiting()
        )
        try:
            await asyncio.to_thread(self._write, load, refused)
        except (RedisError, OSError):
            log.exception("ingest_load_not_noted")
            self._refused.update(refused)

    def _write(self, load: ProcessLoad, refused: Counter[str]) -> None:
        now = self._clock()
        note_load(load, now=now)
        for reason, count in list(refused.items()):
            count_refused(reason, count, now=now)
            # What is left after a failure is what was not counted.
            del refused[reason]

    async def _work(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            await self.note()
