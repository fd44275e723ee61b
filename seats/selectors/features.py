"""Who uses which feature: by department, and over the weeks since it was first seen.

Every selector names the organization, so that it serves a tenant and the vendor's staff alike.
"""

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Final

from django.db.models import Count, Q, Sum

from accounts.models import Department, Membership
from accounts.replica import reading_connection
from seats.domain.adoption import AdoptionPoint, adoption_curve, after_weeks, shade
from seats.domain.privacy import LEAST_GROUP, Visibility, fold
from seats.domain.usage_rules import ACTIVE_WINDOW
from seats.models import ActivityDay, Feature, UsageDay
from seats.selectors.counted import counted
from seats.selectors.privacy import shows_people, visibility_of
from seats.selectors.usage import first_day_of

_MOST_FEATURES: Final = 100
_IS_A_PERSON: Final = ~Q(membership__kind=Membership.Kind.SERVICE) & ~Q(
    membership__state=Membership.State.DEACTIVATED
)


@dataclass(frozen=True, slots=True)
class HeatCell:
    """How many of a department's active people used a feature."""

    people: int
    active: int

    @property
    def share(self) -> Fraction | None:
        """None for a department in which nobody was active."""
        return Fraction(self.people, self.active) if self.active else None

    @property
    def shade(self) -> int:
        """From 0, nobody, to 5, more than four fifths."""
        return shade(self.people, self.active)


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """One feature over the departments, in the order of `FeatureTable.departments`.

    `people` counts who used it in the window, in all and per department.
    """

    name: str
    events: int
    people: int
    cells: tuple[HeatCell, ...]
    whole: HeatCell

    @property
    def by_department(self) -> tuple[int, ...]:
        """The people of each department."""
        return tuple(cell.people for cell in self.cells)


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """Features by departments; a department of None holds people without one.

    `active` counts the people of each department who were active in the window, `active_people`
    all of them. Where only totals are shown and departments are too small for that, `is_folded`
    says that None holds their people too.
    """

    departments: tuple[Department | None, ...]
    active: tuple[int, ...]
    active_people: int
    rows: tuple[FeatureRow, ...]
    is_folded: bool = False


def feature_table(*, organization_id: int, now: datetime) -> FeatureTable:
    """Return who used which feature in the last 28 days, by department, widest use first.

    At most eight queries. Service accounts and people who left do not count, as everywhere.
    """
    since = first_day_of(now, ACTIVE_WINDOW.days)
    days = ActivityDay.objects.filter(
        _IS_A_PERSON, organization_id=organization_id, day__gte=since
    ).order_by()
    active = dict(
        counted(
            "active by department",
            lambda: list(
                days.values_list("membership__department_id").annotate(
                    people=Count("membership_id", distinct=True)
                )
            ),
            list[tuple[int | None, int]],
            organization_id=organization_id,
        )
    )
    uses = UsageDay.objects.filter(
        _IS_A_PERSON, organization_id=organization_id, day__gte=since
    ).order_by()
    cells = counted(
        "features by department",
        lambda: list(
            uses.values_list("feature_id", "membership__department_id").annotate(
                people=Count("membership_id", distinct=True), n=Sum("events")
            )
        ),
        list[tuple[int, int | None, int, int]],
        organization_id=organization_id,
    )
    used = {cell[1] for cell in cells} | active.keys()
    named = [department_id for department_id in used if department_id is not None]
    departments: list[Department | None] = list(
        Department.objects.filter(organization_id=organization_id, pk__in=named)
    )
    if None in used:
        departments.append(None)
    columns: list[set[int | None]] = [{each.pk if each else None} for each in departments]
    is_folded = False
    if visibility_of(organization_id) is Visibility.TOTALS:
        shown = _shown_by_themselves(organization_id)
        if shown is None:
            return FeatureTable((), (), 0, ())
        others = {key for column in columns for key in column if key not in shown}
        if others:
            is_folded, others = True, others | {None}
            departments = [*(each for each in departments if each and each.pk in shown), None]
            columns = [each for each in columns if each <= shown - {None}] + [others]
    names = dict(
        Feature.objects.filter(
            organization_id=organization_id, pk__in={cell[0] for cell in cells}
        ).values_list("pk", "name")
    )
    people = {(feature_id, department_id): n for feature_id, department_id, n, _events in cells}
    events: dict[int, int] = {}
    for feature_id, _department_id, _people, n_events in cells:
        events[feature_id] = events.get(feature_id, 0) + n_events
    everybody = sum(active.values())
    rows = []
    for feature_id, name in names.items():
        found = tuple(
            HeatCell(
                sum(people.get((feature_id, key), 0) for key in column),
                sum(active.get(key, 0) for key in column),
            )
            for column in columns
        )
        using = sum(cell.people for cell in found)
        rows.append(
            FeatureRow(
                name=name,
                events=events[feature_id],
                people=using,
                cells=found,
                whole=HeatCell(using, everybody),
            )
        )
    rows.sort(key=lambda row: (-row.people, -row.events, row.name))
    return FeatureTable(
        departments=tuple(departments),
        active=tuple(sum(active.get(key, 0) for key in column) for column in columns),
        active_people=everybody,
        rows=tuple(rows[:_MOST_FEATURES]),
        is_folded=is_folded,
    )


