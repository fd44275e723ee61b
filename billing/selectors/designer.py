"""What the price designer shows of a table: charts, warnings, comparison, the saving of a year."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.templatetags.headroom import format_money, number, percent
from billing.domain.money import Money, round_half_up
from billing.domain.period import Interval
from billing.domain.price_comparison import (
    Comparison,
    Run,
    SavingRange,
    Side,
    annual_saving,
    compare,
    saving_range,
)
from billing.domain.price_design import (
    LARGEST_QUANTITY,
    CurvePoint,
    curve,
    curve_at_bounds,
    curve_end,
    segments,
    warnings,
)
from billing.domain.pricing import PriceTable, total_minor
from billing.domain.simulation import SimulatedTotal, simulate_totals
from billing.selectors.price_words import warning_sentence

CURRENCIES: Final = ("EUR", "USD", "GBP", "CHF", "SGD", "IDR", "JPY", "KWD")
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Beside:
    """The table that stands next to the one being designed."""

    label: str
    table: PriceTable
    interval: Interval


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One quantity under both tables, in minor units; the difference is ours less theirs."""

    quantity: int
    ours_minor: int
    theirs_minor: int

    @property
    def difference_minor(self) -> int:
        return self.ours_minor - self.theirs_minor


@dataclass(frozen=True, slots=True)
class SavingRow:
    """One quantity: twelve months against a year, in minor units, and the share saved."""

    quantity: int
    months_minor: int
    year_minor: int
    saving: Fraction | None


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything beside the tiers. Charts are what the chart component takes."""

    total_chart: dict[str, Any]
    average_chart: dict[str, Any]
    bounds: tuple[CurvePoint, ...]
    warnings: tuple[str, ...]
    has_cliffs: bool
    beside: Beside | None
    compared: tuple[ComparedRow, ...]
    verdicts: tuple[str, ...]
    saving: SavingRange | None
    saving_sentence: str
    saving_rows: tuple[SavingRow, ...]
    tried: SimulatedTotal | None


def analyse(
    table: PriceTable,
    interval: Interval,
    *,
    floor_minor: int | None = None,
    beside: Beside | None = None,
    counterpart: PriceTable | None = None,
    quantity: int | None = None,
) -> Analysis:
    """Return what is to be seen of `table`.

    `counterpart` is the price of the other interval on sale; `quantity` the one being tried, which
    a tier must reach.
    """
    points = curve(table, curve_end(table))
    months, year = (table, counterpart) if interval is Interval.MONTH else (counterpart, table)
    saving = saving_range(months, year) if months and year else None
    comparison = _comparison(table, interval, beside)
    return Analysis(
        total_chart=_total_chart(table, points, beside, interval),
        average_chart=_average_chart(table, points, beside, interval),
        bounds=curve_at_bounds(table),
        warnings=tuple(warning_sentence(w, table.currency) for w in warnings(table, floor_minor)),
        has_cliffs=any(point.is_on_cliff for point in points),
        beside=beside,
        compared=_compared(table, interval, beside),
        verdicts=_verdicts(comparison),
        saving=saving,
        saving_sentence=saving_sentence(saving) if saving else "",
        saving_rows=_saving_rows(months, year) if months and year else (),
        tried=simulate_totals(table, [quantity])[0] if quantity is not None else None,
    )


def _major(minor: int, currency: str) -> Decimal:
    return Money(minor, currency).decimal


def _shown(quantity: int) -> str:
    return number(Decimal(quantity))


def _times(interval: Interval, beside: Beside | None) -> tuple[int, int]:
    """How often each table is taken so that both are for the same time."""
    if beside is None or beside.interval is interval:
        return 1, 1
    return interval.per_year, beside.interval.per_year


def _comparison(table: PriceTable, interval: Interval, beside: Beside | None) -> Comparison | None:
    if beside is None:
        return None
    ours, theirs = _times(interval, beside)
    return compare(table, beside.table, first_times=ours, second_times=theirs)


def _total_chart(
    table: PriceTable, points: tuple[CurvePoint, ...], beside: Beside | None, interval: Interval
) -> dict[str, Any]:
    columns = [{"label": _("Total"), "series": "active", "kind": "area"}]
    if any(point.is_on_cliff for point in points):
        columns.append({"label": _("Cliff"), "series": "overage", "kind": "bars"})
    if beside:
        columns.append({"label": beside.label, "series": "other", "kind": "line"})
    rows = []
    for point in points:
        values: list[Decimal | None] = [_major(point.total_minor, table.currency)]
        if len(columns) - bool(beside) == 2:
            values.append(values[0] if point.is_on_cliff else None)
        if beside:
            values.append(_theirs(beside, interval, point.quantity))
        rows.append({"label": _shown(point.quantity), "short": "", "values": values})
    last = points[-1]
    title = _("%(n)s seats cost %(total)s") % {
        "n": _shown(last.quantity),
        "total": format_money(last.total_minor, table.currency),
    }
    return {"columns": columns, "rows": rows, "title": title}


def _average_chart(
    table: PriceTable, points: tuple[CurvePoint, ...], beside: Beside | None, interval: Interval
) -> dict[str, Any]:
    columns = [{"label": _("Per seat"), "series": "purchased", "kind": "line"}]
    if beside:
        columns.append({"label": beside.label, "series": "other", "kind": "line"})
    rows = []
    for point in points:
        values: list[Decimal | None] = [_major(point.average_minor, table.currency)]
        if beside:
            values.append(_theirs(beside, interval, point.quantity, seats=point.quantity))
        rows.append({"label": _shown(point.quantity), "short": "", "values": values})
    first, last = points[0], points[-1]
    title = _("A seat costs %(first)s on average at %(few)s, %(last)s at %(many)s") % {
        "first": format_money(first.average_minor, table.currency),
        "few": _shown(first.quantity),
        "last": format_money(last.average_minor, table.currency),
        "many": _shown(last.quantity),
    }
    return {"columns": columns, "rows": rows, "title": title}


def _theirs(beside: Beside, interval: Interval, quantity: int, seats: int = 1) -> Decimal | None:
    """The other table's total for our interval, or a part of it; None where no tier reaches."""
    table = beside.table
    end = table.tiers[-1].up_to
    if end is not None and quantity > end:
        return None
    ours, theirs = _times(interval, beside)
    total = Fraction(total_minor(table, quantity) * theirs, ours * seats)
    return _major(round_half_up(total), table.currency)


