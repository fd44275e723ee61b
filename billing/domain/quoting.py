"""The figures of a quote: what is charged now, what the next invoice will be, what a year adds.

Owns: the arithmetic that the customer's admin sees before buying, and the fingerprint by which a
changed total is noticed. Does not own: expiry, the card, words and locales.

The credit balance is what the organization already has with the vendor. It pays first, as Stripe
does when it finalizes an invoice:

    total > 0:  the balance pays what it can, the card pays the rest.
    total < 0:  the card pays nothing; the whole amount goes to the credit balance.

A discount comes off each line before tax (see `discount`). Tax is one exclusive rate in basis
points (1,900 is 19 %), rounded on what the discount leaves of each line.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from billing.domain.arr import annual_delta_minor
from billing.domain.discount import discount_on
from billing.domain.money import round_half_up
from billing.domain.period import Interval, Period
from billing.domain.pricing import (
    PriceLine,
    PriceTable,
    average_minor,
    check_quantity,
    price_lines,
)
from billing.domain.proration import Proration, prorate_change

BASIS_POINTS: Final = 10_000


class NotAnIncrease(ValueError):
    """Seats are added now and taken away at renewal; this quote would not add any."""

    def __init__(self, quantity_from: int, quantity_to: int) -> None:
        super().__init__(f"{quantity_to} seats are not more than the {quantity_from} of today.")
        self.quantity_from = quantity_from
        self.quantity_to = quantity_to


class LineKind(StrEnum):
    """Which sentence a line is: "Unused time on 5 seats", "Remaining time on 8 seats"."""

    CREDIT = "credit"
    DEBIT = "debit"


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One proration line: `full_minor`, the price of a whole interval, times `fraction`.

    A credit is that times `paid_share` as well, the share of the price that was paid. From a debit
    `discount_minor` is taken off before tax.
    """

    kind: LineKind
    quantity: int
    full_minor: int
    fraction: Fraction
    amount_minor: int
    tax_minor: int
    discount_minor: int = 0
    paid_share: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a total is settled between the card and the credit balance.

    `total_minor = subtotal_minor - discount_minor + tax_minor`. What the card pays
    (`charged_minor`) plus what the balance pays (`from_balance_minor`) minus what the balance
    receives (`to_balance_minor`) is that total. These three are never negative.
    """

    subtotal_minor: int
    tax_minor: int
    charged_minor: int
    from_balance_minor: int
    to_balance_minor: int
    discount_minor: int = 0

    @property
    def total_minor(self) -> int:
        return self.subtotal_minor - self.discount_minor + self.tax_minor


@dataclass(frozen=True, slots=True)
class NextInvoice:
    """The renewal that follows, if nothing else changes before it.

    A discount that ends before it is not in it.
    """

    at: datetime
    quantity: int
    lines: tuple[PriceLine, ...]
    settlement: Settlement
    discount_basis_points: int = 0

    @property
    def total_minor(self) -> int:
        """The invoice's total with tax, before the credit balance."""
        return self.settlement.total_minor


