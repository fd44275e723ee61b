"""Working tasks on their pages and through the API: steps, bulk, merge, undo, notes, credit."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.services.history import Actor
from accounts.tenancy import organization_context
from signals.domain.tasks import Play, TaskState
from signals.models import AccountNote, ExpansionTask, Signal, TaskStep, VendorView
from signals.selectors.tasks import TaskFilter, filtered_tasks
from signals.services.scan import scan
from signals.services.task_work import merge_tasks, move_task
from tests.integration.signals.test_tasks import buy
from tests.integration.signals.world import World, day
from tests.support.people import make_api_key, make_user

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


@pytest.fixture
def lago() -> World:
    """Ten seats, all in use: a task of the day, owned by max."""
    world = World(people=10)
    world.use(world.people, timezone.now())
    scan(now=timezone.now())
    return world


@pytest.fixture
def max_(lago: World) -> Client:
    client = Client()
    client.force_login(lago.max)
    return client


def task_of(world: World, play: Play = Play.ADD_SEATS) -> ExpansionTask:
    with organization_context(world.id):
        return ExpansionTask.objects.select_related("owner", "organization").get(play=play)


def second_task(world: World) -> ExpansionTask:
    """A task of another play."""
    with organization_context(world.id):
        return ExpansionTask.objects.create(
            organization=world.organization,
            play=Play.NEW_DEPARTMENT,
            owner=world.max,
            reminder_at=day(0),
            due_at=day(1),
            currency="EUR",
            evidence=[{"code": "people_waiting", "values": {"department": "Legal", "people": 2}}],
        )


class TestSteps:
    def test_are_ticked_and_opened_again_with_actor_and_time(
        self, lago: World, max_: Client
    ) -> None:
        task = task_of(lago)
        url = reverse("task_step", args=[task.pk, 1])
        max_.post(url, {"done": "1"})
        with organization_context(lago.id):
            step = TaskStep.objects.get(task=task, position=1)
        assert (step.done_by_label, task_of(lago).first_action_at) == ("Max", step.done_at)
        assert "Steps: 1 of 4 done" in max_.get(reverse("task", args=[task.pk])).content.decode()
        max_.post(url, {"done": "0"})
        with organization_context(lago.id):
            assert TaskStep.objects.get(task=task, position=1).done_at is None

    def test_come_with_a_mail_in_the_reader_s_choice_of_language(
        self, lago: World, max_: Client
    ) -> None:
        url = reverse("task", args=[task_of(lago).pk])
        assert "Lago: 10 of 10 seats are assigned" in max_.get(url).content.decode()
        assert "Lago: 10 von 10 Plätzen" in max_.get(f"{url}?mail=de").content.decode()


class TestUndo:
    def test_takes_a_start_back(self, lago: World, max_: Client) -> None:
        task = task_of(lago)
        max_.post(reverse("task_move", args=[task.pk, "in_progress"]))
        assert task_of(lago).state == "in_progress"
        max_.post(reverse("task_undo", args=[task.pk]))
        assert (task_of(lago).state, task_of(lago).first_action_at) == ("open", None)

    def test_wakes_the_alert_with_the_task(self, lago: World, max_: Client) -> None:
        task = task_of(lago)
        until = timezone.localdate() + timedelta(days=3)
        max_.post(reverse("task_snooze", args=[task.pk]), {"until": str(until)})
        max_.post(reverse("task_undo", args=[task.pk]))
        with organization_context(lago.id):
            signal = Signal.objects.get(kind="utilization")
        assert (task_of(lago).snoozes, task_of(lago).snoozed_until) == (0, None)
        assert (signal.status, signal.snoozed_until) == ("firing", None)

    def test_leaves_what_somebody_else_did(self, lago: World, max_: Client) -> None:
        task = task_of(lago)
        olga = make_user("olga", vendor_role="vendor_admin")
        move_task(
            organization_id=lago.id,
            task_id=task.pk,
            to=TaskState.IN_PROGRESS,
            actor=Actor.of(olga),
            now=timezone.now(),
        )
        max_.post(reverse("task_undo", args=[task.pk]))
        assert task_of(lago).state == "in_progress"


class TestMerging:
    def merge(self, world: World) -> ExpansionTask:
        other = second_task(world)
        return merge_tasks(
            organization_id=world.id,
            task_id=task_of(world).pk,
            into_id=other.pk,
            actor=Actor.of(world.max),
            now=timezone.now(),
        )

    def test_leaves_one_task_with_the_signals_and_evidence_of_both(self, lago: World) -> None:
        into = self.merge(lago)
        merged = task_of(lago)
        assert (merged.state, merged.merged_into_id, merged.seats_credited) == ("done", into.pk, 0)
        codes = {each["code"] for each in into.evidence}
        assert {"people_waiting", "seats_assigned"} <= codes
        with organization_context(lago.id):
            assert Signal.objects.get(kind="utilization").task_id == into.pk

    def test_gives_the_credit_of_a_purchase_to_the_task_that_goes_on(self, lago: World) -> None:
        into = self.merge(lago)
        buy(lago, 5, timezone.now())
        won = task_of(lago, Play.NEW_DEPARTMENT)
        assert (won.pk, won.state, won.seats_credited) == (into.pk, "done", 5)
        assert task_of(lago).seats_credited == 0


class TestTheList:
    def test_changes_many_and_says_what_became_of_each(self, lago: World, max_: Client) -> None:
        other = second_task(lago)
        third = second_task(World("aare"))
        ids = [task_of(lago).pk, other.pk]
        close = {"task": [*ids, third.pk], "action": "declined"}
        asked = max_.post(reverse("tasks_bulk"), close).content.decode()
        assert "Close 3 tasks: declined" in asked
        how = {"outcome": "no_budget", "barrier": "budget", "reason": "No budget"}
        incomplete = max_.post(reverse("tasks_bulk"), close | how | {"barrier": ""})
        assert (incomplete.status_code, task_of(lago).state) == (422, "open")
        answer = max_.post(reverse("tasks_bulk"), close | how).content.decode()
        assert "All of them are changed" in answer
        closed = task_of(lago)
        assert (closed.state, closed.outcome, closed.barrier) == (
            "declined",
            "no_budget",
            "budget",
        )
        again = max_.post(reverse("tasks_bulk"), {"task": ids, "action": "in_progress"})
        assert "2 tasks stayed as they were" in again.content.decode()

    def test_keeps_filters_under_a_name(self, lago: World, max_: Client) -> None:
        max_.post(reverse("task_view_save"), {"name": "Large", "query": "show=open&least=1000"})
        view = VendorView.objects.get()
        page = max_.get(reverse("tasks") + "?" + view.query).content.decode()
        assert "Large" in page
        for query in ("owner=x", f"owner={lago.max.pk}", "segment=enterprise", "play=adoption"):
            assert max_.get(f"{reverse('tasks')}?{query}").status_code == 200
        # Deleted with an undo; somebody else's is not one's own to delete.
        delete = reverse("task_view_delete")
        deleted = max_.post(delete, {"view": view.pk}, follow=True).content.decode()
        undo = f"{delete}?view={view.pk}&amp;undo=1"
        assert undo in deleted
        assert not VendorView.objects.filter(deleted_at__isnull=True).exists()
        max_.post(f"{delete}?view={view.pk}&undo=1")
        assert VendorView.objects.filter(deleted_at__isnull=True).exists()
        other = Client()
        other.force_login(make_user("olga", vendor_role="vendor_admin"))
        assert other.post(delete, {"view": view.pk}).status_code == 404

    def test_filters_by_due_time_and_by_whole_units_of_the_currency(self, lago: World) -> None:
        # Wednesday noon in UTC: the week ends with Sunday the 8th.
        now = day(2)
        late, today, sunday, monday = (
            {"due_at": now + timedelta(hours=hours)} for hours in (-48, 11, 107, 109)
        )
        values = [
            late | {"play": "adoption", "currency": "JPY", "value_minor": 5_000},
            today | {"play": "new_department", "currency": "IDR", "value_minor": 500_000},
            sunday | {"play": "enable_champions", "currency": "EUR", "value_minor": 499_999},
            monday | {"play": "keep_relationship", "currency": "KWD", "value_minor": 5_000_000},
        ]
        with organization_context(lago.id):
            for each in values:
                ExpansionTask.objects.create(
                    organization=lago.organization, reminder_at=day(0), **each
                )

            def plays(**chosen: str) -> list[str]:
                found = filtered_tasks(TaskFilter(**chosen), now=now)
                return [task.play for task in found]

            assert plays(due="overdue") == ["adoption"]
            assert plays(due="today") == ["new_department"]
            assert plays(due="week") == ["new_department", "enable_champions"]
            # 5,000 yen have no cents, 5,000 rupiah two, 4,999.99 euros are less, dinars have three.
            assert plays(least="5000") == ["adoption", "new_department", "keep_relationship"]

    def test_is_a_board_too(self, lago: World, max_: Client) -> None:
        page = max_.get(reverse("tasks_board")).content.decode()
        assert 'data-column="in_progress"' in page
        assert f"/tasks/{task_of(lago).pk}/move/false_positive/" in page
        assert "Lago" in page


class TestNotes:
    def test_keep_every_version(self, lago: World, max_: Client) -> None:
        url = reverse("note_save", args=["lago"])
        max_.post(url, {"body": "Budget in May"})
        with organization_context(lago.id):
            key = AccountNote.objects.get().key
        max_.post(url, {"body": "Budget in June", "key": str(key)})
        page = max_.get(reverse("account", args=["lago"])).content.decode()
        assert "Budget in June" in page
        with organization_context(lago.id):
            kept = AccountNote.objects.order_by("version").values_list("version", "body")
            assert list(kept) == [(1, "Budget in May"), (2, "Budget in June")]


class TestTheApi:
    def patch(self, task: ExpansionTask, key: str, **body: Any) -> Any:
        return Client().patch(
            f"/api/v1/tasks/{task.pk}",
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {key}", "If-Match": "*"},
        )

    def test_moves_assigns_and_explains_what_is_missing(self, lago: World) -> None:
        key, task = make_api_key(), task_of(lago)
        assert self.patch(task, key, owner=None).json()["owner"] is None
        problem = self.patch(task, key, state="declined", reason="No budget")
        assert (problem.status_code, problem.json()["code"]) == (400, "outcome_missing")
        closed = self.patch(task, key, state="declined", reason="No", outcome="no_budget").json()
        assert (closed["state"], closed["outcome"]) == ("declined", "no_budget")
        assert self.patch(task, key, state="done", owner=None).status_code == 400
        assert self.patch(task, make_api_key(lago.organization), owner=None).status_code == 403
