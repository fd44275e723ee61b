"""Annual recurring revenue of seats, in minor units.

Formula: the price of one interval times the intervals in a year, at today's quantity and today's
price. Proration, tax and the credit balance are one-off and do not enter. Does not own: revenue
that is not from seats.
"""

from __future__ import annotations

from billing.domain.period import Interval
from billing.domain.pricing import PriceTable, total_minor


def annual_minor(table: PriceTable, quantity: int, interval: Interval) -> int:
    """Annual recurring revenue of `quantity` seats: 12 months or 1 year of their price."""
    return total_minor(table, quantity) * interval.per_year


def annual_delta_minor(
    table: PriceTable, quantity_from: int, quantity_to: int, interval: Interval
) -> int:
    """Annual recurring revenue that a change adds, and an expansion task is credited with.

    Signed: an increase over a volume cliff lowers revenue, and the credit says so.
    """
    return annual_minor(table, quantity_to, interval) - annual_minor(table, quantity_from, interval)
