"""When an approver is reminded and when others are asked: working days of the organization's zone.

Saturday and Sunday are no working days; public holidays are not known here.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

REMIND_AFTER_DAYS: Final = 2
ESCALATE_AFTER_DAYS: Final = 5
_FRIDAY: Final = 4


class Notice(StrEnum):
    """What a waiting step has its people told, in this order."""

    ASKED = "asked"
    REMINDED = "reminded"
    ESCALATED = "escalated"


def add_working_days(start: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The same time of day `days` working days after `start`.

    From a weekend it counts from Monday midnight on.
    """
    local = start.astimezone(zone)
    day, clock = local.date(), local.time()
    while day.weekday() > _FRIDAY:
        day, clock = day + timedelta(days=1), time(0)
    for _ in range(days):
        day += timedelta(days=1)
        while day.weekday() > _FRIDAY:
            day += timedelta(days=1)
    return datetime.combine(day, clock, tzinfo=zone)


def due_notice(waits_since: datetime, now: datetime, zone: ZoneInfo) -> Notice:
    """The most urgent notice that is due for a step; the earlier ones are not made up for."""
    if now >= add_working_days(waits_since, ESCALATE_AFTER_DAYS, zone):
        return Notice.ESCALATED
    if now >= add_working_days(waits_since, REMIND_AFTER_DAYS, zone):
        return Notice.REMINDED
    return Notice.ASKED
