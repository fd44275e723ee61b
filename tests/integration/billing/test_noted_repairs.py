"""A monthly addition that Stripe noted otherwise than quoted: finance repairs it, nobody waits."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone

from accounts.tenancy import organization_context
from billing.gateways import stripe
from billing.models import Incident, Purchase
from billing.services.collecting import collect_months
from billing.services.sweeping import sweep_purchases
from tests.integration.billing.conftest import World, make_world
from tests.integration.billing.test_collecting import LATER, agree, buy
from tests.support.people import make_user
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def buy_with_one_side_missing(world: World) -> Purchase:
    """Buy two seats, of which somebody takes the credit for the old number away at Stripe."""
    real = stripe.set_quantity

    def tampered(**given: Any) -> None:
        real(**given)
        customer = world.account().stripe_customer_id
        items = world.sandbox.call("GET", "invoiceitems", customer=customer)["data"]
        (credit,) = [item for item in items if item["amount"] < 0]
        world.sandbox.call("DELETE", f"invoiceitems/{credit['id']}")

    with patch.object(stripe, "set_quantity", tampered):
        return buy(world, 14)


def incident_of(world: World) -> Incident:
    with organization_context(world.id):
        return Incident.objects.get()


def purchase_of(world: World) -> Purchase:
    with organization_context(world.id):
        return Purchase.objects.get()


@pytest.fixture
def fin() -> Client:
    client = Client()
    client.force_login(make_user("fin", vendor_role="finance"))
    return client


def repair(fin: Client, world: World, way: str, note: str = "Taken away by hand") -> str:
    incident = incident_of(world)
    given = {"repair": way, "note": note}
    answer = fin.post(f"/vendor/incidents/{incident.pk}/repair/", given, follow=True)
    return answer.content.decode()


class TestRepair:
    @pytest.mark.parametrize("way", ["replace", "add_line"])
    def test_charges_what_was_quoted_and_lets_them_buy_again(
        self, sandbox: Sandbox, fin: Client, way: str
    ) -> None:
        world = make_world(sandbox)
        agree(world)
        stopped = buy_with_one_side_missing(world)
        assert stopped.state == "awaiting_payment"
        assert world.purchased_seats() == 12
        page = fin.get("/vendor/reconciliation/").content.decode()
        assert "Put our lines instead" in page
        assert "the seats are there" in repair(fin, world, way)
        assert purchase_of(world).state == "provisioned"
        assert world.purchased_seats() == world.stripe_quantity() == 14
        assert incident_of(world).closed_at is not None
        collect_months(now=timezone.now() + LATER)
        (collected, _first) = world.invoices_at_stripe()
        assert (collected["total"], collected["status"]) == (stopped.total_minor, "open")
        assert purchase_of(world).invoice_id is not None

    def test_goes_on_where_it_was_cut_off(self, world: World, fin: Client) -> None:
        agree(world)
        stopped = buy_with_one_side_missing(world)
        with patch.object(stripe, "remove_item", side_effect=stripe.TemporarilyUnavailable):
            repair(fin, world, "replace")
        assert purchase_of(world).state == "awaiting_payment"
        sweep_purchases(now=timezone.now() + timedelta(days=2))
        assert purchase_of(world).state == "provisioned"
        collect_months(now=timezone.now() + LATER)
        assert world.invoices_at_stripe()[0]["total"] == stopped.total_minor

    def test_needs_a_reason_and_a_way(self, world: World, fin: Client) -> None:
        agree(world)
        buy_with_one_side_missing(world)
        assert "Say why" in repair(fin, world, "replace", " ")
        assert "Choose what to do." in repair(fin, world, "")
        assert purchase_of(world).noted_repair == ""

    def test_with_our_lines_keeps_the_tax_to_the_cent(self, sandbox: Sandbox, fin: Client) -> None:
        world = make_world(sandbox, tax_rate_basis_points=1900)
        agree(world)
        stopped = buy_with_one_side_missing(world)
        repair(fin, world, "replace")
        collect_months(now=timezone.now() + LATER)
        assert world.invoices_at_stripe()[0]["total"] == stopped.total_minor
