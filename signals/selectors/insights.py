"""What an organization's own Overview tells: how full, since when, what to look at first.

Owns: the year in points, the end of the seats in words' terms, and at most three insights. Does not
own: alerts and tasks of the vendor's staff.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from accounts.models import Department, Membership
from seats.models import MemberSummary, SeatAssignment
from seats.selectors.features import feature_table
from seats.selectors.people_list import MOST_COUNTED, People, PeopleFilter, PeopleQuery
from seats.selectors.privacy import shows_people
from seats.selectors.usage import SeatFigures, UtilizationPoint, utilization_history
from signals.domain.insights import MOST_SHOWN, Heavy, InsightKind, Use, heaviest, to_look_for
from signals.models import InsightAway
from signals.models.sharing import SharingCase

_MOST_NAMES: Final = 3
_SHORT_HISTORY: Final = timedelta(days=70)
_NEW_FOR: Final = timedelta(days=30)
# Who uses which feature is counted while the page waits; of more people the page Features tells it.
_HEAVY_UP_TO: Final = 500


@dataclass(frozen=True, slots=True)
class Insight:
    """A finding: how many seats or people, the first of their names, and where they are."""

    kind: InsightKind
    number: int
    names: tuple[str, ...] = ()
    department: Department | None = None
    feature: str = ""
    heavy: Heavy | None = None

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
    """Return at most three findings; names only for readers who may see people.

    Looks in the order of their weight and stops at three, so what is not shown costs nothing.
    """
    reader = _Finder(organization_id, figures, now, with_names=with_names)
    found: list[Insight] = []
    for kind in to_look_for(put_away(organization_id=organization_id, now=now)):
        insight = reader.find(kind)
        if insight is not None:
            found.append(insight)
        if len(found) == MOST_SHOWN:
            break
    return found


def put_away(*, organization_id: int, now: datetime) -> set[InsightKind]:
    """Return the kinds that an organization put away and that have not come back."""
    away = InsightAway.objects.filter(organization_id=organization_id, until__gt=now)
    known = set(InsightKind)
    return {InsightKind(kind) for kind in away.values_list("kind", flat=True) if kind in known}


class _Finder:
    """Looks for one kind of finding after the other."""

    def __init__(
        self, organization_id: int, figures: SeatFigures, now: datetime, *, with_names: bool
    ) -> None:
        self.organization_id = organization_id
        self.figures = figures
        self.now = now
        self.with_names = with_names
        self.is_shown = shows_people(organization_id)
        # Of many, or where nobody is to be found by use, the figures of all are what is known.
        self.is_large = figures.seats.assigned > MOST_COUNTED

    def find(self, kind: InsightKind) -> Insight | None:
        """Return the finding of a kind, or None."""
        figures = self.figures
        match kind:
            case InsightKind.OVER:
                return Insight(kind, figures.seats.overage) if figures.seats.overage else None
            case InsightKind.WAITING:
                return self._people(kind, PeopleFilter.WAITING, figures.waiting)
            case InsightKind.UNSEATED:
                return self._people(kind, PeopleFilter.DISCOVERED, figures.active_unseated)
            case InsightKind.IDLE:
                counts_figures = not self.is_shown or self.is_large
                number = figures.idle_seated if counts_figures else None
                return self._people(kind, PeopleFilter.IDLE, number)
            case InsightKind.SHARING:
                return self._sharing()
            case InsightKind.BUDDY:
                return self._buddy()
            case InsightKind.HEAVY:
                return self._heavy()

    def _people(self, kind: InsightKind, show: PeopleFilter, number: int | None) -> Insight | None:
        if number == 0:
            return None
        people = People(
            PeopleQuery(filter=show), organization_id=self.organization_id, now=self.now
        )
        count = people.capped_count() if number is None else number
        if not count:
            return None
        names: tuple[str, ...] = ()
        if self.with_names and not self.is_large and people.query.filter is show:
            names = tuple(person.display_name for person in people.first(_MOST_NAMES))
        return Insight(kind, count, names)

    def _sharing(self) -> Insight | None:
        if not self.with_names or not self.is_shown:
            return None
        count = SharingCase.objects.filter(
            organization_id=self.organization_id, state=SharingCase.State.OPEN
        ).count()
        return Insight(InsightKind.SHARING, count) if count else None

    def _buddy(self) -> Insight | None:
        """Somebody new in a department that has a power user to show them around."""
        if not self.with_names or not self.is_shown or self.is_large:
            return None
        seated = SeatAssignment.objects.filter(
            organization_id=self.organization_id, during__endswith__isnull=True
        ).values("membership_id")
        here = Membership.objects.filter(
            organization_id=self.organization_id,
            state=Membership.State.ACTIVE,
            department__isnull=False,
        ).exclude(kind=Membership.Kind.SERVICE)
        experts = here.filter(
            pk__in=MemberSummary.objects.filter(
                organization_id=self.organization_id, is_power=True
            ).values("membership_id"),
            created_at__lt=self.now - _NEW_FOR,
        )
        newcomer = (
            here.filter(
                pk__in=seated,
                created_at__gte=self.now - _NEW_FOR,
                department__in=experts.values("department_id"),
            )
            .select_related("department")
            .order_by("-created_at", "-pk")
            .first()
        )
        if newcomer is None:
            return None
        buddy = experts.filter(department=newcomer.department).order_by("pk").first()
        if buddy is None:
            return None
        names = (newcomer.display_name, buddy.display_name)
        return Insight(InsightKind.BUDDY, 1, names, department=newcomer.department)

    def _heavy(self) -> Insight | None:
        if self.figures.seats.assigned > _HEAVY_UP_TO:
            return None
        table = feature_table(organization_id=self.organization_id, now=self.now)
        found = heaviest([[Use(c.people, c.active) for c in row.cells] for row in table.rows])
        if found is None or table.departments[found.group] is None:
            return None
        return Insight(
            InsightKind.HEAVY,
            found.here.people,
            department=table.departments[found.group],
            feature=table.rows[found.feature].name,
            heavy=found,
        )
