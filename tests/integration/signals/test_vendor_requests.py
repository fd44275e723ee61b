"""Asking the vendor for something, and the answer."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tenancy import organization_context
from signals.models import VendorRequest
from tests.integration.signals.world import World
from tests.support.people import make_user

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def test_a_request_is_asked_by_the_customer_and_answered_by_the_account_manager(
    client: Client,
) -> None:
    lago = World("lago")
    page = reverse("ask_vendor", args=[lago.organization.slug])
    client.force_login(lago.ada)
    empty = client.post(page, {"category": "sso", "text": " "})
    assert empty.status_code == 422
    client.post(page, {"category": "sso", "text": "For 40 people, by March."})
    with organization_context(lago.id):
        asked = VendorRequest.objects.get()
    client.force_login(lago.max)
    assert "For 40 people, by March." in client.get(reverse("asked")).content.decode()
    answer = reverse("asked_answer", args=[asked.pk])
    client.post(answer, {"answer": "It is part of the larger plan."})
    client.post(answer, {"answer": "Twice."})
    client.force_login(lago.ada)
    shown = client.get(page).content.decode()
    assert "It is part of the larger plan." in shown
    assert "Twice." not in shown


def test_a_request_of_another_portfolio_is_not_found(client: Client) -> None:
    lago = World("lago")
    client.force_login(lago.ada)
    client.post(
        reverse("ask_vendor", args=[lago.organization.slug]), {"category": "sso", "text": "Please."}
    )
    with organization_context(lago.id):
        asked = VendorRequest.objects.get()
    client.force_login(make_user("mia", vendor_role="account_manager"))
    answered = client.post(reverse("asked_answer", args=[asked.pk]), {"answer": "No."})
    assert answered.status_code == 404
