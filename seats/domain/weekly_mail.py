"""When the weekly mail is due: from Monday, eight o'clock, in the organization's time zone.

It may be late by a day, after workers were down; later the figures would not be those of Monday.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

DUE_AT: Final = time(8)
LATE_BY_AT_MOST: Final = timedelta(days=1)


def due_week(now: datetime, time_zone: str) -> date | None:
    """Return the Monday whose mail is due at `now`, or None when none is."""
    local = now.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None)
    monday = local.date() - timedelta(days=local.weekday())
    due_at = datetime.combine(monday, DUE_AT)
    return monday if due_at <= local < due_at + LATE_BY_AT_MOST else None
