"""Tax rates on invoice lines: exclusive on top, inclusive within, each line rounded by itself."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from stripe_sandbox.context import Context
from stripe_sandbox.engine.money import half_up


def line_taxes(cx: Context, net: int, rate_ids: list[str]) -> list[dict[str, Any]]:
    """The `taxes` of a line whose amount after discounts is `net`."""
    rates = [cx.require("tax_rate", identifier, "tax_rates") for identifier in rate_ids]
    inclusive = sum((_share(rate) for rate in rates if rate["inclusive"]), Fraction(0))
    base = Fraction(net) / (1 + inclusive)
    return [
        {
            "amount": half_up(base * _share(rate)),
            "tax_behavior": "inclusive" if rate["inclusive"] else "exclusive",
            "tax_rate_details": {"tax_rate": rate["id"]},
            "taxability_reason": "standard_rated",
            "taxable_amount": half_up(base),
            "type": "tax_rate_details",
        }
        for rate in rates
    ]


def combined(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The invoice's `total_taxes`: the lines' taxes added up per rate."""
    by_rate: dict[str, dict[str, Any]] = {}
    for line in lines:
        for tax in line["taxes"] or []:
            rate = tax["tax_rate_details"]["tax_rate"]
            if rate in by_rate:
                by_rate[rate]["amount"] += tax["amount"]
                by_rate[rate]["taxable_amount"] += tax["taxable_amount"]
            else:
                by_rate[rate] = dict(tax)
    return list(by_rate.values())


def exclusive(taxes: list[dict[str, Any]]) -> int:
    return sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "exclusive")


def _share(rate: dict[str, Any]) -> Fraction:
    return Fraction(Decimal(str(rate["percentage"]))) / 100
