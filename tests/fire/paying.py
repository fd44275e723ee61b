"""How the money comes: cards, the bank, terms that finance approves, overdue invoices."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from accounts.tenancy import organization_context
from billing.models import Contract, Invoice
from billing.services.contracts import Agreement
from billing.services.recovery import pay_overdue_invoices
from tests.fire.base import BaseLife, deaths

CARDS = [
    "pm_card_visa",
    "pm_card_mastercard",
    "pm_card_chargeCustomerFail",
    "pm_card_authenticationRequired",
]
# Enough for a while, and next to nothing: then the limit is reached.
ROOM, LITTLE = 5_000_000, 6_000
AGREEMENTS = {
    "card": Agreement(),
    "invoice": Agreement(
        collection=Contract.Collection.INVOICE, net_days=14, credit_limit_minor=ROOM
    ),
    "invoice, little room": Agreement(
        collection=Contract.Collection.INVOICE, net_days=14, credit_limit_minor=LITTLE
    ),
    "month, card": Agreement(
        cadence=Contract.Cadence.MONTHLY, credit_limit_minor=ROOM, monthly_below_minor=20_000
    ),
    "month, invoice": Agreement(
        collection=Contract.Collection.INVOICE,
        net_days=14,
        credit_limit_minor=ROOM,
        cadence=Contract.Cadence.MONTHLY,
        monthly_below_minor=20_000,
    ),
}


class Cards(BaseLife):
    """Rules of cards and of the bank behind them."""

    @rule(card=st.sampled_from(CARDS))
    def uses_another_card(self, card: str) -> None:
        self.did("another card")
        self.one.use_card(card)
        self.check()

    @precondition(lambda self: self.asks_the_bank)
    @rule(passes=st.booleans())
    def answers_the_bank(self, passes: bool) -> None:
        self.did("answer the bank")
        self.asks_the_bank = self.one.answer_bank(passes=passes)
        if self.asks_the_bank:
            self.noted("3DS passed" if passes else "3DS failed")
        self.check()


class Paying(Cards):
    """Rules of terms and of what is overdue."""

    @rule(how=st.sampled_from(sorted(AGREEMENTS)), death=deaths)
    def agrees_on_terms(self, how: str, death: int | None) -> None:
        self.did("agree on terms")
        self.noted(f"terms: {how}")
        self.attempt(lambda: self.one.agree(AGREEMENTS[how]), death)
        self.check()

    def owes(self) -> bool:
        if self.life is None:
            return False
        with organization_context(self.one.id):
            return Invoice.objects.filter(status=Invoice.Status.OPEN).exists()

    @precondition(owes)
    @rule()
    def pays_an_open_invoice(self) -> None:
        """On Stripe's page, by whatever card the customer has there."""
        self.did("pay an open invoice")
        if self.one.pay_open_invoice():
            self.noted("invoice paid")
        self.check()

    @precondition(owes)
    @rule(card=st.sampled_from(["pm_card_visa", *CARDS]), death=deaths)
    def recovers_with_a_card(self, card: str, death: int | None) -> None:
        """Add a card and pay with it what is overdue, as the page of open payments does."""
        self.did("recover with a card")
        self.one.use_card(card)
        attempts = self.attempt(
            lambda: pay_overdue_invoices(
                organization_id=self.one.id, actor=self.one.actor, now=self.one.tick()
            ),
            death,
        )
        for attempt in attempts or ():
            self.noted(f"overdue: {attempt.state}")
        self.check()
