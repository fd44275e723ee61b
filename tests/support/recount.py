"""A true-up counted again the naive way: hour by hour, knowing nothing of the product's code.

Everything that happens in it happens at whole hours. It asks at every hour of the quarter who sits,
who of them counts, and how many seats were or would be purchased from that hour on.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

HOUR = timedelta(hours=1)


@dataclass
class Diary:
    """What happened, as a person would note it."""

    seated: dict[int, list[tuple[datetime, datetime | None]]] = field(default_factory=dict)
    bought: list[tuple[datetime, int]] = field(default_factory=list)
    active: dict[int, set[date]] = field(default_factory=dict)

    def sits(self, person: int, at: datetime) -> bool:
        return any(
            start <= at and (end is None or at < end) for start, end in self.seated.get(person, [])
        )

    def is_active(self, person: int, on: date, window: int, least: int) -> bool:
        days = [on - timedelta(days=back) for back in range(window)]
        return sum(day in self.active.get(person, set()) for day in days) >= least

    def purchased(self, at: datetime) -> int:
        return sum(seats for when, seats in self.bought if when <= at)


def naive_overage(
    diary: Diary,
    *,
    start: datetime,
    end: datetime,
    now: datetime,
    flexible: bool,
    window: int,
    least: int,
) -> int:
    """The most by which the counted seats of an hour exceed what was bought from it until now."""
    hours = [start + n * HOUR for n in range((end - start) // HOUR)]
    until_now = [start + n * HOUR for n in range((now - start) // HOUR + 1)]
    levels = {at: diary.purchased(at) for at in until_now}
    most = 0
    for at in hours:
        sitting = [person for person in diary.seated if diary.sits(person, at)]
        if flexible:
            on = at.astimezone(UTC).date()
            sitting = [p for p in sitting if diary.is_active(p, on, window, least)]
        covered = max(level for when, level in levels.items() if when >= at)
        most = max(most, len(sitting) - covered)
    return most


def naive_price(tiers: list[tuple[int | None, int]], seats: int) -> int:
    """A graduated price, seat by seat; tiers are (up to, unit in minor units)."""
    total = 0
    for seat in range(1, seats + 1):
        total += next(unit for up_to, unit in tiers if up_to is None or seat <= up_to)
    return total


def naive_cents(exact: Fraction) -> int:
    """Half a cent away from zero."""
    whole = int(abs(exact) + Fraction(1, 2))
    return whole if exact >= 0 else -whole
