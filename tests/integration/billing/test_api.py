"""The API of the purchase side."""

from typing import Any

import pytest
from django.test import Client

from billing.models import WebhookEvent
from tests.integration.billing.conftest import World, make_world
from tests.support.people import make_api_key
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


class Api:
    def __init__(self, key: str) -> None:
        self.key = key

    def get(self, path: str) -> Any:
        return Client().get(f"/api/v1/{path}", headers={"authorization": f"Bearer {self.key}"})

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return Client().post(
            f"/api/v1/{path}",
            body,
            content_type="application/json",
            headers={"authorization": f"Bearer {self.key}"} | headers,
        )


@pytest.fixture
def api(world: World) -> Api:
    return Api(make_api_key(world.organization))


class TestPlans:
    def test_lists_what_is_on_sale_with_its_tiers(self, api: Api) -> None:
        (plan,) = api.get("plans").json()
        (price,) = plan["prices"]
        assert (plan["code"], price["currency"], price["scheme"]) == ("team", "EUR", "graduated")
        assert [tier["up_to"] for tier in price["tiers"]] == [10, 50, None]


class TestPurchases:
    def test_buys_what_was_quoted(self, api: Api, world: World) -> None:
        quote = api.post("organizations/acme/quotes", {"quantity": 20})
        assert quote.status_code == 201
        asked = quote.json()
        assert api.get(f"organizations/acme/quotes/{asked['id']}").json() == asked
        body = {"quote": asked["id"], "total_minor": asked["total_now_minor"]}
        bought = api.post("organizations/acme/purchases", body, **{"idempotency-key": "k1"})
        assert (bought.status_code, bought.json()["state"]) == (201, "provisioned")
        again = api.post("organizations/acme/purchases", body, **{"idempotency-key": "k1"})
        assert again.json()["id"] == bought.json()["id"]
        assert api.get(f"organizations/acme/purchases/{bought.json()['id']}").status_code == 200
        assert world.stripe_quantity() == 20
        newest, first = api.get("organizations/acme/ledger").json()["results"]
        assert (newest["seats_delta"], first["seats_delta"]) == (8, 12)
        invoices = api.get("organizations/acme/invoices").json()["results"]
        assert newest["amount_minor"] == invoices[0]["total_minor"] == asked["total_now_minor"]

    def test_needs_an_idempotency_key(self, api: Api) -> None:
        answer = api.post("organizations/acme/purchases", {"quote": "x", "total_minor": 1})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == "Idempotency-Key"

    def test_refuses_a_key_that_belongs_to_another_quote(self, api: Api) -> None:
        first = api.post("organizations/acme/quotes", {"quantity": 20}).json()
        body = {"quote": first["id"], "total_minor": first["total_now_minor"]}
        api.post("organizations/acme/purchases", body, **{"idempotency-key": "k"})
        second = api.post("organizations/acme/quotes", {"quantity": 30}).json()
        body = {"quote": second["id"], "total_minor": second["total_now_minor"]}
        answer = api.post("organizations/acme/purchases", body, **{"idempotency-key": "k"})
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")

    def test_answers_a_changed_total_with_the_new_quote(self, api: Api, world: World) -> None:
        asked = api.post("organizations/acme/quotes", {"quantity": 20}).json()
        answer = api.post(
            "organizations/acme/purchases",
            {"quote": asked["id"], "total_minor": 1},
            **{"idempotency-key": "k"},
        )
        assert answer.status_code == 409
        assert answer.json()["code"] == "quote_changed"
        assert answer.json()["total_minor"] == asked["total_now_minor"]
        assert world.stripe_quantity() == 12

    def test_says_why_a_quantity_is_refused(self, api: Api) -> None:
        answer = api.post("organizations/acme/quotes", {"quantity": 12})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "quantity"
        assert api.post("organizations/acme/quotes", {"quantity": 0}).status_code == 400

    def test_of_another_organization_is_not_found(
        self, api: Api, world: World, sandbox: Sandbox
    ) -> None:
        other = make_world(sandbox, name="other", admin="cleo", price=world.subscription.price)
        for path in ("ledger", "invoices", "quotes/00000000-0000-4000-8000-000000000000"):
            assert api.get(f"organizations/{other.organization.slug}/{path}").status_code == 404
        answer = api.post("organizations/other/quotes", {"quantity": 20})
        assert answer.status_code == 404


class TestWebhookAddress:
    def test_refuses_what_stripe_did_not_sign(self, world: World) -> None:
        answer = Client().post(
            "/webhooks/stripe/", "{}", content_type="application/json",
            headers={"stripe-signature": "t=1,v1=00"},
        )  # fmt: skip
        assert answer.status_code == 400
        assert not WebhookEvent.objects.exists()
