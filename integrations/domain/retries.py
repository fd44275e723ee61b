"""When a message that was not taken is sent again, and when nobody tries any more."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

PAUSES: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""After the first, second, ... attempt; about three days in all, as Standard Webhooks advises."""
LONGEST_WISH: Final = timedelta(days=1)
STOPS_AFTER: Final = timedelta(days=5)


def next_attempt(
    *, attempts: int, at: datetime, key: int, wished: timedelta | None = None
) -> datetime | None:
    """Return when to try again after `attempts` failed ones, or None to give up.

    `key` spreads what failed together over a fifth of the pause, differently at each attempt. A
    receiver may wish for a longer pause (Retry-After), a day at most.
    """
    if attempts > len(PAUSES):
        return None
    pause = PAUSES[attempts - 1]
    pause += pause * (key * (2 * attempts + 1) % 100) / 500
    if wished is not None:
        pause = max(pause, min(wished, LONGEST_WISH))
    return at + pause


def wished_pause(header: str, at: datetime) -> timedelta | None:
    """Return the pause that a Retry-After asks for: seconds, or a date (RFC 9110)."""
    header = header.strip()
    if header.isascii() and header.isdecimal():
        return min(timedelta(seconds=int(header[:9])), LONGEST_WISH)
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(timedelta(0), min(until - at, LONGEST_WISH))
