"""The time zones that there are, read from the machine once."""

from functools import cache
from zoneinfo import available_timezones


@cache
def known_time_zones() -> frozenset[str]:
    """Return the name of every time zone: hundreds of files are read for it the first time."""
    return frozenset(available_timezones())
