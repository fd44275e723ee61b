"""The arithmetic of a line as data, so that a page or a document can say it in words.

Owns: the form. Does not own: the figures (`lines`, `billing.domain.pricing`) or the words.

    {"from": {"seats", "tiers": [{"tier", "first", "last", "seats", "unit_minor", "flat_minor",
     "amount_minor"}], "total_minor"}, "to": {...}, "difference_minor", "share": "3/4",
     "discount_basis_points", "exact": "1500/1", "amount_minor", "currency", "scheme"}
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from billing.domain.price_table import PriceTable
from billing.domain.pricing import price_lines, total_minor
from trueups.domain.lines import Line


def arithmetic(line: Line, table: PriceTable) -> dict[str, Any]:
    """Return how a line's amount came about, as JSON types."""
    return {
        "scheme": table.scheme.value,
        "currency": table.currency,
        "from": _priced(table, line.seats_from),
        "to": _priced(table, line.seats_to),
        "difference_minor": line.full_to_minor - line.full_from_minor,
        "share": fraction_text(line.share),
        "discount_basis_points": line.discount_basis_points,
        "exact": fraction_text(line.exact),
        "amount_minor": line.amount_minor,
    }


def fraction_text(value: Fraction) -> str:
    """Return a fraction as text, without loss: "3/4"."""
    return f"{value.numerator}/{value.denominator}"


def _priced(table: PriceTable, seats: int) -> dict[str, Any]:
    return {
        "seats": seats,
        "total_minor": total_minor(table, seats),
        "tiers": [
            {
                "tier": line.tier + 1,
                "first": line.first_seat,
                "last": line.last_seat,
                "seats": line.quantity,
                "unit_minor": line.unit_amount_minor,
                "flat_minor": line.flat_amount_minor,
                "amount_minor": line.amount_minor,
            }
            for line in price_lines(table, seats)
        ],
    }
