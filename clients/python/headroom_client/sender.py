"""Sends usage in batches from a spool on disk, beside the work that makes it.

    sender = UsageSender(client, Spool("/var/lib/shop/headroom.spool"))
    sender.track(member="u-1042", organization="acme", feature="editor")

`track` writes to the disk and returns; a thread sends, packs, waits and tries again. Several
processes may have a sender on one spool. At exit what is left is sent for `drain` seconds, and
stays on the disk after that.
"""

import atexit
import logging
import os
import random
import secrets
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from headroom_client._retries import NEVER
from headroom_client._transport import Transport
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
from headroom_client.spool import Figures, Lent, Refused, Spool, call_if_alive

log = logging.getLogger("headroom_client")

EVERY = 1.0
DRAIN = 3.0


def log_refused(refused: Sequence[Refused]) -> None:
    """Say how many events were refused, and why the first was."""
    first = refused[0]
    log.warning(
        "Headroom refused %d usage events, the first for %s (%s)",
        len(refused),
        first.reason,
        first.code,
    )


class UsageSender:
    """Tracks usage and sends it in the background.

    `every` is how many seconds events may wait to be sent together. `on_refused` is told of events
    that the server will not take; they are also in `spool.refused()`.
    """

    def __init__(
        self,
        client: Transport,
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
        self._failures = 0
        self._not_before = 0.0
        self._begin_anew()
        in_child = weakref.WeakMethod(self._begin_anew)
        os.register_at_fork(after_in_child=lambda: call_if_alive(in_child))

    def _begin_anew(self) -> None:
        """In a forked process too: no thread of the parent's is there, its locks may be held."""
        self._start_lock = threading.Lock()
        self._sending = threading.Lock()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._lender = f"{os.getpid()}-{secrets.token_hex(6)}"

    def track(
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
        """Keep an event to be sent. Raises ValueError, SpoolFull, sqlite3.Error.

        `more` are the other fields of an event: `session_id`, `device_id`, `ip`, `user_agent`,
        `outcome`, `geo`.
        """
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
        if self._spool.put([body]):
            log.warning("The spool of Headroom is full: an event was dropped")
        self._ensure_thread()

    def flush(self, timeout: float = 10.0) -> bool:
        """Send what waits; tell whether nothing is left. Does not wait for others' loans."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            pause = self._not_before - time.monotonic()
            if pause > 0:
                time.sleep(min(pause, max(0.0, deadline - time.monotonic())))
            elif not self._send_once() and not self._failures:
                break
        return self._spool.figures().waiting == 0

    def close(self) -> None:
        """End the thread, and send what waits for at most `drain` seconds."""
        self._closing.set()
        self._wake.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(self._drain)
        # A server that did not answer until now will not within the last seconds.
        try:
            if not self._failures:
                self.flush(self._drain)
            self._spool.close()
        except (sqlite3.Error, OSError):
            log.exception("The spool of Headroom cannot be read")

    def figures(self) -> Figures:
        """Return how many events wait, were sent, refused and dropped."""
        return self._spool.figures()

    def _ensure_thread(self) -> None:
        with self._start_lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._work, name="headroom-usage", daemon=True
                )
                self._thread.start()
                atexit.register(self.close)

    def _work(self) -> None:
        while not self._closing.is_set():
            pause = max(self._every, self._not_before - time.monotonic())
            if self._wake.wait(pause):
                return
            try:
                while not self._closing.is_set() and self._send_once():
                    pass
            except (sqlite3.Error, OSError):
                # A full disk or a locked file passes; what was not written raised in `track`.
                log.exception("The spool of Headroom cannot be read")

    def _send_once(self) -> bool:
        """Send one batch; tell whether there may be more to send at once."""
        with self._sending:
            batch = self._spool.lend(self._lender, most=EVENTS_IN_A_BATCH)
            if not batch:
                return False
            try:
                done = self._deliver(batch)
            except (ApiError, Unreachable) as error:
                self._spool.give_back(batch, self._lender)
                self._failures += 1
                wait = wait_of(error, self._failures, draw=random.random())  # noqa: S311
                self._not_before = time.monotonic() + wait
                log.warning("Usage was not sent (%s); again in %.1f s", error, wait)
                return False
            except BaseException:
                self._spool.give_back(batch, self._lender)
                raise
            self._failures, self._not_before = 0, 0.0
            self._spool.settle(done.taken, done.refused)
        if done.refused:
            self._on_refused([refused for _lent, refused in done.refused])
        return True

    def _deliver(self, batch: list[Lent]) -> Split:
        """Report a batch; one that is refused as a whole is halved until the bad event is alone."""
        try:
            answer = self._client.call(batch_call([lent.body for lent in batch]), retries=NEVER)
        except ApiError as error:
            if not is_the_batchs_fault(error):
                raise
            if len(batch) == 1:
                return Split([], [refusal_of(batch[0], error)])
            middle = len(batch) // 2
            first, second = self._deliver(batch[:middle]), self._deliver(batch[middle:])
            return Split(first.taken + second.taken, first.refused + second.refused)
        return split(batch, answer)
