"""Deliveries that never came, and periods that nobody told of."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from unittest.mock import patch

import pytest
from django.utils import timezone

from accounts.tenancy import organization_context
from billing.domain.ledger import breaches
from billing.gateways import stripe
from billing.models import Invoice, SeatLedgerEntry, SubscriptionPeriod, WebhookEvent
from billing.services.sweeping import sweep_purchases, sweep_renewals
from billing.services.webhooks import fetch_missed_events, process_due_events
from tests.integration.billing.conftest import DAY, Clocked, World
from tests.integration.billing.test_crashes import ProcessDied, dying
from tests.integration.billing.test_purchase import buy, quote
from tests.support.stripe import deliver

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


class TestMissedEvents:
    def test_are_fetched_and_worked_off_like_delivered_ones(self, clocked: Clocked) -> None:
        # The period begins with a draft; that it was paid an hour later is what nobody told us.
        with organization_context(clocked.world.id):
            renewal_at = SubscriptionPeriod.objects.get().period.end
        clocked.advance((renewal_at.timestamp() + 600 - clocked.start) / DAY)
        clocked.world.sandbox.advance(clocked.clock_id, clocked.start + 32 * DAY)
        now = datetime.fromtimestamp(clocked.start + 32 * DAY, tz=UTC)
        with organization_context(clocked.world.id):
            assert Invoice.objects.get(billing_reason="subscription_cycle").status == "draft"
        assert fetch_missed_events(now=now) > 0
        process_due_events(now=now, clock=lambda: now)
        with organization_context(clocked.world.id):
            assert Invoice.objects.get(billing_reason="subscription_cycle").status == "paid"

    def test_are_taken_in_once(self, world: World) -> None:
        now = timezone.now()
        missed = fetch_missed_events(now=now)
        assert missed == WebhookEvent.objects.count() > 0
        assert fetch_missed_events(now=now) == 0

    def test_are_not_those_that_were_delivered(self, world: World) -> None:
        events = world.events()
        for event in events:
            assert deliver(event) == 200
        fetch_missed_events(now=timezone.now())
        ids = {event["id"] for event in events}
        assert WebhookEvent.objects.filter(event_id__in=ids).count() == len(ids)

    def test_are_looked_for_back_to_the_last_delivery(self, clocked: Clocked) -> None:
        for event in clocked.world.events():
            deliver(event)
        clocked.world.sandbox.advance(clocked.clock_id, clocked.start + 45 * DAY)
        now = datetime.fromtimestamp(clocked.start + 45 * DAY, tz=UTC)
        fetch_missed_events(now=now)
        assert WebhookEvent.objects.filter(type="invoice.paid").count() == 2


class TestMissedPeriods:
    def test_are_all_written_with_their_invoices(self, clocked: Clocked) -> None:
        clocked.world.sandbox.advance(clocked.clock_id, clocked.start + 100 * DAY)
        now = datetime.fromtimestamp(clocked.start + 100 * DAY, tz=UTC)
        assert sweep_renewals(now=now + timedelta(minutes=5)) == 1
        with organization_context(clocked.world.id):
            periods = [row.period for row in SubscriptionPeriod.objects.order_by("during")]
            renewals = list(
                SeatLedgerEntry.objects.filter(cause="renewal")
                .select_related("invoice")
                .order_by("sequence")
            )
        assert len(periods) == 4
        assert all(earlier.end == later.start for earlier, later in pairwise(periods))
        # 10 x 10.00 + 2 x 8.00 each month
        assert [entry.amount_minor for entry in renewals] == [11_600, 11_600, 11_600]
        assert len({entry.invoice_id for entry in renewals}) == 3

    def test_of_a_subscription_that_has_ended_meanwhile_are_written_too(
        self, clocked: Clocked
    ) -> None:
        world = clocked.world
        world.sandbox.advance(clocked.clock_id, clocked.start + 40 * DAY)
        world.sandbox.call("DELETE", f"subscriptions/{world.subscription.stripe_subscription_id}")
        now = datetime.fromtimestamp(clocked.start + 40 * DAY, tz=UTC)
        sweep_renewals(now=now + timedelta(minutes=5))
        with organization_context(world.id):
            renewal = SeatLedgerEntry.objects.select_related("invoice").get(cause="renewal")
        assert renewal.invoice is not None
        assert renewal.amount_minor == renewal.invoice.total_minor == 11_600


class TestPurchaseAcrossARenewal:
    def test_paid_before_and_granted_after_it_keeps_the_ledger_in_order(
        self, clocked: Clocked
    ) -> None:
        world = clocked.world
        asked = quote(world)
        with (
            patch.object(stripe, "set_quantity", dying(after=stripe.set_quantity)),
            pytest.raises(ProcessDied),
        ):
            buy(world, asked)
        world.sandbox.advance(clocked.clock_id, clocked.start + 32 * DAY)
        now = datetime.fromtimestamp(clocked.start + 32 * DAY, tz=UTC)
        sweep_renewals(now=now)
        sweep_purchases(now=now)
        with organization_context(world.id):
            entries = list(SeatLedgerEntry.objects.order_by("sequence"))
        assert [entry.cause for entry in entries] == ["purchase", "renewal", "purchase"]
        assert breaches(entry.entry() for entry in entries) == ()
        assert world.purchased_seats() == world.stripe_quantity() == 20
