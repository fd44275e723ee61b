"""The figures of a quote: what is charged now, what the next invoice will be, what a year adds.

Owns: the arithmetic that the customer's admin sees before a change, and the fingerprint by which a
changed total is noticed. Does not own: which change may happen (`changes`), expiry, the card, words
and locales.

Every change at once credits what was paid for the time ahead and charges what replaces it:

    more seats, another plan   credit the old price, charge the new one, for the rest of the period
    monthly to annual          credit the old price for the rest of the month, charge a whole year

What was paid is not always what is there: seats that were given up without a credit stay paid until
the term ends. Up to that number (`paid_quantity`) seats come back free and without an invoice;
beyond it the credit is of that number, because it is what was debited. A true-up charges and
credits seats by an invoice of its own, of which Stripe's next credit knows nothing
(`debited_quantity`): what it brought stands on a line of its own.

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

from billing.domain.arr import annual_minor
from billing.domain.changes import ChangeKind, Holding, check_change_now
from billing.domain.discount import discount_on
from billing.domain.money import round_half_up
from billing.domain.period import Interval, Period, add_intervals, whole_second
from billing.domain.pricing import (
    PriceLine,
    PriceTable,
    average_minor,
    price_lines,
    total_minor,
)
from billing.domain.proration import prorate

BASIS_POINTS: Final = 10_000


class LineKind(StrEnum):
    """Which sentence a line is: "Unused time on 5 seats", "Remaining time on 8 seats"."""

    CREDIT = "credit"
    DEBIT = "debit"
    TERM = "term"  # a whole interval that begins now, one line per tier
    SETTLED = "settled"  # what a true-up charged or credited of the time ahead already


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One line of today's amount: `full_minor`, the price of a whole interval, times `fraction`.

    A credit is that times `paid_share` as well, the share of the price that was paid. From the
    other lines `discount_minor` is taken off before tax.
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
    """Every figure of a change at one second, in minor units of `currency`.

    `period` and `interval_from` are the running ones; `interval` is that of the price after the
    change. `paid_quantity` is what the credit line takes back. Averages and the yearly figure are
    list prices: a discount passes, they compare prices.
    """

    kind: ChangeKind
    currency: str
    interval_from: Interval
    interval: Interval
    period: Period
    at: datetime
    quantity_from: int
    quantity_to: int
    paid_quantity: int
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
    def has_invoice(self) -> bool:
        """Whether the change brings an invoice; seats that are paid already bring none."""
        return bool(self.lines)

    @property
    def settled_line(self) -> QuoteLine | None:
        """What a true-up brought, which Stripe's proration leaves out; None without one."""
        return next((line for line in self.lines if line.kind is LineKind.SETTLED), None)

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


