"""The scan: when an alert opens, rises, is held back and ends."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.models import Organization
from accounts.tenancy import organization_context
from signals.models import AlertMemory, ExpansionTask, Notification, Signal, SignalEvaluation
from signals.services.scan import scan
from signals.services.signals import apply_effect
from tests.integration.signals.world import World, day, rows_of_signals

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


@pytest.fixture
def lago() -> World:
    """Ten seats, eight of them assigned and in use."""
    world = World(people=8)
    world.use(world.people, day(-3))
    return world


def signals(world: World, kind: str = "utilization") -> list[Signal]:
    with organization_context(world.id):
        return list(Signal.objects.filter(kind=kind).order_by("pk"))


def evaluations(world: World) -> list[SignalEvaluation]:
    with organization_context(world.id):
        return list(SignalEvaluation.objects.filter(kind="utilization").order_by("on"))


class TestEightyPercent:
    def test_waits_for_three_days_in_a_row(self, lago: World) -> None:
        scan(now=day(0))
        scan(now=day(1))
        assert signals(lago) == []
        scan(now=day(2))
        (signal,) = signals(lago)
        assert (signal.band, signal.status) == ("eighty", "firing")
        assert signal.evidence[0] == {
            "code": "seats_in_use",
            "values": {"active": 8, "purchased": 10, "share": 8000},
        }

    def test_starts_counting_again_after_a_day_below(self, lago: World) -> None:
        scan(now=day(0))
        scan(now=day(1))
        lago.buy_quietly(20)  # 8 of 20
        scan(now=day(2))
        lago.buy_quietly(10)
        for n in (3, 4):
            scan(now=day(n))
        assert signals(lago) == []
        scan(now=day(5))
        assert len(signals(lago)) == 1

    def test_does_not_count_one_day_twice(self, lago: World) -> None:
        for minutes in range(5):
            scan(now=day(0) + timedelta(minutes=minutes))
        assert signals(lago) == []
        assert len(evaluations(lago)) == 1

    def test_does_not_count_one_day_twice_when_facts_change_within_it(self, lago: World) -> None:
        scan(now=day(0))
        lago.add_people(1, seated=False)
        for n in range(3):
            lago.use(lago.people[: 6 + n], day(0))
            scan(now=day(0) + timedelta(minutes=n))
        with organization_context(lago.id):
            assert AlertMemory.objects.get(kind="utilization").due_evaluations == 1


class TestASecondScan:
    def test_changes_nothing(self, lago: World) -> None:
        for n in range(3):
            scan(now=day(n))
        before = rows_of_signals()
        report = scan(now=day(2) + timedelta(minutes=1))
        assert rows_of_signals() == before
        assert report.evaluated == 0
        assert report.unchanged == 1  # a finding that is not there is no case

    def test_of_an_earlier_day_changes_nothing(self, lago: World) -> None:
        for n in range(3):
            scan(now=day(n))
        before = rows_of_signals()
        report = scan(now=day(3), as_of=day(0).date())
        assert rows_of_signals() == before
        assert report.evaluated == 0


class TestBands:
    def test_rise_once_each_in_one_signal_and_one_task(self, lago: World) -> None:
        for n in range(3):
            scan(now=day(n))
        lago.add_people(1)  # 9 of 10: one left
        scan(now=day(3))
        scan(now=day(4))
        lago.add_people(1)  # 10 of 10
        scan(now=day(5))
        scan(now=day(5) + timedelta(hours=1))
        (signal,) = signals(lago)
        assert signal.band == "full"
        with organization_context(lago.id):
            task = ExpansionTask.objects.get()
            kinds = list(task.events.values_list("kind", flat=True))
            to_customer = Notification.objects.filter(recipient=lago.ada).order_by("pk")
            keys = [n.dedupe_key.rsplit(":", 1)[1] for n in to_customer]
        assert kinds == ["opened", "given", "raised", "raised"]
        assert keys == ["eighty", "near", "full"]

    def test_above_eighty_percent_open_on_the_first_day(self) -> None:
        world = World(seats=10, people=10)
        world.use(world.people, day(-1))
        scan(now=day(0))
        (signal,) = signals(world)
        assert signal.band == "full"

    def test_rise_within_a_day_that_was_evaluated(self, lago: World) -> None:
        scan(now=day(0))
        lago.add_people(2)
        scan(now=day(0) + timedelta(hours=2))
        (signal,) = signals(lago)
        assert signal.band == "full"

    def test_do_not_fall_while_the_alert_is_open(self, lago: World) -> None:
        lago.add_people(2)
        scan(now=day(0))
        lago.buy_quietly(10)
        for n in range(1, 4):
            scan(now=day(n))
        (signal,) = signals(lago)
        assert signal.band == "full"


class TestHoldBacks:
    def test_are_recorded_and_nobody_is_told(self) -> None:
        world = World(seats=10, people=10)
        world.use(world.people[:5], day(-1))  # 5 of 10 active: adoption first
        report = scan(now=day(0))
        assert signals(world) == []
        assert report.held_back == 1
        (evaluation,) = evaluations(world)
        assert evaluation.holdbacks == ["adoption_first"]
        assert evaluation.effect == "held_back"
        assert rows_of_signals()["signals_notification"] == 0

    def test_end_with_their_reason(self) -> None:
        world = World(seats=10, people=10)
        world.use(world.people[:5], day(-1))
        scan(now=day(0))
        world.use(world.people[:7], day(0))
        scan(now=day(1))
        (signal,) = signals(world)
        assert signal.band == "full"


class TestTheEnd:
    def test_comes_after_seven_days_below_75_percent(self, lago: World) -> None:
        for n in range(3):
            scan(now=day(n))
        # Noon of day -3 lies 28 days before noon of day 25 and counts for the last time there.
        for n in range(25, 32):
            scan(now=day(n))
        assert signals(lago)[0].is_open
        scan(now=day(32))
        (signal,) = signals(lago)
        assert (signal.status, signal.resolution) == ("resolved", "cleared")
        with organization_context(lago.id):
            task = ExpansionTask.objects.get()
        assert (task.state, task.reason, task.is_won) == ("done", "condition_cleared", False)


class TestAnotherDay:
    def test_is_seen_with_the_people_and_seats_of_that_day(self) -> None:
        world = World(seats=10, people=4)
        world.use(world.people, date(2026, 9, 1))
        world.add_people(4, seated=False)
        for person in world.people[4:]:
            world.seat(person, at=day(0))
        world.use(world.people[4:], day(0))
        scan(now=day(5), as_of=date(2026, 9, 10))
        scan(now=day(5), as_of=date(2026, 10, 15))
        scan(now=day(5), as_of=date(2026, 11, 3))
        seen = [(e.on, e.assigned, e.active) for e in evaluations(world)]
        # 1 September is 9 days before the first date and 44 before the second.
        assert seen == [
            (date(2026, 9, 10), 4, 4),
            (date(2026, 10, 15), 4, 0),
            (date(2026, 11, 3), 8, 4),
        ]

    def test_counts_to_three_like_any_other(self, lago: World) -> None:
        for on in (date(2026, 11, 3), date(2026, 11, 4), date(2026, 11, 5)):
            scan(now=day(10), as_of=on)
        (signal,) = signals(lago)
        assert signal.opened_on == date(2026, 11, 5)
        assert signal.created_at.date() == date(2026, 11, 5)

    def test_that_was_missed_is_counted_in_its_place(self, lago: World) -> None:
        scan(now=day(5))
        for on in (day(3).date(), day(4).date()):
            report = scan(now=day(5), as_of=on)
            assert (report.backfilled, report.evaluated) == (1, 0)
        scan(now=day(5) + timedelta(minutes=1))
        (signal,) = signals(lago)
        assert signal.opened_on == day(5).date()

    def test_that_was_missed_and_was_quiet_breaks_the_row(self) -> None:
        world = World(people=8)
        world.use(world.people, day(1), day(40))
        scan(now=day(20))  # 8 active since day 1
        scan(now=day(41))  # 8 active since day 40
        scan(now=day(41), as_of=day(35).date())  # nobody in the 28 days before
        with organization_context(world.id):
            assert AlertMemory.objects.get(kind="utilization").due_evaluations == 1

    def test_changes_nothing_once_an_alert_is_open(self, lago: World) -> None:
        for n in (1, 2, 3):
            scan(now=day(n))
        before = rows_of_signals()
        assert scan(now=day(3), as_of=day(0).date()).backfilled == 0
        assert rows_of_signals() == before

    def test_begins_at_midnight_of_the_organization(self) -> None:
        world = World(seats=10, people=10)
        world.use(world.people, day(-1))
        late = day(0).replace(hour=23, minute=30)
        scan(now=late)
        assert evaluations(world)[0].on == date(2026, 11, 2)


class TestOneOrganization:
    def test_in_trouble_does_not_hide_the_others(self, monkeypatch: pytest.MonkeyPatch) -> None:
        broken, fine = World("aare", people=10), World("lago", people=10)
        for world in (broken, fine):
            world.use(world.people, day(-1))

        def fail_for_one(*, organization: Organization, **values: Any) -> str:
            if organization.pk == broken.id:
                raise RuntimeError("no disk")
            return apply_effect(organization=organization, **values)

        with monkeypatch.context() as patched:
            patched.setattr("signals.services.scan.apply_effect", fail_for_one)
            report = scan(now=day(0))
        assert (report.failed, report.opened) == (1, 1)
        assert signals(broken) == []
        scan(now=day(0))
        assert len(signals(broken)) == len(signals(fine)) == 1


class TestPeopleWithoutASeat:
    def test_are_a_finding_that_tells_nobody(self) -> None:
        world = World(seats=10, people=3)
        world.add_people(2, seated=False, department="Marketing")
        world.use(world.people, day(-1))
        scan(now=day(0))
        (finding,) = signals(world, "unseated")
        assert finding.evidence == [
            {"code": "people_waiting", "values": {"department": "Marketing", "people": 2}}
        ]
        assert rows_of_signals()["signals_notification"] == 0

    def test_end_when_everybody_has_one(self) -> None:
        world = World(seats=10, people=3)
        world.add_people(1, seated=False)
        world.use(world.people, day(-1))
        scan(now=day(0))
        world.seat(world.people[-1], at=day(0))
        scan(now=day(0) + timedelta(minutes=1))
        (finding,) = signals(world, "unseated")
        assert finding.status == "resolved"

    def test_join_the_task_of_the_alert(self) -> None:
        world = World(seats=10, people=10)
        world.add_people(2, seated=False)
        world.use(world.people, day(-1))
        scan(now=day(0))
        with organization_context(world.id):
            task = ExpansionTask.objects.get()
            kinds = set(task.signals.values_list("kind", flat=True))
        assert kinds == {"utilization", "unseated"}


class TestTheNumberOfStatements:
    def test_does_not_grow_with_the_organizations(self) -> None:
        def statements() -> int:
            with (
                CaptureQueriesContext(connections["pipeline"]) as pipeline,
                CaptureQueriesContext(connections["default"]) as default,
            ):
                scan(now=day(0))
            return len(pipeline) + len(default)

        for n in range(3):
            World(f"quiet-{n}", people=1)
        for_three = statements()
        for n in range(3, 30):
            World(f"quiet-{n}", people=1)
        # Settings of the rules, facts, memories, what is shared; a transaction (two) in which all
        # is written and two set alarms; four to see that there are no tasks to deal.
        assert for_three == 13
        assert statements() == 13
