"""How old the picture of a read replica is, told from positions in the write-ahead log."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the primary's log stood (`position`, bytes) at second `at` of a monotonic clock."""

    at: float
    position: int


def lag(marks: Sequence[Mark], *, replayed: int, at: float) -> float | None:
    """Return by how many seconds, at most, a replica that has `replayed` is behind at `at`.

    Everything that was committed up to a mark is in a replica that has replayed its position.
    None when the replica has not reached the oldest mark: it may be behind by any time.
    """
    reached = [mark.at for mark in marks if mark.position <= replayed]
    return at - max(reached) if reached else None