def _shown_by_themselves(organization_id: int) -> set[int | None] | None:
    """Return the departments with people enough to be shown alone; None where all are too few."""
    sizes = (
        Membership.objects.filter(organization_id=organization_id)
        .exclude(state=Membership.State.DEACTIVATED)
        .exclude(kind=Membership.Kind.SERVICE)
        .order_by()
        .values_list("department_id")
        .annotate(people=Count("pk"))
    )
    folding = fold(list(sizes), lambda group: group[1])
    if not folding.shown and not folding.folded:
        return None
    return {department_id for department_id, _people in folding.shown}


@dataclass(frozen=True, slots=True)
class FeatureAdoption:
    """How one feature spread among everybody who was ever active."""

    feature_id: int
    name: str
    curve: tuple[AdoptionPoint, ...]
    least_people: int = 0

    @property
    def points(self) -> tuple[AdoptionPoint, ...]:
        """The curve without points about fewer people than may be shown."""
        return tuple(point for point in self.curve if point.people >= self.least_people)

    @property
    def first_seen_on(self) -> date:
        """The day on which somebody first used it."""
        return self.curve[0].starts_on

    @property
    def now(self) -> AdoptionPoint:
        """The newest point."""
        return self.curve[-1]

    @property
    def after_4_weeks(self) -> AdoptionPoint | None:
        """The point four weeks after it was first seen; None while they run."""
        return self._shown(after_weeks(self.curve, 4))

    @property
    def after_12_weeks(self) -> AdoptionPoint | None:
        """The point twelve weeks after it was first seen; None while they run."""
        return self._shown(after_weeks(self.curve, 12))

    def _shown(self, point: AdoptionPoint | None) -> AdoptionPoint | None:
        return point if point and point.people >= self.least_people else None


_FIRST_USES = """
SELECT f.feature_id,
    greatest(f.first_day, (a.first_active_at AT TIME ZONE 'UTC')::date) AS day, count(*)
FROM seats_memberfeature f
JOIN seats_memberactivity a
    ON a.organization_id = f.organization_id AND a.membership_id = f.membership_id
JOIN accounts_membership m ON m.organization_id = f.organization_id AND m.id = f.membership_id
WHERE f.organization_id = %(organization)s AND m.kind <> 'service' AND m.state <> 'deactivated'
GROUP BY 1, 2
"""

_FIRST_ACTIVITIES = """
SELECT (a.first_active_at AT TIME ZONE 'UTC')::date, count(*)
FROM seats_memberactivity a
JOIN accounts_membership m ON m.organization_id = a.organization_id AND m.id = a.membership_id
WHERE a.organization_id = %(organization)s AND m.kind <> 'service' AND m.state <> 'deactivated'
GROUP BY 1
"""


def feature_adoption(*, organization_id: int, now: datetime) -> list[FeatureAdoption]:
    """Return the curve of every feature, that with most users first; at most six queries.

    People are counted in the database, by day: what is read grows with features and days, not with
    people. Who used a feature in the background alone has not been active and is not in a curve.
    """
    uses: dict[int, dict[date, int]] = {}
    for feature_id, day, people in counted(
        "first uses",
        lambda: _rows(_FIRST_USES, organization_id),
        list[tuple[int, date, int]],
        organization_id=organization_id,
    ):
        uses.setdefault(feature_id, {})[day] = people
    active = dict(
        counted(
            "first activities",
            lambda: _rows(_FIRST_ACTIVITIES, organization_id),
            list[tuple[date, int]],
            organization_id=organization_id,
        )
    )
    names = Feature.objects.filter(organization_id=organization_id, pk__in=uses.keys())
    least = 0 if shows_people(organization_id) else LEAST_GROUP
    curves = {
        pk: adoption_curve(until=now.date(), first_uses=uses[pk], first_activities=active)
        for pk in uses
    }
    found = [
        FeatureAdoption(pk, name, curves[pk], least) for pk, name in names.values_list("pk", "name")
    ]
    found = [each for each in found if each.points]
    found.sort(key=lambda each: (-each.now.users, each.name))
    return found[:_MOST_FEATURES]


def _rows(statement: str, organization_id: int) -> list[Any]:
    with reading_connection().cursor() as cursor:
        cursor.execute(statement, {"organization": organization_id})
        return list(cursor.fetchall())
