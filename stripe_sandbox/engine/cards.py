"""The test payment methods and how each behaves."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class TestCard:
    """`attach` and `charge` hold the decline code, or nothing when it goes through.

    `authentication`: `never`, `always`, or `unless_saved`: needed until it was set up once for
    payments without the customer present.
    """

    __test__ = False

    key: str
    title: str
    number: str = ""
    brand: str = "visa"
    attach: str | None = None
    charge: str | None = None
    authentication: str = "never"
    kind: str = "card"
    country: str = "US"
    funding: str = "credit"

    @property
    def last4(self) -> str:
        return self.number[-4:]


CARDS = [
    TestCard("visa", "Visa", "4242424242424242"),
    TestCard("visa_debit", "Visa debit", "4000056655665556", funding="debit"),
    TestCard("mastercard", "Mastercard", "5555555555554444", brand="mastercard"),
    TestCard("amex", "American Express", "378282246310005", brand="amex"),
    TestCard("de", "Visa from Germany", "4000002760000016", country="DE"),
    TestCard("chargeCustomerFail", "Saves, then declines", "4000000000000341", charge="generic_decline"),
    TestCard("visa_chargeDeclined", "Declined", "4000000000000002", attach="generic_decline", charge="generic_decline"),
    TestCard("chargeDeclinedInsufficientFunds", "Insufficient funds", "4000000000009995", attach="insufficient_funds", charge="insufficient_funds"),
    TestCard("chargeDeclinedLostCard", "Lost card", "4000000000009987", attach="lost_card", charge="lost_card"),
    TestCard("chargeDeclinedStolenCard", "Stolen card", "4000000000009979", attach="stolen_card", charge="stolen_card"),
    TestCard("chargeDeclinedExpiredCard", "Expired card", "4000000000000069", attach="expired_card", charge="expired_card"),
    TestCard("chargeDeclinedIncorrectCvc", "Incorrect CVC", "4000000000000127", attach="incorrect_cvc", charge="incorrect_cvc"),
    TestCard("chargeDeclinedProcessingError", "Processing error", "4000000000000119", attach="processing_error", charge="processing_error"),
    TestCard("authenticationRequiredOnSetup", "Authenticate once (3D Secure)", "4000002500003155", authentication="unless_saved"),
    TestCard("authenticationRequired", "Authenticate always (3D Secure)", "4000002760003184", authentication="always"),
    TestCard("threeDSecure2Required", "Authenticate always (3D Secure 2)", "4000000000003220", authentication="always"),
    TestCard("authenticationRequiredChargeDeclinedInsufficientFunds", "Authenticate, then insufficient funds", "4000008260003178", charge="insufficient_funds", authentication="always"),
    TestCard("sepaDebit", "SEPA debit", "DE89370400440532013000", kind="sepa_debit", country="DE"),
]  # fmt: skip

BY_KEY = {card.key: card for card in CARDS}
BY_NUMBER = {card.number: card for card in CARDS}
ALIASES = {
    "chargeDeclined": "visa_chargeDeclined",
    "chargeDeclinedFraudulent": "visa_chargeDeclined",
    "authenticationRequiredSetupForOffSession": "authenticationRequiredOnSetup",
    "threeDSecureRequired": "threeDSecure2Required",
    "us": "visa",
    "cartesBancaires": "visa",
}


def find(identifier: str) -> TestCard | None:
    """The test card of `pm_card_visa`, `tok_visa` or `pm_sepaDebit`; nothing for a stored method."""
    for prefix in ("pm_card_", "pm_", "tok_"):
        if identifier.startswith(prefix):
            key = identifier.removeprefix(prefix)
            found = BY_KEY.get(ALIASES.get(key, key))
            if found:
                return found
    return None


def card_details(card: TestCard, exp_month: int, exp_year: int) -> dict[str, Any]:
    return {
        "brand": card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass",
        },
        "country": card.country,
        "display_brand": "american_express" if card.brand == "amex" else card.brand,
        "exp_month": exp_month,
        "exp_year": exp_year,
        "fingerprint": f"Sandbox{card.last4}{card.brand[:4]}",
        "funding": card.funding,
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def sepa_details(card: TestCard) -> dict[str, Any]:
    return {
        "bank_code": "37040044",
        "branch_code": "",
        "country": card.country,
        "fingerprint": f"Sandbox{card.last4}sepa",
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": card.last4,
    }
