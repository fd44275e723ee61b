"""Expansion tasks: who gets them, what is done with them, who gets the credit."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError

from accounts.domain.roles import StaffScope
from accounts.models import Organization
from accounts.services.history import SYSTEM, Actor
from accounts.tenancy import organization_context, staff_context
from billing.hooks import SeatsPurchased, on_seats_purchased
from seats.services.seats import change_purchased_seats
from signals.domain.closing import OUTCOMES
from signals.domain.tasks import TaskState
from signals.models import AlertMemory, ExpansionTask, Notification, Signal, TaskEvent
from signals.services.scan import scan
from signals.services.task_events import TaskCannotMove, TaskCannotSleep, TaskReasonMissing
from signals.services.task_work import move_task, snooze_task
from tests.integration.signals.world import World, day

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


@pytest.fixture
def lago() -> World:
    """Ten seats, all assigned and in use, two people waiting in Marketing: the alert is open."""
    world = World(people=10)
    world.add_people(2, seated=False, department="Marketing")
    for person in world.people[10:]:
        world.ask(person, day(-1))
    world.use(world.people[:10], day(-1))
    scan(now=day(0))
    return world


def task_of(world: World) -> ExpansionTask:
    with organization_context(world.id):
        return ExpansionTask.objects.select_related("owner").get()


def signal_of(world: World) -> Signal:
    with organization_context(world.id):
        return Signal.objects.get(kind="utilization")


def move(world: World, to: TaskState, now: datetime, reason: str = "") -> ExpansionTask:
    return move_task(
        organization_id=world.id,
        task_id=task_of(world).pk,
        to=to,
        outcome=OUTCOMES[to][0] if to in OUTCOMES else "",
        reason=reason,
        actor=Actor.of(world.max),
        now=now,
    )


def buy(world: World, seats_added: int, at: datetime) -> None:
    """Grant paid seats as billing does: pool, then hook, in one transaction."""
    with organization_context(world.id):
        seats_after = 10 + seats_added
        seated = change_purchased_seats(
            organization_id=world.id, seats_after=seats_after, actor=SYSTEM, now=at
        )
        on_seats_purchased(
            SeatsPurchased(
                organization_id=world.id,
                purchase_id=uuid.uuid4(),
                ledger_entry_id=1,
                seats_added=seats_added,
                seats_after=seats_after,
                amount_minor=41_290,
                annual_delta_minor=240_000,
                currency="EUR",
                seated_membership_ids=tuple(m.pk for m in seated),
                actor=Actor.of(world.ada),
                at=at,
            )
        )


class TestOpening:
    def test_gives_the_task_to_the_account_manager(self, lago: World) -> None:
        task = task_of(lago)
        assert (task.owner, task.play, task.state) == (lago.max, "add_seats", "open")

    def test_sets_the_due_time_in_business_hours(self, lago: World) -> None:
        # Full: one business day, from Monday 12:00 to Tuesday 12:00; the reminder after 6 of 8 h.
        task = task_of(lago)
        assert task.due_at == day(1)
        assert task.reminder_at == day(1) - timedelta(hours=2)

    def test_suggests_a_seat_for_everyone_and_back_to_75_percent(self, lago: World) -> None:
        # 10 active / 0.75 = 13.3, so 14 seats: 4 more than the 10 there are; 2 wait.
        assert task_of(lago).seats_suggested == 4

    def test_lands_in_the_queue_without_an_account_manager(self) -> None:
        world = World(people=10)
        with staff_context(user_id=0, scope=StaffScope.ALL):
            Organization.objects.update(account_manager=None)
        world.use(world.people, day(-1))
        scan(now=day(0))
        assert task_of(world).owner is None
        with organization_context(world.id):
            assert set(Notification.objects.values_list("recipient", flat=True)) == {world.ada.pk}


class TestWorking:
    def test_a_start_acknowledges_the_alert(self, lago: World) -> None:
        task = move(lago, TaskState.IN_PROGRESS, day(0))
        assert task.first_action_at == day(0)
        assert signal_of(lago).status == "acknowledged"

    def test_a_close_asks_for_a_reason(self, lago: World) -> None:
        with pytest.raises(TaskReasonMissing):
            move(lago, TaskState.DECLINED, day(0), reason="  ")
        assert task_of(lago).state == "open"

    def test_a_decline_ends_the_alert_for_90_days(self, lago: World) -> None:
        move(lago, TaskState.DECLINED, day(0), reason="No budget before summer")
        assert (signal_of(lago).status, signal_of(lago).resolution) == ("resolved", "declined")
        with organization_context(lago.id):
            memory = AlertMemory.objects.get(kind="utilization")
        assert memory.cooldown_until == date(2026, 11, 2) + timedelta(days=90)
        scan(now=day(1))
        with organization_context(lago.id):
            assert ExpansionTask.objects.count() == 1

    def test_not_now_lets_the_alert_sleep_and_ask_again(self, lago: World) -> None:
        move(lago, TaskState.NOT_NOW, day(0), reason="Budget in December")
        assert signal_of(lago).snoozed_until == date(2026, 12, 2)
        lago.use(lago.people[:10], day(20))
        scan(now=day(29))
        with organization_context(lago.id):
            assert ExpansionTask.objects.live().count() == 0
        scan(now=day(30))
        with organization_context(lago.id):
            assert ExpansionTask.objects.live().count() == 1
        assert signal_of(lago).status == "firing"

    def test_a_closed_task_stays_closed(self, lago: World) -> None:
        move(lago, TaskState.FALSE_POSITIVE, day(0), reason="Test accounts")
        with pytest.raises(TaskCannotMove):
            move(lago, TaskState.IN_PROGRESS, day(0))

    def test_everything_is_on_its_timeline(self, lago: World) -> None:
        move(lago, TaskState.IN_PROGRESS, day(0))
        move(lago, TaskState.WAITING_FOR_CUSTOMER, day(1))
        move(lago, TaskState.DECLINED, day(2), reason="No budget")
        with organization_context(lago.id):
            events = list(TaskEvent.objects.order_by("at", "pk"))
        assert [(e.kind, e.state_to) for e in events if e.kind != "merged"] == [
            ("opened", "open"),
            ("given", ""),
            ("moved", "in_progress"),
            ("moved", "waiting_for_customer"),
            ("closed", "declined"),
        ]
        assert events[-1].actor_label == "Max"


class TestSnoozing:
    def snooze(self, world: World, until: date) -> ExpansionTask:
        return snooze_task(
            organization_id=world.id,
            task_id=task_of(world).pk,
            until=until,
            actor=Actor.of(world.max),
            now=day(0),
        )

    def test_quiets_task_and_alert(self, lago: World) -> None:
        task = self.snooze(lago, date(2026, 11, 9))
        assert task.snoozed_until == signal_of(lago).snoozed_until == date(2026, 11, 9)

    def test_ends_by_itself(self, lago: World) -> None:
        self.snooze(lago, date(2026, 11, 9))
        scan(now=day(7))
        assert task_of(lago).snoozed_until is None
        assert signal_of(lago).status == "firing"

    def test_lasts_30_days_at_most(self, lago: World) -> None:
        with pytest.raises(TaskCannotSleep):
            self.snooze(lago, date(2026, 12, 3))  # 31 days

    def test_works_twice(self, lago: World) -> None:
        self.snooze(lago, date(2026, 11, 9))
        self.snooze(lago, date(2026, 11, 16))
        with pytest.raises(TaskCannotSleep):
            self.snooze(lago, date(2026, 11, 20))


class TestAPurchase:
    def test_wins_the_task_with_seats_and_revenue(self, lago: World) -> None:
        buy(lago, 4, day(1))
        task = task_of(lago)
        assert (task.state, task.reason, task.is_won) == ("done", "seats_bought", True)
        assert (task.seats_credited, task.arr_credited_minor, task.currency) == (4, 240_000, "EUR")

    def test_ends_the_alert_at_once(self, lago: World) -> None:
        buy(lago, 4, day(1))
        assert (signal_of(lago).status, signal_of(lago).resolution) == ("resolved", "seats_bought")

    def test_tells_the_account_manager_once(self, lago: World) -> None:
        buy(lago, 4, day(1))
        scan(now=day(1) + timedelta(minutes=1))
        with organization_context(lago.id):
            won = Notification.objects.filter(kind="task_won")
            assert [(n.recipient_id, n.facts["seats"]) for n in won] == [(lago.max.pk, 4)]

    def test_is_not_followed_by_a_new_alert(self, lago: World) -> None:
        buy(lago, 4, day(1))  # 12 of 14 assigned once the two who waited are seated
        scan(now=day(1) + timedelta(minutes=1))
        scan(now=day(2))
        with organization_context(lago.id):
            assert Signal.objects.filter(kind="utilization").count() == 1

    def test_that_was_not_announced_is_found_by_the_scan(self, lago: World) -> None:
        lago.buy_quietly(15)
        scan(now=day(0) + timedelta(minutes=1))
        task = task_of(lago)
        assert (task.is_won, task.seats_credited) == (True, 5)


class TestTheDatabase:
    def test_refuses_a_second_live_task_of_a_play(self, lago: World) -> None:
        values: dict[str, Any] = {
            "organization_id": lago.id,
            "play": "add_seats",
            "reminder_at": day(0),
            "due_at": day(1),
            "currency": "EUR",
        }
        with (
            pytest.raises(IntegrityError, match="one_live_task_per_organization_and_play"),
            organization_context(lago.id),
        ):
            ExpansionTask.objects.create(**values)

    def test_refuses_a_second_open_signal(self, lago: World) -> None:
        with (
            pytest.raises(IntegrityError, match="one_open_signal_per_organization_kind_and_scope"),
            organization_context(lago.id),
        ):
            Signal.objects.create(
                organization_id=lago.id,
                kind="utilization",
                opened_on=day(0).date(),
                raised_at=day(0),
                evaluated_on=day(0).date(),
            )

    def test_refuses_a_change_of_what_happened_to_a_task(self, lago: World) -> None:
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            organization_context(lago.id),
        ):
            TaskEvent.objects.update(note="never happened")
