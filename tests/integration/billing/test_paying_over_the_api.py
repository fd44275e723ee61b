"""Invoices that are paid, receipts and credit notes as PDF, and beginnings, over the API."""

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.tenancy import organization_context
from billing.domain.period import Interval
from billing.models import CreditNote, Invoice, MinimumAbandoned, PurchaseReview, SubscriptionStart
from tests.integration.billing.conftest import World, make_price
from tests.support.people import make_api_key, make_organization

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline"])


def client_of(key: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_program_pays_and_keeps_what_proves_it(world: World) -> None:
    own = client_of(make_api_key(world.organization))
    other = client_of(make_api_key(make_organization("other")))
    base, now = f"/api/v1/organizations/{world.organization.external_id}", timezone.now()
    (invoice,) = own.get(f"{base}/invoices").json()["results"]
    one = f"{base}/invoices/{invoice['id']}"
    assert refused(own.post(f"{one}/pay")) == (409, "invoice_not_payable")
    assert other.post(f"{one}/pay").status_code == 404
    assert own.post(f"{base}/invoices/0/pay").status_code == 404
    assert own.get(f"{one}/receipt?language=de").content.startswith(b"%PDF")
    with organization_context(world.id):
        found = Invoice.objects.get(pk=invoice["id"])
        note = CreditNote.objects.create(
            organization=world.organization,
            invoice=found,
            stripe_credit_note_id="cn_1",
            number="CN-1",
            status=CreditNote.Status.ISSUED,
            currency="EUR",
            subtotal_minor=100,
            tax_minor=0,
            total_minor=100,
            to_balance_minor=100,
            issued_at=now,
        )
        Invoice.objects.filter(pk=found.pk).update(status="open", paid_at=None)
        start = SubscriptionStart.objects.create(
            organization=world.organization,
            price=world.subscription.price,
            seats=3,
            currency="EUR",
            invoice_minor=3000,
            due_minor=3000,
            idempotency_key="api",
            state=SubscriptionStart.State.WITHDRAWN,
        )
        review = PurchaseReview.objects.create(
            organization=world.organization,
            quantity_from=1,
            quantity_to=2,
            total_minor=1,
            currency="EUR",
            actor_label="Ada",
        )
    assert refused(own.get(f"{one}/receipt")) == (409, "invoice_not_paid")
    # Stripe says that it is paid: the attempt charges nothing and is over.
    assert own.post(f"{one}/pay").json()["state"] == "paid"
    (listed,) = own.get(f"{base}/credit-notes").json()["results"]
    assert (listed["id"], listed["total_minor"]) == (note.pk, 100)
    assert own.get(listed["pdf_url"]).content.startswith(b"%PDF")
    assert [each["id"] for each in own.get(f"{base}/purchase-reviews").json()["results"]] == [
        review.pk
    ]

    for step in ("continue", "withdraw"):
        answer = own.post(f"{base}/subscription/starts/{start.pk}/{step}")
        assert (answer.status_code, answer.json()["state"]) == (200, "withdrawn")
    assert refused(own.post(f"{base}/subscription/end-trial")) == (409, "not_in_trial")
    make_price(code="large", interval=Interval.MONTH, minimum_seats=10)
    few = {"plan": "large", "interval": "month", "seats": 3}
    assert own.post(f"{base}/subscription/fewer-seats", few).json() == {"is_noted": True}
    with organization_context(world.id):
        assert MinimumAbandoned.objects.get().wanted_seats == 3
