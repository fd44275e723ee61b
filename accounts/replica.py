"""Reading dashboards from a replica of the database, where one is configured.

A view asks for it with `from_replica=True` (`accounts.access`). What it reads then comes from the
alias `replica`, in a tenancy context of that alias; writes and locks never do. The primary is read
instead when the replica is down or too far behind, and for some seconds by whoever has just changed
something: docs/adr/0016-who-reads-from-a-replica.md.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.http import HttpRequest, HttpResponseBase

from accounts.domain.freshness import Mark, lag

REPLICA: Final = "replica"
COOKIE: Final = "reads_primary"
# How often a process asks how far the replica is, and how long it leaves a broken one alone.
CHECK_EVERY: Final = 1.0
REST: Final = 5.0

log = structlog.get_logger(__name__)
_alias: ContextVar[str] = ContextVar("reading_alias", default=DEFAULT_DB_ALIAS)


def reading_alias() -> str:
    """Return the alias that reads go to at this moment: `default`, or `replica` in a dashboard."""
    return _alias.get()


def reading_connection() -> Any:
    """Return the connection of that alias, for selectors that write their SQL themselves."""
    return connections[reading_alias()]


@contextmanager
def reads_from(alias: str) -> Iterator[None]:
    """Read from `alias` inside the block."""
    token = _alias.set(alias)
    try:
        yield
    finally:
        _alias.reset(token)


class Watch:
    """What this process knows of the replica. `clock` counts seconds and never goes back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._marks: deque[Mark] = deque(maxlen=600)
        self._ask_at = 0.0
        self._is_usable = False

    def is_usable(self) -> bool:
        """Whether the replica answers and is no more than REPLICA_MAX_LAG_SECONDS behind."""
        if REPLICA not in connections.settings:
            return False
        # One request asks; those that come meanwhile take the last answer.
        if self._clock() >= self._ask_at and self._lock.acquire(blocking=False):
            try:
                self._ask()
            finally:
                self._lock.release()
        return self._is_usable

    def rest(self) -> None:
        """Leave the replica alone for a while: a page could not be read from it."""
        self._is_usable, self._ask_at = False, self._clock() + REST

    def _ask(self) -> None:
        at = self._clock()
        self._ask_at = at + CHECK_EVERY
        position = _number(DEFAULT_DB_ALIAS, "pg_current_wal_lsn()")
        if position is not None:
            self._marks.append(Mark(at, position))
        try:
            replayed = _number(REPLICA, "pg_last_wal_replay_lsn()")
        except Error as error:
            log.warning("replica_does_not_answer", error=str(error).strip())
            self.rest()
            return
        behind = None if replayed is None else lag(self._marks, replayed=replayed, at=at)
        was_usable = self._is_usable
        self._is_usable = behind is not None and behind <= settings.REPLICA_MAX_LAG_SECONDS
        if self._is_usable != was_usable:
            log.info("replica_usable" if self._is_usable else "replica_is_behind", seconds=behind)


def _number(alias: str, function: str) -> int | None:
    with connections[alias].cursor() as cursor:
        cursor.execute(f"SELECT ({function} - '0/0'::pg_lsn)::bigint")
        row = cursor.fetchone()
    return None if row is None else row[0]


watch = Watch()


def may_serve(request: HttpRequest) -> bool:
    """Whether a page may be read from the replica for this person at this moment."""
    return request.method in ("GET", "HEAD") and COOKIE not in request.COOKIES and watch.is_usable()


def note_write(request: HttpRequest) -> None:
    """Have this person read from the primary for the next seconds, whatever the method was."""
    request.has_written = True  # type: ignore[attr-defined]


class ReadYourWrites:
    """Whoever changed something reads from the primary until the replica has it too.

    A replica further behind than REPLICA_MAX_LAG_SECONDS is not read, and that is asked every
    CHECK_EVERY seconds: after the sum of both every page shows what the person did.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Set the cookie after a request that may have written."""
        response = self.get_response(request)
        if REPLICA not in connections.settings:
            return response
        is_safe = request.method in ("GET", "HEAD", "OPTIONS")
        if not is_safe or getattr(request, "has_written", False):
            response.set_cookie(
                COOKIE,
                "1",
                max_age=round(settings.REPLICA_MAX_LAG_SECONDS + CHECK_EVERY) + 1,
                secure=bool(settings.SESSION_COOKIE_SECURE),
                httponly=True,
                samesite="Lax",
            )
        return response
