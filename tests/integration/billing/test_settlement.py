"""Purchases that are not paid at once: declined, to be confirmed, delivered by webhook."""

import random
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from accounts.tenancy import organization_context
from billing.gateways import stripe
from billing.models import Incident, Invoice, Purchase, SeatLedgerEntry, WebhookEvent
from billing.services.charging import advance_purchase, cancel_purchase
from billing.services.sweeping import CONFIRM_WITHIN, expire_purchases, sweep_purchases
from billing.tasks import process_webhook_inbox
from tests.integration.billing.conftest import World
from tests.integration.billing.test_purchase import buy, quote
from tests.support.stripe import deliver

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

ASKS = "pm_card_authenticationRequired"
DECLINES = "pm_card_chargeCustomerFail"


def current(world: World, purchase: Purchase) -> Purchase:
    with organization_context(world.id):
        return Purchase.objects.select_related("invoice").get(pk=purchase.pk)


def intent_of(world: World) -> str:
    invoice = world.invoices_at_stripe()[0]
    payments = world.sandbox.call("GET", "invoice_payments", invoice=invoice["id"])
    return str(payments["data"][0]["payment"]["payment_intent"])


class TestDeclined:
    def test_grants_nothing_and_leaves_nothing_to_pay(self, world: World) -> None:
        world.use_card(DECLINES)
        bought = buy(world, quote(world))
        assert (bought.state, bought.failure_code) == ("failed", "generic_decline")
        assert world.invoices_at_stripe()[0]["status"] == "void"
        assert world.purchased_seats() == world.stripe_quantity() == 12
        with organization_context(world.id):
            assert SeatLedgerEntry.objects.count() == 1

    def test_keeps_the_banks_reason_when_another_caller_ends_it(self, world: World) -> None:
        world.use_card(DECLINES)
        asked = quote(world)
        void = stripe.void_invoice

        def void_and_be_overtaken(**given: str) -> None:
            void(**given)
            with organization_context(world.id):
                purchase_id = Purchase.objects.get(quote=asked).pk
            advance_purchase(organization_id=world.id, purchase_id=purchase_id, now=timezone.now())

        with patch.object(stripe, "void_invoice", void_and_be_overtaken):
            bought = buy(world, asked)
        assert (bought.state, bought.failure_code) == ("failed", "generic_decline")

    def test_does_not_stand_in_the_way_of_another_card(self, world: World) -> None:
        world.use_card(DECLINES)
        buy(world, quote(world))
        world.use_card("pm_card_mastercard")
        assert buy(world, quote(world)).state == Purchase.State.PROVISIONED
        assert world.purchased_seats() == world.stripe_quantity() == 20

    def test_stays_declined_for_a_reload(self, world: World) -> None:
        world.use_card(DECLINES)
        asked = quote(world)
        first = buy(world, asked)
        world.use_card("pm_card_visa")
        assert buy(world, asked).pk == first.pk
        assert world.stripe_quantity() == 12


