"""What a price designer must see of a table before it goes on sale.

Owns: the curve and the warnings of one table. Does not own: the price of a quantity (`pricing`),
two tables side by side (`price_comparison`) and the words for people.

Everything is exact for every quantity up to `LARGEST_QUANTITY` without trying them all: between
two bounds a total is a straight line, so what rises or falls, it does from one end to the other.
Amounts are minor units of the table's currency for one billing interval.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Final

from billing.domain.pricing import (
    PriceTable,
    Scheme,
    Tier,
    VolumeCliff,
    average_minor,
    total_minor,
    volume_cliffs,
)

# More seats than anybody buys; a quote goes as far.
LARGEST_QUANTITY: Final = 9_999_999
# Smaller steps than these cannot be charged in practice: the rupiah has no coins below one, the
# króna and the shilling no hundredths, and cards round the third place of the dinar.
CHARGEABLE_STEP: Final[dict[str, int]] = {
    **dict.fromkeys(("IDR", "ISK", "UGX"), 100),
    **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 10),
}


@dataclass(frozen=True, slots=True)
class Segment:
    """Quantities on sale from `first` to `last` in steps, between two bounds of every table."""

    first: int
    last: int
    step: int


def segments(*tables: PriceTable) -> tuple[Segment, ...]:
    """The quantities that all of `tables` sell, cut wherever one of them changes its tier."""
    step = lcm(*(table.step for table in tables))
    lowest = max(table.minimum_seats for table in tables)
    highest = min(table.maximum_seats or LARGEST_QUANTITY for table in tables)
    bounds = {tier.up_to for table in tables for tier in table.tiers if tier.up_to is not None}
    found = []
    start = -(-lowest // step) * step
    for bound in [*sorted(bound for bound in bounds if bound < highest), highest]:
        last = bound // step * step
        if last >= start:
            found.append(Segment(start, last, step))
            start = last + step
    return tuple(found)


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One quantity of the curve; `is_on_cliff` when a larger quantity costs less."""

    quantity: int
    total_minor: int
    average_minor: int
    is_on_cliff: bool