def _quantities(*tables: PriceTable) -> list[int]:
    """The first and last quantity between all bounds, without the end that nobody buys."""
    ends = {end for part in segments(*tables) for end in (part.first, part.last)}
    return sorted(end for end in ends if end < LARGEST_QUANTITY // 10)


def _compared(
    table: PriceTable, interval: Interval, beside: Beside | None
) -> tuple[ComparedRow, ...]:
    if beside is None:
        return ()
    ours, theirs = _times(interval, beside)
    return tuple(
        ComparedRow(
            quantity,
            total_minor(table, quantity) * ours,
            total_minor(beside.table, quantity) * theirs,
        )
        for quantity in _quantities(table, beside.table)
    )


def _verdicts(comparison: Comparison | None) -> tuple[str, ...]:
    if comparison is None:
        return ()
    return tuple(_where(run) % _run_words(run) + " " + _who(run.cheaper) for run in comparison.runs)


def _run_words(run: Run) -> dict[str, str]:
    return {"first": _shown(run.first), "last": _shown(run.last)}


def _where(run: Run) -> str:
    if run.last >= LARGEST_QUANTITY // 10:
        return _("%(first)s seats and more:")
    return _("%(first)s seats:") if run.first == run.last else _("%(first)s to %(last)s seats:")


def _who(cheaper: Side) -> str:
    match cheaper:
        case Side.FIRST:
            return _("this one is cheaper.")
        case Side.SECOND:
            return _("this one is dearer.")
        case Side.NEITHER:
            return _("both cost the same.")


def saving_sentence(saving: SavingRange) -> str:
    """Return what a year's commitment saves, and whether that is as it should be."""
    words = {"low": percent(saving.lowest, 1), "high": percent(saving.highest, 1)}
    if words["low"] == words["high"]:
        said = _("A year saves %(low)s against twelve months.") % words
    else:
        said = _("A year saves %(low)s to %(high)s against twelve months.") % words
    if saving.is_in_band:
        return said
    return said + " " + _("15 to 20 % is the rule; publishing asks for a reason.")


def _saving_rows(months: PriceTable, year: PriceTable) -> tuple[SavingRow, ...]:
    return tuple(
        SavingRow(
            quantity,
            total_minor(months, quantity) * _MONTHS,
            total_minor(year, quantity),
            annual_saving(months, year, quantity),
        )
        for quantity in _quantities(months, year)
    )
