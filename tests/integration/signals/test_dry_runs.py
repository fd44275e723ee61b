"""A dry run: what would have fired, and how its settings come into force."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Department, User
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from signals.domain.detectors.rules import SETTINGS
from signals.models import AlertMemory, RuleDryRun, Signal
from signals.selectors.rule_settings import rule_book
from signals.services.dry_runs import NotTriedYet, ask_dry_run, put_into_force, work_dry_runs
from tests.integration.signals.world import World, day
from tests.support.people import make_membership, make_user

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

NOW = day(10)


@pytest.fixture
def olga() -> User:
    return make_user("olga", vendor_role="vendor_admin")


@pytest.fixture
def lago() -> World:
    """Eight people with the eight seats; three more came to their department on day 2."""
    world = World(seats=8)
    world.add_people(8, department="Marketing")
    world.use(world.people, *[day(n) for n in range(-90, 10, 20)], day(9))
    for n in range(3):
        make_membership(
            world.organization,
            external_id=f"new{n}",
            department=world.people[0].department,
            created_at=day(2) + timedelta(minutes=n),
        )
    return world


def tried(olga: User, **thresholds: object) -> RuleDryRun:
    run = ask_dry_run(
        kind="new_hires",
        organization_id=None,
        thresholds=thresholds,
        is_on=True,
        actor=Actor.of(olga),
        now=NOW,
    )
    assert work_dry_runs(now=NOW) == 1
    return RuleDryRun.objects.using("pipeline").get(pk=run.pk)


class TestADryRun:
    def test_finds_the_day_on_which_the_rule_would_have_spoken(
        self, lago: World, olga: User
    ) -> None:
        run = tried(olga, least_people=4)
        # Three people lack seats: news from two on at present, and from four on never.
        assert [(each["now"], each["then"]) for each in run.found] == [(["2026-11-04"], [])]
        assert (run.fired_now, run.fired_then, run.days, run.days_done) == (1, 0, 90, 90)
        assert run.since == NOW.date() - timedelta(days=89)

    def test_of_seats_that_run_out_lives_through_the_pace_of_each_day(self, olga: User) -> None:
        """One person every other day since 3 September: 30 of 44 seats, half a seat a day."""
        world = World(seats=44)
        world.add_people(30, seated=False)
        for n, person in enumerate(world.people):
            world.seat(person, at=day(-60) + timedelta(days=2 * n))
        world.use(world.people, day(-1))
        ask_dry_run(
            kind="run_out",
            organization_id=world.id,
            thresholds={"from_seats": 45},
            is_on=True,
            actor=Actor.of(olga),
            now=NOW,
        )
        assert work_dry_runs(now=NOW) == 1
        run = RuleDryRun.objects.using("pipeline").get()
        assert (run.state, run.fired_now, run.fired_then) == ("done", 1, 0)
        # Told while there was still time, and not before there was a pace to tell from.
        assert "2026-09-10" < run.found[0]["now"][0] < "2026-11-02"

    def test_of_leaders_finds_the_day_on_which_one_came(self, lago: World, olga: User) -> None:
        """A head of sales on day 3, and a director who had the title before those 90 days."""
        with organization_context(lago.id):
            sales = Department.objects.create(organization_id=lago.id, name="Sales")
        for name, title, came in (("vp", "VP Sales", day(3)), ("old", "Director", day(-150))):
            make_membership(
                lago.organization,
                external_id=name,
                title=title,
                department=sales,
                created_at=came,
            )
        ask_dry_run(
            kind="leader",
            organization_id=None,
            # Nobody of sales has a seat; only where under 1 % have one would it speak, as now.
            thresholds={"seated_below_percent": 1, "within_days": 1},
            is_on=True,
            actor=Actor.of(olga),
            now=NOW,
        )
        assert work_dry_runs(now=NOW) == 1
        run = RuleDryRun.objects.using("pipeline").get()
        assert [(each["now"], each["then"]) for each in run.found] == [
            (["2026-11-05"], ["2026-11-05"])
        ]

    def test_is_possible_for_every_rule(
        self, lago: World, olga: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Three days of each: what one finds is told by the tests of its source and above.
        monkeypatch.setattr("signals.services.dry_runs.DAYS", 3)
        for kind in SETTINGS:
            ask_dry_run(
                kind=kind,
                organization_id=lago.id,
                thresholds={},
                is_on=True,
                actor=Actor.of(olga),
                now=NOW,
            )
        assert work_dry_runs(now=NOW) == len(SETTINGS)
        runs = RuleDryRun.objects.using("pipeline").all()
        assert {run.kind: run.state for run in runs} == dict.fromkeys(SETTINGS, "done")
        # Nothing was changed, so nothing would have been otherwise.
        assert all(run.fired_now == run.fired_then for run in runs)

    def test_writes_nothing_else(self, lago: World, olga: User) -> None:
        tried(olga, least_people=1)
        with organization_context(lago.id):
            assert not Signal.objects.exists()
            assert not AlertMemory.objects.exists()

    def test_that_was_left_is_begun_again_and_given_up_at_last(
        self, lago: World, olga: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(**_: object) -> None:
            raise RuntimeError("gone")

        monkeypatch.setattr("signals.services.dry_runs.scanned_facts", fail)
        run = ask_dry_run(
            kind="new_hires",
            organization_id=lago.id,
            thresholds={},
            is_on=True,
            actor=Actor.of(olga),
            now=NOW,
        )
        work_dry_runs(now=NOW)
        run = RuleDryRun.objects.using("pipeline").get(pk=run.pk)
        assert (run.state, run.attempts) == ("failed", 3)
        with pytest.raises(NotTriedYet):
            put_into_force(run_id=run.pk, actor=Actor.of(olga), now=NOW)


class TestThePages:
    def test_lead_from_a_change_over_its_try_into_force(
        self, lago: World, olga: User, client: Client
    ) -> None:
        client.force_login(olga)
        page = client.get(reverse("rule", args=["new_hires"]))
        assert "Came together within" in page.content.decode()
        form = {**rule_book("new_hires").usual.thresholds.as_json(), "is_on": "on"}
        wrong = client.post(reverse("rule_try", args=["new_hires"]), form | {"least_people": "0"})
        assert wrong.status_code == 422
        assert "Give 1 or more." in wrong.content.decode()
        answer = client.post(reverse("rule_try", args=["new_hires"]), form | {"least_people": "4"})
        run = RuleDryRun.objects.using("pipeline").get()
        assert answer.headers["Location"] == reverse("rule_run", args=[run.pk])
        work_dry_runs(now=NOW)
        shown = client.get(answer.headers["Location"]).content.decode()
        assert lago.organization.name in shown
        client.post(reverse("rule_in_force", args=[run.pk]))
        assert rule_book("new_hires").usual.thresholds.as_json()["least_people"] == 4
        changed = client.get(reverse("rule", args=["new_hires"])).content.decode()
        assert "People, at least: 2 → 4" in changed
        client.post(reverse("rule_reset", args=["new_hires"]))
        assert rule_book("new_hires").usual.is_own is False

    def test_set_a_rule_for_one_organization_alone(
        self, lago: World, olga: User, client: Client
    ) -> None:
        client.force_login(olga)
        form = {**rule_book("overage").usual.thresholds.as_json(), "least_seats": "5"}
        client.post(
            reverse("rule_try", args=["overage"]),
            form | {"organization": lago.organization.external_id},
        )
        run = RuleDryRun.objects.using("pipeline").get()
        work_dry_runs(now=NOW)
        client.post(reverse("rule_in_force", args=[run.pk]))
        book = rule_book("overage")
        assert book.of(lago.id).spoken is None  # the box "on" was not ticked
        assert book.usual.is_on
        assert (
            lago.organization.name in client.get(reverse("rule", args=["overage"])).content.decode()
        )

    def test_are_the_vendor_admins(self, lago: World, client: Client) -> None:
        client.force_login(lago.max)
        assert client.post(reverse("rule_try", args=["new_hires"])).status_code == 403
