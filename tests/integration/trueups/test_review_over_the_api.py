"""The review of a true-up by a program, and what the vendor's key may and may not do."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import HistoryEntry
from tests.integration.trueups.conftest import Acme
from tests.integration.trueups.test_review import TEN, under_review
from tests.support.people import make_api_key, make_organization

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

IN_REVIEW = datetime(2026, 4, 2, tzinfo=UTC)


def client_of(key: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_program_reviews_and_a_person_signs(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    true_up = under_review(acme)
    own = client_of(make_api_key(acme.organization))
    vendor, other = client_of(make_api_key()), client_of(make_api_key(make_organization("zug")))
    monkeypatch.setattr(timezone, "now", lambda: IN_REVIEW)
    base = f"/api/v1/organizations/{acme.organization.external_id}/true-ups"
    one, finance = f"{base}/{true_up.pk}", f"/api/v1/true-ups/{true_up.pk}"

    assert [each["id"] for each in own.get(base).json()["results"]] == [str(true_up.pk)]
    assert other.get(one).status_code == 404
    assert other.get(f"/api/v1/organizations/zug/true-ups/{true_up.pk}").status_code == 404
    people = own.get(f"{one}/people").json()["results"]
    assert len(people) == 3
    leaver = people[0]["member"]
    without = own.post(f"{one}/decisions", {"members": [leaver], "decision": "remove"})
    assert refused(without) == (422, "true_up_decision_not_possible")
    decided = own.post(
        f"{one}/decisions", {"members": [leaver], "decision": "remove", "reason": "Left"}
    )
    # One of the ten at 75.34 goes.
    assert decided.json()["total_minor"] == TEN - 7_534
    with acme.context():
        entry = HistoryEntry.objects.get(verb="true_up_people_remove")
    assert entry.actor_label == "API key tests"

    line = decided.json()["lines"][0]["id"]
    disputed = own.post(f"{one}/lines/{line}/comments", {"text": "Too many"})
    assert (disputed.status_code, disputed.json()["state"]) == (201, "open")
    comment = disputed.json()["id"]
    answered = vendor.post(f"{finance}/disputes/{comment}/answer", {"answer": "Look at March"})
    assert answered.json()["answered_by"] == "API key vendor"
    wrong = own.post(f"{one}/submit", {"total_minor": TEN})
    assert wrong.status_code in (409, 422)
    assert own.post(f"{one}/submit", {"total_minor": TEN - 7_534}).status_code == 200

    assert own.post(f"{finance}/waive", {"seats": 1, "reason": "x"}).status_code == 403
    waived = vendor.post(f"{finance}/waive", {"seats": 1, "reason": "A pilot"})
    assert waived.status_code == 200
    signing = vendor.post(f"{finance}/sign")
    assert refused(signing) == (409, "decided_by_a_person")
    assert signing.json()["page"].endswith(f"/vendor/true-ups/{true_up.pk}/")
    back = vendor.post(f"{finance}/return", {"reason": "Look again", "days": 5})
    assert back.json()["state"] == "returned"
    assert vendor.post(f"{finance}/void", {"reason": "Agreed"}).json()["state"] == "void"
    again = vendor.post(f"{finance}/void", {"reason": "Agreed"})
    assert (again.status_code, again.json()["code"]) == (409, "true_up_not_with_finance")


def test_terms_are_agreed_and_files_kept(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    true_up = under_review(acme)
    own, vendor = client_of(make_api_key(acme.organization)), client_of(make_api_key())
    monkeypatch.setattr(timezone, "now", lambda: IN_REVIEW)
    base = f"/api/v1/organizations/{acme.organization.external_id}"
    assert own.get(f"{base}/true-ups/{true_up.pk}/pdf").content.startswith(b"%PDF")
    assert own.get(f"{base}/true-ups/{true_up.pk}/workbook").content.startswith(b"PK")
    assert own.get(f"{base}/lock-outs").json()["results"] == []

    assert own.get(f"{base}/true-up-terms").status_code == 403
    agreed = vendor.get(f"{base}/true-up-terms").json()
    asked = {name: agreed[name] for name in agreed if not name.startswith("approved")}
    asked |= {"reason": "Longer reviews"}
    never = vendor.put(f"{base}/true-up-terms", asked | {"least_active_days": 300}, "json")
    assert (refused(never), never.json()["about"]) == (
        (422, "true_up_terms_not_possible"),
        "least_active_days",
    )
    after = vendor.put(f"{base}/true-up-terms", asked | {"review_days": 21}, "json").json()
    assert (after["review_days"], after["approved_by"]) == (21, "API key vendor")
    simulated = vendor.get(f"{base}/true-up-simulation").json()
    assert {each["policy"] for each in simulated["policies"]} == {"strict", "flexible", "hybrid"}
