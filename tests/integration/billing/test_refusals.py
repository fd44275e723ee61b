"""Refusals of the pure rules and of banks, said to people."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from billing.domain.changes import (
    BelowAssigned,
    CheaperPlanWaits,
    CommittedUntil,
    FewerSeatsWait,
    NotAnIncrease,
    NothingChanges,
    OtherCurrency,
)
from billing.domain.declines import UNTOLD
from billing.domain.price_table import AboveMaximum, BelowMinimum, NotInSteps, QuantityNotAllowed
from billing.models import Purchase
from billing.selectors.refusals import Refusal, refusal_sentence
from billing.views.words import bank_words, failure_sentence, remedy

UNTIL = datetime(2026, 12, 1, tzinfo=UTC)


class TestRefusalSentence:
    @pytest.mark.parametrize(
        ("refusal", "sentence"),
        [
            (BelowMinimum(3, 5), "This plan starts at 5 seats."),
            (
                AboveMaximum(900, 500),
                "This plan ends at 500 seats. Your account manager can offer more.",
            ),
            (NotInSteps(7, 5, 5, 10), "Seats come in steps of 5: choose 5 or 10."),
            (NotInSteps(7, 5, None, 10), "Seats come in steps of 5."),
            (NotInSteps(499, 5, 495, None), "Seats come in steps of 5."),
            (NotAnIncrease(12, 12), "Choose more than the 12 seats you have."),
            (
                BelowAssigned(2, 8),
                "8 seats are assigned. Release some before keeping fewer.",
            ),
            (
                FewerSeatsWait(UNTIL, 12),
                "Seats that are paid stay until December 1, 2026. "  # noqa: ISC004
                "Plan fewer seats for the renewal instead.",
            ),
            (
                CommittedUntil(UNTIL),
                "The year is paid and committed until December 1, 2026; plan the change for then.",
            ),
            (
                CheaperPlanWaits(UNTIL),
                "A cheaper plan begins at the renewal on December 1, 2026; plan it for then.",
            ),
            (
                OtherCurrency("EUR", "USD"),
                "The subscription is paid in EUR and keeps its currency.",
            ),
            (NothingChanges(), "The renewal brings this already."),
            (
                QuantityNotAllowed(3, "a rule that is not known here"),
                "This number of seats is not on sale. Choose another one.",
            ),
        ],
        ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
    )
    def test_names_what_would_do(self, refusal: Refusal, sentence: str) -> None:
        with translation.override("en"):
            assert refusal_sentence(refusal) == sentence


class TestFailedPurchase:
    @pytest.mark.parametrize(
        ("code", "cause", "help_", "asks_for_card"),
        [
            ("insufficient_funds", "not have enough funds", "is topped up", True),
            ("expired_card", "card has expired", "card that replaced it", True),
            ("generic_decline", "declined the card", "pay by invoice", True),
            ("processing_error", "could not process", "in a few minutes", True),
            ("card_velocity_exceeded", "limit of the card", "raise the limit", True),
            ("incorrect_cvc", "does not recognize", "digit by digit", True),
            ("do_not_honor", "declined the card", "Try another card", True),
            ("lost_card", "declined the card", "Try another card", True),
            ("a_code_of_tomorrow", "declined the card", "Try another card", True),
            ("currency_not_supported", "this currency", "in your currency", True),
            ("transaction_not_allowed", "this kind of payment", "on the internet", True),
            ("authentication_required", "a confirmation", "in the app of your bank", False),
            ("try_again_later", "could not process", "in a few minutes", True),
            ("duplicate_transaction", "a repetition", "at your invoices first", False),
            ("collection_stopped", "monthly invoice", "later today", False),
            ("canceled", "You canceled", "buy when you are ready", False),
            ("not_confirmed", "did not come in time", "buy when you are ready", False),
            ("invoice_void", "taken back", "buy when you are ready", False),
            ("gateway_fault", "could not be confirmed", "later today", False),
        ],
    )
    def test_names_the_cause_and_what_helps(
        self, code: str, cause: str, help_: str, asks_for_card: bool
    ) -> None:
        purchase = Purchase(failure_code=code)
        with translation.override("en"):
            assert cause in failure_sentence(purchase)
            assert help_ in remedy(purchase).sentence
        assert remedy(purchase).asks_for_card is asks_for_card

    @pytest.mark.parametrize("code", sorted(UNTOLD))
    def test_never_repeats_what_must_not_be_told(self, code: str) -> None:
        said = "The card was reported lost."
        assert bank_words(Purchase(failure_code=code, failure_message=said)) == ""

    def test_repeats_the_bank_only_where_it_says_more(self) -> None:
        said = "Your card has insufficient funds."
        assert bank_words(Purchase(failure_code="insufficient_funds", failure_message=said)) == ""
        said = "Your card does not support this type of purchase."
        assert bank_words(Purchase(failure_code="card_not_supported", failure_message=said)) == said