def quote_change(
    kind: ChangeKind,
    before: Holding,
    after: Holding,
    at: datetime,
    period: Period,
    *,
    paid_quantity: int | None = None,
    debited_quantity: int | None = None,
    renewal: Holding | None = None,
    tax_basis_points: int = 0,
    credit_balance_minor: int = 0,
    discount_basis_points: int = 0,
    next_discount_basis_points: int = 0,
    paid_share: Fraction = Fraction(1),
) -> QuoteFigures:
    """The figures of a change at `at` (cut to the second) inside the running `period`.

    `paid_quantity` is the number of seats paid in this term (see `ledger.paid_quantity`); without
    it, those of today; `debited_quantity` those that Stripe's credit will be of (see
    `ledger.debited_quantity`), without it those paid. `renewal` is what renews when something is
    planned for the renewal; otherwise `after` does. `discount_basis_points` is in force now,
    `next_discount_basis_points` at the renewal, and `paid_share` is what a discount left of the
    charge that the credit takes back (see `discount.paid_share`).

    Raises what `check_change_now` raises, `OutsidePeriod`, and `ValueError` on a negative tax rate
    or credit balance.
    """
    if tax_basis_points < 0 or credit_balance_minor < 0:
        raise ValueError("A tax rate and a credit balance are never negative.")
    check_change_now(kind, before, after, period_end=period.end)
    second = whole_second(at)
    paid = before.quantity if paid_quantity is None else paid_quantity
    lines: tuple[QuoteLine, ...] = ()
    if kind is not ChangeKind.INCREASE or after.quantity > paid:
        fraction = period.fraction_remaining(second)
        lines = (
            *_credit_lines(
                before,
                paid,
                paid if debited_quantity is None else debited_quantity,
                fraction,
                paid_share,
                tax_basis_points,
            ),
            *_charge_lines(kind, after, fraction, discount_basis_points, tax_basis_points),
        )
    now = _settle(lines, credit_balance_minor)
    renewing = renewal or after
    renews_at = period.end
    if kind is ChangeKind.SWITCH:
        renews_at = add_intervals(second, after.interval, 1)
    return QuoteFigures(
        kind=kind,
        currency=after.table.currency,
        interval_from=before.interval,
        interval=after.interval,
        period=period,
        at=second,
        quantity_from=before.quantity,
        quantity_to=after.quantity,
        paid_quantity=paid,
        tax_basis_points=tax_basis_points,
        lines=lines,
        now=now,
        next_invoice=renewal_invoice(
            renewing.table,
            renewing.quantity,
            renews_at,
            tax_basis_points=tax_basis_points,
            credit_balance_minor=(
                credit_balance_minor - now.from_balance_minor + now.to_balance_minor
            ),
            discount_basis_points=next_discount_basis_points,
        ),
        average_from_minor=average_minor(before.table, before.quantity),
        average_to_minor=average_minor(after.table, after.quantity),
        annual_delta_minor=annual_minor(after.table, after.quantity, after.interval)
        - annual_minor(before.table, before.quantity, before.interval),
        discount_basis_points=discount_basis_points,
    )


def quote_increase(
    table: PriceTable,
    quantity_from: int,
    quantity_to: int,
    at: datetime,
    period: Period,
    interval: Interval,
    *,
    next_term_quantity: int | None = None,
    **more: Any,
) -> QuoteFigures:
    """The figures of more seats under the same price; `more` is what `quote_change` takes.

    `next_term_quantity` is the quantity of the renewal when a change is planned for it.
    """
    renewing = quantity_to if next_term_quantity is None else next_term_quantity
    return quote_change(
        ChangeKind.INCREASE,
        Holding(table, interval, quantity_from),
        Holding(table, interval, quantity_to),
        at,
        period,
        renewal=Holding(table, interval, renewing),
        **more,
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


def _credit_lines(
    before: Holding,
    paid: int,
    debited: int,
    fraction: Fraction,
    share: Fraction,
    tax_basis_points: int,
) -> tuple[QuoteLine, ...]:
    """What was paid for the time ahead: to Stripe's own charge, and to a true-up beside it."""
    by_stripe = total_minor(before.table, debited) if debited else 0
    beside = (total_minor(before.table, paid) if paid else 0) - by_stripe
    lines = []
    parts = ((LineKind.CREDIT, debited, by_stripe), (LineKind.SETTLED, paid, beside))
    for kind, quantity, full in parts:
        given_back = prorate(-full, fraction * share)
        if (kind is LineKind.CREDIT and debited) or given_back:
            tax = tax_on(given_back, tax_basis_points)
            lines.append(
                QuoteLine(kind, quantity, full, fraction, given_back, tax, paid_share=share)
            )
    return tuple(lines)


def _charge_lines(
    kind: ChangeKind,
    after: Holding,
    fraction: Fraction,
    discount_basis_points: int,
    tax_basis_points: int,
) -> tuple[QuoteLine, ...]:
    """The new price: of a whole interval tier by tier, or the rest of the running one at once."""
    if kind is ChangeKind.SWITCH:
        parts = [
            (LineKind.TERM, line.quantity, line.amount_minor, Fraction(1))
            for line in price_lines(after.table, after.quantity)
        ]
    else:
        full = total_minor(after.table, after.quantity)
        parts = [(LineKind.DEBIT, after.quantity, full, fraction)]
    lines = []
    for line_kind, quantity, full, share in parts:
        amount = prorate(full, share)
        discount = discount_on(amount, discount_basis_points)
        tax = tax_on(amount - discount, tax_basis_points)
        lines.append(QuoteLine(line_kind, quantity, full, share, amount, tax, discount))
    return tuple(lines)


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
