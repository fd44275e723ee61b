"""Subscribers move to another version: told, at their renewal, one by one, undone until then."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core import mail
from django.utils import timezone

from accounts.domain.roles import StaffScope
from accounts.models import HistoryEntry
from accounts.selectors.history import history_line
from accounts.services.history import Actor
from accounts.tenancy import organization_context, staff_context
from billing.domain.period import Interval
from billing.domain.price_table import Tier
from billing.models import Price, PriceMigration, PriceMove, ScheduledChange, Subscription
from billing.selectors.price_moves import MovePreview, migration_progress, move_preview
from billing.services import price_moves
from billing.services.catalog import retire_price
from billing.services.price_moves import (
    MigrationNotPossible,
    retry_moves,
    start_migration,
    withdraw_moves,
    work_moves,
)
from billing.services.scheduling import (
    schedule_cancellation,
    schedule_price_change,
    undo_scheduled_change,
)
from tests.integration.billing.conftest import Clocked, World, make_price, make_world
from tests.support.people import make_membership, make_user
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

OLGA = Actor("Olga Petrova")
# One price of 11.00 for every seat instead of 10.00 for ten and 8.00 above.
SECOND = (Tier(None, 1_100),)


@pytest.fixture
def second(world: World) -> Price:
    """The version that is on sale now; acme has the first, with 12 seats."""
    return make_price(tiers=SECOND)


def staff() -> Any:
    return staff_context(user_id=0, scope=StaffScope.ALL)


def preview(world: World, to_price: Price) -> MovePreview:
    with staff():
        return move_preview(world.subscription.price, to_price)


def start(world: World, to_price: Price, *ids: int, **given: Any) -> PriceMigration:
    with staff():
        return start_migration(
            from_price=world.subscription.price,
            to_price=to_price,
            organization_ids=ids or (world.id,),
            actor=OLGA,
            now=timezone.now(),
            **given,
        )


def the_move(world: World) -> PriceMove:
    with organization_context(world.id):
        return PriceMove.objects.select_related("scheduled_change").latest("pk")


def planned(world: World) -> list[ScheduledChange]:
    with organization_context(world.id):
        return list(ScheduledChange.objects.planned())


def later() -> Any:
    """A time at which every lease has run out."""
    return timezone.now() + timedelta(minutes=5)


class TestPreview:
    def test_shows_what_each_pays_now_and_then(self, world: World, second: Price) -> None:
        found = preview(world, second)
        (line,) = found.lines
        # 10 x 10.00 + 2 x 8.00 = 116.00 now, 12 x 11.00 = 132.00 then
        assert (line.seats, line.before_minor, line.after_minor) == (12, 11_600, 13_200)
        assert line.difference_minor == found.difference_minor == 1_600
        assert line.renews_at is not None
        assert line.refusal == ""

    def test_puts_the_largest_difference_first(self, sandbox: Sandbox, world: World) -> None:
        first = world.subscription.price
        make_world(sandbox, name="beta", admin="bea", seats=60, price=first)
        make_world(sandbox, name="gamma", admin="gus", seats=1, price=first)
        second = make_price(tiers=SECOND)
        names = [line.subscription.organization.name for line in preview(world, second).lines]
        # 60 seats: 660.00 - 480.00 = 180.00; 12: 16.00; 1: 1.00
        assert names == ["Beta", "Acme", "Gamma"]

    def test_says_who_cannot_move_and_why(self, world: World) -> None:
        found = preview(world, make_price(tiers=SECOND, minimum_seats=20))
        assert "starts at 20 seats" in found.lines[0].refusal
        assert found.movable == ()

    def test_leaves_those_alone_who_planned_otherwise(self, world: World, second: Price) -> None:
        schedule_cancellation(organization_id=world.id, actor=OLGA, now=timezone.now())
        assert "ends with its period" in preview(world, second).lines[0].refusal


class TestStart:
    def test_needs_somebody_who_can_move(self, world: World, second: Price) -> None:
        with pytest.raises(MigrationNotPossible, match="at least one"):
            start(world, second, world.id + 1)

    def test_stays_within_plan_currency_and_interval(self, world: World) -> None:
        other = make_price(tiers=SECOND, interval=Interval.YEAR)
        with pytest.raises(MigrationNotPossible, match="one plan"):
            start(world, other)
        with pytest.raises(MigrationNotPossible, match="one plan"):
            start(world, world.subscription.price)

    def test_needs_a_version_on_sale(self, world: World, second: Price) -> None:
        with staff():
            second = retire_price(price_id=second.pk, actor=OLGA, now=timezone.now())
        with pytest.raises(MigrationNotPossible, match="not on sale"):
            start(world, second)

    def test_does_not_move_anybody_twice_at_once(self, world: World, second: Price) -> None:
        start(world, second)
        assert "moved already" in preview(world, second).lines[0].refusal
        with pytest.raises(MigrationNotPossible):
            start(world, second)


class TestWork:
    def test_plans_the_version_for_the_renewal(self, world: World, second: Price) -> None:
        start(world, second)
        work_moves(now=timezone.now())
        (change,) = planned(world)
        move = the_move(world)
        assert change.price_to_id == second.pk
        assert (move.state, move.scheduled_change) == ("scheduled", change)
        with organization_context(world.id):
            # nothing is charged or changed before the renewal
            assert Subscription.objects.get().price_id == world.subscription.price_id

    def test_tells_everybody_who_may_pay_once(self, world: World, second: Price) -> None:
        make_membership(world.organization, user=make_user("bill"), role="billing")
        make_membership(world.organization, user=make_user("ben"))
        start(world, second, notice="Prices rise for the first time in three years.")
        mail.outbox.clear()
        work_moves(now=timezone.now())
        work_moves(now=later())
        assert sorted(m.to[0] for m in mail.outbox) == ["ada@example.com", "bill@example.com"]
        text = str(mail.outbox[0].body)
        assert "12 seats of Team (monthly) cost €132.00 instead of €116.00" in text
        assert "first time in three years" in text

    def test_repeated_changes_nothing(self, world: World, second: Price) -> None:
        start(world, second)
        assert work_moves(now=timezone.now()) == 1
        assert work_moves(now=later()) == 0
        assert len(planned(world)) == 1

    def test_takes_over_what_was_planned_before_a_crash(self, world: World, second: Price) -> None:
        start(world, second)
        with patch.object(price_moves, "tell_admins", side_effect=RuntimeError("power cut")):
            work_moves(now=timezone.now())
        assert the_move(world).state == "planned"
        (change,) = planned(world)
        # the lease of the worker that died holds others off
        assert work_moves(now=timezone.now()) == 0
        work_moves(now=later())
        assert the_move(world).scheduled_change == change
        assert planned(world) == [change]

    def test_names_what_was_not_possible_and_tries_again(self, world: World, second: Price) -> None:
        start(world, second)
        schedule_cancellation(organization_id=world.id, actor=OLGA, now=timezone.now())
        work_moves(now=timezone.now())
        move = the_move(world)
        assert (move.state, move.problem) == ("failed", "The subscription ends with its period.")
        undo_scheduled_change(
            organization_id=world.id,
            change_id=planned(world)[0].pk,
            actor=OLGA,
            now=timezone.now(),
        )
        assert retry_moves(moves=[move], actor=OLGA, now=timezone.now()) == 1
        work_moves(now=later())
        assert the_move(world).state == "scheduled"

    def test_does_not_replace_a_price_that_the_customer_planned(
        self, world: World, second: Price
    ) -> None:
        annual = make_price(tiers=(Tier(None, 10_800),), interval=Interval.YEAR)
        start(world, second)
        schedule_price_change(
            organization_id=world.id, price=annual, actor=world.actor, now=timezone.now()
        )
        work_moves(now=timezone.now())
        assert the_move(world).state == "failed"
        assert planned(world)[0].price_to_id == annual.pk

    def test_one_that_breaks_does_not_hold_up_the_others(
        self, sandbox: Sandbox, world: World
    ) -> None:
        first = world.subscription.price
        beta = make_world(sandbox, name="beta", admin="bea", price=first)
        second = make_price(tiers=SECOND)
        start(world, second, world.id, beta.id)
        real = schedule_price_change

        def breaks_for_acme(**given: Any) -> ScheduledChange:
            if given["organization_id"] == world.id:
                raise RuntimeError("unexpected")
            return real(**given)

        with patch.object(price_moves, "schedule_price_change", breaks_for_acme):
            assert work_moves(now=timezone.now()) == 2
        assert (the_move(world).state, the_move(beta).state) == ("planned", "scheduled")
        work_moves(now=later())
        assert the_move(world).state == "scheduled"


class TestUndo:
    def test_takes_the_plan_back_and_tells_so(self, world: World, second: Price) -> None:
        start(world, second)
        work_moves(now=timezone.now())
        mail.outbox.clear()
        move = the_move(world)
        assert withdraw_moves(moves=[move], actor=OLGA, now=timezone.now()) == 1
        work_moves(now=later())
        assert the_move(world).state == "undone"
        assert planned(world) == []
        assert "stays as it is" in mail.outbox[0].subject
        # and it can be begun again
        start(world, second)

    def test_before_anything_was_planned_needs_no_mail(self, world: World, second: Price) -> None:
        start(world, second)
        mail.outbox.clear()
        withdraw_moves(moves=[the_move(world)], actor=OLGA, now=timezone.now())
        work_moves(now=timezone.now())
        assert the_move(world).state == "undone"
        assert planned(world) == []
        assert mail.outbox == []

    def test_while_a_worker_plans_it_is_not_lost(self, world: World, second: Price) -> None:
        start(world, second)
        real = schedule_price_change

        def taken_back_meanwhile(**given: Any) -> ScheduledChange:
            withdraw_moves(moves=[the_move(world)], actor=OLGA, now=timezone.now())
            return real(**given)

        with patch.object(price_moves, "schedule_price_change", taken_back_meanwhile):
            work_moves(now=timezone.now())
        assert the_move(world).state == "withdrawing"
        work_moves(now=later())
        assert the_move(world).state == "undone"
        assert planned(world) == []

    def test_ends_with_the_customers_own_undo(self, world: World, second: Price) -> None:
        start(world, second)
        work_moves(now=timezone.now())
        undo_scheduled_change(
            organization_id=world.id,
            change_id=planned(world)[0].pk,
            actor=world.actor,
            now=timezone.now(),
        )
        work_moves(now=later())
        assert the_move(world).state == "undone"

    def test_gives_way_to_another_plan_of_the_customer(self, world: World, second: Price) -> None:
        start(world, second)
        work_moves(now=timezone.now())
        schedule_cancellation(organization_id=world.id, actor=world.actor, now=timezone.now())
        work_moves(now=later())
        assert the_move(world).state == "replaced"


class TestProgress:
    def test_counts_and_sums(self, world: World, second: Price) -> None:
        migration = start(world, second)
        with staff():
            before = migration_progress(migration)
        assert (before.waiting, before.scheduled, before.difference_minor) == (1, 0, 1_600)
        work_moves(now=timezone.now())
        with staff():
            after = migration_progress(migration)
        assert (after.waiting, after.scheduled, after.failed) == (0, 1, 0)

    def test_every_state_has_its_sentence_in_the_history(self) -> None:
        def title(verb: str) -> str:
            entry = HistoryEntry(
                at=timezone.now(), actor_label="Olga", verb=verb, object_label="Acme v2"
            )
            return history_line(entry).title

        unknown = title("never_heard_of")
        assert all(title(f"price_move_{state}") != unknown for state in PriceMove.State.values)


class TestRenewal:
    def test_brings_the_version_and_its_price(self, clocked: Clocked) -> None:
        world = clocked.world
        second = make_price(tiers=SECOND)
        start(world, second)
        work_moves(now=timezone.now())
        clocked.advance(32)
        work_moves(now=later() + timedelta(days=32))
        assert the_move(world).state == "moved"
        assert clocked.subscription().price_id == second.pk
        # 12 x 11.00 instead of 116.00
        assert world.invoices_at_stripe()[0]["subtotal"] == 13_200
