"""The most seats at once, exact to the moment, and what of them nothing that was bought covers.

Owns: seats over time as steps, the peak, the overage of a quarter, the marks of a day. Does not
own: who counts as active (`activity` hands in ranges already cut), or what overage costs (`lines`).

Overage, for every moment t of the quarter, with `now` the moment of counting:

    over(t)  = assigned(t) - the most seats purchased at any moment from t until now
    overage  = the largest over(t), never below zero

So a purchase lowers the overage of the moments before it too: nobody pays for a seat twice. Seats
that were taken away later do not raise it: what was covered when it was used stays covered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from billing.domain.period import Period


@dataclass(frozen=True, slots=True)
class Span:
    """A seat in use during `[start, end)`; without an end it still is."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Purchased seats change by `delta` at `at`."""

    at: datetime
    delta: int


@dataclass(frozen=True, slots=True)
class Step:
    """From `at` until the next step: seats in use, and seats purchased."""

    at: datetime
    used: int
    purchased: int


def steps(spans: Iterable[Span], changes: Iterable[Change], period: Period) -> list[Step]:
    """Seats over a period: a step at its start and at every moment inside at which they change.

    What happens at one moment happens together, so a seat handed on is never counted twice.
    """
    used: Counter[datetime] = Counter()
    bought: Counter[datetime] = Counter()
    for span in spans:
        if span.end is not None and span.end <= span.start:
            continue
        used[max(span.start, period.start)] += 1
        if span.end is not None:
            used[max(span.end, period.start)] -= 1
    for change in changes:
        bought[max(change.at, period.start)] += change.delta
    moments = sorted({period.start, *used, *bought})
    found: list[Step] = []
    seats = purchased = 0
    for at in moments:
        if at >= period.end:
            break
        seats += used[at]
        purchased += bought[at]
        found.append(Step(at, seats, purchased))
    return found


@dataclass(frozen=True, slots=True)
class HighWater:
    """What a quarter comes to.

    `peak_seats` is the most in use at once, first at `peak_at`. `overage` is the most that nothing
    purchased until now covers, first at `over_at` (None without overage).
    """

    peak_seats: int
    peak_at: datetime
    overage: int
    over_at: datetime | None


def high_water(
    spans: Iterable[Span],
    changes: Sequence[Change],
    period: Period,
    now: datetime,
    pending: int = 0,
) -> HighWater:
    """The high water of `period`, counted at `now`, which may lie after its end.

    `pending` seats of earlier quarters are about to be charged: they count as purchased at `now`.
    """
    taken = steps(spans, [change for change in changes if change.at <= now], period)
    later = sorted(
        (change for change in changes if period.end <= change.at <= now),
        key=lambda change: change.at,
    )
    level = taken[-1].purchased
    covered = level
    by_moment: Counter[datetime] = Counter()
    for change in later:
        by_moment[change.at] += change.delta
    for at in sorted(by_moment):
        level += by_moment[at]
        covered = max(covered, level)
    covered = max(covered, level + pending)
    peak = max(taken, key=lambda step: step.used)
    overage, over_at = 0, None
    for step in reversed(taken):
        covered = max(covered, step.purchased)
        over = step.used - covered
        if over > 0 and over >= overage:
            overage, over_at = over, step.at
    return HighWater(peak.used, peak.at, overage, over_at)


@dataclass(frozen=True, slots=True)
class DayMark:
    """The marks of a day: the most assigned, the most above the purchased of the same moment."""

    assigned_high: int
    overage_high: int
    purchased_at_end: int


def day_mark(spans: Iterable[Span], changes: Iterable[Change], day: Period) -> DayMark:
    """The marks of a day (or of a part of one), as the database counts them set-based."""
    taken = steps(spans, changes, day)
    return DayMark(
        assigned_high=max(step.used for step in taken),
        overage_high=max(max(step.used - max(step.purchased, 0), 0) for step in taken),
        purchased_at_end=taken[-1].purchased,
    )