class TestToBeConfirmed:
    def test_links_to_the_banks_page_and_grants_nothing(self, world: World) -> None:
        world.use_card(ASKS)
        bought = buy(world, quote(world))
        assert bought.state == Purchase.State.REQUIRES_ACTION
        assert bought.hosted_invoice_url.startswith(world.sandbox.url)
        assert world.purchased_seats() == world.stripe_quantity() == 12

    def test_is_granted_when_the_webhook_says_so(self, world: World) -> None:
        world.use_card(ASKS)
        bought = buy(world, quote(world))
        world.sandbox.confirm_at_bank(intent_of(world), passes=True)
        for event in world.events():
            assert deliver(event) == 200
        assert current(world, bought).state == Purchase.State.PROVISIONED
        assert world.purchased_seats() == world.stripe_quantity() == 20

    def test_is_granted_without_any_webhook_by_the_sweeper(self, world: World) -> None:
        world.use_card(ASKS)
        bought = buy(world, quote(world))
        world.sandbox.confirm_at_bank(intent_of(world), passes=True)
        sweep_purchases(now=timezone.now() + timedelta(minutes=6))
        assert current(world, bought).state == Purchase.State.PROVISIONED

    def test_fails_when_the_bank_says_no(self, world: World) -> None:
        world.use_card(ASKS)
        bought = buy(world, quote(world))
        world.sandbox.confirm_at_bank(intent_of(world), passes=False)
        for event in world.events():
            deliver(event)
        assert current(world, bought).state == Purchase.State.FAILED
        assert world.invoices_at_stripe()[0]["status"] == "void"
        assert world.purchased_seats() == world.stripe_quantity() == 12

    def test_may_be_canceled_by_the_payer(self, world: World) -> None:
        world.use_card(ASKS)
        bought = buy(world, quote(world))
        ended = cancel_purchase(
            organization_id=world.id,
            purchase_id=bought.pk,
            actor=world.actor,
            now=timezone.now(),
        )
        assert (ended.state, ended.failure_code) == ("failed", "canceled")
        assert world.invoices_at_stripe()[0]["status"] == "void"

    def test_is_granted_after_all_when_confirmed_before_the_cancellation_arrives(
        self, world: World
    ) -> None:
        world.use_card(ASKS)
        bought = buy(world, quote(world))
        world.sandbox.confirm_at_bank(intent_of(world), passes=True)
        ended = cancel_purchase(
            organization_id=world.id,
            purchase_id=bought.pk,
            actor=world.actor,
            now=timezone.now(),
        )
        assert ended.state == Purchase.State.PAID
        sweep_purchases(now=timezone.now() + timedelta(minutes=1))
        assert current(world, bought).state == Purchase.State.PROVISIONED

    def test_expires_when_nobody_confirms(self, world: World) -> None:
        world.use_card(ASKS)
        bought = buy(world, quote(world))
        assert expire_purchases(now=timezone.now() + CONFIRM_WITHIN - timedelta(minutes=1)) == 0
        assert expire_purchases(now=timezone.now() + CONFIRM_WITHIN + timedelta(minutes=1)) == 1
        assert current(world, bought).state == Purchase.State.EXPIRED
        assert world.invoices_at_stripe()[0]["status"] == "void"


class TestWebhooks:
    def test_twice_and_in_any_order_change_nothing(self, world: World) -> None:
        world.use_card(ASKS)
        bought = buy(world, quote(world))
        world.sandbox.confirm_at_bank(intent_of(world), passes=True)
        events = world.events() * 2
        random.Random(7).shuffle(events)
        for event in events:
            assert deliver(event) == 200
        assert WebhookEvent.objects.count() == len(events) // 2
        assert not WebhookEvent.objects.filter(processed_at__isnull=True).exists()
        with organization_context(world.id):
            assert SeatLedgerEntry.objects.filter(purchase=bought).count() == 1
            assert not Incident.objects.exists()
        assert world.purchased_seats() == 20

    def test_signed_too_long_ago_are_refused(self, world: World) -> None:
        event = world.events()[0]
        late = int(timezone.now().timestamp()) - 301
        assert deliver(event, at=late) == 400
        assert deliver(event, secret="whsec_somebody_else") == 400
        assert not WebhookEvent.objects.exists()

    def test_of_an_unknown_customer_are_kept_and_tried_again(self, world: World) -> None:
        stranger = world.sandbox.call("POST", "customers", name="Stranger")
        world.sandbox.call("POST", f"customers/{stranger['id']}", name="Other")
        (event,) = [
            e for e in world.sandbox.events(stranger["id"]) if e["type"] == "customer.updated"
        ]
        assert deliver(event) == 200
        stored = WebhookEvent.objects.get()
        assert (stored.attempts, stored.processed_at) == (1, None)
        assert stored.next_attempt_at > timezone.now()

    def test_are_tried_again_when_stripe_does_not_answer(self, world: World) -> None:
        event = next(e for e in world.events() if e["type"] == "invoice.paid")
        world.sandbox.chaos("fail_answer", count=3, status=500, match="GET /v1/invoices")
        assert deliver(event) == 200
        stored = WebhookEvent.objects.get()
        assert (stored.processed_at, stored.last_error) == (None, "TemporarilyUnavailable")
        WebhookEvent.objects.update(next_attempt_at=timezone.now())
        process_webhook_inbox()
        assert WebhookEvent.objects.get().outcome == "processed"

    def test_hold_no_payload(self, world: World) -> None:
        for event in world.events():
            deliver(event)
        kept = " ".join(str(row) for row in WebhookEvent.objects.values())
        assert "acme@example.com" not in kept

    def test_never_take_a_paid_invoice_back_to_open(self, world: World) -> None:
        from dataclasses import replace

        from billing.gateways import stripe
        from billing.services.mirror import mirror_invoice

        paid = stripe.retrieve_invoice(world.invoices_at_stripe()[0]["id"])
        mirror_invoice(
            organization_id=world.id, state=replace(paid, status="open"), now=timezone.now()
        )
        with organization_context(world.id):
            assert Invoice.objects.get().status == Invoice.Status.PAID
