"""What an organization's own Overview tells: how full, since when, what to look at first.

Owns: the year in points, the end of the seats in words' terms, and at most three insights. Does not
own: alerts and tasks of the vendor's staff.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from seats.selectors.people_list import MOST_COUNTED, People, PeopleFilter, PeopleQuery
from seats.selectors.privacy import shows_people
from seats.selectors.usage import SeatFigures, UtilizationPoint, utilization_history

_MOST_INSIGHTS: Final = 3
_MOST_NAMES: Final = 3
_SHORT_HISTORY: Final = timedelta(days=70)


class InsightKind(StrEnum):
    """What an insight is about, the most pressing first."""

    OVER = "over"
    WAITING = "waiting"
    UNSEATED = "unseated"
    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class Insight:
    """A finding: how many seats or people, and the first of their names."""

    kind: InsightKind
    number: int
    names: tuple[str, ...] = ()

    @property
    def others(self) -> int:
        """How many are not named."""
        return self.number - len(self.names)


def year_of_seats(*, organization_id: int, now: datetime) -> list[UtilizationPoint]:
    """Return the year in weekly points that end with the latest day; a short history by days."""
    return weekly(utilization_history(organization_id=organization_id, now=now))


def weekly(days: list[UtilizationPoint]) -> list[UtilizationPoint]:
    """Return days as weekly points that end with the latest; a short history by days."""
    if not days or days[-1].day - days[0].day < _SHORT_HISTORY:
        return days
    last = days[-1].day
    weekly: dict[int, UtilizationPoint] = {}
    for point in days:
        weekly[(last - point.day).days // 7] = point
    return [weekly[week] for week in sorted(weekly, reverse=True)]


def growth(points: list[UtilizationPoint]) -> tuple[int, int, date] | None:
    """Return active people at the first point with any and now, with the first day; else None."""
    first = next((point for point in points if point.active_28), None)
    if first is None or first is points[-1]:
        return None
    return first.active_28, points[-1].active_28, first.day


def insights(
    *, organization_id: int, figures: SeatFigures, now: datetime, with_names: bool
) -> list[Insight]:
    """Return at most three findings; names only for readers who may see people."""
    found = []
    if figures.seats.overage:
        found.append(Insight(InsightKind.OVER, figures.seats.overage))
    is_shown = shows_people(organization_id)
    # Of many, or where nobody is to be found by use, the figures of all seats are what is known.
    is_large = figures.seats.assigned > MOST_COUNTED
    counts_figures = not is_shown or is_large
    for kind, show, number in (
        (InsightKind.WAITING, PeopleFilter.WAITING, figures.waiting),
        (InsightKind.UNSEATED, PeopleFilter.DISCOVERED, figures.active_unseated),
        (InsightKind.IDLE, PeopleFilter.IDLE, figures.idle_seated if counts_figures else None),
    ):
        if number == 0:
            continue
        people = People(PeopleQuery(filter=show), organization_id=organization_id, now=now)
        count = people.capped_count() if number is None else number
        if count:
            names: tuple[str, ...] = ()
            if with_names and not is_large and people.query.filter is show:
                names = tuple(person.display_name for person in people.first(_MOST_NAMES))
            found.append(Insight(kind, count, names))
    return found[:_MOST_INSIGHTS]
