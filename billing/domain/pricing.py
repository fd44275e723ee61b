"""What a number of seats costs under a price table.

Owns: the price of a quantity line by line, the way to the next tier, the cliffs of volume pricing,
and which quantities may be bought. Does not own: the table's own validity (`price_table`, whose
names are offered here too), time (`proration`), tax (`quoting`).

Amounts are minor units of the table's currency for one billing interval.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction

from billing.domain.money import round_half_up
from billing.domain.price_table import (
    AboveMaximum,
    BelowMinimum,
    InvalidTierTable,
    NotInSteps,
    PriceTable,
    QuantityNotAllowed,
    Scheme,
    Tier,
    TierFault,
    TierRange,
    tiers_from_ranges,
)

__all__ = [
    "AboveMaximum",
    "BelowMinimum",
    "InvalidTierTable",
    "NextTier",
    "NotInSteps",
    "PriceLine",
    "PriceTable",
    "QuantityNotAllowed",
    "Scheme",
    "Tier",
    "TierFault",
    "TierRange",
    "VolumeCliff",
    "average_minor",
    "check_quantity",
    "next_tier",
    "price_lines",
    "tiers_from_ranges",
    "total_minor",
    "volume_cliffs",
]


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One line of a price: seats `first_seat` to `last_seat` at the price of `tier`."""

    tier: int
    first_seat: int
    last_seat: int
    unit_amount_minor: int
    flat_amount_minor: int

    @property
    def quantity(self) -> int:
        return self.last_seat - self.first_seat + 1

    @property
    def amount_minor(self) -> int:
        return self.quantity * self.unit_amount_minor + self.flat_amount_minor


def price_lines(table: PriceTable, quantity: int) -> tuple[PriceLine, ...]:
    """The price of `quantity` seats for one interval, as an invoice lists it.

    Graduated: one line per tier entered. Flat and volume: one line. No seats: no line, and no
    flat amount. Prices any quantity that a tier reaches, on sale or not (`check_quantity` decides
    that); raises `AboveMaximum` past the end of the last tier and `BelowMinimum` below zero.
    """
    if quantity < 0:
        raise BelowMinimum(quantity, 0)
    if quantity == 0:
        return ()
    reached = table.tier_of(quantity)
    if table.scheme is not Scheme.GRADUATED:
        return (_line(table, reached, first_seat=1, last_seat=quantity),)
    return tuple(
        _line(
            table,
            index,
            first_seat=table.first_seat(index),
            last_seat=quantity if index == reached else table.first_seat(index + 1) - 1,
        )
        for index in range(reached + 1)
    )


def _line(table: PriceTable, tier: int, *, first_seat: int, last_seat: int) -> PriceLine:
    price = table.tiers[tier]
    return PriceLine(tier, first_seat, last_seat, price.unit_amount_minor, price.flat_amount_minor)


def total_minor(table: PriceTable, quantity: int) -> int:
    """The price of `quantity` seats for one interval."""
    return sum(line.amount_minor for line in price_lines(table, quantity))


def average_minor(table: PriceTable, quantity: int) -> int:
    """The price of one seat on average, rounded to the minor unit; 0 without seats."""
    if quantity == 0:
        return 0
    return round_half_up(Fraction(total_minor(table, quantity), quantity))


def check_quantity(table: PriceTable, quantity: int) -> int:
    """`quantity` itself when it is on sale.

    Raises `BelowMinimum`, `AboveMaximum` or `NotInSteps`.
    """
    if quantity < table.minimum_seats:
        raise BelowMinimum(quantity, table.minimum_seats)
    if table.maximum_seats is not None and quantity > table.maximum_seats:
        raise AboveMaximum(quantity, table.maximum_seats)
    if quantity % table.step:
        raise NotInSteps(
            quantity, table.step, table.sellable_up_to(quantity), table.sellable_from(quantity)
        )
    return quantity


@dataclass(frozen=True, slots=True)
class NextTier:
    """The next better price: how many seats away, and what the organization would then pay."""

    tier: int
    starts_at: int
    seats_away: int
    unit_amount_minor: int
    flat_amount_minor: int
    total_minor: int
    additional_minor: int


def next_tier(table: PriceTable, quantity: int) -> NextTier | None:
    """The tier after the one `quantity` reaches, at its first quantity on sale; None at the end.

    `additional_minor` is what that quantity costs more per interval than `quantity` does. It is
    negative at a volume cliff.
    """
    following = table.tier_of(quantity) + 1
    if following == len(table.tiers):
        return None
    starts_at = table.sellable_from(table.first_seat(following))
    if starts_at is None:
        return None
    tier = table.tier_of(starts_at)  # a wide step can jump over a narrow tier
    total = total_minor(table, starts_at)
    return NextTier(
        tier=tier,
        starts_at=starts_at,
        seats_away=starts_at - quantity,
        unit_amount_minor=table.tiers[tier].unit_amount_minor,
        flat_amount_minor=table.tiers[tier].flat_amount_minor,
        total_minor=total,
        additional_minor=total - total_minor(table, quantity),
    )


@dataclass(frozen=True, slots=True)
class VolumeCliff:
    """Quantities of one tier that cost more than the larger `better_quantity` does."""

    first_quantity: int
    last_quantity: int
    better_quantity: int
    better_total_minor: int
    largest_saving_minor: int


def volume_cliffs(table: PriceTable) -> tuple[VolumeCliff, ...]:
    """Where more seats are cheaper: at most one cliff per tier, in order.

    Only volume prices have cliffs. Inside a tier the total never falls, so a cheaper total can
    only be at the first quantity of a later tier; of those the cheapest is named, and of equally
    cheap ones the one with more seats.
    """
    cliffs: list[VolumeCliff] = []
    for index, tier in enumerate(table.tiers[:-1]):
        first = table.sellable_from(table.first_seat(index))
        last = table.sellable_up_to(tier.up_to or 0)
        later = [
            start
            for following in range(index + 1, len(table.tiers))
            if (start := table.sellable_from(table.first_seat(following))) is not None
        ]
        if first is None or last is None or first > last or not later:
            continue
        better_total, fewer = min((total_minor(table, start), -start) for start in later)
        on_sale = range(first, last + 1, table.step)
        cheap = bisect_right(on_sale, better_total, key=lambda seats: total_minor(table, seats))
        if cheap < len(on_sale):
            cliffs.append(
                VolumeCliff(
                    first_quantity=on_sale[cheap],
                    last_quantity=last,
                    better_quantity=-fewer,
                    better_total_minor=better_total,
                    largest_saving_minor=total_minor(table, last) - better_total,
                )
            )
    return tuple(cliffs)
