"""Detectors beyond the seat alert: findings with tasks, scopes, and what low use does."""

from collections.abc import Iterable
from typing import Any

import pytest

from accounts.services.history import Actor
from accounts.tenancy import organization_context
from signals.domain.closing import OUTCOMES
from signals.domain.evidence import people_waiting
from signals.domain.findings import FindingRule, Presence
from signals.domain.tasks import SignalKind, TaskState
from signals.models import AlertMemory, DetectorKind, ExpansionTask, Notification, Signal
from signals.selectors.sights import Ask, Sight, Thresholds
from signals.selectors.tasks import tasks_of_today
from signals.services.detector import Case, Detector, Picture
from signals.services.pictures import no_offer
from signals.services.scan import scan
from signals.services.task_work import move_task
from tests.integration.signals.world import World, day

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def tasks(world: World) -> dict[str, ExpansionTask]:
    with organization_context(world.id):
        return {task.play: task for task in ExpansionTask.objects.order_by("pk")}


class TestLowUse:
    def test_opens_an_adoption_task_on_the_fourteenth_day(self) -> None:
        world = World(seats=10, people=5)
        for n in range(13):
            scan(now=day(n))
        assert tasks(world) == {}
        scan(now=day(13))
        with organization_context(world.id):
            signal = Signal.objects.get()
        assert (signal.kind, signal.status, signal.opened_on) == (
            "low_use",
            "firing",
            day(13).date(),
        )
        assert signal.evidence == [
            {"code": "low_use", "values": {"below": 6000, "days": 14}},
            {"code": "seats_in_use", "values": {"active": 0, "purchased": 10, "share": 0}},
        ]
        assert list(tasks(world)) == ["adoption"]
        with organization_context(world.id):
            assert [n.recipient_id for n in Notification.objects.all()] == [world.max.pk]

    def test_parks_the_tasks_that_ask_for_seats_until_they_are_used(self) -> None:
        world = World(seats=10, people=9)  # one seat left
        world.use(world.people, day(-20))
        scan(now=day(0))
        # All nine were last active 28 days before day 8, so use is low from day 9 to day 22.
        for n in range(9, 23):
            scan(now=day(n))
        parked = tasks(world)["add_seats"]
        assert parked.parked_at == day(22)
        with organization_context(world.id):
            assert [t.play for t in tasks_of_today(owner_id=None, now=day(22))] == ["adoption"]
            assert Signal.objects.filter(kind="utilization").get().is_open
        world.use(world.people[:7], day(23))  # 7 of 10 are active again, for 7 days
        for n in range(23, 30):
            scan(now=day(n))
        found = tasks(world)
        assert (found["add_seats"].parked_at, found["adoption"].state) == (None, "done")
        assert found["add_seats"].due_at > day(29)
        with organization_context(world.id):
            kinds = list(parked.events.values_list("kind", flat=True))
        assert kinds == ["opened", "given", "parked", "resumed"]

    def test_holds_the_seat_alert_back_while_it_lasts(self) -> None:
        world = World(seats=10, people=5)
        for n in range(14):
            scan(now=day(n))
        world.use(world.people, day(13))
        world.add_people(5)
        world.use(world.people[:6], day(14))  # 6 of 10 active, all assigned
        scan(now=day(14))
        with organization_context(world.id):
            memory = AlertMemory.objects.get(kind="utilization")
        assert (memory.status, memory.holdbacks) == ("pending", ["adoption_first"])


def by_department(ask: Ask, thresholds: Thresholds[int]) -> Iterable[Sight]:
    """Two departments of everybody: one always there, the other while anyone lacks a seat."""
    for facts in ask.organizations.values():
        yield Sight(facts, scope="department:1", values={"people": 3})
        presence = Presence.THERE if facts.unseated else Presence.GONE
        yield Sight(facts, presence, scope="department:2", values={"people": facts.unseated})


def department_picture(case: Case) -> Picture:
    said = people_waiting(case.sight.scope, case.sight.values["people"])
    return Picture((said,), no_offer(case))


BY_DEPARTMENT: Detector[int] = Detector(
    kind=DetectorKind.NEW_HIRES,
    defaults=1,
    source=by_department,
    rule=lambda days: FindingRule(fires_after=days),
    picture=department_picture,
    asks_for=SignalKind.NEW_HIRES,
)


class TestADetectorWithScopes:
    @pytest.fixture(autouse=True)
    def only_by_department(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("signals.services.scan.DETECTORS", (BY_DEPARTMENT,))

    @pytest.fixture
    def lago(self) -> World:
        world = World(people=3)
        world.add_people(2, seated=False)
        world.use(world.people, day(-1))
        return world

    def signals(self, world: World) -> list[Any]:
        with organization_context(world.id):
            return list(Signal.objects.order_by("scope").values_list("scope", "status"))

    def test_speaks_once_about_each_in_one_task(self, lago: World) -> None:
        for n in (0, 0, 1):
            scan(now=day(n))
        assert self.signals(lago) == [("department:1", "firing"), ("department:2", "firing")]
        task = tasks(lago)["add_seats"]
        assert [e["values"]["department"] for e in task.evidence] == [
            "department:2",
            "department:1",
        ]
        with organization_context(lago.id):
            kinds = list(task.events.values_list("kind", flat=True))
        assert kinds == ["opened", "merged", "given"]

    def test_keeps_the_task_until_the_last_of_them_ends(self, lago: World) -> None:
        scan(now=day(0))
        for person in lago.people[3:]:
            lago.seat(person, at=day(0))
        scan(now=day(1))
        assert self.signals(lago) == [("department:1", "firing"), ("department:2", "resolved")]
        assert tasks(lago)["add_seats"].is_live

    def test_is_answered_by_what_is_done_with_the_task(self, lago: World) -> None:
        scan(now=day(0))
        move_task(
            organization_id=lago.id,
            task_id=tasks(lago)["add_seats"].pk,
            to=TaskState.FALSE_POSITIVE,
            actor=Actor.of(lago.max),
            now=day(0),
            outcome=OUTCOMES[TaskState.FALSE_POSITIVE][0],
            reason="They are interns.",
        )
        assert [status for _, status in self.signals(lago)] == ["resolved", "resolved"]
        scan(now=day(1))
        assert [status for _, status in self.signals(lago)] == ["resolved", "resolved"]

    def test_ends_what_its_source_names_no_more(
        self, lago: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        scan(now=day(0))
        silent: Detector[int] = Detector(
            kind=BY_DEPARTMENT.kind,
            defaults=1,
            source=lambda ask, thresholds: (),
            picture=department_picture,
            asks_for=SignalKind.NEW_HIRES,
        )
        monkeypatch.setattr("signals.services.scan.DETECTORS", (silent,))
        scan(now=day(1))
        assert [status for _, status in self.signals(lago)] == ["resolved", "resolved"]
        assert not tasks(lago)["add_seats"].is_live
