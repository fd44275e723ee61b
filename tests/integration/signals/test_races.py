"""Two workers at once, on real connections."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core import mail
from django.db import connections

from accounts.services.history import Actor
from accounts.tenancy import organization_context
from signals.domain.tasks import TaskState
from signals.models import AlertMemory, ExpansionTask, Notification, Signal, SignalEvaluation
from signals.selectors.facts import scanned_facts
from signals.services.delivery import deliver_notifications
from signals.services.scan import scan
from signals.services.task_work import move_task
from tests.integration.signals.world import World, day, rows_of_signals

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def at_once(work: Callable[[], Any], workers: int = 4) -> list[Any]:
    """Run `work` on as many threads, each with connections of its own, from one moment on."""
    barrier, results, errors = Barrier(workers), [], []

    def run() -> None:
        try:
            barrier.wait()
            results.append(work())
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    return results


class TestScansAtOnce:
    def test_open_one_alert_one_task_and_one_message_each(self) -> None:
        worlds = [World(f"org-{n}", people=10) for n in range(3)]
        for world in worlds:
            world.add_people(1, seated=False)
            world.use(world.people, day(-1))
        reports = at_once(lambda: scan(now=day(0)))
        assert sum(r.opened for r in reports) == 6  # an alert and a finding in each of three
        assert sum(r.failed for r in reports) == 0
        for world in worlds:
            with organization_context(world.id):
                assert Signal.objects.filter(kind="utilization").count() == 1
                assert Signal.objects.filter(kind="unseated").count() == 1
                assert ExpansionTask.objects.count() == 1
                assert Notification.objects.count() == 2

    def test_count_a_day_once(self) -> None:
        world = World(people=8)
        world.use(world.people, day(-1))
        scan(now=day(0))
        at_once(lambda: scan(now=day(1)))
        with organization_context(world.id):
            assert AlertMemory.objects.get(kind="utilization").due_evaluations == 2
            assert SignalEvaluation.objects.filter(kind="utilization").count() == 2
            assert not Signal.objects.filter(kind="utilization").exists()

    def test_leave_what_one_scan_alone_would_leave(self) -> None:
        world = World(people=8)
        world.use(world.people, day(-1))
        for n in range(2):
            scan(now=day(n))
        at_once(lambda: scan(now=day(2)))
        before = rows_of_signals()
        scan(now=day(2) + timedelta(minutes=1))
        assert rows_of_signals() == before
        assert before["signals_signal"] == before["signals_expansiontask"] == 1


class TestSomebodyWhoActsDuringAScan:
    def test_is_not_overwritten(self, monkeypatch: pytest.MonkeyPatch) -> None:
        world = World(people=10)
        world.use(world.people, day(-1))
        scan(now=day(0))
        with organization_context(world.id):
            task = ExpansionTask.objects.get()

        def act_in_between(**values: Any) -> Any:
            facts = scanned_facts(**values)
            move_task(
                organization_id=world.id,
                task_id=task.pk,
                to=TaskState.IN_PROGRESS,
                actor=Actor.of(world.max),
                now=day(1),
            )
            return facts

        with monkeypatch.context() as patched:
            patched.setattr("signals.services.scan.scanned_facts", act_in_between)
            report = scan(now=day(1))
        assert report.overtaken == 1
        with organization_context(world.id):
            memory = AlertMemory.objects.get(kind="utilization")
        assert (memory.status, memory.evaluated_on) == ("acknowledged", day(0).date())
        scan(now=day(1) + timedelta(minutes=1))
        with organization_context(world.id):
            memory = AlertMemory.objects.get(kind="utilization")
        assert (memory.status, memory.evaluated_on) == ("acknowledged", day(1).date())


class TestDeliveriesAtOnce:
    def test_send_each_message_once(self) -> None:
        for n in range(4):
            world = World(f"org-{n}", people=10)
            world.use(world.people, day(-1))
        scan(now=day(0))
        at_once(lambda: deliver_notifications(now=day(0)))
        assert len(mail.outbox) == 8
        assert len({m.extra_headers["Message-ID"] for m in mail.outbox}) == 8
