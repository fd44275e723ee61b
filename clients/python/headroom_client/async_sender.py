"""The sender for programs that run on an event loop. The spool is the same file, the same rules."""

import asyncio
import contextlib
import logging
import random
import secrets
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from headroom_client._retries import NEVER
from headroom_client._transport import AsyncTransport
from headroom_client.errors import ApiError, Unreachable
from headroom_client.events import (
    EVENTS_IN_A_BATCH,
    Split,
    batch_call,
    is_the_batchs_fault,
    refusal_of,
    split,
    wait_of,
    written,
)
from headroom_client.sender import DRAIN, EVERY, log_refused
from headroom_client.spool import Figures, Lent, Refused, Spool

log = logging.getLogger("headroom_client")


class AsyncUsageSender:
    """Tracks usage and sends it in a task of its own.

    async with AsyncUsageSender(client, Spool(path)) as sender:
        await sender.track(member="u-1042", organization="acme", feature="editor")

    The disk is written in a thread, so that a slow one does not hold up the loop.
    """

    def __init__(
        self,
        client: AsyncTransport,
        spool: Spool,
        *,
        every: float = EVERY,
        drain: float = DRAIN,
        on_refused: Callable[[Sequence[Refused]], None] = log_refused,
    ) -> None:
        self._client = client
        self._spool = spool
        self._every = every
        self._drain = drain
        self._on_refused = on_refused
        self._lender = f"async-{secrets.token_hex(6)}"
        self._sending = asyncio.Lock()
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._failures = 0
        self._not_before = 0.0

    async def track(
        self,
        *,
        member: str,
        feature: str | None = None,
        kind: str = "feature",
        organization: str | None = None,
        quantity: int = 1,
        at: datetime | None = None,
        event_id: str | None = None,
        **more: Any,
    ) -> None:
        """Keep an event to be sent. Raises ValueError, SpoolFull, sqlite3.Error."""
        body = written(
            member=member,
            kind=kind,
            feature=feature,
            organization=organization,
            quantity=quantity,
            at=at,
            event_id=event_id,
            more=more,
        )
        if await asyncio.to_thread(self._spool.put, [body]):
            log.warning("The spool of Headroom is full: an event was dropped")

    async def flush(self, timeout: float = 10.0) -> bool:
        """Send what waits; tell whether nothing is left. Does not wait for others' loans."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while await self._send_once() or self._failures:
                    await asyncio.sleep(max(0.0, self._not_before - time.monotonic()))
        return (await asyncio.to_thread(self._spool.figures)).waiting == 0

    async def close(self) -> None:
        """End the task, and send what waits for at most `drain` seconds."""
        self._closing.set()
        if self._task is not None:
            await self._task
            self._task = None
        if not self._failures:
            await self.flush(self._drain)
        await asyncio.to_thread(self._spool.close)

    async def figures(self) -> Figures:
        """Return how many events wait, were sent, refused and dropped."""
        return await asyncio.to_thread(self._spool.figures)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._work())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _work(self) -> None:
        while not self._closing.is_set():
            pause = max(self._every, self._not_before - time.monotonic())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), pause)
                return
            try:
                while not self._closing.is_set() and await self._send_once():
                    pass
            except Exception:
                # The task must live as long as the program: the next round tries again.
                log.exception("Usage was not sent")

    async def _send_once(self) -> bool:
        """Send one batch; tell whether there may be more to send at once."""
        async with self._sending:
            batch = await asyncio.to_thread(self._spool.lend, self._lender, most=EVENTS_IN_A_BATCH)
            if not batch:
                return False
            try:
                done = await self._deliver(batch)
            except (ApiError, Unreachable) as error:
                await asyncio.to_thread(self._spool.give_back, batch, self._lender)
                self._failures += 1
                wait = wait_of(error, self._failures, draw=random.random())  # noqa: S311
                self._not_before = time.monotonic() + wait
                log.warning("Usage was not sent (%s); again in %.1f s", error, wait)
                return False
            except BaseException:
                # Canceled: what was lent goes back, in the loop's last moments as well.
                self._spool.give_back(batch, self._lender)
                raise
            self._failures, self._not_before = 0, 0.0
            await asyncio.to_thread(self._spool.settle, done.taken, done.refused)
        if done.refused:
            self._on_refused([refused for _lent, refused in done.refused])
        return True

    async def _deliver(self, batch: list[Lent]) -> Split:
        try:
            call = batch_call([lent.body for lent in batch])
            answer = await self._client.call(call, retries=NEVER)
        except ApiError as error:
            if not is_the_batchs_fault(error):
                raise
            if len(batch) == 1:
                return Split([], [refusal_of(batch[0], error)])
            middle = len(batch) // 2
            first = await self._deliver(batch[:middle])
            second = await self._deliver(batch[middle:])
            return Split(first.taken + second.taken, first.refused + second.refused)
        return split(batch, answer)
