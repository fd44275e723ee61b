"""Dealing: caps, rules, deputies, reminders; what two workers and crashes leave."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from accounts.access import portfolio_of
from accounts.domain.roles import StaffScope
from accounts.models import Organization, User
from accounts.services.history import Actor
from accounts.tenancy import organization_context, staff_context
from signals.models import ExpansionTask, Notification, OwnerRule, Signal
from signals.services import scan as scan_module
from signals.services.dealing import deal_tasks
from signals.services.reminding import remind
from signals.services.scan import scan
from signals.services.staff import save_owner_rule, set_absence, set_manager
from signals.services.task_work import assign_task
from tests.integration.signals.test_races import at_once
from tests.integration.signals.world import World, day
from tests.support.people import make_user

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def full_worlds(count: int) -> list[World]:
    """Organizations with both seats in use: a task each."""
    worlds = []
    for n in range(count):
        world = World(f"org-{n}", seats=2, people=2)
        world.use(world.people, day(-1))
        worlds.append(world)
    return worlds


def tasks() -> list[ExpansionTask]:
    with staff_context(user_id=0, scope=StaffScope.ALL):
        return list(ExpansionTask.objects.select_related("owner", "deputy_for").order_by("pk"))


def messages(kind: str) -> list[tuple[str, int]]:
    with staff_context(user_id=0, scope=StaffScope.ALL):
        found = Notification.objects.filter(kind=kind).select_related("recipient")
        return sorted((m.recipient.name, m.subject_id) for m in found)


def without_manager(world: World, **values: Any) -> None:
    with staff_context(user_id=0, scope=StaffScope.ALL):
        Organization.objects.filter(pk=world.id).update(account_manager=None, **values)


def away(user: User, first: date, last: date, deputy: User, now: datetime) -> None:
    set_absence(
        user=user,
        absent_from=first,
        absent_until=last,
        deputy=deputy,
        actor=Actor.of(user),
        now=now,
    )


class TestRoom:
    def test_is_for_five_new_tasks_a_day_the_best_first(self) -> None:
        worlds = full_worlds(7)
        at_once(lambda: scan(now=day(0)), workers=2)
        held = [task for task in tasks() if task.held_since]
        assert (len(tasks()), len(held)) == (7, 2)
        assert len(messages("task_opened")) == 5
        # The next best waits for tomorrow, whatever came first.
        best = held[1]
        with organization_context(best.organization_id):
            ExpansionTask.objects.filter(pk=best.pk).update(
                value_minor=900_000, probability_basis_points=9_000
            )
        assert deal_tasks(now=day(0) + timedelta(hours=1)).given == 0
        assert deal_tasks(now=day(1)).given == 2
        # Due times run from the moment a task is given: a day of 8 hours from Tuesday noon.
        late = next(task for task in tasks() if task.pk == best.pk)
        assert (late.given_at, late.due_at) == (day(1), day(2))
        assert len(worlds) == len(messages("task_opened"))

    def test_that_is_missing_is_told_in_a_digest_once_a_day(self) -> None:
        full_worlds(6)
        scan(now=day(0))
        (held,) = [task for task in tasks() if task.held_since]
        assert remind(now=day(0)).digest == 1
        assert remind(now=day(0) + timedelta(hours=2)).digest == 0
        assert messages("task_digest") == [("Max", held.pk)]


class TestOwners:
    def test_come_from_the_first_rule_that_fits_the_least_loaded_first(self) -> None:
        mia, mo = (make_user(name, vendor_role="account_manager") for name in ("mia", "mo"))
        rule = OwnerRule(segment="enterprise", countries="de, at")
        save_owner_rule_as_admin(rule, [mia, mo])
        worlds = full_worlds(3)
        for world in worlds[:2]:
            without_manager(world, segment="enterprise", country="DE")
        without_manager(worlds[2], segment="enterprise", country="US")
        scan(now=day(0))
        assert [task.owner for task in tasks()] == [mia, mo, None]
        assert [task.held_since for task in tasks()] == [None, None, None]
        # Whoever works a task sees its account, and no other.
        assert portfolio_of(mia) == [worlds[0].id]

    def test_change_by_hand_whatever_the_caps(self) -> None:
        mia = make_user("mia", vendor_role="account_manager")
        (world,) = full_worlds(1)
        scan(now=day(0))
        (task,) = tasks()
        assign_task(
            organization_id=world.id,
            task_id=task.pk,
            owner_id=mia.pk,
            actor=Actor.of(world.max),
            now=day(0),
        )
        assert tasks()[0].owner == mia
        assert ("Mia", task.pk) in messages("task_opened")


def save_owner_rule_as_admin(rule: OwnerRule, managers: list[User]) -> None:
    olga = make_user("olga", vendor_role="vendor_admin")
    with staff_context(user_id=olga.pk, scope=StaffScope.ALL):
        save_owner_rule(rule=rule, managers=managers, actor=Actor.of(olga), now=day(0))


class TestAbsence:
    def test_sends_new_and_due_tasks_to_the_deputy_and_back(self) -> None:
        mia = make_user("mia", vendor_role="account_manager")
        worlds = full_worlds(2)
        scan(now=day(0), organization_ids=[worlds[0].id])
        away(worlds[0].max, day(0).date(), day(4).date(), mia, day(0))
        scan(now=day(0) + timedelta(minutes=5))
        assert [(t.owner, t.deputy_for) for t in tasks()] == [(mia, worlds[0].max)] * 2
        deal_tasks(now=day(4))
        assert [t.owner for t in tasks()] == [mia, mia]
        deal_tasks(now=day(5))
        assert [(t.owner, t.deputy_for) for t in tasks()] == [(worlds[0].max, None)] * 2
        with organization_context(worlds[0].id):
            kinds = list(tasks()[0].events.order_by("at", "pk").values_list("kind", flat=True))
        assert kinds[-2:] == ["stood_in", "returned"]


class TestReminders:
    def test_go_to_the_owner_and_then_to_the_owner_s_manager_once(self) -> None:
        boss = make_user("boss", vendor_role="vendor_admin")
        (world,) = full_worlds(1)
        set_manager(user=world.max, manager=boss, actor=Actor.of(boss), now=day(0))
        scan(now=day(0))
        (task,) = tasks()
        for at in (task.reminder_at - timedelta(minutes=1), task.reminder_at, task.reminder_at):
            remind(now=at)
        assert messages("task_reminder") == [("Max", task.pk)]
        for _ in range(2):
            remind(now=task.due_at)
        assert messages("task_overdue") == [("Boss", task.pk)]


def die(**_: Any) -> None:
    raise SystemError("the process ends here")


class TestACrash:
    def test_between_signal_and_task_leaves_neither(self, monkeypatch: pytest.MonkeyPatch) -> None:
        (world,) = full_worlds(1)
        with monkeypatch.context() as patched:
            # The process ends where the first message would be written: nothing was committed.
            patched.setattr(
                "signals.services.signals.notify_customer",
                lambda **_: (_ for _ in ()).throw(OSError),
            )
            assert scan(now=day(0)).failed == 1
        with organization_context(world.id):
            assert not Signal.objects.filter(kind="utilization").exists()
            assert not ExpansionTask.objects.exists()
        scan(now=day(0))
        assert [task.owner for task in tasks()] == [world.max]

    def test_before_dealing_loses_no_task(self, monkeypatch: pytest.MonkeyPatch) -> None:
        full_worlds(1)
        with monkeypatch.context() as patched:
            patched.setattr(scan_module, "deal_tasks", lambda **_: None)
            scan(now=day(0))
        assert [bool(task.held_since) for task in tasks()] == [True]
        assert messages("task_opened") == []
        at_once(lambda: deal_tasks(now=day(0)), workers=3)
        assert [bool(task.held_since) for task in tasks()] == [False]
        assert len(messages("task_opened")) == 1
