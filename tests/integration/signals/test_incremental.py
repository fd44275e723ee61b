"""A scan of what changed leaves nothing that a scan of everything would do."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connections

from accounts.domain.roles import StaffScope
from accounts.models import Membership, Organization
from accounts.services.history import Actor
from accounts.tenancy import organization_context, staff_context
from billing.models import Invoice, Subscription
from seats.models import OrganizationChange, SeatPool
from seats.services.changes import forget_changes
from seats.services.rollup import roll_up_usage
from seats.services.usage import make_usage_partitions, write_events
from seats.services.usage_events import EventRow
from signals.domain.closing import OUTCOMES
from signals.domain.tasks import TaskState
from signals.models import AlertMemory, ExpansionTask, OrganizationLook, Signal
from signals.selectors.facts import scanned_facts
from signals.services.changes import set_alarms
from signals.services.scan import scan, scan_changes
from signals.services.signals import apply_effect
from signals.services.task_work import move_task
from tests.integration.signals.test_billing_facts import buy, subscribe
from tests.integration.signals.test_races import at_once
from tests.integration.signals.world import LONG_AGO, World, day

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def never_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no daily scan of everything hide what the scan of changes forgets."""
    monkeypatch.setattr("signals.services.changes.EVERYTHING_EVERY", timedelta(days=3650))
    make_usage_partitions([date(2026, month, 1) for month in (10, 11, 12)])


def use(world: World, people: list[Membership], at: datetime) -> None:
    """Report that people signed in, and count it."""
    write_events(
        [
            EventRow(
                organization_id=world.id,
                event_id=f"{person.pk}-{at.isoformat()}",
                at=at,
                member=person.external_id,
                kind="sign_in",
            )
            for person in people
        ]
    )
    roll_up_usage(now=at)


