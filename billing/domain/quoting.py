"""The figures of a quote: what is charged now, what the next invoice will be, what a year adds.

Owns: the arithmetic that the customer's admin sees before buying, and the fingerprint by which a
changed total is noticed. Does not own: expiry, the card, words and locales.

The credit balance is what the organization already has with the vendor. It pays first, as Stripe
does when it finalizes an invoice:

    total > 0:  the balance pays what it can, the card pays the rest.
    total < 0:  the card pays nothing; the whole amount goes to the credit balance.

Tax is one exclusive rate in basis points (1,900 is 19 %), rounded on each line.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from billing.domain.arr import annual_delta_minor
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
    """One proration line: `full_minor`, the price of a whole interval, times `fraction`."""

    kind: LineKind
    quantity: int
    full_minor: int
    fraction: Fraction
    amount_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a total is settled between the card and the credit balance.

    `total_minor = subtotal_minor + tax_minor`; what the card pays (`charged_minor`) plus what the
    balance pays (`from_balance_minor`) minus what the balance receives (`to_balance_minor`) is
    that total. The last three are never negative.
    """

    subtotal_minor: int
    tax_minor: int
    charged_minor: int
    from_balance_minor: int
    to_balance_minor: int

    @property
    def total_minor(self) -> int:
        return self.subtotal_minor + self.tax_minor


@dataclass(frozen=True, slots=True)
class NextInvoice:
    """The renewal that follows, if nothing else changes before it."""

    at: datetime
    quantity: int
    lines: tuple[PriceLine, ...]
    settlement: Settlement

    @property
    def total_minor(self) -> int:
        """The invoice's total with tax, before the credit balance."""
        return self.settlement.total_minor


@dataclass(frozen=True, slots=True)
class QuoteFigures:
    """Every figure of an increase at one second, in minor units of `currency`."""

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
) -> QuoteFigures:
    """The figures of an increase from one quantity to another at `at` (cut to the second).

    `next_term_quantity` is the quantity of the renewal when a decrease is planned for it (see
    `ledger`); otherwise the new quantity renews. Raises `NotAnIncrease`, `QuantityNotAllowed`,
    `OutsidePeriod`, and `ValueError` on a negative tax rate or credit balance.
    """
    if quantity_to <= quantity_from:
        raise NotAnIncrease(quantity_from, quantity_to)
    if tax_basis_points < 0 or credit_balance_minor < 0:
        raise ValueError("A tax rate and a credit balance are never negative.")
    check_quantity(table, quantity_to)
    proration = prorate_change(table, quantity_from, quantity_to, at, period)
    lines = _lines_now(proration, tax_basis_points)
    now = _settle(
        [line.amount_minor for line in lines], tax_basis_points, balance=credit_balance_minor
    )
    renewing = quantity_to if next_term_quantity is None else next_term_quantity
    renewal_lines = price_lines(table, renewing)
    renewal = _settle(
        [line.amount_minor for line in renewal_lines],
        tax_basis_points,
        balance=credit_balance_minor - now.from_balance_minor + now.to_balance_minor,
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
        next_invoice=NextInvoice(period.end, renewing, renewal_lines, renewal),
        average_from_minor=average_minor(table, quantity_from),
        average_to_minor=average_minor(table, quantity_to),
        annual_delta_minor=annual_delta_minor(table, quantity_from, quantity_to, interval),
    )


def tax_on(amount_minor: int, tax_basis_points: int) -> int:
    """Exclusive tax on one line; a credit takes back the tax that was charged with it."""
    return round_half_up(Fraction(amount_minor * tax_basis_points, BASIS_POINTS))


def _lines_now(proration: Proration, tax_basis_points: int) -> tuple[QuoteLine, ...]:
    """Credit and debit; without seats before there is nothing to credit and no such line."""
    debit = QuoteLine(
        LineKind.DEBIT,
        proration.quantity_to,
        proration.full_to_minor,
        proration.fraction,
        proration.debit_minor,
        tax_on(proration.debit_minor, tax_basis_points),
    )
    if proration.quantity_from == 0:
        return (debit,)
    credit = QuoteLine(
        LineKind.CREDIT,
        proration.quantity_from,
        proration.full_from_minor,
        proration.fraction,
        proration.credit_minor,
        tax_on(proration.credit_minor, tax_basis_points),
    )
    return (credit, debit)


def _settle(amounts: list[int], tax_basis_points: int, *, balance: int) -> Settlement:
    subtotal = sum(amounts)
    tax = sum(tax_on(amount, tax_basis_points) for amount in amounts)
    owed = max(subtotal + tax, 0)
    from_balance = min(owed, balance)
    return Settlement(
        subtotal_minor=subtotal,
        tax_minor=tax,
        charged_minor=owed - from_balance,
        from_balance_minor=from_balance,
        to_balance_minor=max(-(subtotal + tax), 0),
    )


def _plain(value: Any) -> Any:
    """`value` as JSON types, field by field, so that the digest does not depend on `repr`."""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    return value
