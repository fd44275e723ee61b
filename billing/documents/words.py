"""Lines, parties, taxes and cards in the reader's words. Pages and documents say the same."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from babel.dates import format_time
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.templatetags.headroom import (
    format_money,
    number,
    percent,
    reader_locale,
    shortdate,
)
from billing.models import InvoiceLine, Payment, Price
from billing.selectors.sheets import Party, TaxRow

# Where the postal code stands behind the city.
_CITY_FIRST: Final = frozenset({"US", "CA", "AU", "GB", "ID", "IN", "SG", "NZ"})


@dataclass(frozen=True, slots=True)
class LineWords:
    """One line of an invoice in words; amounts are minor units, before discount and tax."""

    what: str
    detail: str
    quantity: int | None
    unit_minor: int | None
    amount_minor: int
    discount_minor: int
    tax_minor: int


def line_words(
    lines: list[InvoiceLine], prices: dict[str, Price], currency: str
) -> list[LineWords]:
    """Return an invoice's lines in words, in their order.

    Several lines of one item and period are the tiers of a graduated price: "Seats 1 to 10".
    """
    parts = Counter(_whole_of(line) for line in lines if _is_seats(line))
    seen: Counter[tuple[str, datetime | None]] = Counter()
    said = []
    for line in lines:
        what = line.description
        details = []
        price = prices.get(line.stripe_price_id)
        if line.is_proration and line.quantity is not None and line.stripe_price_id:
            what = proration_words(line.quantity, is_credit=line.amount_minor < 0)
            details.append(span_words(line.period_start, line.period_end, to_the_minute=True))
        elif _is_seats(line) and line.quantity is not None:
            first = seen[_whole_of(line)] + 1
            seen[_whole_of(line)] += line.quantity
            if parts[_whole_of(line)] > 1:
                what = tier_words(first, first + line.quantity - 1)
            else:
                what = seats_words(line.quantity)
            if price is not None:
                details.append(f"{price.plan.name}, {price.get_interval_display()}")
            details.append(span_words(line.period_start, line.period_end))
            flat = line.amount_minor - line.quantity * (line.unit_amount_minor or 0)
            if line.unit_amount_minor is not None and flat > 0:
                details.append(
                    _("with %(amount)s for the tier as a whole")
                    % {"amount": format_money(flat, currency)}
                )
        elif line.period_start and line.period_end and line.period_start < line.period_end:
            details.append(span_words(line.period_start, line.period_end))
        if line.discount_minor:
            details.append(
                _("discount %(amount)s") % {"amount": format_money(-line.discount_minor, currency)}
            )
        said.append(
            LineWords(
                what=what,
                detail=" · ".join(part for part in details if part),
                quantity=line.quantity,
                unit_minor=None if line.is_proration else line.unit_amount_minor,
                amount_minor=line.amount_minor,
                discount_minor=line.discount_minor,
                tax_minor=line.tax_minor,
            )
        )
    return said


def _is_seats(line: InvoiceLine) -> bool:
    return bool(line.stripe_item_id and line.stripe_price_id) and not line.is_proration


def _whole_of(line: InvoiceLine) -> tuple[str, datetime | None]:
    return (line.stripe_item_id, line.period_start)


def proration_words(quantity: int, *, is_credit: bool) -> str:
    """Return what a proration is for: unused or remaining time on so many seats."""
    if is_credit:
        words = ngettext("Unused time on %(n)s seat", "Unused time on %(n)s seats", quantity)
    else:
        words = ngettext("Remaining time on %(n)s seat", "Remaining time on %(n)s seats", quantity)
    return words % {"n": number(quantity)}


def seats_words(quantity: int) -> str:
    """Return so many seats in words."""
    return ngettext("%(n)s seat", "%(n)s seats", quantity) % {"n": number(quantity)}


def tier_words(first: int, last: int) -> str:
    """Return which seats a tier is for: Seats 11 to 50."""
    if first == last:
        return _("Seat %(n)s") % {"n": number(first)}
    return _("Seats %(first)s to %(last)s") % {"first": number(first), "last": number(last)}


def span_words(start: datetime | None, end: datetime | None, *, to_the_minute: bool = False) -> str:
    """Return from when to when; with the time of day where part of a day was charged."""
    if start is None or end is None or start == end:
        return ""
    if to_the_minute:
        return f"{_minute(start)} – {moment_words(end)}"
    return f"{shortdate(start)} – {shortdate(end)}"


def moment_words(at: datetime) -> str:
    """Return a day with its time and the name of the time zone."""
    return f"{_minute(at)} {timezone.localtime(at).tzname()}"


def _minute(at: datetime) -> str:
    local = timezone.localtime(at)
    clock = format_time(local, format="short", tzinfo=local.tzinfo, locale=reader_locale())
    return f"{shortdate(at)}, {clock}"


def country_words(code: str) -> str:
    """Return a country's name in the reader's language."""
    return str(reader_locale().territories.get(code.upper(), code))


def vat_words(vat_id: str) -> str:
    """Return a VAT id with its label."""
    return _("VAT id %(id)s") % {"id": vat_id} if vat_id else ""


def party_lines(party: Party) -> tuple[str, ...]:
    """Return name, address and country as the lines of a letter's address; no empty one."""
    town = (
        (party.city, party.postal_code)
        if party.country in _CITY_FIRST
        else (party.postal_code, party.city)
    )
    lines = (
        party.name,
        party.line1,
        party.line2,
        " ".join(part for part in town if part),
        country_words(party.country) if party.country else "",
    )
    return tuple(line for line in lines if line)


def tax_words(row: TaxRow) -> str:
    """Return what a row of tax is called: VAT 19 %."""
    if row.basis_points is None:
        return _("Tax")
    digits = 0 if row.basis_points % 100 == 0 else 2
    rate = percent(row.basis_points / 10_000, digits)
    return f"{row.name} {rate}" if row.name else _("VAT %(rate)s") % {"rate": rate}


def payment_words(payment: Payment) -> str:
    """Return what a payment was made with: Visa ending in 4242."""
    if payment.card_last4:
        brand = payment.card_brand.replace("_", " ").title() or pgettext("payment", "Card")
        if payment.method == "sepa_debit":
            brand = _("SEPA direct debit, account")
        return _("%(brand)s ending in %(last4)s") % {"brand": brand, "last4": payment.card_last4}
    return _("by transfer") if payment.method in ("customer_balance", "other") else _("by card")
