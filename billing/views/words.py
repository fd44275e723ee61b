"""Sentences and amounts that several pages of billing share."""

from decimal import Decimal

from babel.numbers import format_currency
from django.utils.translation import gettext as _

from accounts.templatetags.headroom import exponent, reader_locale
from billing.models import BillingAccount, Purchase
from billing.services.charging import failure_sentence


def amount_with_code(minor: int, currency: str) -> str:
    """Return an amount with its currency's code: 412.90 EUR, in the reader's separators."""
    digits = exponent(currency)
    shown = 0 if currency == "IDR" and minor % 100 == 0 else digits
    pattern = "#,##0" + ("." + "0" * shown if shown else "") + "\xa0¤¤"
    return format_currency(
        Decimal(minor).scaleb(-digits),
        currency,
        format=pattern,
        locale=reader_locale(),
        currency_digits=False,
    )


def card_words(account: BillingAccount) -> str:
    """Return the card in words: Visa ending in 4242; empty without one."""
    if not account.has_card:
        return ""
    return _("%(brand)s ending in %(last4)s") % {
        "brand": account.card_brand.replace("_", " ").title(),
        "last4": account.card_last4,
    }


def remedy_words(purchase: Purchase) -> str:
    """Return what to do about a purchase that ended without seats."""
    if purchase.failure_code in ("canceled", "quote_expired", "never_charged", "balance_changed"):
        return _("Look at the price again and buy when you are ready.")
    if purchase.failure_code in ("preview_differs", "gateway_fault"):
        return _("Please try again later today. Your account manager has been told.")
    return _("Try another card or pay by invoice.")


__all__ = ["amount_with_code", "card_words", "failure_sentence", "remedy_words"]
