"""When a true-up is announced: so many days before its quarter ends, in the morning.

Owns: which announcement is due and which are passed over. Does not own: what a mail says.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from trueups.domain.quarters import local_day

MORNING: Final = time(8)
REMIND_BEFORE: Final = timedelta(days=3)
"""How long before the end of a review its reminder goes out, where it is that long."""


@dataclass(frozen=True, slots=True)
class Due:
    """The one announcement to send now, and those that it makes useless."""

    step: str | None
    skipped: tuple[str, ...] = ()


def ahead(days: int) -> str:
    """The name of the announcement so many days ahead."""
    return f"ahead-{days}"


def announced_at(end: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The morning, so many days before the day on which the quarter ends."""
    day = local_day(end, zone) - timedelta(days=days)
    return datetime.combine(day, MORNING, zone).astimezone(UTC)


def due_announcement(
    start: datetime,
    end: datetime,
    notice_days: tuple[int, ...],
    zone: ZoneInfo,
    now: datetime,
    taken: Container[str],
) -> Due:
    """What to announce at `now`: the most urgent that is due, and nothing once the quarter is over.

    An announcement that fell due together with a more urgent one, before the quarter was known, or
    after it, is passed over.
    """
    open_steps = [
        (ahead(days), announced_at(end, days, zone))
        for days in sorted(notice_days, reverse=True)
        if ahead(days) not in taken
    ]
    if now >= end:
        return Due(None, tuple(step for step, _at in open_steps))
    due = [step for step, at in open_steps if start <= at <= now]
    early = tuple(step for step, at in open_steps if at < start)
    if not due:
        return Due(None, early)
    return Due(due[-1], early + tuple(due[:-1]))


def remind_at(opened: datetime, until: datetime) -> datetime:
    """When the customer is reminded of a review: three days before its end, or at half of it."""
    return max(until - REMIND_BEFORE, opened + (until - opened) / 2)