def left_by(now: datetime) -> dict[str, int]:
    """Return what a scan of everything still finds to do, without letting it set alarms."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("signals.services.scan.set_alarms", lambda *_, **__: None)
        counts = scan(now=now).counts()
    return {
        name: n for name, n in counts.items() if n and name not in ("organizations", "unchanged")
    }


class TestWhatIsLookedAt:
    def test_is_everything_the_first_time_and_nothing_the_second(self) -> None:
        World("aare", people=8), World("lago", people=3)
        assert (scan_changes(now=day(0)).organizations, left_by(day(0))) == (2, {})
        second = scan_changes(now=day(0) + MINUTE)
        assert (second.organizations, second.full) == (0, 0)

    def test_is_an_organization_of_which_something_changed(self) -> None:
        _, lago = World("aare", people=8), World("lago", people=3)
        scan_changes(now=day(0))
        changes: dict[str, Callable[[], object]] = {
            "seats": lambda: lago.buy_quietly(12),
            "people": lambda: lago.add_people(1),
            "usage": lambda: use(lago, lago.people[:1], day(0)),
            "contract": lambda: subscribe(lago),
        }
        for n, (name, change) in enumerate(changes.items()):
            change()
            assert scan_changes(now=day(0) + n * MINUTE).organizations == 1, name
        # Active already: no count moves.
        use(lago, lago.people[:1], day(0) + timedelta(hours=1))
        assert scan_changes(now=day(0) + timedelta(hours=1)).organizations == 0

    def test_is_whose_day_turned(self) -> None:
        World("aare", people=8)
        lago = World("lago", people=3)
        with staff_context(user_id=0, scope=StaffScope.ALL):
            Organization.objects.filter(pk=lago.id).update(time_zone="Asia/Jakarta")
        scan_changes(now=day(0))
        # 17:00 UTC is midnight in Jakarta (UTC+7).
        assert scan_changes(now=day(0) + timedelta(hours=5) - MINUTE).organizations == 0
        assert scan_changes(now=day(0) + timedelta(hours=5)).organizations == 1
        assert scan_changes(now=day(0) + timedelta(hours=12)).organizations == 1

    def test_is_where_somebody_falls_out_of_the_28_days(self) -> None:
        lago = World("lago", people=3)
        use(lago, lago.people[:1], day(-28) + timedelta(hours=1))
        scan_changes(now=day(0))
        assert scan_changes(now=day(0) + timedelta(hours=1)).organizations == 0
        assert scan_changes(now=day(0) + timedelta(hours=1, minutes=1)).organizations == 1
        assert left_by(day(0) + timedelta(hours=1, minutes=1)) == {}

    def test_is_everything_after_the_log_was_forgotten(self) -> None:
        lago = World("lago", people=8)
        scan_changes(now=day(0))
        lago.add_people(1)
        for n in range(3):
            with connections["pipeline"].cursor() as cursor:
                cursor.execute("SELECT pg_current_xact_id()")
            forget_changes(now=day(0) + n * timedelta(minutes=11))
        assert not OrganizationChange.objects.using("pipeline").exists()
        report = scan_changes(now=day(0) + timedelta(hours=1))
        assert (report.organizations, report.full) == (1, 1)

    def test_is_what_the_log_did_not_name_when_all_is_counted_anew(self) -> None:
        aare, lago = World("aare", people=8), World("lago", people=3)
        scan_changes(now=day(0))
        lago.buy_quietly(12)
        # A change that was never noted.
        OrganizationChange.objects.using("pipeline").all().delete()
        assert scan_changes(now=day(0) + MINUTE).organizations == 0
        report = scan_changes(now=day(0) + MINUTE, recount=True)
        assert (report.organizations, report.evaluated, report.full) == (1, 1, 1)
        assert left_by(day(0) + MINUTE) == {}
        again = scan_changes(now=day(0) + 2 * MINUTE, recount=True)
        assert (again.organizations, again.full) == (0, 1)
        # The next day is news of everybody.
        assert scan_changes(now=day(1), recount=True).organizations == len((aare, lago))

    def test_is_what_was_committed_late_too(self) -> None:
        lago = World("lago", people=9)
        lago.use(lago.people, day(-1))
        scan_changes(now=day(0))
        scan_changes(now=day(0))  # its own alert is news once
        written, seen = Event(), Event()

        def write_slowly() -> None:
            with organization_context(lago.id):
                SeatPool.objects.update(purchased_seats=20)
                written.set()
                seen.wait(30)
            connections.close_all()

        slow = Thread(target=write_slowly)
        slow.start()
        written.wait(30)
        World("aare", people=1)
        assert scan_changes(now=day(0) + MINUTE).organizations == 1
        seen.set()
        slow.join()
        assert scan_changes(now=day(0) + 2 * MINUTE).organizations == 1

    def test_is_what_an_answer_set_free(self) -> None:
        """Declining low use ends red health, which holds the seat alert back."""
        lago = World("lago", seats=10, people=5)
        for n in range(14):
            scan_changes(now=day(n))
        lago.add_people(5)
        use(lago, lago.people[:7], day(13) + MINUTE)
        scan_changes(now=day(13) + 2 * MINUTE)
        with organization_context(lago.id):
            assert AlertMemory.objects.get(kind="utilization").holdbacks == ["adoption_first"]
            task = ExpansionTask.objects.get()
        move_task(
            organization_id=lago.id,
            task_id=task.pk,
            to=TaskState.FALSE_POSITIVE,
            actor=Actor.of(lago.max),
            now=day(13) + 3 * MINUTE,
            outcome=OUTCOMES[TaskState.FALSE_POSITIVE][0],
            reason="They begin tomorrow.",
        )
        assert scan_changes(now=day(13) + 4 * MINUTE).opened == 1


class TestPeopleWhoAreCounted:
    """Whoever only bought seats has as many active people as at the last look."""

    def looked(self, world: World) -> OrganizationLook:
        return OrganizationLook.objects.using("pipeline").get(organization_id=world.id)

    def test_are_counted_anew_when_they_moved_and_taken_over_when_seats_did(self) -> None:
        lago = World("lago", people=3)
        use(lago, lago.people[:2], day(0))
        scan_changes(now=day(0))
        before = self.looked(lago)
        assert (before.active, before.unseated) == (2, 0)
        lago.buy_quietly(12)
        assert scan_changes(now=day(0) + MINUTE).organizations == 1
        assert self.looked(lago).counted_at == before.counted_at
        lago.add_people(1, seated=False)
        use(lago, lago.people[2:], day(0) + MINUTE)
        assert scan_changes(now=day(0) + 2 * MINUTE).organizations == 1
        after = self.looked(lago)
        assert (after.active, after.unseated) == (4, 1)
        assert after.counted_at is not None
        assert before.counted_at is not None
        assert after.counted_at > before.counted_at

    def test_are_counted_anew_when_time_moved_them_and_seats_were_bought(self) -> None:
        lago = World("lago", people=3)
        use(lago, lago.people[:1], day(-28) + timedelta(hours=1))
        use(lago, lago.people[1:], day(0))
        scan_changes(now=day(0))
        assert self.looked(lago).active == 3
        lago.buy_quietly(12)
        scan_changes(now=day(0) + timedelta(hours=1, minutes=1))
        assert self.looked(lago).active == 2

    def test_counted_later_stay_when_a_slower_scan_ends_after(self) -> None:
        lago = World("lago", people=3)
        use(lago, lago.people[:1], day(0))
        slower = {each.organization_id: each for each in scanned_facts(now=day(0))}
        use(lago, lago.people[1:], day(0) + MINUTE)
        scan_changes(now=day(0) + MINUTE)
        set_alarms(slower, now=day(0) + MINUTE, organization_ids=[lago.id])
        assert self.looked(lago).active == 3


class TestAScanThatBreaksOff:
    def test_is_made_up_for_by_the_next(self, monkeypatch: pytest.MonkeyPatch) -> None:
        worlds = [World(name, people=10) for name in ("aare", "lago", "reuss")]
        scan_changes(now=day(0))
        for world in worlds:
            use(world, world.people, day(0))

        def power_cut(*, organization: Organization, **values: Any) -> str:
            if organization.pk == worlds[1].id:
                raise KeyboardInterrupt
            return apply_effect(organization=organization, **values)

        with monkeypatch.context() as patched:
            patched.setattr("signals.services.scan.apply_effect", power_cut)
            with pytest.raises(KeyboardInterrupt):
                scan_changes(now=day(0) + MINUTE)
        assert scan_changes(now=day(0) + 2 * MINUTE).opened == 2
        assert left_by(day(0) + 2 * MINUTE) == {}

    def test_of_one_organization_is_repeated_for_it_alone(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        worlds = [World(name, people=10) for name in ("aare", "lago")]
        for world in worlds:
            use(world, world.people, day(0))

        def fail_for_one(*, organization: Organization, **values: Any) -> str:
            if organization.pk == worlds[0].id:
                raise RuntimeError("no disk")
            return apply_effect(organization=organization, **values)

        with monkeypatch.context() as patched:
            patched.setattr("signals.services.scan.apply_effect", fail_for_one)
            assert scan_changes(now=day(0) + MINUTE).failed == 1
        again = scan_changes(now=day(0) + 2 * MINUTE)
        assert (again.organizations, again.opened) == (2, 1)  # the other for its own writes


class TestAnyHistory:
    def test_comes_to_the_same(self) -> None:
        rng = random.Random(7)
        zones = ("UTC", "Asia/Jakarta", "America/New_York")
        worlds = [World(zone.rpartition("/")[2].lower(), people=7) for zone in zones]
        contracts: dict[int, Subscription] = {}
        for world, zone in zip(worlds, zones, strict=True):
            contracts[world.id] = subscribe(
                world, ends=day(rng.randint(5, 60)), plan=f"team-{world.id}"
            )
            buy(world, contracts[world.id], 10, LONG_AGO)
            with staff_context(user_id=0, scope=StaffScope.ALL):
                Organization.objects.filter(pk=world.id).update(time_zone=zone)
        now, looked_at, signals = day(0), 0, 0
        for step in range(40):
            now += rng.choice((MINUTE, timedelta(hours=2), timedelta(hours=9), timedelta(days=1)))
            world = rng.choice(worlds)
            _happen(rng, world, contracts[world.id], step, now)
            if rng.random() < 0.1:
                at_once(partial(scan_changes, now=now), workers=2)
                now += MINUTE
            report = scan_changes(now=now)
            assert report.full == (step == 0 and not looked_at)
            looked_at += report.organizations
            if rng.random() < 0.4:
                assert left_by(now) == {}, step
        assert left_by(now) == {}
        assert looked_at < 40 * len(worlds)
        for world in worlds:
            with organization_context(world.id):
                signals += Signal.objects.count()
        assert signals > 1


def _happen(
    rng: random.Random, world: World, contract: Subscription, step: int, now: datetime
) -> None:
    """Let one thing happen to an organization."""
    some = rng.sample(world.people, rng.randint(1, len(world.people)))
    match rng.choice(("use", "use", "use", "hire", "seats", "leave", "bill", "buy", "act", "idle")):
        case "use":
            use(world, some, now - rng.choice((MINUTE, timedelta(days=3), timedelta(days=20))))
        case "hire":
            world.add_people(1, seated=rng.random() < 0.5)
        case "seats":
            world.buy_quietly(rng.choice((8, 10, 16)) + len(world.people))
        case "leave":
            with organization_context(world.id):
                Membership.objects.filter(pk=some[0].pk).update(
                    state="deactivated", deactivated_at=now
                )
        case "bill":
            with organization_context(world.id):
                Invoice.objects.filter(paid_at__isnull=True).update(status="paid", paid_at=now)
                Invoice.objects.create(
                    organization_id=world.id,
                    subscription=contract,
                    stripe_invoice_id=f"in_{step}",
                    status="open",
                    currency="EUR",
                    subtotal_minor=100,
                    tax_minor=0,
                    total_minor=100,
                    amount_due_minor=100,
                    amount_paid_minor=0,
                    amount_remaining_minor=100,
                    issued_at=now,
                    due_at=now + timedelta(days=rng.randint(0, 3)),
                )
        case "buy":
            buy(world, contract, 1, now + rng.choice((timedelta(0), timedelta(hours=7))))
        case "act":
            with organization_context(world.id):
                task = ExpansionTask.objects.live().first()
            if task is not None:
                to = rng.choice((TaskState.NOT_NOW, TaskState.DECLINED))
                move_task(
                    organization_id=world.id,
                    task_id=task.pk,
                    to=to,
                    actor=Actor.of(world.max),
                    now=now,
                    outcome=OUTCOMES[to][0],
                    reason="Later.",
                )
