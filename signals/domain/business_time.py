"""Business hours: promises to act are counted in them, reminders and escalations too.

Owns: adding working time to a moment. Does not own: which calendar a manager has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

MONDAY_TO_FRIDAY: Final = frozenset(range(5))


class NoBusinessHours(ValueError):
    """A calendar without a workday or with a day that ends before it begins."""


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """Opening hours on weekdays (0 is Monday) of one time zone, holidays left out."""

    zone: ZoneInfo
    opens: time = time(9)
    closes: time = time(17)
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if not self.weekdays & set(range(7)) or self.opens >= self.closes:
            raise NoBusinessHours("A business calendar needs a weekday, and hours in order.")

    @property
    def day_length(self) -> timedelta:
        """Working time of one business day."""
        return datetime.combine(date.min, self.closes) - datetime.combine(date.min, self.opens)

    def is_business_day(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day not in self.holidays


def add_business_time(calendar: BusinessCalendar, start: datetime, amount: timedelta) -> datetime:
    """The moment, in UTC, at which `amount` of working time has passed since `start`.

    Time outside business hours does not pass: with nine-to-five days, one business day from
    Friday 16:00 is Monday 16:00, and from Saturday it is Monday 17:00.
    """
    remaining = amount
    begun = start.astimezone(UTC)
    for opens, closes in _business_days(calendar, begun):
        begins = max(opens, begun)
        if begins + remaining <= closes:
            return begins + remaining
        remaining -= closes - begins
    raise NoBusinessHours("The calendar has no business hours left.")


def _business_days(
    calendar: BusinessCalendar, start: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Opening and closing in UTC of each business day that ends after `start`.

    Computed through UTC, since a wall clock subtracted across a change to summer time lies.
    """
    day = start.astimezone(calendar.zone).date()
    while day < date.max:
        if calendar.is_business_day(day):
            opens = datetime.combine(day, calendar.opens, calendar.zone).astimezone(UTC)
            closes = datetime.combine(day, calendar.closes, calendar.zone).astimezone(UTC)
            if closes > start:
                yield opens, closes
        day += timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """When a task is reminded of, and when it is due and goes to the manager (UTC)."""

    reminder_at: datetime
    due_at: datetime


REMINDER_AFTER: Final = Fraction(75, 100)


def deadlines(calendar: BusinessCalendar, created_at: datetime, business_days: int) -> Deadlines:
    """Reminder after 75 % and escalation after 100 % of the working time."""
    amount = business_days * calendar.day_length
    reminder = amount * REMINDER_AFTER.numerator / REMINDER_AFTER.denominator
    return Deadlines(
        reminder_at=add_business_time(calendar, created_at, reminder),
        due_at=add_business_time(calendar, created_at, amount),
    )
