"""The test payment methods and how each behaves."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class TestCard:
    """`attach` and `charge` hold the decline code, or nothing when it goes through.

    `asks` for authentication: `never`, `always`, or `unless_saved`, which means until it was set up
    once for later payments.
    """

    __test__ = False

    key: str
    title: str
    number: str = ""
    brand: str = "visa"
    attach: str | None = None
    charge: str | None = None
    asks: str = "never"
    kind: str = "card"
    country: str = "US"
    funding: str = "credit"

    @property
    def last4(self) -> str:
        return self.number[-4:]


_ROWS = """
visa | Visa | 4242424242424242
visa_debit | Visa debit | 4000056655665556 | funding=debit
mastercard | Mastercard | 5555555555554444 | brand=mastercard
amex | American Express | 378282246310005 | brand=amex
de | Visa from Germany | 4000002760000016 | country=DE
chargeCustomerFail | Saves, then declines | 4000000000000341 | charge=generic_decline
visa_chargeDeclined | Declined | 4000000000000002 | refuses=generic_decline
chargeDeclinedInsufficientFunds | Insufficient funds | 4000000000009995 | refuses=insufficient_funds
chargeDeclinedLostCard | Lost card | 4000000000009987 | refuses=lost_card
chargeDeclinedStolenCard | Stolen card | 4000000000009979 | refuses=stolen_card
chargeDeclinedExpiredCard | Expired card | 4000000000000069 | refuses=expired_card
chargeDeclinedIncorrectCvc | Incorrect CVC | 4000000000000127 | refuses=incorrect_cvc
chargeDeclinedProcessingError | Processing error | 4000000000000119 | refuses=processing_error
authenticationRequiredOnSetup | Authenticate once (3D Secure) | 4000002500003155 | asks=unless_saved
authenticationRequired | Authenticate always (3D Secure) | 4000002760003184 | asks=always
threeDSecure2Required | Authenticate always (3D Secure 2) | 4000000000003220 | asks=always
authenticationRequiredChargeDeclinedInsufficientFunds | Authenticate, then insufficient funds \
 | 4000008260003178 | charge=insufficient_funds | asks=always
sepaDebit | SEPA debit | DE89370400440532013000 | kind=sepa_debit | country=DE
"""


def _card(row: str) -> TestCard:
    key, title, number, *behaviour = (part.strip() for part in row.split("|"))
    given = dict(part.split("=") for part in behaviour)
    if refuses := given.pop("refuses", None):
        given |= {"attach": refuses, "charge": refuses}
    return TestCard(key, title, number, **given)


CARDS = [_card(row) for row in _ROWS.strip().splitlines()]

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
    """The test card of `pm_card_visa`, `tok_visa` or `pm_sepaDebit`; none for a stored one."""
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
