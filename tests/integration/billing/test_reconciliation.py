"""The nightly comparison: reports each difference, repairs none."""

import pytest
from django.utils import timezone

from accounts.tenancy import organization_context
from billing.models import Difference, ReconciliationRun
from billing.services.incidents import close_incident, open_incident
from billing.services.reconciliation import reconcile
from seats.models import SeatPool
from tests.integration.billing.conftest import World
from tests.integration.billing.test_purchase import buy, quote

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def found(world: World) -> list[tuple[str, str, str]]:
    run = reconcile(now=timezone.now())
    with organization_context(world.id):
        rows = Difference.objects.filter(run=run).order_by("kind")
        return [(row.kind, row.ours, row.theirs) for row in rows]


class TestReconcile:
    def test_finds_nothing_after_purchases(self, world: World) -> None:
        buy(world, quote(world))
        buy(world, quote(world, 30))
        assert found(world) == []
        run = ReconciliationRun.objects.get()
        assert (run.subscriptions, run.differences, run.error) == (1, 0, "")

    def test_finds_a_quantity_that_was_changed_at_stripe(self, world: World) -> None:
        item = world.subscription.stripe_item_id
        world.sandbox.call(
            "POST", f"subscription_items/{item}", quantity="13", proration_behavior="none"
        )
        assert found(world) == [("quantity", "12", "13")]
        assert world.purchased_seats() == 12
        assert world.stripe_quantity() == 13

    def test_finds_a_subscription_that_was_canceled_at_stripe(self, world: World) -> None:
        world.sandbox.call("DELETE", f"subscriptions/{world.subscription.stripe_subscription_id}")
        assert found(world) == [("subscription_missing", "active", "")]

    def test_finds_an_open_invoice_that_we_do_not_know(self, world: World) -> None:
        customer = world.account().stripe_customer_id
        world.sandbox.call("POST", "invoiceitems", customer=customer, amount="700", currency="eur")
        invoice = world.sandbox.call(
            "POST", "invoices", customer=customer, collection_method="send_invoice",
            days_until_due="30", pending_invoice_items_behavior="include",
        )  # fmt: skip
        world.sandbox.call("POST", f"invoices/{invoice['id']}/finalize")
        assert found(world) == [("open_invoice", "", "700 EUR")]

    def test_finds_a_seat_pool_that_is_not_the_ledgers(self, world: World) -> None:
        with organization_context(world.id):
            SeatPool.objects.update(purchased_seats=14)
        assert found(world) == [("seat_pool", "14", "12")]

    def test_keeps_its_own_findings_when_stripe_does_not_answer(self, world: World) -> None:
        with organization_context(world.id):
            SeatPool.objects.update(purchased_seats=14)
        world.sandbox.chaos("fail_answer", count=3, status=500, match="GET /v1/subscriptions")
        assert found(world) == [("seat_pool", "14", "12")]
        assert ReconciliationRun.objects.get().error == "TemporarilyUnavailable"


class TestIncident:
    def test_is_opened_once_and_closed_with_a_note(self, world: World) -> None:
        bought = buy(world, quote(world))
        for _repeat in range(2):
            incident = open_incident(
                organization_id=world.id,
                kind="invoice_differs",  # type: ignore[arg-type]
                purchase=bought,
                ours={"total_minor": 1},
                theirs={"total_minor": 2},
                now=timezone.now(),
            )
        closed = close_incident(
            organization_id=world.id,
            incident_id=incident.pk,
            note="Rounded twice by the old price",
            actor=world.actor,
            now=timezone.now(),
        )
        assert closed.closed_by_id == world.ada.pk
        assert closed.note == "Rounded twice by the old price"
