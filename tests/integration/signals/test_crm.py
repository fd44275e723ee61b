"""Tasks for a CRM: the file of the reader's accounts, what changed since, and the way back."""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.tenancy import organization_context
from signals.models import CrmExport, CrmMapping, ExpansionTask, TaskEvent
from signals.services.task_events import note
from tests.integration.signals.world import World, day
from tests.support.people import make_api_key, make_user

pytestmark = pytest.mark.django_db(databases=["default"])


def open_task(world: World) -> ExpansionTask:
    with organization_context(world.id):
        task = ExpansionTask.objects.create(
            organization=world.organization,
            play="add_seats",
            owner=world.max,
            created_at=day(0),
            reminder_at=day(1),
            due_at=day(2),
            currency="EUR",
            value_minor=144_000,
        )
        note(task, TaskEvent.Kind.OPENED, day(0))
        return task


def rows(client: Client, mapping: CrmMapping, what: str) -> list[dict[str, str]]:
    answer = client.post(f"/vendor/tasks/crm/{mapping.pk}/export.csv", {"what": what})
    body = b"".join(answer) if answer.streaming else answer.content
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


class TestTheFile:
    def test_holds_the_readers_accounts_and_then_what_changed(self) -> None:
        lago, nova = World("lago"), World("nova")
        first, second = open_task(lago), open_task(nova)
        client = Client()
        client.force_login(lago.max)
        client.post("/vendor/tasks/crm/", {"name": "Deals", "preset": "salesforce"})
        mapping = CrmMapping.objects.get()
        everything = rows(client, mapping, "all")
        assert {row["Headroom_Task__c"] for row in everything} == {
            f"headroom-task-{first.pk}",
            f"headroom-task-{second.pk}",
        }
        assert everything[0]["Amount"] == "1440.00"
        assert everything[0]["StageName"] == "Prospecting"
        assert rows(client, mapping, "changed") == []
        with organization_context(nova.id):
            note(second, TaskEvent.Kind.RAISED, timezone.now() + timedelta(seconds=1))
        (changed,) = rows(client, mapping, "changed")
        assert changed["Headroom_Task__c"] == f"headroom-task-{second.pk}"
        assert list(CrmExport.objects.values_list("tasks", flat=True)) == [1, 0, 2]

        other = Client()
        other.force_login(make_user("nora", vendor_role="account_manager"))
        assert rows(other, mapping, "all") == []

    def test_has_the_headings_that_were_saved(self) -> None:
        lago = World("lago")
        open_task(lago)
        client = Client()
        client.force_login(lago.max)
        client.post("/vendor/tasks/crm/", {"name": "Deals", "preset": "hubspot"})
        mapping = CrmMapping.objects.get()
        page = f"/vendor/tasks/crm/{mapping.pk}/"
        refused = client.post(page, {"column_name": "Deal"})
        assert refused.status_code == 422
        assert "external id" in refused.content.decode()
        client.post(
            page,
            {"column_external_id": "Key", "column_name": "Deal", "column_stage": "Step"}
            | {"stage_open": "New"},
        )
        assert rows(client, mapping, "all")[0] == {
            "Key": f"headroom-task-{task_id(lago)}",
            "Deal": "Lago: Add seats",
            "Step": "New",
        }


def task_id(world: World) -> int:
    with organization_context(world.id):
        return ExpansionTask.objects.get().pk


class TestTheWayBack:
    def test_keeps_what_the_crm_says_of_a_deal(self) -> None:
        task = open_task(World("lago"))
        client = Client(headers={"Authorization": f"Bearer {make_api_key()}"})
        answer = client.patch(
            f"/api/v1/tasks/{task.pk}",
            {"crm_id": "006Q1", "crm_stage": "Qualification"},
            content_type="application/json",
            headers={"If-Match": "*"},
        )
        assert answer.status_code == 200, answer.content
        assert (answer.json()["crm_id"], answer.json()["state"]) == ("006Q1", "open")
