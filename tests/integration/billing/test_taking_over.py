"""What a customer changes on Stripe's own pages about the renewal becomes our plan."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import HistoryEntry
from accounts.tenancy import organization_context
from billing.gateways import stripe
from billing.models import ScheduledChange
from billing.services import renewal_plan
from billing.services.periods import sync_subscription
from billing.services.scheduling import reactivate
from billing.services.webhooks import process_due_events
from tests.integration.billing.conftest import Clocked, World
from tests.integration.billing.test_scheduled_changes import (
    at_stripe,
    cancel,
    plan_seats,
    quantities,
    states,
    subscription_of,
)
from tests.support.stripe import deliver

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def at_the_portal(world: World, *, ends: bool) -> None:
    """Cancel on Stripe's page, or take that back; nobody tells us."""
    world.sandbox.call(
        "POST",
        f"subscriptions/{world.subscription.stripe_subscription_id}",
        cancel_at_period_end="true" if ends else "false",
    )


def hear(world: World) -> None:
    """Read the subscription as its event asks for."""
    sync_subscription(
        organization_id=world.id,
        stripe_subscription_id=world.subscription.stripe_subscription_id,
        now=timezone.now(),
    )


def planned_by(world: World) -> list[tuple[str, str, str]]:
    with organization_context(world.id):
        rows = ScheduledChange.objects.order_by("created_at")
        return [(row.kind, row.created_label, row.ended_label) for row in rows]


class TestCanceledThere:
    def test_becomes_a_planned_end_with_a_mail(self, world: World) -> None:
        at_the_portal(world, ends=True)
        hear(world)
        hear(world)
        assert states(world) == [("cancellation", "planned")]
        assert planned_by(world) == [("cancellation", "Stripe", "")]
        with organization_context(world.id):
            entry = HistoryEntry.objects.get(verb="cancellation_change_planned")
        assert entry.actor_label == "Stripe"
        # One to ada and one to the address for invoices.
        assert sorted(to for letter in mail.outbox for to in letter.to) == [
            "acme@example.com",
            world.ada.email,
        ]
        assert mail.outbox[0].subject.startswith("Your subscription ends on ")
        assert at_stripe(world)["cancel_at_period_end"] is True

    def test_replaces_what_was_planned(self, world: World) -> None:
        plan_seats(world, 8)
        schedule = at_stripe(world)["schedule"]
        world.sandbox.call("POST", f"subscription_schedules/{schedule}/release")
        at_the_portal(world, ends=True)
        hear(world)
        assert states(world) == [("seats", "superseded"), ("cancellation", "planned")]
        assert subscription_of(world).next_term_seats == 12

    def test_can_be_taken_back_here(self, world: World) -> None:
        at_the_portal(world, ends=True)
        hear(world)
        reactivate(organization_id=world.id, actor=world.actor, now=timezone.now())
        assert at_stripe(world)["cancel_at_period_end"] is False
        hear(world)
        assert states(world) == [("cancellation", "undone")]
        assert at_stripe(world)["cancel_at_period_end"] is False

    def test_is_not_undone_by_a_plan_made_before_we_heard_of_it(self, world: World) -> None:
        at_the_portal(world, ends=True)
        plan_seats(world, 8)
        assert states(world) == [("seats", "superseded"), ("cancellation", "planned")]
        subscription = subscription_of(world)
        assert subscription.plan_version == subscription.plan_version_at_stripe
        assert at_stripe(world)["cancel_at_period_end"] is True
        assert len(mail.outbox) == 2

    def test_is_heard_of_by_an_event_that_comes_days_later(self, world: World) -> None:
        at_the_portal(world, ends=True)
        event = next(
            e for e in reversed(world.events()) if e["type"] == "customer.subscription.updated"
        )
        # What the event says is days old: meanwhile it was taken back and canceled again.
        at_the_portal(world, ends=False)
        at_the_portal(world, ends=True)
        assert deliver(event) == 200
        later = timezone.now() + timedelta(days=4)
        process_due_events(now=later, clock=lambda: later)
        assert states(world) == [("cancellation", "planned")]


