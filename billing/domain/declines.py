"""Why banks refuse a card, grouped by what the payer can do about it.

The codes are Stripe's decline codes and error codes of cards
(https://docs.stripe.com/declines/codes). A card that was reported lost or stolen, or that looks
like fraud, is treated as any refusal of the bank: whoever holds it is not told.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Decline(StrEnum):
    """What stood in the way, as far as the payer may know."""

    BANK = "bank"
    FUNDS = "funds"
    LIMIT = "limit"
    EXPIRED = "expired"
    WRONG_DATA = "wrong_data"
    CURRENCY = "currency"
    NOT_SUPPORTED = "not_supported"
    CONFIRMATION = "confirmation"
    TEMPORARY = "temporary"
    DUPLICATE = "duplicate"


_CODES: Final = {
    Decline.FUNDS: ("insufficient_funds",),
    Decline.LIMIT: ("card_velocity_exceeded", "withdrawal_count_limit_exceeded"),
    Decline.EXPIRED: ("expired_card",),
    Decline.WRONG_DATA: (
        "incorrect_address",
        "incorrect_cvc",
        "incorrect_number",
        "incorrect_pin",
        "incorrect_zip",
        "invalid_account",
        "invalid_cvc",
        "invalid_expiry_month",
        "invalid_expiry_year",
        "invalid_number",
        "invalid_pin",
        "new_account_information_available",
        "pin_try_exceeded",
    ),
    Decline.CURRENCY: ("currency_not_supported",),
    Decline.NOT_SUPPORTED: (
        "card_not_supported",
        "invalid_amount",
        "not_permitted",
        "service_not_allowed",
        "testmode_decline",
        "test_mode_live_card",
        "transaction_not_allowed",
    ),
    Decline.CONFIRMATION: (
        "authentication_not_handled",
        "authentication_required",
        "invoice_payment_intent_requires_action",
        "mobile_device_authentication_required",
        "offline_pin_required",
        "online_or_offline_pin_required",
        "payment_intent_authentication_failure",
    ),
    Decline.TEMPORARY: (
        "approve_with_id",
        "issuer_not_available",
        "processing_error",
        "reenter_transaction",
        "try_again_later",
    ),
    Decline.DUPLICATE: ("duplicate_transaction",),
    Decline.BANK: (
        "call_issuer",
        "card_declined",
        "do_not_honor",
        "do_not_try_again",
        "fraudulent",
        "generic_decline",
        "lost_card",
        "merchant_blacklist",
        "no_action_taken",
        "pickup_card",
        "restricted_card",
        "revocation_of_all_authorizations",
        "revocation_of_authorization",
        "security_violation",
        "stolen_card",
        "stop_payment_order",
    ),
}
BY_CODE: Final = MappingProxyType(
    {code: group for group, codes in _CODES.items() for code in codes}
)
UNTOLD: Final = frozenset(
    {"fraudulent", "lost_card", "merchant_blacklist", "pickup_card", "restricted_card"}
    | {"security_violation", "stolen_card"}
)
"""Codes whose own words are never shown: they would warn whoever should not have the card."""


def decline_of(code: str) -> Decline:
    """The group of a code; one that is not known is the bank's own refusal."""
    return BY_CODE.get(code, Decline.BANK)
