"""How many bytes of requests may be in memory at once. Who comes on top is told to come back."""

from types import TracebackType
from typing import Final, Self

BYTES_AT_ONCE: Final = 64_000_000


class Overloaded(Exception):
    """More is at work or waits than can be held; its argument says of what."""


class Admission:
    """Counts the bytes of all requests that are being read, judged or written."""

    def __init__(self, limit: int = BYTES_AT_ONCE) -> None:
        self._limit = limit
        self._held = self._most = 0

    @property
    def held(self) -> int:
        """The bytes that are held now."""
        return self._held

    def enter(self) -> "Hold":
        """Return the hold of one request, to be left when it is answered."""
        return Hold(self)

    def take(self, size: int) -> None:
        """Count `size` bytes more. Raises Overloaded, and counts nothing, beyond the limit."""
        if self._held + size > self._limit:
            raise Overloaded("bytes_held")
        self._held += size
        self._most = max(self._most, self._held)

    def give_back(self, size: int) -> None:
        """Count `size` bytes less."""
        self._held -= size

    def take_most(self) -> int:
        """Return the most bytes held since it was asked before."""
        most, self._most = self._most, self._held
        return most


class Hold:
    """What one request holds; everything is given back at the end of the block."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._size = 0

    def take(self, size: int) -> None:
        """Hold `size` bytes more. Raises Overloaded."""
        self._admission.take(size)
        self._size += size

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._admission.give_back(self._size)
        self._size = 0
