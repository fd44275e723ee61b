"""The seat alert, low use and shared accounts, by thresholds that the vendor has set."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from signals.models import RuleDryRun, Signal
from signals.selectors.rule_settings import rule_book
from signals.services.dry_runs import ask_dry_run, work_dry_runs
from signals.services.rule_settings import set_rule
from signals.services.scan import scan, scan_changes
from tests.integration.signals.world import World, day
from tests.support.people import make_user

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


@pytest.fixture
def olga() -> User:
    return make_user("olga", vendor_role="vendor_admin")


@pytest.fixture
def lago() -> World:
    """Seven of ten seats are in use from day -3 on: 70 %."""
    world = World(seats=10)
    world.add_people(7)
    world.use(world.people, day(-3))
    return world


def put(
    olga: User,
    kind: str = "utilization",
    organization_id: int | None = None,
    *,
    is_on: bool = True,
    **wanted: int,
) -> None:
    set_rule(
        kind=kind,
        organization_id=organization_id,
        thresholds=wanted,
        is_on=is_on,
        actor=Actor.of(olga),
        now=day(0),
    )


def statuses(world: World, kind: str = "utilization") -> list[str]:
    with organization_context(world.id):
        return list(Signal.objects.filter(kind=kind).values_list("status", flat=True))


class TestTheSeatAlert:
    def test_opens_at_the_share_and_after_the_days_that_were_set(
        self, lago: World, olga: User
    ) -> None:
        put(olga, alert_percent=70, pending_days=2)
        scan(now=day(0))
        assert statuses(lago) == []
        scan(now=day(1))
        assert statuses(lago) == ["firing"]

    def test_stays_silent_at_70_percent_by_the_usual_ones(self, lago: World) -> None:
        for n in range(4):
            scan(now=day(n))
        assert statuses(lago) == []

    def test_of_one_organization_follows_its_own(self, lago: World, olga: User) -> None:
        mira = World("mira", seats=10)
        mira.add_people(7)
        mira.use(mira.people, day(0))
        put(olga, organization_id=mira.id, alert_percent=70, pending_days=1)
        scan(now=day(0))
        assert (statuses(lago), statuses(mira)) == ([], ["firing"])

    def test_is_decided_anew_on_the_day_of_a_change(self, lago: World, olga: User) -> None:
        scan_changes(now=day(0))
        put(olga, alert_percent=70, pending_days=1)
        scan_changes(now=day(0) + timedelta(minutes=5))
        assert statuses(lago) == ["firing"]

    def test_ends_when_it_is_switched_off_and_opens_no_more(self, lago: World, olga: User) -> None:
        put(olga, alert_percent=70, pending_days=1)
        scan(now=day(0))
        put(olga, is_on=False, alert_percent=70, pending_days=1)
        scan(now=day(1))
        assert statuses(lago) == ["resolved"]
        scan(now=day(2))
        assert statuses(lago) == ["resolved"]


class TestLowUse:
    def test_opens_below_the_share_that_was_set(self, lago: World, olga: User) -> None:
        put(olga, "low_use", below_percent=75, pending_days=1, settled_days=0)
        scan(now=day(0))
        assert statuses(lago, "low_use") == ["firing"]


class TestADryRun:
    def test_tells_on_which_day_the_alert_would_have_come(self, lago: World, olga: User) -> None:
        run = ask_dry_run(
            kind="utilization",
            organization_id=lago.id,
            thresholds={"alert_percent": 70},
            is_on=True,
            actor=Actor.of(olga),
            now=day(8),
        )
        assert work_dry_runs(now=day(8)) == 1
        run.refresh_from_db(using="pipeline")
        # People came on day -3. Before them use was low, which ends with the seventh day in a row
        # at 65 % or more, day 3, and held the alert back until then.
        assert [(each["now"], each["then"]) for each in run.found] == [
            ([], [day(3).date().isoformat()])
        ]
        assert statuses(lago) == []

    @pytest.mark.parametrize("kind", ["utilization", "low_use", "sharing"])
    def test_of_each_comes_to_an_end_and_into_force(
        self, lago: World, olga: User, client: Client, kind: str
    ) -> None:
        client.force_login(olga)
        form = {**rule_book(kind).usual.thresholds.as_json(), "is_on": "on", "clear_days": "9"}
        assert client.get(reverse("rule", args=[kind])).status_code == 200
        client.post(reverse("rule_try", args=[kind]), form)
        assert work_dry_runs(now=day(8)) >= 0
        run = RuleDryRun.objects.using("pipeline").get()
        assert run.state == RuleDryRun.State.DONE
        client.post(reverse("rule_in_force", args=[run.pk]))
        assert rule_book(kind).usual.thresholds.clear_days == 9
        assert client.get(reverse("rules")).status_code == 200