def curve_end(table: PriceTable) -> int:
    """How far a curve is worth drawing: past the last bound by half, ten seats at the least."""
    bounds = [tier.up_to for tier in table.tiers if tier.up_to is not None]
    end = max(max(bounds, default=0) * 3 // 2, table.minimum_seats * 2, 10)
    return min(end, table.maximum_seats or LARGEST_QUANTITY, LARGEST_QUANTITY)


def curve(table: PriceTable, up_to: int, most_points: int = 100) -> tuple[CurvePoint, ...]:
    """Evenly spaced quantities on sale up to `up_to`; every one of them when they are few."""
    first = table.sellable_from(1)
    last = table.sellable_up_to(up_to)
    if first is None or last is None:
        return ()
    stride = max(1, -(-((last - first) // table.step + 1) // most_points)) * table.step
    cliffs = volume_cliffs(table)
    return tuple(_point(table, quantity, cliffs) for quantity in range(first, last + 1, stride))


def curve_at_bounds(table: PriceTable) -> tuple[CurvePoint, ...]:
    """The first and the last quantity of each tier: where the curve bends."""
    cliffs = volume_cliffs(table)
    ends = {end for segment in segments(table) for end in (segment.first, segment.last)}
    open_end = {LARGEST_QUANTITY // table.step * table.step} if not table.maximum_seats else set()
    return tuple(_point(table, quantity, cliffs) for quantity in sorted(ends - open_end))


def _point(table: PriceTable, quantity: int, cliffs: tuple[VolumeCliff, ...]) -> CurvePoint:
    return CurvePoint(
        quantity,
        total_minor(table, quantity),
        average_minor(table, quantity),
        any(cliff.first_quantity <= quantity <= cliff.last_quantity for cliff in cliffs),
    )


class WarningCode(StrEnum):
    """What a table that can be sold should still be looked at for."""

    DEARER_TIER = "dearer_tier"
    RISING_AVERAGE = "rising_average"
    CLIFF = "cliff"
    FLAT_AMOUNT_CLIFF = "flat_amount_cliff"
    FREE_LAST_TIER = "free_last_tier"
    TIER_NOT_REACHED = "tier_not_reached"
    UNCHARGEABLE_UNITS = "unchargeable_units"
    TIER_BELOW_FLOOR = "tier_below_floor"
    AVERAGE_BELOW_FLOOR = "average_below_floor"


@dataclass(frozen=True, slots=True)
class PriceWarning:
    """One thing to look at: the tier or the quantity it begins at, the amount it is about.

    `other` is what `amount_minor` is compared with: the tier before, the larger total, the floor,
    the step that can be charged. For cliffs `better_quantity` is the larger one that costs less.
    """

    code: WarningCode
    tier: int | None = None
    quantity: int | None = None
    amount_minor: int = 0
    other: int = 0
    better_quantity: int | None = None


def warnings(table: PriceTable, floor_minor: int | None = None) -> tuple[PriceWarning, ...]:
    """Everything worth a look, by kind and then in the order of the tiers."""
    return (
        *_dearer_tiers(table),
        *_rising_average(table),
        *_cliffs(table),
        *_free_last_tier(table),
        *_tiers_not_reached(table),
        *_unchargeable_units(table),
        *(_below_floor(table, floor_minor) if floor_minor is not None else ()),
    )


def _is_entry_tier(table: PriceTable, index: int) -> bool:
    """An amount once and nothing for a seat: the seats after it are of course dearer."""
    tier = table.tiers[index]
    return index == 0 and tier.unit_amount_minor == 0 and tier.flat_amount_minor > 0


def _dearer_tiers(table: PriceTable) -> Iterator[PriceWarning]:
    for index, (before, tier) in enumerate(pairwise(table.tiers)):
        if tier.unit_amount_minor > before.unit_amount_minor and not _is_entry_tier(table, index):
            yield PriceWarning(
                WarningCode.DEARER_TIER,
                tier=index + 1,
                quantity=table.first_seat(index + 1),
                amount_minor=tier.unit_amount_minor,
                other=before.unit_amount_minor,
            )


def _rising_average(table: PriceTable) -> Iterator[PriceWarning]:
    """The first quantity on sale that costs more a seat than the quantity before it."""
    before: int | None = None
    for segment in segments(table):
        steps = [segment.first, segment.first + segment.step]
        for quantity in (seats for seats in steps if seats <= segment.last):
            if before is not None and _share(table, quantity) > _share(table, before):
                yield PriceWarning(
                    WarningCode.RISING_AVERAGE,
                    tier=table.tier_of(quantity),
                    quantity=quantity,
                    amount_minor=average_minor(table, quantity),
                    other=average_minor(table, before),
                )
                return
            before = quantity
        before = segment.last


def _share(table: PriceTable, quantity: int) -> Fraction:
    return Fraction(total_minor(table, quantity), quantity)


def _cliffs(table: PriceTable) -> Iterator[PriceWarning]:
    found = volume_cliffs(table)
    if not found:
        return
    plain = PriceTable(
        table.scheme,
        table.currency,
        tuple(Tier(tier.up_to, tier.unit_amount_minor) for tier in table.tiers),
        table.minimum_seats,
        table.maximum_seats,
        table.step,
    )
    without_amounts_once = {cliff.last_quantity for cliff in volume_cliffs(plain)}
    for cliff in found:
        is_plain = cliff.last_quantity in without_amounts_once
        yield PriceWarning(
            WarningCode.CLIFF if is_plain else WarningCode.FLAT_AMOUNT_CLIFF,
            tier=table.tier_of(cliff.last_quantity),
            quantity=cliff.first_quantity,
            amount_minor=total_minor(table, cliff.last_quantity),
            other=cliff.better_total_minor,
            better_quantity=cliff.better_quantity,
        )


def _free_last_tier(table: PriceTable) -> Iterator[PriceWarning]:
    last = len(table.tiers) - 1
    if table.tiers[last].unit_amount_minor == 0:
        yield PriceWarning(WarningCode.FREE_LAST_TIER, tier=last, quantity=table.first_seat(last))


def _tiers_not_reached(table: PriceTable) -> Iterator[PriceWarning]:
    """Tiers that no quantity on sale ends in.

    In a graduated price such a tier still charges the seats that pass through it; it is never
    reached only when the maximum lies before it.
    """
    for index, tier in enumerate(table.tiers):
        start = table.first_seat(index)
        first = table.sellable_from(start)
        passes_through = table.scheme is Scheme.GRADUATED and (
            table.maximum_seats is None or table.maximum_seats >= start
        )
        ends_before = first is None or (tier.up_to is not None and first > tier.up_to)
        if ends_before and not passes_through:
            yield PriceWarning(WarningCode.TIER_NOT_REACHED, tier=index, quantity=start)


def _unchargeable_units(table: PriceTable) -> Iterator[PriceWarning]:
    step = CHARGEABLE_STEP.get(table.currency, 1)
    for index, tier in enumerate(table.tiers):
        for amount in (tier.unit_amount_minor, tier.flat_amount_minor):
            if amount % step:
                yield PriceWarning(
                    WarningCode.UNCHARGEABLE_UNITS, tier=index, amount_minor=amount, other=step
                )


def _below_floor(table: PriceTable, floor_minor: int) -> Iterator[PriceWarning]:
    for index, tier in enumerate(table.tiers):
        if tier.unit_amount_minor < floor_minor and not _is_entry_tier(table, index):
            yield PriceWarning(
                WarningCode.TIER_BELOW_FLOOR,
                tier=index,
                quantity=table.first_seat(index),
                amount_minor=tier.unit_amount_minor,
                other=floor_minor,
            )
    quantity = _first_quantity(
        segments(table), lambda seats: total_minor(table, seats) < floor_minor * seats
    )
    if quantity is not None:
        yield PriceWarning(
            WarningCode.AVERAGE_BELOW_FLOOR,
            tier=table.tier_of(quantity),
            quantity=quantity,
            amount_minor=average_minor(table, quantity),
            other=floor_minor,
        )


def _first_quantity(found: tuple[Segment, ...], is_so: Callable[[int], bool]) -> int | None:
    """The first quantity for which `is_so`; in a segment that may change once at most."""
    for segment in found:
        if is_so(segment.first):
            return segment.first
        if is_so(segment.last):
            on_sale = range(segment.first, segment.last + 1, segment.step)
            return on_sale[bisect_left(on_sale, True, key=is_so)]
    return None
