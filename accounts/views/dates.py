"""Dates as charts need them."""

from datetime import date

from babel.dates import format_skeleton

from accounts.templatetags.headroom import reader_locale


def day_and_month(day: date) -> str:
    """Return a day without its year in the reader's form, such as 12 Dec."""
    return format_skeleton("MMMd", day, locale=reader_locale())
