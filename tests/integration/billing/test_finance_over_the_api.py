"""Who pays, kept quotes, statement, dunning and reconciliation over the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import HistoryEntry
from accounts.tenancy import organization_context
from billing.models import Difference, DunningCase, Invoice, PurchaseReview
from tests.integration.billing.conftest import World
from tests.support.people import make_api_key, make_organization

pytestmark = pytest.mark.django_db(transaction=True)
V1 = "/api/v1"


def client_of(key: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def own(world: World) -> APIClient:
    return client_of(make_api_key(world.organization))


@pytest.fixture
def vendor(world: World) -> APIClient:
    return client_of(make_api_key())


def test_an_organization_says_who_pays_keeps_quotes_and_reads_its_statement(
    world: World, own: APIClient
) -> None:
    base = f"{V1}/organizations/{world.organization.external_id}"
    other = client_of(make_api_key(make_organization("other")))
    unseen = own.patch(f"{base}/billing/details", {"country": "DE"})
    assert (unseen.status_code, unseen.json()["code"]) == (428, "precondition_required")
    seen = {"If-Match": own.get(f"{base}/billing/details")["ETag"]}
    wrong = own.patch(f"{base}/billing/details", {"country": "Mars"}, headers=seen)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "country")
    changed = own.patch(
        f"{base}/billing/details",
        {"city": "Bern", "payer_email": "pay@example.com"},
        headers=seen,
    )
    assert (changed.status_code, changed.json()["city"]) == (200, "Bern")
    assert own.get(f"{base}/billing/details").json() == changed.json()
    with organization_context(world.organization.pk):
        entry = HistoryEntry.objects.get(verb="billing_details_changed")
    assert entry.actor_label == "API key tests"
    assert other.get(f"{base}/billing/details").status_code == 404

    quote = own.post(f"{base}/quotes", {"quantity": 14}).json()["id"]
    assert own.post(f"{base}/quotes/{quote}/save").json()["state"] == "open"
    # Its price still holds, so renewing it returns it.
    assert own.post(f"{base}/quotes/{quote}/renew").json()["quote"]["id"] == quote
    (kept,) = own.get(f"{base}/quotes/saved?state=open").json()["results"]
    assert (kept["quote"]["id"], kept["saved_by"]) == (quote, "API key tests")

    statement = own.get(f"{base}/statement").json()
    assert statement["closing_seats"] == statement["rows"][-1]["seats_after"]
    assert sum(row["amount_minor"] for row in statement["rows"]) == statement["closing_minor"]
    backwards = own.get(f"{base}/statement?first_day=2026-02-01&last_day=2026-01-01")
    assert backwards.json()["errors"][0]["field"] == "last_day"
    assert own.get(f"{base}/purchases").json()["results"] == []


def test_finance_pauses_repairs_what_it_read_and_leaves_decisions_to_people(
    world: World, own: APIClient, vendor: APIClient
) -> None:
    now = timezone.now()
    with organization_context(world.organization.pk):
        invoice = Invoice.objects.order_by("pk")[0]
        case = DunningCase.objects.create(
            organization=world.organization,
            invoice=invoice,
            overdue_since=now,
            opened_at=now,
            reminder_days=[0],
            restrict_after_days=5,
            end_after_days=9,
            end=DunningCase.End.PAST_DUE,
        )
        difference = Difference.objects.create(
            organization=world.organization,
            kind=Difference.Kind.INVOICE_STATUS,
            subject=invoice.stripe_invoice_id,
            ours="open",
            theirs="void",
        )
        review = PurchaseReview.objects.create(
            organization=world.organization,
            quantity_from=1,
            quantity_to=2,
            total_minor=1,
            currency="EUR",
            actor_label="Ada",
        )
    pause = f"{V1}/dunning/{case.pk}/pause"
    until = (now + timedelta(days=7)).date().isoformat()
    assert own.put(pause, {}).status_code == 403
    paused = vendor.put(pause, {"until": until, "reason": "They pay on Friday"}).json()
    assert paused["paused_until"] is not None
    assert vendor.delete(pause).json()["paused_until"] is None
    assert [each["id"] for each in vendor.get(f"{V1}/dunning").json()["results"]] == [case.pk]

    one = f"{V1}/reconciliation/differences/{difference.pk}"
    read = vendor.get(one).json()
    body = {"repair": "mirror_again", "note": "As Stripe says", "ours": read["ours"]}
    assert refused(vendor.post(f"{one}/repair", body | {"theirs": "open"})) == (
        409,
        "difference_changed",
    )
    # Both sides say paid by now: nothing is repaired, and the difference is gone.
    after = vendor.post(f"{one}/repair", body | {"theirs": read["theirs"]}).json()
    assert after["state"] == "gone"

    decision = vendor.post(f"{V1}/purchase-reviews/{review.pk}/decision")
    assert refused(decision) == (409, "decided_by_a_person")
    assert decision.json()["page"].endswith("/vendor/reviews/")
