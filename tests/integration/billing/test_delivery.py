"""Stripe delivers by itself: real signed requests to a running server."""

import time
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from accounts.tenancy import organization_context
from billing.models import Purchase, SeatLedgerEntry, WebhookEvent
from tests.integration.billing.conftest import World
from tests.integration.billing.test_purchase import buy, quote
from tests.integration.billing.test_settlement import ASKS, current, intent_of

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

PATIENCE_SECONDS = 30


class TestDelivery:
    @pytest.fixture
    def listening(self, world: World, live_server: LiveServer, settings: Any) -> World:
        endpoint = world.sandbox.call(
            "POST",
            "webhook_endpoints",
            url=f"{live_server.url}/webhooks/stripe/",
            **{"enabled_events[]": "*"},
        )
        settings.STRIPE_WEBHOOK_SECRET = endpoint["secret"]
        return world

    def wait_until_quiet(self, world: World, bought: Purchase) -> Purchase:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (found := current(world, bought)).is_finished or self.waiting(world):
            assert time.monotonic() < deadline, f"still {found.state}"
            time.sleep(0.05)
        return found

    def waiting(self, world: World) -> bool:
        answer = world.sandbox.http.get("/_sandbox/deliveries", params={"limit": 200}).json()
        states = {row["state"] for row in answer.get("data", answer.get("deliveries", []))}
        return "waiting" in states

    def test_grants_a_confirmed_purchase_with_duplicates_and_disorder(
        self, listening: World
    ) -> None:
        listening.use_card(ASKS)
        bought = buy(listening, quote(listening))
        listening.sandbox.chaos("duplicate_delivery", count=5)
        listening.sandbox.chaos("shuffle_deliveries", count=4)
        listening.sandbox.confirm_at_bank(intent_of(listening), passes=True)
        assert self.wait_until_quiet(listening, bought).state == Purchase.State.PROVISIONED
        with organization_context(listening.id):
            assert SeatLedgerEntry.objects.filter(purchase=bought).count() == 1
        assert listening.purchased_seats() == listening.stripe_quantity() == 20
        assert not WebhookEvent.objects.exclude(last_error="").exists()
