"""Sentences and amounts that several pages of billing share."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from babel.numbers import format_currency
from django.utils.translation import gettext as _

from accounts.templatetags.headroom import exponent, reader_locale
from billing.models import BillingAccount, Purchase, SubscriptionStart
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


# What a bank says in so many words stands in our own sentence already.
_SAID_BY_US: Final = {"card_declined", "generic_decline", "insufficient_funds", "expired_card"}


@dataclass(frozen=True, slots=True)
class Remedy:
    """What helps after a purchase that ended without seats, and whether another card does."""

    sentence: str
    asks_for_card: bool = False


def remedy(purchase: Purchase | SubscriptionStart) -> Remedy:
    """Return what to do about a purchase that ended without seats, by the reason it ended."""
    match purchase.failure_code:
        case (
            "canceled" | "not_confirmed" | "quote_expired" | "never_charged" | "balance_changed"
            | "invoice_void"
        ):  # fmt: skip
            return Remedy(_("Look at the price again and buy when you are ready."))
        case "preview_differs" | "gateway_fault":
            return Remedy(_("Please try again later today. Your account manager has been told."))
        case "processing_error":
            return Remedy(_("Try again in a few minutes, or use another card."), asks_for_card=True)
        case "insufficient_funds":
            return Remedy(
                _("Use another card, or buy again once the account behind it is topped up."),
                asks_for_card=True,
            )
        case "expired_card":
            return Remedy(_("Enter the card that replaced it, then buy again."), asks_for_card=True)
    return Remedy(
        _("Try another card, or ask your account manager to pay by invoice."), asks_for_card=True
    )


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
    return "" if purchase.failure_code in _SAID_BY_US else purchase.failure_message


__all__ = [
    "Remedy",
    "amount_with_code",
    "bank_words",
    "card_words",
    "failure_sentence",
    "remedy",
    "start_failure",
    "start_remedy",
]
