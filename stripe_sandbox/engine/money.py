"""Prices to amounts: integers in the currency's smallest unit, rounded half up per line.

Rounding lives here alone: Stripe does not document it, so there is one place to correct.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

ZERO_DECIMAL = frozenset(
    [
        "bif",
        "clp",
        "djf",
        "gnf",
        "jpy",
        "kmf",
        "krw",
        "mga",
        "pyg",
        "rwf",
        "vnd",
        "vuv",
        "xaf",
        "xof",
        "xpf",
    ]
)

# Below these Stripe charges nothing and carries the amount on the customer's balance.
MINIMUM_CHARGE = {
    "usd": 50, "aud": 50, "brl": 50, "cad": 50, "chf": 50, "eur": 50, "gbp": 30, "jpy": 50,
    "nzd": 50, "sgd": 50, "hkd": 400, "mxn": 1000, "sek": 300, "nok": 300, "dkk": 250,
}  # fmt: skip


@dataclass(frozen=True)
class Charge:
    """One line's worth of a price: its amount, and how it reads."""

    amount: Fraction
    quantity: int
    unit_amount: Decimal | None
    note: str


def half_up(amount: Fraction) -> int:
    """Nearest integer, halves away from zero."""
    sign = -1 if amount < 0 else 1
    return sign * int((abs(amount) * 2 + 1) // 2)


def charges(price: dict[str, Any], quantity: int) -> list[Charge]:
    """The lines of a price for a quantity: graduated has one per tier entered, others have one."""
    if price["billing_scheme"] == "per_unit":
        unit = Decimal(price["unit_amount_decimal"] or 0)
        return [Charge(Fraction(unit) * _transformed(price, quantity), quantity, unit, "")]
    tiers = price["_tiers"]
    return (
        _volume(tiers, quantity) if price["tiers_mode"] == "volume" else _graduated(tiers, quantity)
    )


def total(price: dict[str, Any], quantity: int) -> Fraction:
    return sum((charge.amount for charge in charges(price, quantity)), Fraction(0))


def _transformed(price: dict[str, Any], quantity: int) -> int:
    rule = price.get("transform_quantity")
    if not rule:
        return quantity
    whole, rest = divmod(quantity, rule["divide_by"])
    return int(whole + (1 if rest and rule["round"] == "up" else 0))


def _flat(tier: dict[str, Any]) -> Fraction:
    return Fraction(Decimal(tier["flat_amount_decimal"] or 0))


def _unit(tier: dict[str, Any]) -> Decimal:
    return Decimal(tier["unit_amount_decimal"] or 0)


def _volume(tiers: list[dict[str, Any]], quantity: int) -> list[Charge]:
    tier = next(t for t in tiers if t["up_to"] is None or quantity <= t["up_to"])
    return [Charge(Fraction(_unit(tier)) * quantity + _flat(tier), quantity, _unit(tier), "")]


def _graduated(tiers: list[dict[str, Any]], quantity: int) -> list[Charge]:
    lines, below = [], 0
    for number, tier in enumerate(tiers, start=1):
        top = quantity if tier["up_to"] is None else min(quantity, tier["up_to"])
        units = top - below
        if units <= 0 and not (quantity == 0 and number == 1):
            break
        amount = Fraction(_unit(tier)) * units + (_flat(tier) if units else 0)
        lines.append(Charge(amount, units, _unit(tier), f"Tier {number}"))
        below = top
    return lines


def display(amount: int, currency: str) -> str:
    """`12.34 EUR`, with as many decimals as the currency has."""
    code = currency.upper()
    if currency in ZERO_DECIMAL:
        return f"{amount:,} {code}"
    return f"{Decimal(amount) / 100:,.2f} {code}"


def display_unit(unit: Decimal, currency: str) -> str:
    value = unit if currency in ZERO_DECIMAL else unit / 100
    places = max(0 if currency in ZERO_DECIMAL else 2, -int(value.normalize().as_tuple().exponent))
    return f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f} {currency.upper()}"
