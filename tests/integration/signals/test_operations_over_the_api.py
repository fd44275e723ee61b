"""Plays, the health of rules, usage, history, the CRM and shared accounts over the API."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import HistoryEntry, Organization, User
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from seats.services.seats import change_purchased_seats
from signals.models import Notification, SharingPolicy
from tests.integration.signals.test_work_over_the_api import (
    V1,
    acme,
    client_of,
    make_task,
    max,
    own,
    refused,
    vendor,
)
from tests.support.acme import shared_case
from tests.support.people import make_api_key, make_membership, make_organization

__all__ = ["acme", "max", "own", "vendor"]

pytestmark = pytest.mark.django_db(databases=["default", "pipeline"])


def give_seats(organization: Organization, seats: int) -> None:
    with organization_context(organization.pk):
        change_purchased_seats(
            organization_id=organization.pk,
            seats_after=seats,
            actor=SYSTEM,
            now=timezone.now(),
        )


class TestPlays:
    def test_get_a_next_version(self, vendor: APIClient, own: APIClient) -> None:
        one = f"{V1}/plays/add_seats"
        assert own.get(one).status_code == 403
        read = vendor.get(one).json()
        steps = [{"text": {"en": "Call them"}, "days": 2}]
        given = {"steps": steps, "mails": read["mails"], "version_before": read["version"]}
        assert read["version"] == 0
        assert vendor.put(one, given).json()["version"] == 1
        assert refused(vendor.put(one, given)) == (409, "play_changed_meanwhile")
        none = vendor.put(one, given | {"steps": [], "version_before": 1})
        assert refused(none) == (422, "play_is_wrong")
        tongue = vendor.put(one, given | {"steps": [{"text": {"xx": "?"}, "days": 0}]})
        assert tongue.json()["errors"][0]["field"].startswith("steps[0].text")
        (saved,) = vendor.get(f"{one}/versions").json()
        assert (saved["version"], saved["saved_by"], saved["steps"]) == (1, "API key vendor", steps)
        rows = {row["play"]: row for row in vendor.get(f"{V1}/plays").json()}
        assert (rows["add_seats"]["version"], rows["add_seats"]["steps"]) == (1, 1)
        assert vendor.get(f"{V1}/plays/luck").status_code == 404


class TestRules:
    def test_are_muted_with_a_reason(self, vendor: APIClient) -> None:
        one = f"{V1}/rules/new_hires/health"
        blank = vendor.put(one, {"is_muted": True, "reason": " "})
        assert blank.json()["errors"][0]["field"] == "reason"
        muted = vendor.put(one, {"is_muted": True, "reason": "Too many"}).json()
        assert (muted["is_muted"], muted["switches"][0]["reason"]) == (True, "Too many")
        assert muted["switches"][0]["is_measured"] is False
        # The muted rule stands first: somebody has to look at it.
        assert vendor.get(f"{V1}/rules/health").json()[0]["kind"] == "new_hires"
        assert vendor.get(f"{V1}/rules/luck/health").status_code == 404

    def test_have_mail_in_doubt_that_somebody_settles(
        self, vendor: APIClient, acme: Organization, max: User
    ) -> None:
        with organization_context(acme.pk):
            message = Notification.objects.create(
                organization=acme,
                recipient=max,
                kind=Notification.Kind.TASK_OPENED,
                subject_type="task",
                subject_id=1,
                dedupe_key="one",
                state=Notification.State.UNCERTAIN,
            )
        doubt = f"{V1}/operations/messages-in-doubt"
        (listed,) = vendor.get(doubt).json()["results"]
        assert (listed["recipient"], listed["state"]) == ("max@example.com", "uncertain")
        assert vendor.post(doubt, {"ids": [], "again": True}).status_code == 400
        assert vendor.post(doubt, {"ids": [message.pk], "again": True}).json() == {"count": 1}
        assert vendor.post(doubt, {"ids": [message.pk], "again": True}).json() == {"count": 0}
        with organization_context(acme.pk):
            message.refresh_from_db()
        assert message.state == "pending"


class TestUsage:
    def test_is_watched_and_counted_anew(self, vendor: APIClient, own: APIClient) -> None:
        usage = f"{V1}/operations/usage"
        assert own.get(usage).status_code == 403
        health = vendor.get(usage).json()
        assert (health["waits_seconds"], health["drift"]) == (0, [])
        today = timezone.now().date()
        to_come = {"since": f"{today}", "until": f"{today + timedelta(days=1)}"}
        assert refused(vendor.post(f"{usage}/rebuilds", to_come)) == (409, "invalid_range")
        nobody = {"since": f"{today}", "until": f"{today}", "organization": "nobody"}
        assert vendor.post(f"{usage}/rebuilds", nobody).status_code == 404
        ordered = vendor.post(f"{usage}/rebuilds", nobody | {"organization": None})
        assert (ordered.status_code, ordered.json()["state"]) == (202, "waiting")
        assert vendor.get(f"{usage}/rebuilds").json()[0]["asked_by"] == "API key vendor"


class TestRetention:
    def test_says_what_is_kept_for_how_long(self, vendor: APIClient, own: APIClient) -> None:
        assert own.get(f"{V1}/operations/retention").status_code == 403
        rows = {row["name"]: row for row in vendor.get(f"{V1}/operations/retention").json()}
        answers = rows["stored_answers"]
        assert (answers["kept_for_seconds"], answers["last_run_at"]) == (48 * 3600, None)
        assert (answers["state"], answers["rows_ever"]) == ("none", 0)


class TestTheWholeHistory:
    def test_names_organizations(self, vendor: APIClient, own: APIClient) -> None:
        make_organization("other")
        assert own.get(f"{V1}/history").status_code == 403
        entries = vendor.get(f"{V1}/history?q=organization_created").json()["results"]
        assert {entry["organization"] for entry in entries} == {"acme", "other"}
        wrong = vendor.get(f"{V1}/history?show=weather")
        assert wrong.json()["errors"][0]["field"] == "show"


class TestTheCrm:
    def test_reads_tasks_as_deals(self, vendor: APIClient, acme: Organization, max: User) -> None:
        mappings = f"{V1}/crm-mappings"
        made = vendor.post(mappings, {"name": "Deals", "preset": "hubspot"}).json()
        taken = vendor.post(mappings, {"name": "Deals", "preset": "pipedrive"})
        assert refused(taken) == (409, "crm_mapping_name_taken")
        one = f"{mappings}/{made['id']}"
        columns = [
            {"heading": "Our id", "deal_field": "external_id"},
            {"heading": "Stage", "deal_field": "stage"},
        ]
        unfit = vendor.put(one, {"columns": columns[1:]})
        assert refused(unfit) == (400, "crm_mapping_unfit")
        odd = vendor.put(one, {"columns": columns, "stages": {"weather": "Sunny"}})
        assert odd.json()["errors"][0]["field"] == "stages"
        assert vendor.put(one, {"columns": columns, "stages": {"open": "New"}}).status_code == 200
        task = make_task(acme, max)
        (deal,) = vendor.get(f"{one}/deals").json()["results"]
        assert deal == {
            "task": task.pk,
            "values": {"Our id": f"headroom-task-{task.pk}", "Stage": "New"},
        }
        # Nothing was noted of this task.
        assert vendor.get(f"{one}/deals?since=2026-01-01T00:00:00Z").json()["results"] == []


class TestSharedAccounts:
    def test_are_answered_by_their_organization_alone(
        self, vendor: APIClient, own: APIClient, acme: Organization
    ) -> None:
        case = shared_case(acme, make_membership(acme, external_id="ben"))
        cases = f"{V1}/organizations/acme/sharing/cases"
        assert refused(vendor.get(cases)) == (409, "organizations_own_matter")
        assert [each["member"] for each in own.get(cases).json()["results"]] == ["ben"]
        one = f"{cases}/{case.pk}"
        assert own.get(one).json()["missing_seats"] == 1
        lacking = own.post(f"{one}/answer", {"answer": "device_is_mine"})
        assert refused(lacking) == (422, "device_missing")
        assert own.post(f"{one}/answer", {"answer": "one_person"}).json()["state"] == "answered"
        other = own.post(f"{one}/answer", {"answer": "seats_given"})
        assert refused(other) == (409, "sharing_case_closed")
        with organization_context(acme.pk):
            entry = HistoryEntry.objects.get(verb="sharing_case_answered")
        assert entry.actor_label == "API key tests"

    def test_get_a_seat_for_each_person_behind_them(
        self, vendor: APIClient, own: APIClient, acme: Organization
    ) -> None:
        case = shared_case(acme, make_membership(acme, external_id="desk"))
        give_seats(acme, 1)
        people = f"{V1}/organizations/acme/sharing/cases/{case.pk}/people"
        asked = {"people": [{"email": "mia@acme.example"}, {"email": "Ben@acme.example"}]}
        assert refused(vendor.post(people, asked, "json")) == (409, "organizations_own_matter")
        lacking = client_of(make_api_key(acme, scopes=["people:write"]))
        assert refused(lacking.post(people, asked, "json")) == (403, "scope_missing")
        assert own.post(people, {"people": []}, "json").status_code == 400
        given = own.post(people, asked, "json").json()
        assert (given["done"], given["without_seat"]) == (
            ["mia@acme.example"],
            ["ben@acme.example"],
        )
        assert given["missing_seats"] == 1
        give_seats(acme, 2)
        assert own.post(people, asked, "json").json()["done"] == ["ben@acme.example"]
        with organization_context(acme.pk):
            case.refresh_from_db()
        assert (case.state, case.answer) == ("answered", "seats_given")
        assert refused(own.post(people, asked, "json")) == (409, "sharing_case_closed")

    def test_are_asked_what_the_policy_says(self, own: APIClient, acme: Organization) -> None:
        policy = f"{V1}/organizations/acme/sharing/policy"
        assert own.get(policy).json() == {"measure": "off", "sessions": 2}
        many = own.put(policy, {"measure": "cap", "sessions": 21})
        assert many.json()["errors"][0]["field"] == "sessions"
        assert own.put(policy, {"measure": "cap", "sessions": 3}).json()["sessions"] == 3
        with organization_context(acme.pk):
            assert SharingPolicy.objects.get().measure == "cap"
