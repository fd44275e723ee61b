"""Tasks, notes, owners and rules over the vendor's API, as account managers work with the pages."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Organization, User
from accounts.tenancy import organization_context
from signals.models import ExpansionTask, TaskStep
from tests.support.people import make_api_key, make_organization, make_user

pytestmark = pytest.mark.django_db(databases=["default", "pipeline"])
V1 = "/api/v1"


def client_of(key: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


@pytest.fixture
def max() -> User:
    return make_user("max", vendor_role="account_manager")


@pytest.fixture
def acme(max: User) -> Organization:
    return make_organization("acme", account_manager=max)


@pytest.fixture
def vendor(acme: Organization) -> APIClient:
    return client_of(make_api_key())


@pytest.fixture
def own(acme: Organization) -> APIClient:
    return client_of(make_api_key(acme))


def make_task(organization: Organization, owner: User, play: str = "add_seats") -> ExpansionTask:
    now = timezone.now()
    with organization_context(organization.pk):
        task = ExpansionTask.objects.create(
            organization=organization,
            play=play,
            owner=owner,
            currency="EUR",
            reminder_at=now,
            due_at=now + timedelta(days=1),
        )
        TaskStep.objects.create(
            organization=organization, task=task, position=1, text={"en": "Call"}, due_at=now
        )
    return task


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


class TestTasks:
    def test_are_read_moved_and_taken_back(
        self, vendor: APIClient, own: APIClient, acme: Organization, max: User
    ) -> None:
        one = f"{V1}/tasks/{make_task(acme, max).pk}"
        assert own.get(one).status_code == 403
        assert vendor.get(one).json()["owner"] == "max@example.com"
        unseen = vendor.patch(one, {"state": "in_progress"})
        assert refused(unseen) == (428, "precondition_required")
        seen = {"If-Match": vendor.get(one)["ETag"]}
        moved = vendor.patch(one, {"state": "in_progress"}, headers=seen)
        assert moved.json()["state"] == "in_progress"
        late = vendor.patch(one, {"state": "in_progress"}, headers=seen)
        assert refused(late) == (412, "precondition_failed")
        assert vendor.post(f"{one}/undo").json()["state"] == "open"
        assert refused(vendor.post(f"{one}/undo")) == (409, "task_cannot_be_undone")
        kinds = [(each["kind"], each["actor"]) for each in vendor.get(f"{one}/events").json()]
        assert kinds == [("moved", "API key vendor"), ("undone", "API key vendor")]

    def test_have_steps_to_tick(self, vendor: APIClient, acme: Organization, max: User) -> None:
        one = f"{V1}/tasks/{make_task(acme, max).pk}"
        ticked = vendor.put(f"{one}/steps/1", {"is_done": True}).json()
        assert ticked["done_by_label"] == "API key vendor"
        assert [step["done_at"] is None for step in vendor.get(f"{one}/steps").json()] == [False]
        assert vendor.get(one).json()["first_action_at"] is not None
        assert vendor.put(f"{one}/steps/2", {"is_done": True}).status_code == 404

    def test_are_merged_within_an_organization(
        self, vendor: APIClient, acme: Organization, max: User
    ) -> None:
        first, second = make_task(acme, max), make_task(acme, max, "adoption")
        stranger = make_task(make_organization("other"), max)
        one = f"{V1}/tasks/{first.pk}/merge"
        assert vendor.post(one, {"into": stranger.pk}).json()["errors"][0]["field"] == "into"
        assert vendor.post(one, {"into": second.pk}).json()["id"] == second.pk
        assert vendor.get(f"{V1}/tasks/{first.pk}").json()["state"] == "done"


class TestNotes:
    def test_are_kept_in_versions_and_not_shown_to_customers(
        self, vendor: APIClient, own: APIClient
    ) -> None:
        notes = f"{V1}/organizations/acme/notes"
        made = vendor.post(notes, {"body": "They hire"})
        assert (made.status_code, made.json()["author"]) == (201, "API key vendor")
        one = f"{notes}/{made.json()['key']}"
        assert vendor.put(one, {"body": "They hire in Bern"}).json()["version"] == 2
        assert [note["body"] for note in vendor.get(notes).json()] == ["They hire in Bern"]
        assert own.get(notes).status_code == 403
        assert vendor.delete(one).status_code == 204
        assert vendor.get(notes).json() == []


class TestVendorRequests:
    def test_are_asked_and_answered_once(self, vendor: APIClient, own: APIClient) -> None:
        asked = own.post(
            f"{V1}/organizations/acme/vendor-requests", {"category": "sso", "text": "We need it"}
        )
        assert (asked.status_code, asked.json()["asked_by"]) == (201, "API key tests")
        answer = f"{V1}/vendor-requests/{asked.json()['id']}/answer"
        assert own.post(answer, {"answer": "Yes"}).status_code == 403
        assert vendor.post(answer, {"answer": "In May"}).json()["answered_by"] == "API key vendor"
        assert refused(vendor.post(answer, {"answer": "No"})) == (409, "answered_already")
        (told,) = own.get(f"{V1}/organizations/acme/vendor-requests").json()["results"]
        assert told["answer"] == "In May"
        assert vendor.get(f"{V1}/vendor-requests?answered=false").json()["results"] == []


class TestOwners:
    def test_rules_are_made_ordered_and_removed(self, vendor: APIClient, max: User) -> None:
        rules = f"{V1}/owner-rules"
        wrong = vendor.post(rules, {"managers": ["ada@example.com"]})
        assert wrong.json()["errors"][0]["field"] == "managers"
        ids = [
            vendor.post(rules, {"countries": [code], "managers": ["MAX@example.com"]}).json()["id"]
            for code in ("DE", "AT")
        ]
        vendor.post(f"{rules}/{ids[1]}/move", {"by": -1})
        assert [rule["countries"] for rule in vendor.get(rules).json()] == [["AT"], ["DE"]]
        vendor.put(f"{rules}/{ids[0]}", {"seats_from": 5, "managers": ["max@example.com"]})
        assert vendor.delete(f"{rules}/{ids[1]}").status_code == 204
        (left,) = vendor.get(rules).json()
        assert (left["seats_from"], left["managers"]) == (5, ["max@example.com"])

    def test_are_away_with_a_deputy(self, vendor: APIClient, max: User) -> None:
        make_user("mia", vendor_role="account_manager")
        away = f"{V1}/staff/max@example.com/absence"
        days = {"absent_from": "2027-01-04", "absent_until": "2027-01-08"}
        assert refused(vendor.put(away, days)) == (422, "deputy_missing")
        put = vendor.put(away, days | {"deputy": "mia@example.com"}).json()
        assert (put["absent_until"], put["deputy"]) == ("2027-01-08", "mia@example.com")
        manager = f"{V1}/staff/max@example.com/manager"
        assert refused(vendor.put(manager, {"manager": "max@example.com"})) == (
            422,
            "manager_is_wrong",
        )
        people = {each["email"]: each for each in vendor.get(f"{V1}/staff").json()}
        assert people["max@example.com"]["absent_from"] == "2027-01-04"
        assert vendor.put(f"{V1}/staff/nobody@example.com/absence", days).status_code == 404


class TestRules:
    def test_are_tried_and_only_then_put_into_force(self, vendor: APIClient) -> None:
        kinds = {rule["kind"]: rule for rule in vendor.get(f"{V1}/rules").json()}
        assert kinds["new_hires"]["is_own"] is False
        wrong = vendor.post(f"{V1}/rules/new_hires/try", {"thresholds": {"pending_days": 99}})
        assert wrong.json()["errors"][0]["field"] == "thresholds.pending_days"
        run = vendor.post(f"{V1}/rules/new_hires/try", {"thresholds": {"pending_days": 2}})
        assert (run.status_code, run.json()["state"]) == (202, "waiting")
        in_force = f"{V1}/rules/runs/{run.json()['id']}/in-force"
        assert refused(vendor.post(in_force)) == (409, "not_tried_yet")
        assert vendor.post(f"{V1}/rules/luck/try", {}).status_code == 404
        assert vendor.delete(f"{V1}/rules/new_hires/settings").status_code == 204


class TestOperations:
    def test_are_watched(self, vendor: APIClient, own: APIClient) -> None:
        jobs = vendor.get(f"{V1}/operations/jobs").json()
        assert "seats.tasks.roll_up_usage" in {job["job"] for job in jobs}
        assert own.get(f"{V1}/operations/jobs").status_code == 403
        assert vendor.get(f"{V1}/operations/quarantine").json() == []
