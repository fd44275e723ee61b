"""What is planned for a renewal: at Stripe, under purchases, after crashes, when it comes."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone

from accounts.tenancy import organization_context
from billing.domain.period import Interval
from billing.domain.price_table import Tier
from billing.gateways import stripe
from billing.models import Price, ScheduledChange, SeatLedgerEntry, Subscription
from billing.selectors.terms import RenewalUnderWay, current_terms
from billing.services import renewal_plan
from billing.services.purchases import purchase_seats
from billing.services.quotes import quote_seats
from billing.services.scheduling import (
    ChangeNotFound,
    ChangeNotPossible,
    NothingToUndo,
    PriceNotPossible,
    SubscriptionIsEnding,
    reactivate,
    schedule_cancellation,
    schedule_price_change,
    schedule_seats,
    undo_scheduled_change,
)
from billing.services.sweeping import sweep_plans
from seats.models import SeatAssignment, SeatPool
from seats.services.seats import assign_seat
from tests.integration.billing.conftest import Clocked, World, make_price, make_world
from tests.support.people import make_membership
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

# 20 % below twelve months of the reference tiers.
ANNUAL = (Tier(10, 9600), Tier(50, 7680), Tier(None, 5760))


def plan_seats(world: World, seats: int, **given: Any) -> ScheduledChange:
    fields: dict[str, Any] = {"actor": world.actor, "now": timezone.now()} | given
    return schedule_seats(organization_id=world.id, seats=seats, **fields)


def undo(world: World, change: ScheduledChange) -> ScheduledChange:
    return undo_scheduled_change(
        organization_id=world.id, change_id=change.pk, actor=world.actor, now=timezone.now()
    )


def cancel(world: World) -> ScheduledChange:
    return schedule_cancellation(
        organization_id=world.id, actor=world.actor, now=timezone.now(), reason="too expensive"
    )


def plan_price(world: World, price: Price, seats: int | None = None) -> ScheduledChange:
    return schedule_price_change(
        organization_id=world.id, price=price, seats=seats, actor=world.actor, now=timezone.now()
    )


def buy(world: World, quantity: int) -> None:
    now = timezone.now()
    quote = quote_seats(organization_id=world.id, quantity=quantity, actor=world.actor, now=now)
    bought = purchase_seats(
        organization_id=world.id,
        quote_id=quote.pk,
        total_minor=quote.total_now_minor,
        idempotency_key=f"buy-{quantity}",
        actor=world.actor,
        now=now,
    )
    assert bought.state == "provisioned"


def subscription_of(world: World) -> Subscription:
    with organization_context(world.id):
        return Subscription.objects.select_related("price").get()


def states(world: World) -> list[tuple[str, str]]:
    """Kind and state of every scheduled change, the oldest first."""
    with organization_context(world.id):
        rows = ScheduledChange.objects.order_by("created_at")
        return [(row.kind, row.state) for row in rows]


def at_stripe(world: World) -> dict[str, Any]:
    return world.sandbox.call("GET", f"subscriptions/{world.subscription.stripe_subscription_id}")


def phases(world: World) -> list[tuple[str, int]]:
    """Price and seats of each phase of the schedule at Stripe; none without a schedule."""
    schedule = at_stripe(world)["schedule"]
    if schedule is None:
        return []
    found = world.sandbox.call("GET", f"subscription_schedules/{schedule}")["phases"]
    return [(phase["items"][0]["price"], phase["items"][0]["quantity"]) for phase in found]


def quantities(world: World) -> list[int]:
    return [quantity for _price, quantity in phases(world)]


class TestPlanningSeats:
    def test_is_kept_by_us_and_by_stripe(self, world: World) -> None:
        change = plan_seats(world, 8, reason="two projects end")
        subscription = subscription_of(world)
        assert (subscription.purchased_seats, subscription.next_term_seats) == (12, 8)
        assert subscription.plan_version == subscription.plan_version_at_stripe == 1
        assert (change.quantity_from, change.quantity_to) == (12, 8)
        assert quantities(world) == [12, 8]
        assert world.purchased_seats() == 12

    def test_of_more_seats_grants_none_yet(self, world: World) -> None:
        plan_seats(world, 20)
        subscription = subscription_of(world)
        assert (subscription.purchased_seats, subscription.next_term_seats) == (12, 20)
        assert quantities(world) == [12, 20]

    def test_again_replaces_what_was_planned(self, world: World) -> None:
        plan_seats(world, 8)
        plan_seats(world, 15)
        assert states(world) == [("seats", "superseded"), ("seats", "planned")]
        assert quantities(world) == [12, 15]

    def test_can_be_undone(self, world: World) -> None:
        undone = undo(world, plan_seats(world, 8))
        assert undone.state == "undone"
        assert undone.ended_by_id == world.ada.pk
        assert subscription_of(world).next_term_seats == 12
        assert at_stripe(world)["schedule"] is None
        with pytest.raises(NothingToUndo):
            undo(world, undone)

    def test_is_another_organizations_to_undo_only(self, world: World) -> None:
        other = make_world(world.sandbox, name="umbrella", admin="cleo", price=Price.objects.get())
        with pytest.raises(ChangeNotFound):
            undo(other, plan_seats(world, 8))

    def test_keeps_the_assigned_seats(self, world: World) -> None:
        with organization_context(world.id):
            for name in ("ben", "dora", "emil"):
                person = make_membership(world.organization, name=name, external_id=name)
                assign_seat(
                    organization_id=world.id,
                    membership_id=person.pk,
                    actor=world.actor,
                    now=timezone.now(),
                )
        with pytest.raises(ChangeNotPossible, match="3 seats are assigned"):
            plan_seats(world, 2)
        assert plan_seats(world, 3).state == "planned"

    @pytest.mark.parametrize("seats", [0, 12])
    def test_refuses_what_is_no_plan(self, world: World, seats: int) -> None:
        with pytest.raises(ChangeNotPossible):
            plan_seats(world, seats)
        assert states(world) == []


class TestAPlanUnderPurchases:
    def test_of_fewer_seats_keeps_its_size(self, world: World) -> None:
        plan_seats(world, 8)
        buy(world, 15)
        # 4 fewer than the 15
        assert subscription_of(world).next_term_seats == 11
        assert quantities(world) == [15, 11]
        assert world.stripe_quantity() == 15

    def test_of_more_seats_is_a_target(self, world: World) -> None:
        plan_seats(world, 20)
        buy(world, 15)
        assert subscription_of(world).next_term_seats == 20
        assert quantities(world) == [15, 20]

    def test_of_more_seats_ends_when_its_target_is_bought(self, world: World) -> None:
        plan_seats(world, 15)
        buy(world, 20)
        assert states(world) == [("seats", "superseded")]
        assert subscription_of(world).next_term_seats == 20
        assert at_stripe(world)["schedule"] is None

    def test_shows_in_the_next_invoice_of_a_quote(self, world: World) -> None:
        plan_seats(world, 8)
        quote = quote_seats(
            organization_id=world.id, quantity=13, actor=world.actor, now=timezone.now()
        )
        # 13 - 4 = 9 seats at 10.00
        assert quote.next_invoice_minor == 9000


class TestARenewal:
    def at(self, clocked: Clocked, days: float) -> datetime:
        return datetime.fromtimestamp(clocked.start, tz=UTC) + timedelta(days=days)

    def test_brings_fewer_seats(self, clocked: Clocked) -> None:
        plan_seats(clocked.world, 8)
        clocked.advance(32)
        with organization_context(clocked.world.id):
            renewal = SeatLedgerEntry.objects.get(cause="renewal")
        # 8 x 10.00
        assert (renewal.seats_delta, renewal.seats_after, renewal.amount_minor) == (-4, 8, 8000)
        assert renewal.scheduled_change_id is not None
        assert clocked.world.purchased_seats() == clocked.world.stripe_quantity() == 8
        assert states(clocked.world) == [("seats", "applied")]
        assert at_stripe(clocked.world)["schedule"] is None

    def test_brings_more_seats_when_it_is_paid(self, clocked: Clocked) -> None:
        plan_seats(clocked.world, 20)
        clocked.advance(32)
        with organization_context(clocked.world.id):
            rows = SeatLedgerEntry.objects.order_by("sequence")
            written = [(row.cause, row.seats_delta, row.amount_minor) for row in rows]
        # 10 x 10.00 + 10 x 8.00
        assert written[-2:] == [("renewal", 0, 18_000), ("renewal_increase", 8, 0)]
        assert clocked.world.purchased_seats() == 20
        assert states(clocked.world) == [("seats", "applied")]

    def test_that_is_declined_brings_no_seat_until_it_is_paid(self, clocked: Clocked) -> None:
        plan_seats(clocked.world, 20)
        clocked.world.use_card("pm_card_chargeCustomerFail")
        clocked.advance(32)
        assert clocked.world.purchased_seats() == 12
        assert states(clocked.world) == [("seats", "planned")]
        clocked.world.use_card("pm_card_visa")
        clocked.advance(45)
        assert clocked.world.purchased_seats() == 20
        assert states(clocked.world) == [("seats", "applied")]

    def test_that_waits_for_its_payment_lets_nobody_buy_on_top(self, clocked: Clocked) -> None:
        plan_seats(clocked.world, 20)
        with organization_context(clocked.world.id):
            end = current_terms(clocked.world.id, timezone.now()).period.end
        # Stripe leaves the invoice a draft for an hour.
        clocked.advance((end.timestamp() - clocked.start) / 86_400 + 0.01)
        assert clocked.world.purchased_seats() == 12
        with organization_context(clocked.world.id), pytest.raises(RenewalUnderWay):
            current_terms(clocked.world.id, end + timedelta(minutes=20))

    def test_that_stripe_had_no_plan_for_postpones_it(self, clocked: Clocked) -> None:
        with patch.object(renewal_plan, "_make_equal", side_effect=stripe.GatewayFault("no")):
            plan_seats(clocked.world, 8)
            clocked.world.sandbox.advance(clocked.clock_id, clocked.start + 32 * 86_400)
        clocked.advance(32.1)
        # Twelve were charged, so twelve are there; the plan waits for the next renewal.
        subscription = subscription_of(clocked.world)
        assert (subscription.purchased_seats, subscription.next_term_seats) == (12, 8)
        assert states(clocked.world) == [("seats", "planned")]
        assert quantities(clocked.world) == [12, 8]
        clocked.advance(63)
        assert clocked.world.purchased_seats() == clocked.world.stripe_quantity() == 8

    def test_brings_another_interval_and_a_commitment(self, clocked: Clocked) -> None:
        annual = make_price(interval=Interval.YEAR, tiers=ANNUAL)
        plan_price(clocked.world, annual, seats=10)
        clocked.advance(32)
        subscription = subscription_of(clocked.world)
        assert subscription.price_id == annual.pk
        assert (subscription.purchased_seats, subscription.committed_baseline_seats) == (10, 10)
        with organization_context(clocked.world.id):
            renewal = SeatLedgerEntry.objects.get(cause="renewal")
            period = subscription.periods.order_by("during").last()
        # 10 x 96.00 for the year
        assert renewal.amount_minor == 96_000
        assert period is not None
        assert (period.period.end - period.period.start).days in (365, 366)


class TestPlanningAPrice:
    def test_is_kept_by_us_and_by_stripe(self, world: World) -> None:
        annual = make_price(interval=Interval.YEAR, tiers=ANNUAL)
        plan_price(world, annual)
        annual.refresh_from_db()
        assert phases(world)[1] == (annual.stripe_price_id, 12)

    def test_goes_with_planned_seats(self, world: World) -> None:
        annual = make_price(interval=Interval.YEAR, tiers=ANNUAL)
        plan_seats(world, 8)
        plan_price(world, annual)
        annual.refresh_from_db()
        assert states(world) == [("seats", "planned"), ("price", "planned")]
        assert phases(world)[1] == (annual.stripe_price_id, 8)

    def test_takes_its_seats_back_when_it_is_undone(self, world: World) -> None:
        annual = make_price(interval=Interval.YEAR, tiers=ANNUAL)
        undo(world, plan_price(world, annual, seats=8))
        assert subscription_of(world).next_term_seats == 12
        assert at_stripe(world)["schedule"] is None

    def test_refuses_the_price_of_today(self, world: World) -> None:
        with pytest.raises(PriceNotPossible):
            plan_price(world, subscription_of(world).price)


class TestCanceling:
    def test_ends_with_the_period_and_replaces_other_plans(self, world: World) -> None:
        plan_seats(world, 8)
        cancel(world)
        assert states(world) == [("seats", "superseded"), ("cancellation", "planned")]
        assert subscription_of(world).next_term_seats == 12
        stripe_side = at_stripe(world)
        assert (stripe_side["cancel_at_period_end"], stripe_side["schedule"]) == (True, None)
        with pytest.raises(SubscriptionIsEnding):
            plan_seats(world, 8)

    def test_twice_is_once(self, world: World) -> None:
        assert cancel(world).pk == cancel(world).pk

    def test_can_be_taken_back_until_then(self, world: World) -> None:
        cancel(world)
        reactivate(organization_id=world.id, actor=world.actor, now=timezone.now())
        assert states(world) == [("cancellation", "undone")]
        assert at_stripe(world)["cancel_at_period_end"] is False
        with pytest.raises(NothingToUndo):
            reactivate(organization_id=world.id, actor=world.actor, now=timezone.now())

    def test_frees_every_seat_at_the_end(self, clocked: Clocked) -> None:
        world = clocked.world
        with organization_context(world.id):
            ben = make_membership(world.organization, name="Ben", external_id="ben")
            assign_seat(
                organization_id=world.id,
                membership_id=ben.pk,
                actor=world.actor,
                now=timezone.now(),
            )
        cancel(world)
        clocked.advance(32)
        subscription = subscription_of(world)
        assert (subscription.status, subscription.purchased_seats) == ("canceled", 0)
        with organization_context(world.id):
            end = SeatLedgerEntry.objects.get(cause="end")
            pool = SeatPool.objects.get()
            assert not SeatAssignment.objects.filter(during__endswith__isnull=True).exists()
        assert (end.seats_delta, end.seats_after, end.amount_minor) == (-12, 0, 0)
        assert (pool.purchased_seats, pool.assigned_seats) == (0, 0)
        assert states(world) == [("cancellation", "applied")]


class TestACrash:
    """Between our commit and Stripe, or between Stripe's steps."""

    @pytest.mark.parametrize("step", ["retrieve_subscription", "schedule_renewal"])
    def test_leaves_the_plan_to_the_sweeper(self, world: World, step: str) -> None:
        with patch.object(stripe, step, side_effect=stripe.TemporarilyUnavailable):
            plan_seats(world, 8)
        assert at_stripe(world)["schedule"] is None
        assert sweep_plans(now=timezone.now()) == 1
        assert quantities(world) == [12, 8]
        assert sweep_plans(now=timezone.now()) == 0

    def test_between_making_the_schedule_and_writing_it(
        self, world: World, sandbox: Sandbox
    ) -> None:
        sandbox.call(
            "POST",
            "subscription_schedules",
            from_subscription=world.subscription.stripe_subscription_id,
        )
        plan_seats(world, 8)
        assert quantities(world) == [12, 8]

    def test_of_the_process_gives_the_lease_back_in_time(self, world: World) -> None:
        now = timezone.now()
        with (
            patch.object(renewal_plan, "_give_back", side_effect=SystemExit),
            pytest.raises(SystemExit),
        ):
            plan_seats(world, 8, now=now)
        assert sweep_plans(now=now) == 0
        assert sweep_plans(now=now + renewal_plan.LEASE + timedelta(seconds=1)) == 1
        assert subscription_of(world).plan_version_at_stripe == 1

    def test_is_told_again_when_the_plan_changed_meanwhile(self, world: World) -> None:
        real = renewal_plan._make_equal
        met: list[bool] = []

        def change_of_mind(claim: Any, at: datetime) -> bool:
            told = real(claim, at)
            if not met:
                met.append(True)
                # Somebody else plans while the lease is held, and leaves the telling to us.
                plan_seats(world, 9)
            return told

        with patch.object(renewal_plan, "_make_equal", change_of_mind):
            plan_seats(world, 8)
        assert quantities(world) == [12, 9]
