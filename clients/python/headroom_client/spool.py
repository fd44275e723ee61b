"""Events on disk until the server has them: one SQLite file that processes and threads share.

An event is in the file before `put` returns, so it survives the end of the process. (With the
default `synchronous=NORMAL` it survives a crash of the program, and a failure of power may take the
last moments; `is_durable=True` waits for the disk.) Senders take batches on loan: a loan that is
not settled within `LOAN` seconds, because its process died, is taken by somebody else. What is then
delivered twice the server counts once, by the event's `id` and `at`.

The file must lie on a local disk: SQLite's log does not work over a network's.
"""

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from headroom_client.errors import HeadroomError

LOAN = 60.0
REFUSED_KEPT = 1_000
BUSY = 5.0

type WhenFull = Literal["drop_new", "drop_oldest", "raise"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL,
    lent_until REAL NOT NULL DEFAULT 0, lender TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX IF NOT EXISTS event_lent ON event (lent_until, seq);
CREATE TABLE IF NOT EXISTS refused (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL, at REAL NOT NULL,
    code TEXT NOT NULL, field TEXT NOT NULL, reason TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS figure (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
INSERT OR IGNORE INTO figure VALUES ('waiting', 0), ('dropped', 0), ('sent', 0), ('refused', 0);
CREATE TRIGGER IF NOT EXISTS event_put AFTER INSERT ON event
BEGIN UPDATE figure SET value = value + 1 WHERE name = 'waiting'; END;
CREATE TRIGGER IF NOT EXISTS event_gone AFTER DELETE ON event
BEGIN UPDATE figure SET value = value - 1 WHERE name = 'waiting'; END;
"""


class SpoolFull(HeadroomError):
    """More events wait than the spool may hold."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How many events wait, and what became of the others since the file was made."""

    waiting: int
    sent: int
    refused: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Lent:
    """An event on loan."""

    seq: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """An event that the server will not take, and why."""

    body: bytes
    code: str
    field: str
    reason: str


class Spool:
    """The file. `limit` bounds the events in it; `when_full` says what gives way."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        limit: int = 100_000,
        when_full: WhenFull = "drop_new",
        is_durable: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.path = Path(path)
        self._limit = limit
        self._when_full = when_full
        self._is_durable = is_durable
        self._clock = clock
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        # SQLite forbids to use, and to close, what was opened before a fork: it is left alone.
        self._left_alone: list[sqlite3.Connection] = []
        in_child = weakref.WeakMethod(self._begin_anew)
        os.register_at_fork(after_in_child=lambda: call_if_alive(in_child))

    def put(self, bodies: Sequence[bytes]) -> int:
        """Keep events; return how many were dropped for it. Raises SpoolFull, sqlite3.Error."""
        with self._writing() as cursor:
            room = self._limit - _figure(cursor, "waiting")
            beyond = max(0, len(bodies) - room)
            if beyond and self._when_full == "raise":
                raise SpoolFull(f"{self._limit:,} events wait already.")
            kept = bodies
            if beyond and self._when_full == "drop_new":
                kept = bodies[: max(0, room)]
            elif beyond:
                kept = bodies[-self._limit :]
                cursor.execute(
                    "DELETE FROM event WHERE seq IN (SELECT seq FROM event ORDER BY seq LIMIT ?)",
                    (len(kept) - max(0, room),),
                )
            cursor.executemany("INSERT INTO event (body) VALUES (?)", [(body,) for body in kept])
            if beyond:
                _add(cursor, "dropped", beyond)
            return beyond

    def lend(self, lender: str, *, most: int) -> list[Lent]:
        """Take the oldest events that nobody else has, for `LOAN` seconds."""
        now = self._clock()
        with self._writing() as cursor:
            cursor.execute(
                "UPDATE event SET lent_until = ?, lender = ? WHERE seq IN ("
                "SELECT seq FROM event WHERE lent_until <= ? ORDER BY seq LIMIT ?"
                ") RETURNING seq, body",
                (now + LOAN, lender, now, most),
            )
            return [Lent(*row) for row in sorted(cursor.fetchall())]

    def settle(self, taken: Sequence[Lent], refused: Sequence[tuple[Lent, Refused]] = ()) -> None:
        """Let go what the server has, and put aside what it refuses for good."""
        with self._writing() as cursor:
            gone = [(lent.seq,) for lent in taken] + [(lent.seq,) for lent, _why in refused]
            cursor.executemany("DELETE FROM event WHERE seq = ?", gone)
            _add(cursor, "sent", len(taken))
            if refused:
                _add(cursor, "refused", len(refused))
                cursor.executemany(
                    "INSERT INTO refused (body, at, code, field, reason) VALUES (?, ?, ?, ?, ?)",
                    [(r.body, self._clock(), r.code, r.field, r.reason) for _lent, r in refused],
                )
                cursor.execute(
                    "DELETE FROM refused WHERE seq <= (SELECT max(seq) FROM refused) - ?",
                    (REFUSED_KEPT,),
                )

    def give_back(self, lent: Sequence[Lent], lender: str) -> None:
        """End a loan early: somebody may try again at once."""
        with self._writing() as cursor:
            cursor.executemany(
                "UPDATE event SET lent_until = 0, lender = '' WHERE seq = ? AND lender = ?",
                [(each.seq, lender) for each in lent],
            )

    def figures(self) -> Figures:
        """Return how many events wait, were sent, refused and dropped."""
        with self._using() as connection:
            found = dict(connection.execute("SELECT name, value FROM figure").fetchall())
        return Figures(found["waiting"], found["sent"], found["refused"], found["dropped"])

    def refused(self) -> list[Refused]:
        """Return the last thousand events that the server refused."""
        with self._using() as connection:
            rows = connection.execute("SELECT body, code, field, reason FROM refused ORDER BY seq")
            return [Refused(*row) for row in rows.fetchall()]

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            yield self._opened()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Cursor]:
        with self._using() as connection:
            cursor = connection.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._open()
        return self._connection

    def _begin_anew(self) -> None:
        """In a forked process: a thread of the parent's may have held the lock."""
        self._lock = threading.Lock()
        if self._connection is not None:
            self._left_alone.append(self._connection)
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Who made what and where is nobody else's to read.
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(
            self.path, timeout=BUSY, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {'FULL' if self._is_durable else 'NORMAL'}")
        connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")
        return connection


def call_if_alive(method: "weakref.WeakMethod[Callable[[], None]]") -> None:
    """Call a method of something that may be gone."""
    if (found := method()) is not None:
        found()


def _figure(cursor: sqlite3.Cursor, name: str) -> int:
    found = cursor.execute("SELECT value FROM figure WHERE name = ?", (name,)).fetchone()
    return int(found[0])


def _add(cursor: sqlite3.Cursor, name: str, number: int) -> None:
    cursor.execute("UPDATE figure SET value = value + ? WHERE name = ?", (number, name))
