"""Which departments use which features; read inside the organization's tenancy context."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Sum

from accounts.models import Department
from seats.domain.usage_rules import ACTIVE_WINDOW
from seats.models import Feature, UsageDay
from seats.selectors.usage import first_day_of

_MOST_FEATURES: Final = 100


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """One feature over the departments, in the order of `FeatureTable.departments`.

    `people` counts who used it in the window, in all and per department.
    """

    name: str
    events: int
    people: int
    by_department: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """Features by departments; a department of None holds people without one."""

    departments: tuple[Department | None, ...]
    rows: tuple[FeatureRow, ...]


def feature_table(*, now: datetime) -> FeatureTable:
    """Return who used which feature in the last 28 days, by department, widest use first."""
    cells = list(
        UsageDay.objects.filter(day__gte=first_day_of(now, ACTIVE_WINDOW.days))
        .order_by()
        .values("feature_id", "membership__department_id")
        .annotate(people=Count("membership_id", distinct=True), n=Sum("events"))
    )
    used = {cell["membership__department_id"] for cell in cells}
    departments: list[Department | None] = list(Department.objects.filter(pk__in=used - {None}))
    if None in used:
        departments.append(None)
    names = dict(
        Feature.objects.filter(pk__in={cell["feature_id"] for cell in cells}).values_list(
            "pk", "name"
        )
    )
    people: dict[tuple[int, int | None], int] = {
        (cell["feature_id"], cell["membership__department_id"]): cell["people"] for cell in cells
    }
    events: dict[int, int] = {}
    for cell in cells:
        events[cell["feature_id"]] = events.get(cell["feature_id"], 0) + cell["n"]
    rows = []
    for feature_id, name in names.items():
        by_department = tuple(
            people.get((feature_id, department.pk if department else None), 0)
            for department in departments
        )
        rows.append(
            FeatureRow(
                name=name,
                events=events[feature_id],
                people=sum(by_department),
                by_department=by_department,
            )
        )
    rows.sort(key=lambda row: (-row.people, -row.events, row.name))
    return FeatureTable(departments=tuple(departments), rows=tuple(rows[:_MOST_FEATURES]))
