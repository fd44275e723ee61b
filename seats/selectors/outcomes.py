"""Outcomes of a period, reported and recorded by hand, by department and against the baseline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db.models import Q, QuerySet, Sum

from accounts.models import Department, Membership
from seats.domain.outcomes import Amount, Baseline, Standing, days_between, stands, unit_of
from seats.domain.privacy import Visibility, fold
from seats.models import OutcomeBaseline, OutcomeDay, OutcomeEntry
from seats.selectors.counted import counted
from seats.selectors.privacy import visibility_of

_IS_A_PERSON = ~Q(membership__kind=Membership.Kind.SERVICE) & ~Q(
    membership__state=Membership.State.DEACTIVATED
)


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One kind of outcome in one unit: of the whole organization, a department, or the rest.

    `is_rest` is what belongs to no department, or in totals mode to too small ones.
    """

    kind: str
    unit: str
    department: Department | None
    is_whole: bool
    reported: Amount
    recorded: Amount
    standing: Standing | None = None
    baseline: OutcomeBaseline | None = None

    @property
    def is_rest(self) -> bool:
        """Neither the whole nor one department."""
        return not self.is_whole and self.department is None

    @property
    def value(self) -> Fraction:
        """The figure: reported and recorded together."""
        return (self.reported + self.recorded).value(self.kind)


@dataclass(frozen=True, slots=True)
class OutcomeTable:
    """Rows by kind: the whole first, then departments by name, then the rest."""

    starts_on: date
    ends_on: date
    rows: tuple[OutcomeRow, ...]


type _Key = tuple[str, str, int | None]


def outcome_table(*, organization_id: int, starts_on: date, ends_on: date) -> OutcomeTable:
    """Return the outcomes of the days from `starts_on` to `ends_on`; at most seven queries.

    What the product reported counts on its day, what was recorded by hand in the period its last
    day lies in. People who left and service accounts do not count.
    """
    reported: dict[_Key, Amount] = {}
    sums = (
        OutcomeDay.objects.filter(
            _IS_A_PERSON,
            organization_id=organization_id,
            day__gte=starts_on,
            day__lte=ends_on,
        )
        .order_by()
        .values_list("kind", "membership__department_id")
        .annotate(total=Sum("value"), times=Sum("events"))
    )
    for kind, department_id, total, times in counted(
        f"outcomes {starts_on}",
        lambda: list(sums),
        list[tuple[str, int | None, Decimal, int]],
        organization_id=organization_id,
        until=str(ends_on),
    ):
        key = (kind, unit_of(kind), department_id)
        reported[key] = reported.get(key, Amount()) + Amount.of(total, times)
    recorded: dict[_Key, Amount] = {}
    for entry in recorded_outcomes(
        organization_id=organization_id, starts_on=starts_on, ends_on=ends_on
    ):
        key = (entry.kind, entry.unit, entry.department_id)
        recorded[key] = recorded.get(key, Amount()) + Amount.of(entry.amount)
    baselines = {
        (each.kind, each.unit, each.department_id): each
        for each in OutcomeBaseline.objects.filter(organization_id=organization_id)
    }
    departments = _departments(organization_id)
    days = days_between(starts_on, ends_on)
    rows: list[OutcomeRow] = []
    for kind, unit in sorted({key[:2] for key in (*reported, *recorded, *baselines)}):
        rows += _rows_of(kind, unit, reported, recorded, baselines, departments, days)
    return OutcomeTable(starts_on, ends_on, tuple(rows))


def _departments(organization_id: int) -> list[Department]:
    """Return the departments that may be shown by themselves."""
    found = list(Department.objects.filter(organization_id=organization_id))
    if visibility_of(organization_id) is Visibility.PEOPLE:
        return found
    sizes: dict[int | None, int] = {}
    members = (
        Membership.objects.filter(organization_id=organization_id)
        .exclude(state=Membership.State.DEACTIVATED)
        .exclude(kind=Membership.Kind.SERVICE)
        .values_list("department_id", flat=True)
    )
    for department_id in members:
        sizes[department_id] = sizes.get(department_id, 0) + 1
    shown = fold([*found, None], lambda each: sizes.get(each.pk if each else None, 0)).shown
    return [each for each in shown if each is not None]


def _rows_of(
    kind: str,
    unit: str,
    reported: dict[_Key, Amount],
    recorded: dict[_Key, Amount],
    baselines: dict[_Key, OutcomeBaseline],
    departments: Sequence[Department],
    days: int,
) -> list[OutcomeRow]:
    shown = {department.pk for department in departments}

    def sum_of(amounts: dict[_Key, Amount], department_ids: set[int | None] | None) -> Amount:
        total = Amount()
        for (each_kind, each_unit, department_id), amount in amounts.items():
            if (each_kind, each_unit) == (kind, unit) and (
                department_ids is None or department_id in department_ids
            ):
                total += amount
        return total

    def row(department: Department | None, ids: set[int | None] | None) -> OutcomeRow:
        amounts = sum_of(reported, ids), sum_of(recorded, ids)
        is_whole = ids is None
        baseline = (
            baselines.get((kind, unit, department.pk if department else None))
            if is_whole or department
            else None
        )
        return OutcomeRow(
            kind=kind,
            unit=unit,
            department=department,
            is_whole=is_whole,
            reported=amounts[0],
            recorded=amounts[1],
            baseline=baseline,
            standing=stands(kind, amounts[0] + amounts[1], _baseline(baseline), days)
            if baseline
            else None,
        )

    others: set[int | None] = {
        key[2] for key in (*reported, *recorded) if key[:2] == (kind, unit) and key[2] not in shown
    }
    parts = [row(department, {department.pk}) for department in departments]
    if others:
        parts.append(row(None, others))
    parts = [part for part in parts if part.baseline or (part.reported + part.recorded).count]
    return [row(None, None), *parts]


def _baseline(stored: OutcomeBaseline) -> Baseline:
    return Baseline(Fraction(stored.amount), stored.starts_on, stored.ends_on)


def recorded_outcomes(
    *, organization_id: int, starts_on: date, ends_on: date
) -> QuerySet[OutcomeEntry]:
    """Return what was recorded by hand and counts in the period, the latest first."""
    return OutcomeEntry.objects.filter(
        organization_id=organization_id, ends_on__gte=starts_on, ends_on__lte=ends_on
    ).select_related("department")


def as_decimal(figure: Fraction) -> Decimal:
    """Return a figure with at most two digits after the point, half up."""
    hundredths = (
        int(figure * 100 + Fraction(1, 2)) if figure >= 0 else -int(-figure * 100 + Fraction(1, 2))
    )
    return Decimal(hundredths) / 100
