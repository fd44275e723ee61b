"""Who is active under the terms of a quarter, and since when a seat counts under flexible terms.

Owns: the rolling window over days of activity. Does not own: what makes a day active (the rollup
counts it) or the seats themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from trueups.domain.high_water import Span
from trueups.domain.terms import Activity


def window_days(last: date, activity: Activity) -> tuple[date, date]:
    """The first and the last day of the window that ends with `last`, both included."""
    return last - timedelta(days=activity.window_days - 1), last


def last_day_before(end: datetime) -> date:
    """The day of UTC that holds the last moment before `end`: the evidence of a quarter ends there.

    A quarter ends at a midnight of another zone as a rule, in the middle of a day of UTC; that day
    counts, so that nobody is inactive for what they did on it.
    """
    return (end - timedelta(microseconds=1)).astimezone(UTC).date()


def is_inactive(
    active_days: int, assigned_since: datetime, end: datetime, activity: Activity
) -> bool:
    """Whether a person did not use the seat: too few active days in the window before `end`.

    Whoever has held the seat for less than the window has not had the time to use it and is not
    inactive.
    """
    if end - assigned_since < timedelta(days=activity.window_days):
        return False
    return active_days < activity.least_active_days


def active_spans(active_days: Iterable[date], activity: Activity) -> list[Span]:
    """When a person counts as active: whole days of UTC, as ranges that do not touch.

    On a day the window ends with that day. Days of activity from before and after the quarter are
    handed in as well; a caller cuts the ranges.
    """
    days = sorted(set(active_days))
    ranges: list[tuple[date, date]] = []
    need, window = activity.least_active_days, timedelta(days=activity.window_days)
    for position in range(need - 1, len(days)):
        # With this day the person has been active often enough, until the first of the days that
        # were needed leaves the window.
        first, until = days[position], days[position - need + 1] + window
        if first >= until:
            continue
        if ranges and first <= ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(until, ranges[-1][1]))
        else:
            ranges.append((first, until))
    return [Span(_start_of(first), _start_of(until)) for first, until in ranges]


def overlap(seat: Span, active: Iterable[Span]) -> list[Span]:
    """The parts of a seat's range in which its holder was active."""
    parts = []
    for span in active:
        start = max(seat.start, span.start)
        ends = [end for end in (seat.end, span.end) if end is not None]
        end = min(ends) if ends else None
        if end is None or start < end:
            parts.append(Span(start, end))
    return parts


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
