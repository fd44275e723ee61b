"""Why a payment did not go through, and the one thing that helps, in the reader's language."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.domain.declines import BY_CODE, Decline, decline_of

# Ends that are not the bank's: why, in our own words.
_ENDS: Final[dict[str, Promise]] = {
    "canceled": gettext_lazy("You canceled this purchase. Nothing was charged."),
    "not_confirmed": gettext_lazy(
        "Your bank's confirmation did not come in time. Nothing was charged."
    ),
    "quote_expired": gettext_lazy(
        "This purchase was interrupted before it was paid. Nothing was charged."
    ),
    "never_charged": gettext_lazy(
        "This purchase was interrupted before it was paid. Nothing was charged."
    ),
    "preview_differs": gettext_lazy(
        "We stopped this purchase because the amounts could not be confirmed. Nothing was "
        "charged, and we are looking into it."
    ),
    "gateway_fault": gettext_lazy(
        "We stopped this purchase because the amounts could not be confirmed. Nothing was "
        "charged, and we are looking into it."
    ),
    "collection_stopped": gettext_lazy(
        "What was noted for your monthly invoice has to be settled first. Nothing was charged, "
        "and we are looking into it."
    ),
    "balance_changed": gettext_lazy("Your credit balance has changed since. Nothing was charged."),
    "invoice_void": gettext_lazy("The invoice of this purchase was taken back before it was paid."),
}
_DECLINES: Final[dict[Decline, Promise]] = {
    Decline.BANK: gettext_lazy("Your bank declined the card. Nothing was charged."),
    Decline.FUNDS: gettext_lazy(
        "Your bank says the card does not have enough funds. Nothing was charged."
    ),
    Decline.LIMIT: gettext_lazy("The limit of the card is reached. Nothing was charged."),
    Decline.EXPIRED: gettext_lazy("The card has expired. Nothing was charged."),
    Decline.WRONG_DATA: gettext_lazy(
        "The bank does not recognize what was entered for the card. Nothing was charged."
    ),
    Decline.CURRENCY: gettext_lazy("The card does not pay in this currency. Nothing was charged."),
    Decline.NOT_SUPPORTED: gettext_lazy(
        "The card does not allow this kind of payment. Nothing was charged."
    ),
    Decline.CONFIRMATION: gettext_lazy(
        "Your bank asked for a confirmation that did not come. Nothing was charged."
    ),
    Decline.TEMPORARY: gettext_lazy(
        "Your bank could not process the payment. Nothing was charged."
    ),
    Decline.DUPLICATE: gettext_lazy(
        "Your bank took the payment for a repetition and refused it. Nothing was charged twice."
    ),
}


@dataclass(frozen=True, slots=True)
class Remedy:
    """What helps after a payment that did not go through, and whether another card does."""

    sentence: str
    asks_for_card: bool = False


def cause_of_failure(code: str) -> str:
    """Return why a payment did not go through; empty without a code."""
    if not code:
        return ""
    return str(_ENDS[code] if code in _ENDS else _DECLINES[decline_of(code)])


def remedy_of(code: str) -> Remedy:
    """Return the one thing that helps."""
    if code in ("preview_differs", "gateway_fault", "collection_stopped"):
        return Remedy(_("Please try again later today. Your account manager has been told."))
    if code in _ENDS:
        return Remedy(_("Look at the price again and buy when you are ready."))
    match decline_of(code):
        case Decline.FUNDS:
            return Remedy(
                _("Use another card, or buy again once the account behind it is topped up."),
                asks_for_card=True,
            )
        case Decline.LIMIT:
            return Remedy(
                _("Use another card, or ask your bank to raise the limit."), asks_for_card=True
            )
        case Decline.EXPIRED:
            return Remedy(_("Enter the card that replaced it, then buy again."), asks_for_card=True)
        case Decline.WRONG_DATA:
            return Remedy(_("Enter the card again, digit by digit."), asks_for_card=True)
        case Decline.CURRENCY:
            return Remedy(_("Use a card that pays in your currency."), asks_for_card=True)
        case Decline.NOT_SUPPORTED:
            return Remedy(
                _("Use another card, or ask your bank to allow payments on the internet."),
                asks_for_card=True,
            )
        case Decline.CONFIRMATION:
            return Remedy(_("Buy again and confirm it in the app of your bank."))
        case Decline.TEMPORARY:
            return Remedy(_("Try again in a few minutes, or use another card."), asks_for_card=True)
        case Decline.DUPLICATE:
            return Remedy(_("Look at your invoices first, then buy again if it is not there."))
    return Remedy(
        _("Try another card, or ask your account manager to pay by invoice."), asks_for_card=True
    )


def is_said_by_us(code: str) -> bool:
    """Tell whether our own sentence says all that the bank's would."""
    return code in _ENDS or (
        code in BY_CODE and decline_of(code) not in (Decline.NOT_SUPPORTED, Decline.CURRENCY)
    )
