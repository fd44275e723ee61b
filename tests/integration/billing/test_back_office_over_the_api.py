"""Contracts, discounts, credits, minimums, policies and incidents over the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.tenancy import organization_context
from billing.domain.dunning import DEFAULT_POLICY
from billing.models import CreditGrant, Incident, InvoiceHold, Stranger, WebhookEvent
from tests.integration.billing.conftest import World
from tests.support.people import make_api_key

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline"])
V1 = "/api/v1"


def client_of(key: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def vendor(world: World) -> APIClient:
    return client_of(make_api_key())


def test_finance_agrees_with_an_organization(world: World, vendor: APIClient) -> None:
    base = f"{V1}/organizations/{world.organization.external_id}"
    own = client_of(make_api_key(world.organization))
    assert own.get(f"{base}/contract").status_code == 403
    assert vendor.get(f"{base}/contract").json()["approved_at"] is None
    agreed = {
        "collection": "invoice",
        "net_days": 30,
        "credit_limit_minor": 0,
        "needs_po_number": False,
        "cadence": "immediate",
        "monthly_below_minor": 0,
        "reason": "A frame agreement",
    }
    open_ended = vendor.put(f"{base}/contract", agreed, "json")
    assert refused(open_ended) == (422, "contract_not_possible")
    assert open_ended.json()["about"] == "credit_limit"
    approved = vendor.put(f"{base}/contract", agreed | {"credit_limit_minor": 500_000}, "json")
    assert (approved.status_code, approved.json()["approved_by"]) == (200, "API key vendor")
    (row,) = vendor.get(f"{V1}/contracts?collection=invoice").json()["results"]
    assert (row["organization"], row["net_days"], row["credit_limit_minor"]) == (
        world.organization.external_id,
        30,
        500_000,
    )

    wrong = vendor.post(f"{base}/discounts", {"basis_points": 10_001, "reason": "Pilot"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "basis_points")
    given = {"basis_points": 1_250, "months": 6, "reason": "Pilot"}
    assert vendor.post(f"{base}/discounts", given, "json").json()["granted_by"] == "API key vendor"
    assert refused(vendor.post(f"{base}/discounts", given, "json")) == (409, "discount_in_force")
    assert vendor.delete(f"{base}/discounts/current").status_code == 204
    (discount,) = vendor.get(f"{base}/discounts").json()["results"]
    assert discount["end_asked_at"]

    credit = {"amount_minor": 2_500, "reason": "An outage"}
    assert vendor.post(f"{base}/credits", credit).json()["errors"][0]["field"] == "Idempotency-Key"
    for _again in range(2):
        granted = vendor.post(f"{base}/credits", credit, headers={"Idempotency-Key": "outage-1"})
        assert (granted.status_code, granted.json()["approval"]) == (201, "not_needed")
    # More than 5,000.00 in a day is not for one person, and a key is nobody's second person.
    dear = {"amount_minor": 600_000, "reason": "A long outage"}
    waiting = vendor.post(f"{base}/credits", dear, headers={"Idempotency-Key": "outage-2"})
    assert waiting.json()["approval"] == "waiting"
    with organization_context(world.id):
        assert CreditGrant.objects.count() == 2

    today = timezone.now().date()
    waiver = {"plan": "team", "minimum_seats": 1, "reason": "A pilot"}
    over = vendor.post(
        f"{base}/minimum-waivers", waiver | {"ends_on": str(today - timedelta(days=3))}
    )
    assert refused(over) == (422, "waiver_not_possible")
    made = vendor.post(
        f"{base}/minimum-waivers", waiver | {"ends_on": str(today + timedelta(days=30))}
    ).json()
    assert [each["id"] for each in vendor.get(f"{V1}/minimum-waivers").json()["results"]] == [
        made["id"]
    ]
    assert vendor.delete(f"{V1}/minimum-waivers/{made['id']}").status_code == 204
    assert vendor.get(f"{V1}/minimum-waivers").json()["results"] == []
    exempt = vendor.put(f"{base}/tax-exemption", {"is_tax_exempt": True}).json()
    assert exempt["is_tax_exempt"]
    assert vendor.get(f"{base}/limits").json()["in_force"]["seats"] == 500


def test_finance_sets_policies_and_leaves_limits_to_people(vendor: APIClient) -> None:
    policy = vendor.get(f"{V1}/policies/dunning").json()
    assert policy["reminder_days"] == list(DEFAULT_POLICY.reminder_days)
    late = vendor.put(f"{V1}/policies/dunning", policy | {"end_after_days": 1}, "json")
    assert (late.status_code, late.json()["errors"][0]["field"]) == (400, "end_after_days")
    changed = vendor.put(f"{V1}/policies/dunning", policy | {"end_after_days": 40}, "json")
    assert changed.json() == policy | {"end_after_days": 40}
    assert vendor.get(f"{V1}/policies/dunning").json() == changed.json()

    assert vendor.get(f"{V1}/policies/limits").json()["amounts"][0]["purchase_minor"] == 5_000_000
    for path in ("limits", "approval-amounts"):
        answer = vendor.put(f"{V1}/policies/{path}")
        assert refused(answer) == (409, "decided_by_a_person")
    (amount,) = vendor.get(f"{V1}/policies/approval-amounts").json()
    assert amount == {"currency": "EUR", "credit_minor": 500_000, "true_up_minor": 500_000}

    rate = {"country": "de", "basis_points": 1_900, "name": "MwSt."}
    assert vendor.put(f"{V1}/policies/tax-rules", rate).json()["country"] == "DE"
    assert refused(vendor.put(f"{V1}/policies/tax-rules", rate | {"country": "99"})) == (
        422,
        "tax_rule_refused",
    )
    named = vendor.patch(f"{V1}/policies/seller", {"name": "Headroom", "city": "Bern"}).json()
    wrong = vendor.patch(f"{V1}/policies/seller", {"iban": "DE00"})
    assert wrong.json()["errors"][0]["field"] == "iban"
    assert vendor.get(f"{V1}/policies/seller").json() == named
    assert vendor.get(f"{V1}/policies/seller/preview?language=de").content.startswith(b"%PDF")


def test_finance_closes_what_does_not_agree(world: World, vendor: APIClient) -> None:
    now = timezone.now()
    with organization_context(world.id):
        incident = Incident.objects.create(
            organization=world.organization, kind=Incident.Kind.PREVIEW_DIFFERS, opened_at=now
        )
        hold = InvoiceHold.objects.create(
            organization=world.organization,
            stripe_invoice_id="in_1",
            expected_minor=1,
            most_minor=1,
            total_minor=2,
            currency="EUR",
        )
    event = WebhookEvent.objects.create(
        event_id="evt_1", type="invoice.paid", created_at=now, processed_at=now, outcome="ignored"
    )
    stranger = Stranger.objects.create(kind=Stranger.Kind.INVOICE, stripe_id="in_nobody")

    one = f"{V1}/incidents/{incident.pk}"
    (listed,) = vendor.get(f"{V1}/incidents?state=open").json()["results"]
    assert (listed["id"], listed["kind"]) == (incident.pk, "preview_differs")
    # It is about no monthly addition that stopped.
    repair = vendor.post(f"{one}/repair", {"repair": "add_line", "note": "As quoted"})
    assert refused(repair) == (422, "noted_repair_refused")
    assert vendor.post(f"{one}/close", {}).json()["errors"][0]["field"] == "note"
    assert vendor.post(f"{one}/close", {"note": "A test"}).json()["closed_at"]
    assert vendor.get(f"{V1}/incidents?state=open").json()["results"] == []
    assert [h["id"] for h in vendor.get(f"{V1}/renewal-holds").json()["results"]] == [hold.pk]

    assert vendor.get(f"{V1}/stripe-events/{event.pk}").json()["state"] == "ignored"
    again = vendor.post(f"{V1}/stripe-events/process", {"events": [event.pk]}, "json")
    assert (again.status_code, again.json()) == (202, {"count": 1})

    unknown = f"{V1}/reconciliation/strangers/{stranger.pk}"
    link = {"organization": world.organization.external_id, "note": "Theirs"}
    assert refused(vendor.post(f"{unknown}/link", link)) == (409, "repair_not_possible")
    assert vendor.post(f"{unknown}/accept", {"note": "Made by hand"}).json()["state"] == "accepted"
    assert vendor.get(f"{V1}/reconciliation/strangers").json()["results"] == []
