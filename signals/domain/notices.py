"""When a message may reach somebody: digest slots and quiet hours in the person's own zone.

Hours are whole hours of the clock on the wall; times that go in and out are aware. A slot in the
hour that spring skips comes an hour later, one in the hour that autumn repeats comes the first
time.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

WORKDAYS: Final = (0, 1, 2, 3, 4)
DIGEST_HOUR: Final = 8
_DAYS_AHEAD: Final = 8


class Channel(StrEnum):
    """How somebody hears of a kind of message. All but OFF stand in the list inside the product."""

    MAIL = "mail"
    DIGEST = "digest"
    LIST = "list"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Timing:
    """When somebody wants mail. Days count from Monday as 0; equal quiet hours mean none."""

    zone: ZoneInfo
    digest_hour: int = DIGEST_HOUR
    digest_days: Collection[int] = WORKDAYS
    quiet_from: int | None = None
    quiet_until: int | None = None


def next_digest(timing: Timing, at: datetime) -> datetime:
    """Return the first digest slot at or after `at`; without any day, that of tomorrow."""
    local = at.astimezone(timing.zone).date()
    days = timing.digest_days or range(7)
    for n in range(_DAYS_AHEAD + 1):
        day = local + timedelta(days=n)
        slot = datetime.combine(day, time(timing.digest_hour), timing.zone).astimezone(UTC)
        if day.weekday() in days and slot >= at:
            return slot
    raise AssertionError("Every week has each of its days.")


def after_quiet(timing: Timing, at: datetime) -> datetime:
    """Return `at`, or the end of the quiet hours that it falls into."""
    quiet_from, quiet_until = timing.quiet_from, timing.quiet_until
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return at
    local = at.astimezone(timing.zone)
    if quiet_from < quiet_until:
        is_quiet = quiet_from <= local.hour < quiet_until
    else:
        is_quiet = local.hour >= quiet_from or local.hour < quiet_until
    if not is_quiet:
        return at
    ends_tomorrow = quiet_from > quiet_until and local.hour >= quiet_from
    day = local.date() + timedelta(days=1 if ends_tomorrow else 0)
    end = datetime.combine(day, time(quiet_until), timing.zone).astimezone(UTC)
    # In the night when clocks go back, the hour that repeats would end before it began.
    return max(end, at.astimezone(UTC))
