"""The pages of the vendor's staff about signals, tasks, accounts and operations."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import StaffAccess, User
from accounts.tenancy import organization_context
from signals.models import ExpansionTask, JobRun
from signals.services.job_runs import finish_job_run, start_job_run
from signals.services.scan import scan
from tests.integration.signals.world import World
from tests.support.people import make_user

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

NOW = timezone.now()


@pytest.fixture
def lago() -> World:
    """Ten seats, all in use, three people waiting in Marketing: alert and task are open."""
    world = World(people=10)
    world.add_people(3, seated=False, department="Marketing")
    world.use(world.people, NOW - timedelta(days=1))
    scan(now=NOW)
    return world


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def max_(lago: World) -> Client:
    return signed_in(lago.max)


@pytest.fixture
def olga() -> Client:
    return signed_in(make_user("olga", vendor_role="vendor_admin"))


def task_of(world: World) -> ExpansionTask:
    with organization_context(world.id):
        return ExpansionTask.objects.get()


def text_of(client: Client, url: str, **headers: str) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == 200, url
    return response.content.decode()


class TestToday:
    def test_says_in_a_sentence_what_is_going_on(self, max_: Client) -> None:
        page = text_of(max_, reverse("today"))
        assert "All 10 seats are assigned; 3 people wait in Marketing." in page
        assert "1 account waits for you." in page

    def test_shows_the_detail_alone_to_htmx(self, lago: World, max_: Client) -> None:
        url = reverse("today_task", args=[task_of(lago).pk])
        part = text_of(max_, url, **{"HX-Request": "true"})
        assert "Next step" in part
        assert "<html" not in part

    def test_names_the_first_step_of_a_play_that_offers_no_seats(
        self, lago: World, max_: Client
    ) -> None:
        with organization_context(lago.id):
            ExpansionTask.objects.update(seats_suggested=0)
            first = task_of(lago).steps.order_by("position").first()
        assert first is not None
        part = text_of(max_, reverse("today_task", args=[task_of(lago).pk]))
        assert "Offer 0" not in part
        assert first.text["en"] in part.partition("Next step")[2].partition("</p>")[0]

    def test_ranks_by_annual_value_times_probability(self, lago: World, max_: Client) -> None:
        other = World("aare", people=10)
        other.use(other.people, NOW - timedelta(days=1))
        scan(now=NOW)
        for world, value in ((lago, 100_00), (other, 900_00)):
            with organization_context(world.id):
                ExpansionTask.objects.update(value_minor=value, probability_basis_points=5_000)
        page = text_of(max_, reverse("today"))
        assert page.index('list-title">Aare') < page.index('list-title">Lago')

    def test_offers_one_next_step_and_the_rest_in_menus(self, max_: Client) -> None:
        page = text_of(max_, reverse("today"))
        assert page.count("button-primary") == 1
        for words in ("Start", "Waiting for the customer", "Until tomorrow", "2 weeks"):
            assert words in page

    def test_stays_when_a_task_goes_on(self, lago: World, max_: Client) -> None:
        here = reverse("today_task", args=[task_of(lago).pk])
        url = reverse("task_move", args=[task_of(lago).pk, "in_progress"])
        assert max_.post(url, {"next": here}).headers["Location"] == here

    def test_shows_what_comes_next_when_a_task_is_closed(self, lago: World, max_: Client) -> None:
        url = reverse("task_move", args=[task_of(lago).pk, "declined"])
        after = reverse("today")
        form = text_of(max_, f"{url}?next={after}")
        assert f'name="next" value="{after}"' in form
        answer = max_.post(
            url,
            {"outcome": "no_budget", "barrier": "none", "reason": "No budget", "next": after},
        )
        assert answer.headers["Location"] == after

    def test_leaves_out_what_sleeps(self, lago: World, max_: Client) -> None:
        with organization_context(lago.id):
            ExpansionTask.objects.update(snoozed_until=(NOW + timedelta(days=3)).date())
        assert "Nobody waits for you." in text_of(max_, reverse("today"))

    def test_shows_nothing_of_another_s_portfolio(self, lago: World) -> None:
        moritz = make_user("moritz", vendor_role="account_manager")
        client = signed_in(moritz)
        assert "Lago" not in text_of(client, reverse("today"))
        assert client.get(reverse("task", args=[task_of(lago).pk])).status_code == 404
        assert client.get(reverse("account", args=["lago"])).status_code == 404


class TestANewcomer:
    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("today", "Nothing to do right now"),
            ("accounts", "No accounts yet"),
            ("tasks", "No task fits."),
            ("signals", "No signal here."),
        ],
    )
    def test_is_told_what_will_be_here(self, name: str, words: str) -> None:
        moritz = signed_in(make_user("moritz", vendor_role="account_manager"))
        assert words in text_of(moritz, reverse(name))

    @pytest.mark.parametrize("name", ["rules", "jobs", "vendor_history"])
    def test_of_a_fresh_vendor_sees_every_page(self, olga: Client, name: str) -> None:
        assert "<h1" in text_of(olga, reverse(name))


class TestATask:
    def test_is_started_with_one_press(self, lago: World, max_: Client) -> None:
        url = reverse("task_move", args=[task_of(lago).pk, "in_progress"])
        response = max_.post(url, follow=True)
        assert "in progress" in response.content.decode()
        assert task_of(lago).state == "in_progress"

    def test_asks_for_a_reason_before_it_closes(self, lago: World, max_: Client) -> None:
        url = reverse("task_move", args=[task_of(lago).pk, "declined"])
        assert "quiet for 90 days" in text_of(max_, url)
        assert max_.post(url, {"reason": ""}).status_code == 200
        assert task_of(lago).state == "open"
        closing = {"outcome": "no_budget", "barrier": "budget"}
        max_.post(url, {**closing, "reason": "No budget before summer"})
        assert (task_of(lago).state, task_of(lago).reason) == (
            "declined",
            "No budget before summer",
        )

    def test_answers_422_to_a_panel_without_a_reason(self, lago: World, max_: Client) -> None:
        url = reverse("task_move", args=[task_of(lago).pk, "declined"])
        response = max_.post(url, {"reason": ""}, headers={"HX-Request": "true"})
        assert response.status_code == 422

    def test_sleeps(self, lago: World, max_: Client) -> None:
        until = (NOW + timedelta(days=7)).date()
        max_.post(reverse("task_snooze", args=[task_of(lago).pk]), {"until": until.isoformat()})
        assert task_of(lago).snoozed_until == until

    def test_says_what_is_wrong_with_a_day(self, lago: World, max_: Client) -> None:
        url = reverse("task_snooze", args=[task_of(lago).pk])
        response = max_.post(url, {"until": "soon"}, follow=True)
        assert "Enter a valid date." in response.content.decode()
        assert task_of(lago).snoozed_until is None

    def test_cannot_go_where_there_is_no_state(self, lago: World, max_: Client) -> None:
        url = reverse("task_move", args=[task_of(lago).pk, "nowhere"])
        assert max_.post(url).status_code == 404

    def test_is_recorded_as_read(self, lago: World, max_: Client) -> None:
        max_.get(reverse("task", args=[task_of(lago).pk]))
        with organization_context(lago.id):
            assert StaffAccess.objects.get().actor_label == "Max"


class TestLists:
    def test_of_tasks_filter_by_the_address(self, max_: Client) -> None:
        assert "Lago" in text_of(max_, reverse("tasks"))
        assert "No task fits." in text_of(max_, reverse("tasks") + "?show=won")
        assert "No task fits." in text_of(max_, reverse("tasks") + "?q=nobody")

    def test_of_accounts_put_those_at_their_limit_first(self, max_: Client) -> None:
        World("aare", people=2)
        page = text_of(max_, reverse("accounts"))
        assert page.index("Lago") < page.index("Aare")
        assert "Aare" not in text_of(max_, reverse("accounts") + "?show=near")

    def test_of_accounts_need_as_many_queries_for_many(self, max_: Client) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                text_of(max_, reverse("accounts"))
            return len(captured)

        text_of(max_, reverse("accounts"))
        few = queries()
        for n in range(8):
            World(f"org-{n}", people=1)
        assert queries() == few

    def test_of_signals_say_what_was_held_back_and_why(self, max_: Client) -> None:
        idle = World("idle", people=10)
        idle.use(idle.people[:3], NOW - timedelta(days=1))
        scan(now=NOW)
        page = text_of(max_, reverse("signals") + "?show=held_back")
        assert "Few people use their seats yet" in page
        assert "Idle" not in text_of(max_, reverse("signals"))

    @pytest.mark.parametrize("name", ["tasks", "accounts", "signals"])
    def test_can_be_taken_along(self, max_: Client, name: str) -> None:
        csv = max_.get(reverse(f"{name}_export", args=["csv"])).content.decode()
        assert "Lago" in csv
        book = load_workbook(BytesIO(max_.get(reverse(f"{name}_export", args=["xlsx"])).content))
        assert book.active is not None
        assert book.active["A2"].value == "Lago"


class TestAnAccount:
    def test_shows_seats_people_and_tasks(self, max_: Client) -> None:
        page = text_of(max_, reverse("account", args=["lago"]))
        assert "You are looking at the data of Lago" in page
        assert "Person 12" in page
        assert "Marketing · active" in page
        assert "Nothing is open." in page
        assert "All 10 seats are assigned; 3 people wait in Marketing." in page


class TestOperations:
    def test_read_each_rule_with_its_quality(self, lago: World, olga: Client) -> None:
        with organization_context(lago.id):
            ExpansionTask.objects.update(
                state="false_positive", reason="Test accounts", ended_at=NOW, first_action_at=NOW
            )
        page = text_of(olga, reverse("rules"))
        assert "Seats running out" in page
        assert "100%" in page

    def test_see_how_jobs_run(self, olga: Client) -> None:
        job = "signals.tasks.scan_organizations"
        start_job_run(job=job, now=NOW)
        finish_job_run(
            job=job,
            started_at=NOW,
            now=NOW + timedelta(milliseconds=1500),
            result={"opened": 2, "raised": 0},
        )
        page = text_of(olga, reverse("jobs"))
        assert "opened: 2" in page
        assert "1.5" in page
        assert "not run yet" in page

    def test_see_a_job_that_failed(self, olga: Client) -> None:
        job = "billing.tasks.reconcile"
        start_job_run(job=job, now=NOW)
        finish_job_run(job=job, started_at=NOW, now=NOW, error="ConnectionError: no answer")
        page = text_of(olga, reverse("jobs"))
        assert "1 job needs a look." in page
        assert "ConnectionError: no answer" in page

    def test_read_the_history_of_everybody(self, lago: World, olga: Client) -> None:
        assert "Lago" in text_of(olga, reverse("vendor_history") + "?show=signals")
        assert "Lago" in olga.get(reverse("vendor_history_export", args=["csv"])).content.decode()

    def test_are_not_for_account_managers(self, max_: Client) -> None:
        for name in ("rule_health", "jobs", "vendor_history"):
            assert max_.get(reverse(name)).status_code == 403
        # The rules themselves they read; a change of one is refused.
        assert max_.get(reverse("rules")).status_code == 200
        assert max_.post(reverse("rule_try", args=["low_use"])).status_code == 403


class TestJobRuns:
    def test_are_recorded_by_themselves(self) -> None:
        from signals.tasks import scan_organizations

        scan_organizations.apply()
        run = JobRun.objects.get(job="signals.tasks.scan_organizations")
        assert (run.state, run.runs, run.failures) == ("succeeded", 1, 0)


class TestSearch:
    def test_finds_accounts_and_tasks(self, max_: Client) -> None:
        page = text_of(max_, reverse("vendor_search") + "?q=lag", **{"HX-Request": "true"})
        assert reverse("account", args=["lago"]) in page
        assert "Lago: Add seats" in page

    def test_shows_finance_no_accounts(self, lago: World) -> None:
        fin = signed_in(make_user("fin", vendor_role="finance"))
        page = text_of(fin, reverse("vendor_search") + "?q=lag")
        assert reverse("account", args=["lago"]) not in page