class TestReactivatedThere:
    def test_takes_our_plan_back(self, world: World) -> None:
        cancel(world)
        at_the_portal(world, ends=False)
        hear(world)
        assert states(world) == [("cancellation", "undone")]
        assert planned_by(world) == [("cancellation", str(world.ada), "Stripe")]
        assert at_stripe(world)["cancel_at_period_end"] is False
        assert mail.outbox[-1].subject == "Your subscription goes on"

    def test_is_taken_over_after_the_renewal_too(self, clocked: Clocked) -> None:
        world = clocked.world
        cancel(world)
        at_the_portal(world, ends=False)
        clocked.advance(32)
        assert states(world) == [("cancellation", "undone")]
        assert at_stripe(world)["cancel_at_period_end"] is False
        assert subscription_of(world).purchased_seats == 12


class TestReleasedThere:
    def test_undoes_what_the_schedule_was_for(self, world: World) -> None:
        plan_seats(world, 8)
        world.sandbox.call("POST", f"subscription_schedules/{at_stripe(world)['schedule']}/release")
        hear(world)
        assert states(world) == [("seats", "undone")]
        assert subscription_of(world).next_term_seats == 12
        assert at_stripe(world)["schedule"] is None

    def test_is_not_what_a_change_of_ours_did(self, world: World) -> None:
        with patch.object(stripe, "schedule_renewal", side_effect=stripe.TemporarilyUnavailable):
            plan_seats(world, 8)
        hear(world)
        assert states(world) == [("seats", "planned")]
        assert quantities(world) == [12, 8]


class TestAStaleReading:
    """Read before we told Stripe, written after it: it must not overrule what we told."""

    def stale(self, world: World, then: Callable[[], Any]) -> None:
        real = stripe.retrieve_subscription

        def answer_late(subscription_id: str) -> stripe.SubscriptionState:
            state = real(subscription_id)
            with patch.object(stripe, "retrieve_subscription", real):
                then()
            return state

        with patch.object(stripe, "retrieve_subscription", answer_late):
            hear(world)

    def test_of_before_our_end_does_not_take_it_back(self, world: World) -> None:
        self.stale(world, lambda: cancel(world))
        assert states(world) == [("cancellation", "planned")]
        assert at_stripe(world)["cancel_at_period_end"] is True

    def test_of_before_our_reactivation_does_not_end_it_again(self, world: World) -> None:
        cancel(world)
        self.stale(
            world,
            lambda: reactivate(organization_id=world.id, actor=world.actor, now=timezone.now()),
        )
        assert states(world) == [("cancellation", "undone")]
        assert at_stripe(world)["cancel_at_period_end"] is False

    def test_of_before_our_schedule_does_not_undo_it(self, world: World) -> None:
        self.stale(world, lambda: plan_seats(world, 8))
        assert states(world) == [("seats", "planned")]
        assert quantities(world) == [12, 8]

    def test_of_there_and_back_again_does_nothing(self, world: World) -> None:
        def there_and_back() -> None:
            cancel(world)
            reactivate(organization_id=world.id, actor=world.actor, now=timezone.now())

        self.stale(world, there_and_back)
        assert states(world) == [("cancellation", "undone")]

    def test_of_a_telling_that_died_is_not_the_customers(self, world: World) -> None:
        now = timezone.now()
        with (
            patch.object(renewal_plan, "_give_back", side_effect=SystemExit),
            pytest.raises(SystemExit),
        ):
            cancel(world)
        assert at_stripe(world)["cancel_at_period_end"] is True
        # Taken back before anybody noted that the end had been told.
        with patch.object(renewal_plan, "_claim", return_value=None):
            reactivate(organization_id=world.id, actor=world.actor, now=now)
        hear(world)
        later = now + renewal_plan.LEASE + timedelta(seconds=1)
        renewal_plan.tell_stripe(organization_id=world.id, now=later)
        assert states(world) == [("cancellation", "undone")]
        assert at_stripe(world)["cancel_at_period_end"] is False
