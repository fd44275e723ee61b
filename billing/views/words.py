"""Sentences and amounts that several pages of billing share."""

from decimal import Decimal

from babel.numbers import format_currency
from django.utils.translation import gettext as _

from accounts.templatetags.headroom import exponent, reader_locale
from billing.models import (
    BillingAccount,
    InvoicePaymentAttempt,
    Purchase,
    SubscriptionStart,
)
from billing.selectors.failures import Remedy, cause_of_failure, is_said_by_us, remedy_of


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


def failure_sentence(purchase: Purchase | SubscriptionStart) -> str:
    """Return why a purchase ended without seats."""
    return cause_of_failure(purchase.failure_code)


def remedy(purchase: Purchase | SubscriptionStart) -> Remedy:
    """Return what to do about a purchase that ended without seats, by the reason it ended."""
    return remedy_of(purchase.failure_code)


def attempt_words(attempt: InvoicePaymentAttempt) -> str:
    """Return why an open invoice could not be paid, and what helps."""
    return f"{cause_of_failure(attempt.failure_code)} {remedy_of(attempt.failure_code).sentence}"


def start_failure(start: SubscriptionStart) -> str:
    """Return why a subscription did not start, for people."""
    match start.failure_code:
        case "price_changed":
            return _("The price or its tax has changed since. Nothing was charged.")
        case "canceled":
            return _("You gave up this start. Nothing was charged.")
        case "never_charged":
            return _("This start was interrupted before it was paid. Nothing was charged.")
        case "preview_differs" | "gateway_fault":
            return _(
                "We stopped this start because the amounts could not be confirmed. Nothing was "
                "charged, and we are looking into it."
            )
    return failure_sentence(start)


def start_remedy(start: SubscriptionStart) -> Remedy:
    """Return what to do about a subscription that did not start, by the reason."""
    if start.failure_code == "price_changed":
        return Remedy(_("Look at the price again and start when you are ready."))
    return remedy(start)


def bank_words(purchase: Purchase) -> str:
    """Return what the bank said, where it says more than our own sentence."""
    return "" if is_said_by_us(purchase.failure_code) else purchase.failure_message
