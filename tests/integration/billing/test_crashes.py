"""The process dies between two steps; the sweeper goes on. Nothing is charged or granted twice."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone

from accounts.tenancy import organization_context
from billing.gateways import stripe
from billing.models import Incident, Purchase, SeatLedgerEntry
from billing.services import charging
from billing.services.purchases import reserve_purchase
from billing.services.sweeping import IDLE_FOR, sweep_purchases
from seats.services.seats import change_purchased_seats
from tests.integration.billing.conftest import World
from tests.integration.billing.test_purchase import buy, quote

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


class ProcessDied(BaseException):
    """Nothing in the product catches this."""


def dying(*, after: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """Return a function that does what `after` does and then dies."""

    def die(*args: Any, **kwargs: Any) -> Any:
        if after is not None:
            after(*args, **kwargs)
        raise ProcessDied

    return die


def sweep(minutes: float = 1) -> None:
    sweep_purchases(now=timezone.now() + IDLE_FOR + timedelta(minutes=minutes - 1, seconds=20))


def the_purchase(world: World) -> Purchase:
    with organization_context(world.id):
        return Purchase.objects.get()


def assert_bought_once(world: World) -> None:
    assert the_purchase(world).state == Purchase.State.PROVISIONED
    assert world.purchased_seats() == world.stripe_quantity() == 20
    assert len(world.invoices_at_stripe()) == 2
    with organization_context(world.id):
        assert SeatLedgerEntry.objects.filter(purchase__isnull=False).count() == 1
        assert not Incident.objects.exists()


class TestCrash:
    def test_after_reserving_is_resumed(self, world: World) -> None:
        asked = quote(world)
        reserve_purchase(
            organization_id=world.id,
            quote_id=asked.pk,
            total_minor=asked.total_now_minor,
            idempotency_key="k",
            actor=world.actor,
            now=timezone.now(),
        )
        sweep()
        assert_bought_once(world)

    def test_after_reserving_is_ended_when_the_quote_has_run_out(self, world: World) -> None:
        asked = quote(world)
        reserve_purchase(
            organization_id=world.id,
            quote_id=asked.pk,
            total_minor=asked.total_now_minor,
            idempotency_key="k",
            actor=world.actor,
            now=timezone.now(),
        )
        sweep(minutes=40)
        assert the_purchase(world).state == Purchase.State.EXPIRED
        assert world.stripe_quantity() == 12

    @pytest.mark.parametrize(
        ("place", "state"),
        [
            ("before the charge", Purchase.State.AWAITING_PAYMENT),
            ("after the charge", Purchase.State.AWAITING_PAYMENT),
            ("before the invoice is read", Purchase.State.AWAITING_PAYMENT),
            ("before the payment is noted", Purchase.State.AWAITING_PAYMENT),
            ("before the seats are granted", Purchase.State.PAID),
        ],
    )
    def test_is_resumed_from_every_arrow(
        self, world: World, place: str, state: Purchase.State
    ) -> None:
        targets: dict[str, tuple[Any, str, Callable[..., Any]]] = {
            "before the charge": (stripe, "set_quantity", dying()),
            "after the charge": (stripe, "set_quantity", dying(after=stripe.set_quantity)),
            "before the invoice is read": (stripe, "find_change_invoice", dying()),
            "before the payment is noted": (charging, "mark_paid", dying()),
            "before the seats are granted": (charging, "provision", dying()),
        }
        module, name, death = targets[place]
        with patch.object(module, name, death), pytest.raises(ProcessDied):
            buy(world, quote(world))
        assert the_purchase(world).state == state
        assert world.purchased_seats() == 12
        sweep()
        assert_bought_once(world)

    def test_inside_the_granting_transaction_grants_all_or_nothing(self, world: World) -> None:
        from billing.services import provisioning

        with (
            patch.object(
                provisioning,
                "change_purchased_seats",
                dying(after=change_purchased_seats),
            ),
            pytest.raises(ProcessDied),
        ):
            buy(world, quote(world))
        with organization_context(world.id):
            assert SeatLedgerEntry.objects.count() == 1
        assert world.purchased_seats() == 12
        sweep()
        assert_bought_once(world)

    def test_is_not_resumed_while_somebody_works_on_it(self, world: World) -> None:
        with patch.object(stripe, "set_quantity", dying()), pytest.raises(ProcessDied):
            buy(world, quote(world))
        assert sweep_purchases(now=timezone.now()) == 0

    def test_that_repeats_while_granting_is_shown_to_finance(self, world: World) -> None:
        broken = RuntimeError("the ledger does not add up")
        with patch.object(charging, "provision", side_effect=broken), pytest.raises(RuntimeError):
            buy(world, quote(world))
        with patch.object(charging, "provision", side_effect=broken):
            sweep()
        with organization_context(world.id):
            assert Incident.objects.get().kind == Incident.Kind.GRANT_BLOCKED
        sweep_purchases(now=timezone.now() + timedelta(minutes=10))
        assert the_purchase(world).state == Purchase.State.PROVISIONED


class TestStripe:
    def test_that_cuts_the_connection_after_the_change_is_asked_again(self, world: World) -> None:
        asked = quote(world)
        world.sandbox.chaos("cut_connection", count=1, match="POST /v1/subscription_items")
        buy(world, asked)
        sweep()
        assert_bought_once(world)

    def test_that_fails_for_longer_leaves_the_purchase_to_the_sweeper(self, world: World) -> None:
        asked = quote(world)
        world.sandbox.chaos(
            "fail_answer", count=3, status=500, after_change=True, match="/v1/subscription_items"
        )
        waiting = buy(world, asked)
        assert waiting.state == Purchase.State.AWAITING_PAYMENT
        assert world.purchased_seats() == 12
        sweep()
        assert_bought_once(world)

    def test_that_does_not_answer_the_preview_charges_nothing_yet(self, world: World) -> None:
        asked = quote(world)
        world.sandbox.chaos("fail_answer", count=3, status=503, match="create_preview")
        assert buy(world, asked).state == Purchase.State.RESERVED
        sweep()
        assert_bought_once(world)

    def test_that_never_heard_of_the_charge_ends_it_after_a_day(self, world: World) -> None:
        with patch.object(stripe, "set_quantity", dying()), pytest.raises(ProcessDied):
            buy(world, quote(world))
        sweep_purchases(now=timezone.now() + timedelta(hours=24))
        ended = the_purchase(world)
        assert (ended.state, ended.failure_code) == ("expired", "never_charged")
        assert world.stripe_quantity() == 12


class TestDisagreement:
    def test_of_preview_and_quote_is_an_incident_and_stops(self, world: World) -> None:
        asked = quote(world)
        world.sandbox.call(
            "POST",
            f"subscription_items/{world.subscription.stripe_item_id}",
            quantity="13",
            proration_behavior="none",
        )
        # What Stripe debited is still 12 seats; only a change of what was paid for differs.
        world.sandbox.call(
            "POST",
            f"subscription_items/{world.subscription.stripe_item_id}",
            quantity="14",
            proration_behavior="always_invoice",
        )
        stopped = buy(world, asked)
        assert (stopped.state, stopped.failure_code) == ("failed", "preview_differs")
        with organization_context(world.id):
            incident = Incident.objects.get()
        assert incident.kind == Incident.Kind.PREVIEW_DIFFERS
        assert incident.ours["total_minor"] != incident.theirs["total_minor"]
        assert world.purchased_seats() == 12
