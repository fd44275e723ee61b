"""Template tags of every page: money, dates, shares and icons in the reader's form."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from babel.core import Locale
from babel.dates import format_date, format_datetime, format_skeleton
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
    get_currency_symbol,
)
from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from accounts.former import in_words

register = template.Library()


def reader_locale() -> Locale:
    """Return the Babel locale of the active language."""
    return Locale.parse((get_language() or "en").replace("-", "_"))


def exponent(currency: str) -> int:
    """Return how many minor digits amounts of `currency` are stored with.

    Stripe keeps two for the rupiah, where Babel shows none.
    """
    return 2 if currency == "IDR" else get_currency_precision(currency)


def format_money(minor: int, currency: str) -> str:
    """Return an amount in minor units as the reader writes it.

    123450 EUR is `€1,234.50` in English, `1.234,50 €` in German; 50000000 IDR is `Rp 500.000` in
    Indonesian. A symbol of letters keeps a space before the figure.
    """
    locale = reader_locale()
    digits = exponent(currency)
    shown = 0 if currency == "IDR" and minor % 100 == 0 else digits
    figure = "#,##0" + ("." + "0" * shown if shown else "")
    if locale.language == "de":
        pattern = f"{figure}\xa0¤"
    else:
        is_word = get_currency_symbol(currency, locale)[-1:].isalpha()
        pattern = f"¤\xa0{figure}" if is_word else f"¤{figure}"
    return format_currency(
        Decimal(minor).scaleb(-digits),
        currency,
        format=pattern,
        locale=locale,
        currency_digits=False,
    )


@register.filter
def money(minor: int | None, currency: str) -> str:
    """`{{ minor|money:currency }}`: an amount in the reader's format; empty for None."""
    return "" if minor is None else format_money(int(minor), currency)


@register.filter
def percent(ratio: Fraction | float | Literal[""] | None, digits: int = 0) -> str:
    """`{{ ratio|percent }}`: a share such as 0.8 as 80 %; empty for None, or where nothing is."""
    if ratio is None or ratio == "":
        return ""
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
    if reader_locale().language == "de":
        pattern = pattern[:-1] + "\xa0%"
    return format_percent(float(ratio), format=pattern, locale=reader_locale())


@register.filter
def rate(basis_points: int) -> str:
    """`{{ points|rate }}`: basis points as a percentage, 1,900 as 19 % and 1,250 as 12.5 %."""
    pattern = "#,##0.##%"
    if reader_locale().language == "de":
        pattern = pattern[:-1] + "\xa0%"
    return format_percent(basis_points / 10_000, format=pattern, locale=reader_locale())


@register.filter
def who(label: str) -> str:
    """`{{ label|who }}`: who did something; a deleted person in the reader's words."""
    return in_words(label)


@register.filter
def negative(minor: int) -> int:
    """`{{ minor|negative|money:currency }}`: an amount that is taken off, with its minus sign."""
    return -minor


@register.filter
def number(value: float | Decimal | None) -> str:
    """`{{ value|number }}`: a number with the reader's separators; empty for None."""
    return "" if value is None else format_decimal(value, locale=reader_locale())


@register.filter
def longdate(value: date | None) -> str:
    """`{{ day|longdate }}`: a day such as 12 December 2026; empty for None."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return format_date(value, format="long", locale=reader_locale())


@register.filter
def shortdate(value: date | None) -> str:
    """`{{ day|shortdate }}`: a day such as 12 Dec 2026; empty for None."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return format_date(value, format="medium", locale=reader_locale())


@register.filter
def month(value: date | None) -> str:
    """`{{ day|month }}`: the month of a day, such as Dec 2026; empty for None."""
    if value is None:
        return ""
    return format_skeleton("yMMM", value, locale=reader_locale())


@register.filter
def localtime(value: datetime | None) -> SafeString | str:
    """`{{ at|localtime }}`: a `<time>` element in the reader's zone; empty for None."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    shown = format_datetime(local, format="medium", tzinfo=local.tzinfo, locale=reader_locale())
    return format_html(
        '<time datetime="{}" data-local>{}</time>', value.isoformat(timespec="seconds"), shown
    )


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """`{% icon "users" %}`: an icon of the sprite; decorative unless it has a label."""
    href = f"{static('icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', href)


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: object) -> str:
    """`{% with_query page=2 %}`: the current query string with some parameters changed."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"
