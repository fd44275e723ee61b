"""The process dies after every effect of a path, one after the other, and the next one goes on.

An effect is a commit that wrote, a write of its own or a change at Stripe. Nothing here names them:
they are counted while the path runs, so a new step is killed at as well.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle

import pytest

from accounts.tenancy import organization_context
from billing.models import Purchase, SeatLedgerEntry
from billing.services.scheduling import schedule_seats, undo_scheduled_change
from billing.services.webhooks import process_due_events
from tests.fire.invariants import check_always, check_quiet
from tests.fire.killing import axe_over
from tests.fire.life import Life, begin
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

AT = datetime(2028, 1, 31, 12, 0, tzinfo=UTC)
# No path has more; a path that never ends would.
MOST_POINTS = 60


@pytest.fixture
def life(ground: Sandbox) -> Life:
    return begin(ground, price="graduated", at=AT, seats=2)


def each_death(life: Life, path: Callable[[], object]) -> Iterator[str]:
    """Run `path` until it gets through alive, each time dying one effect later; yield where."""
    for point in range(MOST_POINTS):
        with axe_over(point) as axe:
            path()
        if not axe.has_struck:
            return
        check_always(life)
        yield axe.effects[-1]
    raise AssertionError("the path has no end")


def recover(life: Life) -> None:
    """What happens by itself within minutes: the events arrive, the worker does its rounds."""
    life.pass_time(timedelta(minutes=2))
    life.gather()
    events, life.waiting = life.waiting, []
    life.deliver(events)
    life.beat()


def take_in_events(life: Life) -> None:
    """Have everything delivered and stored, and nothing worked off yet."""
    life.worker_runs = False
    life.gather()
    events, life.waiting = life.waiting, []
    life.deliver(events)
    life.worker_runs = True


def work_off(life: Life) -> None:
    process_due_events(now=life.now, clock=lambda: life.now)


class TestPurchase:
    def test_that_died_anywhere_ends_with_its_seats_or_without_a_charge(self, life: Life) -> None:
        deaths = []
        wanted = life.current().purchased_seats
        for point in each_death(life, lambda: buy_one_more(life)):
            deaths.append(point)
            recover(life)
            check_quiet(life)
            with organization_context(life.id):
                last = Purchase.objects.order_by("-created_at").first()
            if last is not None and last.quantity_to == wanted + 1:
                assert last.state == Purchase.State.PROVISIONED, point
                wanted += 1
            assert life.current().purchased_seats == wanted
        # The effects that the path has today; more are welcome, fewer would mean fewer kills.
        assert len(deaths) >= 6, deaths
        assert sum("POST subscription_items" in point for point in deaths) == 1

    def test_that_died_while_its_event_was_worked_off_is_granted_once(self, life: Life) -> None:
        life.use_card("pm_card_authenticationRequired")
        wanted = life.current().purchased_seats

        for attempt in range(MOST_POINTS):
            bought = life.buy(life.quote(wanted + 1))
            assert bought.state == Purchase.State.REQUIRES_ACTION
            life.gather()
            life.waiting = []
            life.answer_bank(passes=True)
            take_in_events(life)
            with axe_over(attempt * 2) as axe:
                work_off(life)
            check_always(life)
            recover(life)
            check_quiet(life)
            wanted += 1
            assert life.current().purchased_seats == wanted
            with organization_context(life.id):
                assert SeatLedgerEntry.objects.filter(purchase=bought).count() == 1
            life.pass_time(timedelta(minutes=6))
            if not axe.has_struck:
                break
        assert attempt >= 6


class TestPlan:
    def test_that_died_anywhere_is_the_same_on_both_sides_in_the_end(self, life: Life) -> None:
        deaths = []
        plan = iter(cycle([1, 3, 4]))
        for point in each_death(life, lambda: plan_seats(life, next(plan))):
            deaths.append(point)
            recover(life)
            check_quiet(life)
        assert len(deaths) >= 4, deaths
        assert any("POST subscription_schedules" in point for point in deaths), deaths

    def test_that_is_taken_back_and_died_anywhere_is_gone_in_the_end(self, life: Life) -> None:
        def undo() -> None:
            for plan in life.plans():
                undo_scheduled_change(
                    organization_id=life.id, change_id=plan.pk, actor=life.actor, now=life.tick()
                )

        plan_seats(life, 1)
        for _point in each_death(life, undo):
            recover(life)
            check_quiet(life)
            if not life.plans():
                plan_seats(life, 1)
        recover(life)
        check_quiet(life)
        assert life.current().next_term_seats == life.current().purchased_seats == 2

    def test_survives_an_increase_that_died_anywhere(self, life: Life) -> None:
        plan_seats(life, 1)
        for _point in each_death(life, lambda: buy_one_more(life)):
            recover(life)
            check_quiet(life)
            wanted = life.current().purchased_seats
            # One seat less at the renewal, however many are bought before it.
            assert life.current().next_term_seats == wanted - 1


def buy_one_more(life: Life) -> Purchase:
    return life.buy(life.quote(life.current().purchased_seats + 1))


def plan_seats(life: Life, seats: int) -> None:
    schedule_seats(organization_id=life.id, seats=seats, actor=life.actor, now=life.tick())


class TestRenewal:
    def test_that_died_while_it_was_noted_is_booked_once(self, life: Life) -> None:
        for attempt in range(MOST_POINTS):
            life.worker_runs = False
            life.pass_time(life.period_end() + timedelta(minutes=1) - life.now)
            take_in_events(life)
            with axe_over(attempt * 2) as axe:
                work_off(life)
            check_always(life)
            recover(life)
            check_quiet(life)
            with organization_context(life.id):
                assert SeatLedgerEntry.objects.filter(cause="renewal").count() == attempt + 1
            if not axe.has_struck:
                break
        assert attempt >= 6
