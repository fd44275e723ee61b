"""When a message that was not taken is sent again, and when nobody tries any more."""

from datetime import datetime, timedelta
from typing import Final

PAUSES: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""After the first, second, ... attempt; about three days in all, as Standard Webhooks advises."""
LONGEST_WISH: Final = timedelta(hours=1)
STOPS_AFTER: Final = timedelta(days=5)


def next_attempt(
    *, attempts: int, at: datetime, key: int, wished: timedelta | None = None
) -> datetime | None:
    """Return when to try again after `attempts` failed ones, or None to give up.

    `key` spreads what failed together over a tenth of the pause. A receiver may wish for a longer
    pause (Retry-After), an hour at most.
    """
    if attempts > len(PAUSES):
        return None
    pause = PAUSES[attempts - 1]
    pause += pause * (key % 100) / 1000
    if wished is not None:
        pause = max(pause, min(wished, LONGEST_WISH))
    return at + pause
