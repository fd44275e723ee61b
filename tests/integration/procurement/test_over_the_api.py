"""Plans, how an organization buys, papers and what is added to requests, over the API."""

import base64
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from procurement.services.profile import ProfileDetails, propose_profile
from tests.integration.procurement.conftest import Company
from tests.support.people import make_api_key, make_organization

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline"])


def client_of(key: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def field_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["field"]


@pytest.fixture
def base(company: Company) -> str:
    return f"/api/v1/organizations/{company.world.organization.external_id}"


@pytest.fixture
def own(company: Company) -> APIClient:
    return client_of(make_api_key(company.world.organization))


def test_an_organization_plans_and_says_how_it_buys(
    company: Company, own: APIClient, base: str
) -> None:
    other = client_of(make_api_key(make_organization("other")))
    now = timezone.now()
    today, plans = now.date(), f"{base}/planned-expansions"
    wanted = {"seats": 5, "wanted_on": str(today + timedelta(days=200)), "reason": "Lyon"}
    assert other.post(plans, wanted).status_code == 404
    past = own.post(plans, wanted | {"wanted_on": str(today - timedelta(days=2))})
    assert (refused(past), past.json()["about"]) == ((422, "plan_not_possible"), "wanted_on")
    plan = own.post(plans, wanted).json()
    one = f"{plans}/{plan['id']}"
    assert own.put(one, wanted | {"seats": 7}).json()["seats"] == 7
    assert field_of(own.post(f"{one}/move", {"to": "sold"})) == (400, "to")
    assert own.post(f"{one}/move", {"to": "dropped"}).json()["state"] == "dropped"
    assert refused(own.put(one, wanted)) == (409, "plan_has_moved_on")
    assert own.post(f"{one}/move", {"to": "planned"}).json()["state"] == "planned"
    view = own.get(f"{plans}/outlook?wanted_on={wanted['wanted_on']}").json()
    assert view["start_by_on"] == plan["start_by_on"]
    (theirs,) = client_of(make_api_key()).get("/api/v1/planned-expansions").json()
    assert (theirs["organization"], theirs["plan"]["id"]) == ("acme", plan["id"])

    profile = own.get(f"{base}/buying-profile").json()
    assert (profile["lead_days"], profile["freezes"]) == (75, [])
    wrong = {"name": "Close", "first_on": "2026-12-20", "last_on": "2026-12-01"}
    assert field_of(own.put(f"{base}/buying-profile", profile | {"freezes": [wrong]}, "json")) == (
        400,
        "freezes[0].last_on",
    )
    freeze = wrong | {"last_on": "2026-12-31", "every_year": True}
    after = own.put(f"{base}/buying-profile", profile | {"freezes": [freeze]}, "json").json()
    assert after["freezes"] == [freeze]
    proposal = propose_profile(
        organization_id=company.id,
        details=ProfileDetails(lead_days=90),
        note="So it is",
        actor=company.world.actor,
        now=now,
        today=today,
    )
    answer = f"{base}/buying-profile/proposals/{proposal.pk}/answer"
    assert own.post(answer, {"accept": True}).json()["state"] == "accepted"
    assert refused(own.post(answer, {"accept": False})) == (409, "proposal_not_open")
    assert own.get(f"{base}/buying-profile").json()["lead_days"] == 90


def test_papers_are_issued_and_requests_added_to(
    company: Company, own: APIClient, base: str
) -> None:
    quote = own.post(f"{base}/quotes", {"quantity": 14}).json()["id"]
    issue = f"{base}/quotes/{quote}/papers"
    assert field_of(own.post(issue, {"kind": "letter"})) == (400, "kind")
    paper = own.post(issue, {"kind": "order_form", "po_number": "PO-9"}).json()
    assert (paper["name"], paper["po_number"], paper["quantity_to"]) == ("OF-1", "PO-9", 14)
    assert [each["id"] for each in own.get(f"{base}/papers").json()["results"]] == [paper["id"]]
    assert own.get(paper["pdf_url"]).content.startswith(b"%PDF")
    assert own.get(f"{base}/papers/{uuid4()}/pdf").status_code == 404

    rules = own.get(f"{base}/approval-rules").json()
    assert (rules["version"], rules["bypass_minor"], len(rules["bands"])) == (1, 10_000, 2)
    asked = company.ask()
    one = f"{base}/purchase-requests/{asked.pk}"
    assert field_of(own.post(f"{one}/comments", {"author": "x@example.com", "text": "Why?"})) == (
        400,
        "author",
    )
    said = own.post(f"{one}/comments", {"author": company.ben.email, "text": "Why now?"})
    assert (said.status_code, said.json()["text"]) == (201, "Why now?")
    assert len(own.get(f"{one}/comments").json()["results"]) == 1

    offer = {"added_by": company.ada.email, "name": "offer.pdf"}
    assert field_of(own.post(f"{one}/files", offer | {"content": "no!"})) == (400, "content")
    script = base64.b64encode(b"MZ").decode()
    assert refused(own.post(f"{one}/files", offer | {"name": "a.exe", "content": script})) == (
        422,
        "file_not_kept",
    )
    content = base64.b64encode(b"%PDF-1.7 an offer").decode()
    kept = own.post(f"{one}/files", offer | {"content": content}).json()
    assert own.get(f"{one}/files/{kept['id']}").content == b"%PDF-1.7 an offer"
    for path in ("again", "retry"):
        assert refused(own.post(f"{one}/{path}")) == (409, "request_not_open")
    assert refused(own.post(f"{one}/decision")) == (409, "decided_by_a_person")


def test_the_vendor_answers_procurement_and_proposes(
    company: Company, own: APIClient, base: str
) -> None:
    vendor, today = client_of(make_api_key()), timezone.now().date()
    answers = "/api/v1/vendor-answers"
    assert own.get(answers).status_code == 403
    asked = {"topic": "security", "question": "Is data encrypted?", "answer": "Yes."}
    over = vendor.post(answers, asked | {"review_by": str(today)})
    assert field_of(over) == (400, "review_by")
    due = {"review_by": str(today + timedelta(days=30))}
    made = vendor.post(answers, asked | due).json()
    one = f"{answers}/{made['id']}"
    changed = vendor.put(one, asked | due | {"answer": "At rest and on its way."}).json()
    assert changed["answer"] == "At rest and on its way."
    assert vendor.post(f"{one}/confirm").json()["review_by"] == str(today + timedelta(days=365))
    assert vendor.delete(one).status_code == 204
    assert vendor.get(one).status_code == 404

    contact = {"subject": "sales", "name": "Max", "email": ""}
    assert field_of(vendor.put("/api/v1/vendor-contacts", contact)) == (400, "email")
    told = vendor.put("/api/v1/vendor-contacts", contact | {"email": "max@example.com"}).json()
    assert [each["name"] for each in told] == ["Max"]
    assert own.get("/api/v1/vendor-information").content.startswith(b"%PDF")

    profile = own.get(f"{base}/buying-profile").json()
    proposed = profile | {"lead_days": 60, "note": "You took 60 days"}
    assert own.post(f"{base}/buying-profile/propose", proposed, "json").status_code == 403
    vendor.post(f"{base}/buying-profile/propose", proposed, "json")
    (open_one,) = own.get(f"{base}/buying-profile/proposals").json()["results"]
    assert (open_one["state"], open_one["proposed"]["lead_days"]) == ("open", 60)
