"""Amounts and numbers as people type them, and as a form shows them again."""

from decimal import Decimal
from typing import Final

from babel.numbers import NumberFormatError, format_decimal, parse_decimal
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.headroom import reader_locale
from billing.domain.money import FractionalMinorUnit, Money, exponent

LARGEST_AMOUNT: Final = 1_000_000_000_000
_LONGEST: Final = 24


class Unreadable(ValueError):
    """What was typed is no number that fits; the message says what to type instead."""


def amount_from_text(text: str, currency: str) -> int:
    """Return minor units of what was typed: 1,234.50 or 1234,5 in the reader's separators.

    Raises Unreadable for anything else, for a negative amount, and for places that the currency
    does not have.
    """
    amount = _decimal(text.strip())
    try:
        minor = Money.from_decimal(amount, currency).minor
    except FractionalMinorUnit as error:
        raise Unreadable(_places(currency)) from error
    if minor < 0:
        raise Unreadable(_("A price is never negative. Use 0 or more."))
    if minor > LARGEST_AMOUNT:
        raise Unreadable(_("This amount is too large."))
    return minor


def _decimal(text: str) -> Decimal:
    refusal = Unreadable(_("Type an amount such as %(example)s.") % {"example": _example()})
    if len(text) > _LONGEST or not any(map(str.isdigit, text)) or any(map(str.isalpha, text)):
        raise refusal
    try:
        amount = parse_decimal(text, locale=reader_locale(), strict=True)
    except NumberFormatError:
        # The other decimal mark, where it cannot be taken for a separator of thousands.
        whole, mark, places = text.replace(",", ".").partition(".")
        if not mark or "." in places or not (whole + places).isascii():
            raise refusal from None
        if not (whole or "0").isdigit() or not places.isdigit():
            raise refusal from None
        amount = Decimal(f"{whole or 0}.{places}")
    if not amount.is_finite():
        raise refusal
    return amount


def _example() -> str:
    return format_decimal(Decimal("49.5"), format="0.00", locale=reader_locale())


def _places(currency: str) -> str:
    digits = exponent(currency)
    if digits == 0:
        return _("%(currency)s has no decimals: type a whole number.") % {"currency": currency}
    return ngettext(
        "%(currency)s has %(digits)s decimal.", "%(currency)s has %(digits)s decimals.", digits
    ) % {"currency": currency, "digits": digits}


def amount_as_text(minor: int, currency: str) -> str:
    """Return an amount as a form shows it, without separators of thousands."""
    digits = exponent(currency)
    pattern = "0" + ("." + "0" * digits if digits else "")
    return format_decimal(Decimal(minor).scaleb(-digits), format=pattern, locale=reader_locale())


def number_from_text(text: str, *, least: int, most: int) -> int:
    """Return a whole number of that range, or raise Unreadable."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) <= len(str(most)):
        number = int(text)
        if least <= number <= most:
            return number
    raise Unreadable(
        _("Type a whole number from %(least)s to %(most)s.") % {"least": least, "most": most}
    )
