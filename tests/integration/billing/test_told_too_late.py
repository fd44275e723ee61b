"""A plan that was taken back or replaced at the last moment, and Stripe had renewed with it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tenancy import organization_context
from billing.domain.period import Interval
from billing.models import SeatLedgerEntry
from billing.services.reconciliation import reconcile
from seats.models import SeatPool
from tests.integration.billing.conftest import DAY, Clocked, make_price
from tests.integration.billing.test_scheduled_changes import (
    ANNUAL,
    at_stripe,
    plan_price,
    plan_seats,
    states,
    subscription_of,
    undo,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def stripe_renews(clocked: Clocked) -> None:
    """Stripe begins the next period; by our clock the running one has not ended, nobody told us."""
    clocked.world.sandbox.advance(clocked.clock_id, clocked.start + 32 * DAY)


def compared(clocked: Clocked) -> dict[str, int]:
    now = timezone.now() + timedelta(days=32)
    run = reconcile(now=now, clock=lambda: now)
    assert run is not None
    return dict(run.found)


class TestADecrease:
    def test_that_was_taken_back_too_late_grants_what_stripe_charged(
        self, clocked: Clocked
    ) -> None:
        world = clocked.world
        plan = plan_seats(world, 8)
        stripe_renews(clocked)
        undo(world, plan)
        assert subscription_of(world).next_term_seats == 12
        clocked.advance(32.1)
        subscription = subscription_of(world)
        # Stripe charged 8 x 10.00; 12 seats would be 4 that nobody paid for.
        assert (subscription.purchased_seats, subscription.next_term_seats) == (8, 8)
        assert at_stripe(world)["items"]["data"][0]["quantity"] == 8
        with organization_context(world.id):
            assert SeatPool.objects.get().purchased_seats == 8
            renewal = SeatLedgerEntry.objects.get(cause="renewal")
        assert (renewal.seats_delta, renewal.amount_minor) == (-4, 8_000)
        assert states(world) == [("seats", "applied")]
        assert compared(clocked) == {}

    def test_that_was_replaced_too_late_renews_and_keeps_the_new_plan(
        self, clocked: Clocked
    ) -> None:
        world = clocked.world
        plan_seats(world, 8)
        stripe_renews(clocked)
        plan_seats(world, 6)
        clocked.advance(32.1)
        subscription = subscription_of(world)
        assert (subscription.purchased_seats, subscription.next_term_seats) == (8, 6)
        assert states(world) == [("seats", "superseded"), ("seats", "planned")]
        assert compared(clocked) == {}


class TestAPrice:
    def test_that_was_taken_back_too_late_is_the_one_of_the_term(self, clocked: Clocked) -> None:
        world = clocked.world
        annual = make_price(interval=Interval.YEAR, tiers=ANNUAL)
        plan = plan_price(world, annual, seats=10)
        stripe_renews(clocked)
        undo(world, plan)
        clocked.advance(32.1)
        subscription = subscription_of(world)
        assert subscription.price_id == annual.pk
        assert (subscription.purchased_seats, subscription.committed_baseline_seats) == (10, 10)
        assert states(world) == [("price", "applied")]
        assert compared(clocked) == {}
