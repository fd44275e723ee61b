"""Starting a subscription by a program."""

from typing import Any

import pytest
from django.test import Client

from tests.integration.billing.test_starting import Newcomer
from tests.support.people import make_api_key
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

ADDRESS = "/api/v1/organizations/acme/subscription"
WANTED = {
    "plan": "team",
    "interval": "month",
    "seats": 12,
    "due_minor": 11_600,
    "payer": {"name": "Acme", "email": "billing@acme.example", "country": "DE"},
}


@pytest.fixture
def acme(sandbox: Sandbox, transactional_db: None) -> Newcomer:
    return Newcomer(sandbox)


@pytest.fixture
def client(acme: Newcomer) -> Client:
    key = make_api_key(acme.organization)
    return Client(headers={"Authorization": f"Bearer {key}", "Idempotency-Key": "one"})


def post(client: Client, **given: Any) -> Any:
    return client.post(ADDRESS, WANTED | given, content_type="application/json")


class TestSubscription:
    def test_starts_with_the_card_on_file_and_once(self, acme: Newcomer, client: Client) -> None:
        acme.card()
        first, second = post(client), post(client)
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        assert first.json()["start"]["state"] == "done"
        assert first.json()["subscription"]["purchased_seats"] == 12
        assert client.get(ADDRESS).json() == first.json()
        assert len(acme.subscriptions_at_stripe()) == 1

    def test_is_empty_before_it_began(self, client: Client) -> None:
        assert client.get(ADDRESS).json() == {"subscription": None, "start": None}

    def test_at_another_amount_is_refused_with_the_right_one(self, client: Client) -> None:
        refused = post(client, due_minor=1)
        assert refused.status_code == 409
        assert (refused.json()["code"], refused.json()["due_minor"]) == ("start_changed", 11_600)

    def test_of_a_plan_that_is_not_on_sale_is_refused_by_name(self, client: Client) -> None:
        refused = post(client, plan="nothing")
        assert (refused.status_code, refused.json()["code"]) == (422, "nothing_on_sale")
