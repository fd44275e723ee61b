"""Trials: begun without a card, announced, converted, ended early, ended without a card."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core import mail

from accounts.domain.roles import StaffScope
from accounts.services.history import SYSTEM, Actor
from accounts.tenancy import organization_context, staff_context
from billing.domain.period import Interval
from billing.domain.price_table import PriceTable, Scheme, Tier
from billing.gateways import stripe
from billing.models import BillingAccount, Price, SeatLedgerEntry, Subscription
from billing.selectors.starting import refused_trial_ends
from billing.services.catalog import make_plan, publish_price
from billing.services.periods import sync_subscription
from billing.services.purchases import purchase_seats
from billing.services.quotes import quote_seats
from billing.services.subscriptions import ensure_customer
from billing.services.trials import (
    NotInTrial,
    TrialCardRefused,
    TrialNeedsCard,
    end_trial_now,
    tell_of_trial_end,
)
from tests.integration.billing.test_starting import Newcomer
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

BEGAN = datetime(2026, 1, 1, 9, tzinfo=UTC)
ENDS = BEGAN + timedelta(days=14)


def make_trial_price() -> Price:
    with staff_context(user_id=0, scope=StaffScope.ALL):
        return publish_price(
            plan=make_plan(code="team", name="Team", now=BEGAN),
            interval=Interval.MONTH,
            table=PriceTable(scheme=Scheme.FLAT, currency="EUR", tiers=(Tier(None, 1000),)),
            trial_days=14,
            actor=SYSTEM,
            now=BEGAN,
        )


class Trial(Newcomer):
    """Acme in a trial of 12 seats, on a clock of its own."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.at = BEGAN
        super().__init__(sandbox, make_trial_price())
        self.clock = sandbox.make_clock(int(BEGAN.timestamp()))
        ensure_customer(organization_id=self.id, now=BEGAN, test_clock_id=self.clock)
        self.begun = self.start(due_minor=0)

    def now(self) -> datetime:
        return self.at

    @property
    def subscription(self) -> Subscription:
        with organization_context(self.id):
            return Subscription.objects.get()

    def live_until(self, at: datetime) -> None:
        self.sandbox.advance(self.clock, int(at.timestamp()))
        sync_subscription(
            organization_id=self.id,
            stripe_subscription_id=self.subscription.stripe_subscription_id,
            now=at,
        )

    def pay_now(self, at: datetime, attempt: int = 0) -> None:
        end_trial_now(organization_id=self.id, attempt=attempt, actor=Actor.of(self.ada), now=at)

    def ledger(self) -> list[tuple[str, int, int]]:
        with organization_context(self.id):
            entries = SeatLedgerEntry.objects.order_by("sequence")
            return list(entries.values_list("cause", "seats_after", "amount_minor"))

    def paid_at_stripe(self) -> list[int]:
        with organization_context(self.id):
            customer = BillingAccount.objects.get().stripe_customer_id
        found: list[dict[str, Any]] = self.sandbox.call("GET", "invoices", customer=customer)[
            "data"
        ]
        return [invoice["amount_paid"] for invoice in reversed(found)]


@pytest.fixture
def acme(sandbox: Sandbox, transactional_db: None) -> Trial:
    return Trial(sandbox)


class TestTrial:
    def test_gives_the_seats_at_once_and_charges_nothing(self, acme: Trial) -> None:
        assert (acme.begun.state, acme.begun.due_minor, acme.seats()) == ("done", 0, 12)
        assert acme.subscription.status == "trialing"
        assert acme.ledger() == [("purchase", 12, 0)]

    def test_becomes_paid_at_its_end_with_a_card(self, acme: Trial) -> None:
        acme.card()
        acme.live_until(ENDS + timedelta(hours=2))
        assert acme.subscription.status == "active"
        assert acme.paid_at_stripe() == [0, 12_000]
        assert acme.ledger() == [("purchase", 12, 0), ("renewal", 12, 12_000)]

    def test_ends_with_its_seats_without_a_card(self, acme: Trial) -> None:
        acme.live_until(ENDS + timedelta(hours=2))
        assert (acme.subscription.status, acme.seats()) == ("canceled", 0)

    def test_is_given_once(self, acme: Trial) -> None:
        acme.live_until(ENDS + timedelta(hours=2))
        assert acme.due() == 12_000

    def test_is_announced_three_days_before_its_end_once(self, acme: Trial) -> None:
        acme.sandbox.advance(acme.clock, int((ENDS - timedelta(days=3)).timestamp()))
        told = [e for e in acme.sandbox.events() if e["type"].endswith("trial_will_end")]
        assert len(told) == 1
        for expected in (True, False):
            written = tell_of_trial_end(
                organization_id=acme.id,
                stripe_subscription_id=told[0]["data"]["object"]["id"],
                now=ENDS - timedelta(days=3),
            )
            assert written is expected
        (message,) = mail.outbox
        assert message.to == [acme.ada.email]
        assert "There is no card on file" in message.body
        assert "120.00" in message.body


