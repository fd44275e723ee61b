"""What the processes that take events hold and turn away, kept in the cache for all to read.

In the cache, not the database: what is to be seen here happens when the database does not answer.
Days are those of UTC. All functions raise RedisError or OSError where the cache does not answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.core.cache import cache

# Too many bytes in memory; too many events to be written; one page too eager (all answered 429);
# no database (503).
REASONS: Final = ("bytes_held", "events_waiting", "rate_limited", "unavailable")
# Who has noted nothing for as long has ended.
ALIVE_FOR: Final = timedelta(seconds=30)
_COUNTS_KEPT: Final = timedelta(days=2)
_PROCESSES: Final = "ingest:processes"


@dataclass(frozen=True, slots=True)
class ProcessLoad:
    """The most that a process held since its note before: bytes of requests, events to write."""

    process: str
    bytes_held: int
    events_waiting: int


@dataclass(frozen=True, slots=True)
class IngestLoad:
    """The processes that live, and requests turned away today by each of REASONS."""

    processes: tuple[ProcessLoad, ...]
    refused: Mapping[str, int]

    @property
    def bytes_held(self) -> int:
        """What the fullest process held; the limit is one of each process."""
        return max((each.bytes_held for each in self.processes), default=0)

    @property
    def events_waiting(self) -> int:
        """What waited in the fullest process."""
        return max((each.events_waiting for each in self.processes), default=0)


def note_load(load: ProcessLoad, *, now: datetime) -> None:
    """Keep what a process held.

    Two that note at once may forget one of them, until its next note a few seconds later.
    """
    noted = _living(now)
    noted[load.process] = (now.timestamp(), load.bytes_held, load.events_waiting)
    cache.set(_PROCESSES, noted, timeout=ALIVE_FOR.total_seconds())


def count_refused(reason: str, count: int, *, now: datetime) -> None:
    """Add to the requests turned away today for one of REASONS."""
    key = _key(reason, now)
    cache.add(key, 0, timeout=_COUNTS_KEPT.total_seconds())
    cache.incr(key, count)


def ingest_load(*, now: datetime) -> IngestLoad:
    """Return what is held, and what was turned away today."""
    keys = {_key(reason, now): reason for reason in REASONS}
    found = cache.get_many(keys)
    return IngestLoad(
        tuple(
            ProcessLoad(process, held, waiting)
            for process, (_at, held, waiting) in sorted(_living(now).items())
        ),
        {reason: found.get(key, 0) for key, reason in keys.items()},
    )


def _living(now: datetime) -> dict[str, tuple[float, int, int]]:
    noted: dict[str, tuple[float, int, int]] = cache.get(_PROCESSES) or {}
    since = (now - ALIVE_FOR).timestamp()
    return {process: note for process, note in noted.items() if note[0] >= since}


def _key(reason: str, now: datetime) -> str:
    return f"ingest:refused:{now.astimezone(UTC).date()}:{reason}"
