"""What a price table would charge, before anybody is sold it.

Owns: the totals of a list of quantities and the two lines of one change. Does not own: the
arithmetic itself, which is that of a real quote (`pricing`, `proration`), or what is worth a
warning (`price_design`).

Amounts are minor units of the table's currency for one billing interval.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from billing.domain.pricing import (
    PriceLine,
    PriceTable,
    QuantityNotAllowed,
    average_minor,
    check_quantity,
    price_lines,
)


@dataclass(frozen=True, slots=True)
class SimulatedTotal:
    """One quantity: what it costs in all, a seat on average, and line by line.

    `is_on_sale` is false for a quantity that minimum, maximum or step would refuse.
    """

    quantity: int
    total_minor: int
    average_minor: int
    lines: tuple[PriceLine, ...]
    is_on_sale: bool


def simulate_totals(table: PriceTable, quantities: Iterable[int]) -> tuple[SimulatedTotal, ...]:
    """Price each quantity, in the order given.

    Like `price_lines`, raises `BelowMinimum` below zero and `AboveMaximum` past the last tier.
    """
    return tuple(_simulated(table, quantity) for quantity in quantities)


def _simulated(table: PriceTable, quantity: int) -> SimulatedTotal:
    lines = price_lines(table, quantity)
    return SimulatedTotal(
        quantity=quantity,
        total_minor=sum(line.amount_minor for line in lines),
        average_minor=average_minor(table, quantity),
        lines=lines,
        is_on_sale=is_on_sale(table, quantity),
    )


def is_on_sale(table: PriceTable, quantity: int) -> bool:
    """Tell whether minimum, maximum and step let somebody buy this many seats."""
    try:
        check_quantity(table, quantity)
    except QuantityNotAllowed:
        return False
    return True