@dataclass(frozen=True, slots=True)
class QuoteFigures:
    """Every figure of an increase at one second, in minor units of `currency`.

    Averages and the yearly figure are list prices: a discount passes, they compare prices.
    """

    currency: str
    interval: Interval
    period: Period
    at: datetime
    quantity_from: int
    quantity_to: int
    tax_basis_points: int
    lines: tuple[QuoteLine, ...]
    now: Settlement
    next_invoice: NextInvoice
    average_from_minor: int
    average_to_minor: int
    annual_delta_minor: int
    discount_basis_points: int = 0

    @property
    def seats_added(self) -> int:
        return self.quantity_to - self.quantity_from

    @property
    def total_now_minor(self) -> int:
        """What the card is charged now: the figure on the button. Never negative."""
        return self.now.charged_minor

    @property
    def credited_minor(self) -> int:
        """What goes to the credit balance when the change is worth less than what was paid."""
        return self.now.to_balance_minor

    def fingerprint(self) -> str:
        """SHA-256 in hexadecimal over every figure.

        Equal for equal figures in every process and on every machine. A purchase computes the
        figures again for the second that the quote was made for: another fingerprint means that
        the price, the quantity, the tax or the balance has changed since, and nothing may be
        charged.
        """
        canonical = json.dumps(_plain(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


def quote_increase(
    table: PriceTable,
    quantity_from: int,
    quantity_to: int,
    at: datetime,
    period: Period,
    interval: Interval,
    *,
    next_term_quantity: int | None = None,
    tax_basis_points: int = 0,
    credit_balance_minor: int = 0,
    discount_basis_points: int = 0,
    next_discount_basis_points: int = 0,
    paid_share: Fraction = Fraction(1),
) -> QuoteFigures:
    """The figures of an increase from one quantity to another at `at` (cut to the second).

    `next_term_quantity` is the quantity of the renewal when a decrease is planned for it (see
    `ledger`); otherwise the new quantity renews. `discount_basis_points` is in force now,
    `next_discount_basis_points` at the renewal, and `paid_share` is what a discount left of the
    charge that the credit takes back (see `discount.paid_share`).

    Raises `NotAnIncrease`, `QuantityNotAllowed`, `OutsidePeriod`, and `ValueError` on a negative
    tax rate or credit balance.
    """
    if quantity_to <= quantity_from:
        raise NotAnIncrease(quantity_from, quantity_to)
    if tax_basis_points < 0 or credit_balance_minor < 0:
        raise ValueError("A tax rate and a credit balance are never negative.")
    check_quantity(table, quantity_to)
    proration = prorate_change(table, quantity_from, quantity_to, at, period)
    lines = _lines_now(proration, tax_basis_points, discount_basis_points, paid_share)
    now = _settle(lines, credit_balance_minor)
    renewing = quantity_to if next_term_quantity is None else next_term_quantity
    next_invoice = renewal_invoice(
        table,
        renewing,
        period.end,
        tax_basis_points=tax_basis_points,
        credit_balance_minor=(credit_balance_minor - now.from_balance_minor + now.to_balance_minor),
        discount_basis_points=next_discount_basis_points,
    )
    return QuoteFigures(
        currency=table.currency,
        interval=interval,
        period=period,
        at=proration.at,
        quantity_from=quantity_from,
        quantity_to=quantity_to,
        tax_basis_points=tax_basis_points,
        lines=lines,
        now=now,
        next_invoice=next_invoice,
        average_from_minor=average_minor(table, quantity_from),
        average_to_minor=average_minor(table, quantity_to),
        annual_delta_minor=annual_delta_minor(table, quantity_from, quantity_to, interval),
        discount_basis_points=discount_basis_points,
    )


def renewal_invoice(
    table: PriceTable,
    quantity: int,
    at: datetime,
    *,
    tax_basis_points: int = 0,
    credit_balance_minor: int = 0,
    discount_basis_points: int = 0,
) -> NextInvoice:
    """The invoice for a whole interval of `quantity` seats at `at`: a renewal, or the first one."""
    lines = price_lines(table, quantity)
    amounts = []
    for line in lines:
        discount = discount_on(line.amount_minor, discount_basis_points)
        tax = tax_on(line.amount_minor - discount, tax_basis_points)
        amounts.append(_Amount(line.amount_minor, discount, tax))
    settlement = _settle(amounts, credit_balance_minor)
    return NextInvoice(at, quantity, lines, settlement, discount_basis_points)


def tax_on(amount_minor: int, tax_basis_points: int) -> int:
    """Exclusive tax on one line; a credit takes back the tax that was charged with it."""
    return round_half_up(Fraction(amount_minor * tax_basis_points, BASIS_POINTS))


@dataclass(frozen=True, slots=True)
class _Amount:
    """What a settlement needs to know of a line."""

    amount_minor: int
    discount_minor: int
    tax_minor: int


def _lines_now(
    proration: Proration, tax_basis_points: int, discount_basis_points: int, share: Fraction
) -> tuple[QuoteLine, ...]:
    """Credit and debit; without seats before there is nothing to credit and no such line."""
    discount = discount_on(proration.debit_minor, discount_basis_points)
    debit = QuoteLine(
        LineKind.DEBIT,
        proration.quantity_to,
        proration.full_to_minor,
        proration.fraction,
        proration.debit_minor,
        tax_on(proration.debit_minor - discount, tax_basis_points),
        discount,
    )
    if proration.quantity_from == 0:
        return (debit,)
    given_back = -round_half_up(proration.full_from_minor * proration.fraction * share)
    credit = QuoteLine(
        LineKind.CREDIT,
        proration.quantity_from,
        proration.full_from_minor,
        proration.fraction,
        given_back,
        tax_on(given_back, tax_basis_points),
        paid_share=share,
    )
    return (credit, debit)


def _settle(lines: Sequence[QuoteLine | _Amount], balance: int) -> Settlement:
    subtotal = sum(line.amount_minor for line in lines)
    discount = sum(line.discount_minor for line in lines)
    tax = sum(line.tax_minor for line in lines)
    total = subtotal - discount + tax
    owed = max(total, 0)
    from_balance = min(owed, balance)
    return Settlement(
        subtotal_minor=subtotal,
        tax_minor=tax,
        charged_minor=owed - from_balance,
        from_balance_minor=from_balance,
        to_balance_minor=max(-total, 0),
        discount_minor=discount,
    )


def _plain(value: Any) -> Any:
    """`value` as JSON types, field by field, so that the digest does not depend on `repr`."""
    if is_dataclass(value):
        return {
            field.name: _plain(getattr(value, field.name))
            for field in fields(value)
            if not _is_left_out(field, getattr(value, field.name))
        }
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    return value


def _is_left_out(field: Field[Any], value: Any) -> bool:
    """A figure that came later has a default, which changes no fingerprint of before."""
    return field.default is not MISSING and bool(value == field.default)
