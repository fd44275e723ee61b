"""The detectors of findings against the database: facts, rules, signals and tasks together."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.models import Department, Membership, Region
from accounts.services.history import SYSTEM
from accounts.services.people import change_person
from accounts.tenancy import organization_context
from seats.models import Feature, MemberFeature, OutcomeBaseline, OutcomeDay, SeatRefusal
from signals.models import ExpansionTask, Signal, VendorRequest
from signals.services.findings import organizations_due, scan_findings
from signals.services.rule_settings import set_rule
from tests.integration.signals.world import LONG_AGO, World, day
from tests.support.people import make_membership

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

NOW = day(3)  # Thursday


def signals(world: World) -> dict[str, Signal]:
    with organization_context(world.id):
        return {each.kind: each for each in Signal.objects.order_by("pk")}


def plays(world: World) -> set[str]:
    with organization_context(world.id):
        return set(ExpansionTask.objects.values_list("play", flat=True))


def codes(signal: Signal) -> dict[str, Any]:
    return {each["code"]: each["values"] for each in signal.evidence}


def group(world: World, name: str) -> Department:
    with organization_context(world.id):
        return Department.objects.get_or_create(organization_id=world.id, name=name)[0]


def newcomers(world: World, count: int, department: str, **fields: Any) -> list[Membership]:
    return [
        make_membership(
            world.organization,
            external_id=f"{department}{n}",
            department=group(world, department),
            created_at=day(2) + timedelta(minutes=n),
            **fields,
        )
        for n in range(count)
    ]


@pytest.fixture
def lago() -> World:
    """Eight of eight seats in Marketing, all of them in use."""
    world = World(seats=8)
    world.add_people(8, department="Marketing")
    world.use(world.people, day(1))
    return world


class TestNewHires:
    def test_lack_four_seats_in_marketing(self, lago: World) -> None:
        newcomers(lago, 4, "Marketing")
        scan_findings(now=NOW)
        signal = signals(lago)["new_hires"]
        assert signal.scope == f"department:{group(lago, 'Marketing').pk}"
        assert codes(signal)["department_grew"] == {
            "department": "Marketing",
            "before": 8,
            "after": 12,
            "without_seat": 4,
        }
        with organization_context(lago.id):
            task = ExpansionTask.objects.get(play="add_seats")
        assert task.seats_suggested == 4

    def test_follow_the_organizations_own_threshold(self, lago: World) -> None:
        newcomers(lago, 4, "Marketing")
        set_rule(
            kind="new_hires",
            organization_id=lago.id,
            thresholds={"least_people": 5},
            is_on=True,
            actor=SYSTEM,
            now=NOW,
        )
        scan_findings(now=NOW)
        assert "new_hires" not in signals(lago)


class TestAnotherDepartment:
    def test_is_told_with_its_new_leader(self, lago: World) -> None:
        newcomers(lago, 2, "Sales", state="invited", title="VP Sales")
        scan_findings(now=NOW)
        found = signals(lago)
        assert codes(found["cross_department"])["department_unseated"]["people"] == 2
        assert codes(found["leader"])["leader_arrived"]["title"] == "VP Sales"
        assert plays(lago) >= {"new_department"}

    def test_is_told_of_somebody_who_became_its_leader_long_after_they_came(
        self, lago: World
    ) -> None:
        with organization_context(lago.id):
            ben = Membership.objects.create(
                organization_id=lago.id,
                external_id="ben",
                name="Ben",
                title="Account Executive",
                department=group(lago, "Sales"),
                created_at=LONG_AGO,
            )
        change_person(
            organization_id=lago.id,
            membership_id=ben.pk,
            actor=SYSTEM,
            now=NOW + timedelta(hours=1),
            name="Ben",
            title="VP Sales",
            department="Sales",
        )
        # An hour before they had it the title is nobody's.
        scan_findings(now=NOW)
        assert "leader" not in signals(lago)
        scan_findings(now=NOW + timedelta(days=1))
        leader = codes(signals(lago)["leader"])["leader_arrived"]
        assert (leader["title"], leader["since_on"]) == ("VP Sales", "2026-11-05")

    def test_is_overdue_eighteen_months_after_the_last(self, lago: World) -> None:
        newcomers(lago, 1, "Sales")
        later = LONG_AGO + timedelta(days=560)  # 18 months are at most 550 days
        lago.use(lago.people, later)
        scan_findings(now=later)
        assert codes(signals(lago)["department_clock"])["last_department"]["overdue"] == 1


class TestTheLineAndRegions:
    def test_name_who_is_above_and_where(self, lago: World) -> None:
        boss = newcomers(lago, 1, "Board")[0]
        with organization_context(lago.id):
            apac = Region.objects.create(organization_id=lago.id, name="APAC")
            home = Region.objects.create(organization_id=lago.id, name="EU")
            Membership.objects.filter(pk__in=[p.pk for p in lago.people]).update(
                manager=boss, region=home
            )
        for person in newcomers(lago, 2, "Asia", state="invited"):
            with organization_context(lago.id):
                Membership.objects.filter(pk=person.pk).update(region=apac)
        scan_findings(now=NOW)
        found = signals(lago)
        assert codes(found["hierarchy"])["managers_unseated"]["people"] == 1
        assert codes(found["geography"])["region_unseated"] == {"region": "APAC", "people": 2}


def work_hard(world: World, people: list[Membership]) -> None:
    """Every workday of four weeks, with all features."""
    days = [date(2026, 11, 5) - timedelta(days=n) for n in range(28)]
    world.use(people, *[each for each in days if each.isoweekday() < 6])
    with organization_context(world.id):
        for name in ("plan", "report"):
            feature = Feature.objects.create(organization_id=world.id, name=name)
            for person in people:
                MemberFeature.objects.create(
                    organization_id=world.id,
                    membership=person,
                    feature=feature,
                    first_day=days[-1],
                    last_day=days[0],
                    events=20,
                )


class TestPowerUsers:
    def test_are_news_from_three_in_a_small_deployment(self) -> None:
        world = World(seats=10)
        world.add_people(5, department="Marketing")
        work_hard(world, world.people[:3])
        scan_findings(now=NOW)
        found = signals(world)
        assert codes(found["power_users"])["power_users"]["people"] == 3
        # 3 of 10 seats are in use
        assert codes(found["concentration"])["seats_in_use"]["share"] == 3000
        assert plays(world) == {"enable_champions"}

    def test_are_none_with_two(self) -> None:
        world = World(seats=10)
        world.add_people(5, department="Marketing")
        work_hard(world, world.people[:2])
        scan_findings(now=NOW)
        assert not {"power_users", "concentration"} & set(signals(world))


class TestAnAccount:
    def test_is_told_with_outcome_request_champion_refusal_and_contacts(self) -> None:
        world = World(seats=10, people=2)
        world.add_people(1, seated=False)
        marketing = group(world, "Marketing")
        with organization_context(world.id):
            member = world.people[0]
            Membership.objects.filter(pk=member.pk).update(department=marketing)
            feature = Feature.objects.create(organization_id=world.id, name="plan")
            # 90 hours in 90 days were usual; 120 were saved: 33.3 % more
            OutcomeBaseline.objects.create(
                organization_id=world.id,
                kind="time_saved",
                unit="hours",
                department=marketing,
                starts_on=date(2026, 1, 1),
                ends_on=date(2026, 3, 31),
                amount=Decimal(90),
            )
            OutcomeDay.objects.create(
                organization_id=world.id,
                day=date(2026, 10, 30),
                membership=member,
                feature=feature,
                kind="time_saved",
                events=1,
                value=Decimal(120),
            )
            VendorRequest.objects.create(
                organization_id=world.id,
                category="sso",
                text="We need it.",
                asked_by_label="Ada",
                asked_at=day(2),
            )
            Membership.objects.filter(pk=world.people[1].pk).update(
                role="champion", state="deactivated", deactivated_at=day(1)
            )
            SeatRefusal.objects.create(
                organization_id=world.id,
                day=day(2).date(),
                membership=world.people[2],
                at_sign_in=True,
                at=day(2),
            )
        for n in range(3):
            scan_findings(now=NOW + timedelta(days=n))
        found = signals(world)
        assert set(found) == {
            *("value", "intent", "champion_left", "limit_refused", "single_threaded"),
        }
        assert codes(found["value"])["outcome_reached"]["change"] == 3333
        assert codes(found["intent"])["asked_for"]["category"] == "sso"
        assert codes(found["champion_left"])["champions_remain"]["people"] == 0
        assert codes(found["limit_refused"])["sign_in_refused"]["people"] == 1
        assert found["single_threaded"].opened_on == day(5).date()  # the third day


class TestALook:
    def test_is_taken_once_a_day_and_when_something_came(self, lago: World) -> None:
        scan_findings(now=NOW)
        assert organizations_due(now=NOW + timedelta(hours=1)) == []
        with organization_context(lago.id):
            VendorRequest.objects.create(
                organization_id=lago.id,
                category="sso",
                text="We need it.",
                asked_by_label="Ada",
                asked_at=NOW + timedelta(hours=1),
            )
        assert organizations_due(now=NOW + timedelta(hours=1)) == [lago.id]
        scan_findings(now=NOW + timedelta(hours=2))
        assert organizations_due(now=NOW + timedelta(hours=3)) == []
        assert organizations_due(now=NOW + timedelta(days=1)) == [lago.id]

    def test_changes_nothing_when_it_is_repeated(self, lago: World) -> None:
        newcomers(lago, 4, "Marketing")
        scan_findings(now=NOW)
        report = scan_findings(now=NOW, organization_ids=[lago.id])
        assert (report.opened, report.resolved) == (0, 0)

    def test_reads_with_as_many_statements_for_many_organizations(self, lago: World) -> None:
        def statements() -> int:
            with CaptureQueriesContext(connections["pipeline"]) as captured:
                scan_findings(now=NOW)
            return len(captured)

        first = statements()
        for n in range(4):
            World(f"other{n}", seats=5, people=2)
        # The same again, and once each for the findings written back.
        assert statements() <= first + 1


class TestRunOut:
    def test_opens_on_the_third_day_with_a_range_and_joins_a_task_for_seats(self) -> None:
        """One person every other day since 3 September: 30 of 44 seats, half a seat a day."""
        world = World(seats=44)
        world.add_people(30, seated=False)
        for n, person in enumerate(world.people):
            world.seat(person, at=day(-60) + timedelta(days=2 * n))
        world.use(world.people, day(-1))
        for n in range(3):
            assert "run_out" not in signals(world)
            scan_findings(now=day(n), organization_ids=[world.id])
        said = signals(world)["run_out"]
        assert [each["code"] for each in said.evidence][:3] == [
            *("seats_assigned", "full_between", "full_likely"),
        ]
        assert "add_seats" in plays(world)
