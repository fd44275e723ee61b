"""Exports, privacy, outcomes and limits over the API, as the pages do them."""

from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import HistoryEntry, Organization
from accounts.tenancy import organization_context
from seats.services.people_exports import write_export
from tests.support.people import make_api_key, make_membership, make_organization

URL = "/api/v1/organizations/acme"


def client_of(key: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


@pytest.fixture
def acme(db: None) -> Organization:
    return make_organization("acme")


@pytest.fixture
def own(acme: Organization) -> APIClient:
    return client_of(make_api_key(acme))


@pytest.fixture
def others(acme: Organization) -> APIClient:
    return client_of(make_api_key(make_organization("other")))


@pytest.fixture
def vendor(acme: Organization) -> APIClient:
    return client_of(make_api_key())


def actors_of(organization: Organization, verb: str) -> list[str]:
    with organization_context(organization.pk):
        return list(HistoryEntry.objects.filter(verb=verb).values_list("actor_label", flat=True))


def write_it(organization: Organization, export_id: str) -> None:
    """Do what the worker does."""
    assert write_export(
        organization_id=organization.pk, export_id=UUID(export_id), now=timezone.now()
    )


class TestExports:
    def test_are_asked_for_followed_and_fetched(
        self,
        own: APIClient,
        others: APIClient,
        acme: Organization,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        make_membership(acme, external_id="u1", name="Dewi")
        make_membership(acme, external_id="u2", name="Eli")
        with django_capture_on_commit_callbacks() as started:
            asked = own.post(f"{URL}/exports/people", {"q": "dewi"})
        assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
        one = f"{URL}/exports/people/{asked.json()['id']}"
        assert own.get(f"{one}/file").status_code == 404
        assert len(started) == 1
        write_it(acme, asked.json()["id"])
        state = own.get(one).json()
        assert (state["state"], state["people"], state["done"]) == ("done", 1, 1)
        file = own.get(f"{one}/file", headers={"Accept": "text/csv"})
        assert file["Content-Type"].startswith("text/csv")
        assert b"Dewi" in file.content
        assert b"Eli" not in file.content
        assert others.get(one).status_code == 404
        assert others.get(one.replace("acme", "other")).status_code == 404
        assert actors_of(acme, "people_exported") == ["API key tests"]
        hidden = own.put(f"{URL}/privacy", {"usage_visibility": "totals"})
        assert hidden.status_code == 200
        assert own.get(f"{one}/file").status_code == 404


class TestPrivacy:
    def test_needs_a_reason_to_show_people_again(self, own: APIClient, acme: Organization) -> None:
        own.put(f"{URL}/privacy", {"usage_visibility": "totals"})
        assert own.get(f"{URL}/privacy").json() == {"usage_visibility": "totals"}
        refused = own.put(f"{URL}/privacy", {"usage_visibility": "people"})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "reason")
        shown = own.put(f"{URL}/privacy", {"usage_visibility": "people", "reason": "Agreed"})
        assert shown.json() == {"usage_visibility": "people"}
        assert actors_of(acme, "usage_of_people_shown") == ["API key tests"]


class TestOutcomes:
    FACTS: ClassVar = {
        "kind": "time_saved",
        "first_day": "2026-01-01",
        "last_day": "2026-01-31",
        "amount": "10",
        "unit": "hours",
    }

    def test_are_corrected_and_deleted(
        self, own: APIClient, others: APIClient, acme: Organization
    ) -> None:
        made = own.post(f"{URL}/outcomes", self.FACTS).json()
        one = f"{URL}/outcomes/entries/{made['id']}"
        changed = own.put(one, self.FACTS | {"amount": "12"})
        assert (changed.status_code, changed.json()["amount"]) == (200, "12.0000")
        assert actors_of(acme, "outcome_changed") == ["API key tests"]
        listed = own.get(f"{URL}/outcomes/entries?first_day=2026-01-01&last_day=2026-02-01").json()
        assert [each["amount"] for each in listed["results"]] == ["12.0000"]
        assert others.put(one.replace("acme", "other"), self.FACTS).status_code == 404
        wrong = own.put(one, self.FACTS | {"kind": "luck"})
        assert wrong.json()["errors"][0]["field"] == "kind"
        assert own.delete(one).status_code == 204
        assert own.delete(one).status_code == 404

    def test_are_held_against_a_baseline(self, own: APIClient) -> None:
        made = own.post(f"{URL}/outcomes/baselines", self.FACTS)
        assert made.status_code == 201
        again = own.post(f"{URL}/outcomes/baselines", self.FACTS | {"amount": "20"})
        assert again.json()["id"] == made.json()["id"]
        (listed,) = own.get(f"{URL}/outcomes/baselines").json()["results"]
        assert listed["amount"] == "20.0000"
        one = f"{URL}/outcomes/baselines/{listed['id']}"
        assert (own.delete(one).status_code, own.delete(one).status_code) == (204, 404)


class TestLimits:
    def test_are_taken_back(self, vendor: APIClient, own: APIClient, acme: Organization) -> None:
        soft = {"limit": "soft", "allowance_seats": 2, "allowance_days": 14, "reason": "A pilot"}
        assert vendor.post(f"{URL}/limit/changes", soft).status_code == 201
        (change,) = vendor.get(f"{URL}/limit/changes").json()["results"]
        assert (change["changed_by"], change["reason"]) == ("API key vendor", "A pilot")
        undo = f"{URL}/limit/changes/{change['id']}/undo"
        assert own.post(undo).status_code == 403
        assert vendor.post(undo).json()["limit"] == "hard"
        assert vendor.post(undo).json()["code"] == "nothing_to_undo"

    def test_begin_with_defaults(self, vendor: APIClient) -> None:
        soft = {"plan": "team", "limit": "soft", "allowance_seats": 2}
        refused = vendor.post("/api/v1/limit-defaults", soft)
        assert refused.json()["errors"][0]["field"] == "allowance_days"
        made = vendor.post("/api/v1/limit-defaults", soft | {"allowance_days": 7})
        assert (made.status_code, made.json()["plan"]) == (201, "team")
        assert [each["limit"] for each in vendor.get("/api/v1/limit-defaults").json()] == ["soft"]
        one = f"/api/v1/limit-defaults/{made.json()['id']}"
        assert (vendor.delete(one).status_code, vendor.delete(one).status_code) == (204, 404)