class TestEarlyEnd:
    def test_pays_at_once_and_begins_a_period(self, acme: Trial) -> None:
        acme.card()
        at = BEGAN + timedelta(days=5)
        acme.sandbox.advance(acme.clock, int(at.timestamp()))
        acme.pay_now(at)
        assert acme.subscription.status == "active"
        assert acme.paid_at_stripe() == [0, 12_000]
        assert acme.ledger() == [("purchase", 12, 0), ("renewal", 12, 12_000)]
        with organization_context(acme.id):
            first, second = (row.period for row in acme.subscription.periods.order_by("during"))
        assert (first.start, first.end) == (BEGAN, at)
        assert (second.start, second.end) == (at, datetime(2026, 2, 6, 9, tzinfo=UTC))

    def test_is_not_charged_twice(self, acme: Trial) -> None:
        acme.card()
        acme.sandbox.chaos("cut_connection", match="POST /v1/subscriptions/", count=3)
        at = BEGAN + timedelta(days=5)
        acme.sandbox.advance(acme.clock, int(at.timestamp()))
        with pytest.raises(stripe.TemporarilyUnavailable):
            acme.pay_now(at)
        acme.pay_now(at + timedelta(minutes=1))
        with pytest.raises(NotInTrial):
            acme.pay_now(at + timedelta(minutes=2))
        assert acme.paid_at_stripe() == [0, 12_000]
        assert acme.ledger()[-1] == ("renewal", 12, 12_000)

    def test_needs_a_card(self, acme: Trial) -> None:
        with pytest.raises(TrialNeedsCard):
            acme.pay_now(BEGAN + timedelta(days=1))

    def test_changes_nothing_when_the_card_is_declined(self, acme: Trial) -> None:
        acme.card("pm_card_chargeCustomerFail")
        at = BEGAN + timedelta(days=5)
        acme.sandbox.advance(acme.clock, int(at.timestamp()))
        with pytest.raises(TrialCardRefused):
            acme.pay_now(at)
        assert acme.subscription.status == "trialing"
        assert acme.subscriptions_at_stripe()[0]["status"] == "trialing"
        assert acme.seats() == 12

    def test_asks_the_bank_again_when_a_person_does_and_not_for_a_repeated_click(
        self, acme: Trial
    ) -> None:
        acme.card("pm_card_chargeCustomerFail")
        at = BEGAN + timedelta(days=5)
        acme.sandbox.advance(acme.clock, int(at.timestamp()))
        real, keys = stripe.end_trial, []

        def noted(**given: Any) -> object:
            keys.append(given["idempotency_key"])
            return real(**given)

        # Twice from the page as it was shown, then from the page after the refusal, which is sent
        # with a number that nobody gave it, too.
        with patch.object(stripe, "end_trial", noted):
            for attempt in (0, 0, 1, 99):
                with pytest.raises(TrialCardRefused):
                    acme.pay_now(at, attempt)
        first, again, second, third = keys
        assert first == again
        assert len({first, second, third}) == 3
        with organization_context(acme.id):
            assert refused_trial_ends(acme.id) == 3


class TestIncrease:
    def test_in_a_trial_charges_nothing_and_is_in_the_first_invoice(self, acme: Trial) -> None:
        acme.card()
        at = BEGAN + timedelta(days=5)
        acme.sandbox.advance(acme.clock, int(at.timestamp()))
        quote = quote_seats(organization_id=acme.id, quantity=15, actor=Actor.of(acme.ada), now=at)
        assert (quote.total_now_minor, quote.next_invoice_minor) == (0, 15_000)
        bought = purchase_seats(
            organization_id=acme.id,
            quote_id=quote.pk,
            total_minor=0,
            idempotency_key="more",
            actor=Actor.of(acme.ada),
            now=at,
        )
        assert (bought.state, acme.seats()) == ("provisioned", 15)
        acme.live_until(ENDS + timedelta(hours=2))
        assert acme.paid_at_stripe() == [0, 15_000]
