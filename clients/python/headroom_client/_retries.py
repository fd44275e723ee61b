"""When a call is made again, and after how long. Pure; nobody sleeps here."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Refused before anything was done: safe to repeat whatever the call is.
NOTHING_DONE = frozenset({429})
MAY_PASS = frozenset({500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Retries:
    """How often and how patiently a call is made again. Times in seconds.

    The wait before attempt n+1 is drawn evenly between 0 and `first * 2**(n-1)`, at most
    `longest`; a `Retry-After` of the server is waited for instead, plus up to a tenth of it, so
    that many clients do not come back together. One longer than `longest` is not waited for.
    """

    attempts: int = 4
    first: float = 0.25
    longest: float = 20.0

    def pause(
        self,
        attempt: int,
        *,
        retry_after: float | None = None,
        draw: Callable[[], float] = random.random,
    ) -> float | None:
        """Return how long to wait after the failed `attempt` (from 1), or None to give up."""
        if attempt >= self.attempts:
            return None
        if retry_after is not None:
            return None if retry_after > self.longest else retry_after * (1 + draw() / 10)
        return float(min(self.longest, self.first * 2 ** (attempt - 1)) * draw())


NEVER = Retries(attempts=1)


def is_worth_repeating(
    status: int, *, is_repeatable: bool, has_key: bool, retry_after: float | None
) -> bool:
    """Tell whether an answer may be another one the next time, without doing anything twice."""
    if status in NOTHING_DONE:
        return True
    if status == 409:
        # The first request with this key is still at work, and the server says when to ask again.
        return has_key and retry_after is not None
    return is_repeatable and status in MAY_PASS


def seconds_of(header: str | None, *, now: datetime | None = None) -> float | None:
    """Return a Retry-After in seconds: a number, or a date of HTTP. None for anything else."""
    if not header:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0.0, (at - (now or datetime.now(UTC))).total_seconds())
