"""Webhooks: signed, at once, again when refused, and in trouble on demand."""

import json

import pytest
import stripe

from stripe_sandbox.tests.conftest import Sandbox
from stripe_sandbox.tests.receiver import Receiver
from stripe_sandbox.tests.world import BROWSER, MIDDLE, World


@pytest.fixture
def secret(sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver) -> str:
    """The signing secret of an endpoint that wants to hear everything."""
    sandbox.control("settings", {"retry_seconds": [0.05, 0.05, 0.05]})
    endpoint = client.v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["*"]})
    assert endpoint.secret is not None
    return endpoint.secret


class TestDelivery:
    def test_is_signed_and_arrives_without_waiting(
        self, client: stripe.StripeClient, receiver: Receiver, secret: str
    ) -> None:
        customer = client.v1.customers.create({"name": "Ada"})
        receiver.wait(lambda: len(receiver.arrivals) == 1)
        event = receiver.arrivals[0].event(secret)
        assert (event.type, event.data.object["id"]) == ("customer.created", customer.id)
        assert event.api_version == "2026-10-28.endive"

    def test_wrong_secret_does_not_verify(
        self, client: stripe.StripeClient, receiver: Receiver, secret: str
    ) -> None:
        client.v1.customers.create({"name": "Ada"})
        receiver.wait(lambda: len(receiver.arrivals) == 1)
        with pytest.raises(stripe.SignatureVerificationError):
            receiver.arrivals[0].event("whsec_other")
        assert receiver.arrivals[0].event(secret)

    def test_purchase_arrives_in_the_order_of_its_events(
        self, world: World, receiver: Receiver, secret: str
    ) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        world.advance(MIDDLE)
        world.buy(sub, 8)
        expected = world.event_types()
        receiver.wait(lambda: len(receiver.arrivals) == len(expected))
        assert receiver.types(secret) == expected

    def test_tells_what_changed(
        self, client: stripe.StripeClient, receiver: Receiver, secret: str
    ) -> None:
        customer = client.v1.customers.create({"name": "Ada"})
        client.v1.customers.update(customer.id, {"name": "Ada Lovelace"})
        receiver.wait(lambda: len(receiver.arrivals) == 2)
        data = json.loads(receiver.arrivals[1].payload)["data"]
        assert data["previous_attributes"] == {"name": "Ada"}
        assert data["object"]["name"] == "Ada Lovelace"

    def test_only_wanted_events_are_sent(
        self, sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver
    ) -> None:
        endpoint = client.v1.webhook_endpoints.create(
            {"url": receiver.url, "enabled_events": ["product.created"]}
        )
        client.v1.customers.create({"name": "Ada"})
        client.v1.products.create({"name": "Seat"})
        receiver.wait(lambda: len(receiver.arrivals) == 1)
        assert receiver.types(str(endpoint.secret)) == ["product.created"]
        assert len(sandbox.control("deliveries")["deliveries"]) == 1

    def test_disabled_endpoint_is_left_alone(
        self, sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver, secret: str
    ) -> None:
        endpoint = client.v1.webhook_endpoints.list().data[0]
        client.v1.webhook_endpoints.update(endpoint.id, {"disabled": True})
        client.v1.customers.create({"name": "Ada"})
        assert sandbox.control("deliveries")["deliveries"] == []

    def test_secret_is_told_once(self, client: stripe.StripeClient, secret: str) -> None:
        endpoint = client.v1.webhook_endpoints.list().data[0]
        assert secret.startswith("whsec_")
        assert "secret" not in client.v1.webhook_endpoints.retrieve(endpoint.id)


class TestRetry:
    def test_refused_delivery_comes_again(
        self, sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver, secret: str
    ) -> None:
        receiver.answers = [500, 302]
        client.v1.customers.create({"name": "Ada"})
        receiver.wait(lambda: len(receiver.arrivals) == 3)
        assert receiver.types(secret) == ["customer.created"] * 3
        assert len({json.loads(arrival.payload)["id"] for arrival in receiver.arrivals}) == 1

        def delivered() -> bool:
            row = sandbox.control("deliveries")["deliveries"][0]
            return (row["attempt"], row["state"], row["status"]) == (3, "delivered", 200)

        receiver.wait(delivered)

    def test_failed_delivery_does_not_hold_up_the_next(
        self, sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver, secret: str
    ) -> None:
        sandbox.control("chaos", {"kind": "fail_delivery", "match": "customer.created"})
        client.v1.customers.create({"name": "Ada"})
        client.v1.products.create({"name": "Seat"})
        receiver.wait(lambda: len(receiver.arrivals) == 2)
        assert set(receiver.types(secret)) == {"product.created", "customer.created"}

    def test_gives_up_in_the_end(
        self, sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver, secret: str
    ) -> None:
        receiver.answers = [500] * 4
        client.v1.customers.create({"name": "Ada"})

        def given_up() -> bool:
            row = sandbox.control("deliveries")["deliveries"][0]
            return (row["state"], row["attempt"]) == ("given_up", 4)

        receiver.wait(given_up)
        assert client.v1.events.list().data[0].pending_webhooks == 0


class TestChaos:
    def test_duplicate(
        self, sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver, secret: str
    ) -> None:
        sandbox.control("chaos", {"kind": "duplicate_delivery", "count": 1})
        client.v1.customers.create({"name": "Ada"})
        client.v1.products.create({"name": "Seat"})
        receiver.wait(lambda: len(receiver.arrivals) == 3)
        assert receiver.types(secret) == ["customer.created", "customer.created", "product.created"]

    def test_shuffle(
        self, sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver, secret: str
    ) -> None:
        sandbox.control("chaos", {"kind": "shuffle_deliveries", "count": 5})
        names = [f"Product {i}" for i in range(5)]
        for name in names:
            client.v1.products.create({"name": name})
        receiver.wait(lambda: len(receiver.arrivals) == 5)
        arrived = [arrival.event(secret).data.object["name"] for arrival in receiver.arrivals]
        assert sorted(arrived) == names
        assert arrived != names

    def test_delay_lets_later_events_pass(
        self, sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver, secret: str
    ) -> None:
        sandbox.control("chaos", {"kind": "delay_delivery", "match": "customer", "seconds": 1.5})
        client.v1.customers.create({"name": "Ada"})
        client.v1.products.create({"name": "Seat"})
        receiver.wait(lambda: len(receiver.arrivals) == 2)
        assert receiver.types(secret) == ["product.created", "customer.created"]


class TestAnswers:
    def test_failing_answer_happens_as_often_as_asked(
        self, sandbox: Sandbox, client: stripe.StripeClient
    ) -> None:
        sandbox.control("chaos", {"kind": "fail_answer", "status": 500, "match": "POST .*products"})
        assert client.v1.products.list().data == []
        with pytest.raises(stripe.APIError) as failed:
            client.v1.products.create({"name": "Seat"})
        assert failed.value.http_status == 500
        assert client.v1.products.list().data == []
        client.v1.products.create({"name": "Seat"})
        assert sandbox.control("chaos")["rules"] == []

    def test_rate_limit(self, sandbox: Sandbox, client: stripe.StripeClient) -> None:
        sandbox.control("chaos", {"kind": "fail_answer", "status": 429})
        with pytest.raises(stripe.RateLimitError):
            client.v1.products.list()

    def test_failure_after_the_change_is_mended_by_the_same_key(
        self, sandbox: Sandbox, client: stripe.StripeClient
    ) -> None:
        sandbox.control("chaos", {"kind": "fail_answer", "status": 503, "after_change": True})
        with pytest.raises(stripe.APIError):
            client.v1.products.create({"name": "Seat"}, {"idempotency_key": "once"})
        again = client.v1.products.create({"name": "Seat"}, {"idempotency_key": "once"})
        assert [product.id for product in client.v1.products.list().data] == [again.id]

    def test_connection_cut_after_the_change_was_made(self, sandbox: Sandbox, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        world.advance(MIDDLE)
        sandbox.control("chaos", {"kind": "cut_connection", "match": "subscription_items"})
        with pytest.raises(stripe.APIConnectionError):
            world.buy(sub, 8)
        assert world.quantity(sub) == 8
        assert world.latest(sub).total == 1500

    def test_slow_answer_runs_into_a_timeout(self, sandbox: Sandbox) -> None:
        sandbox.control("chaos", {"kind": "slow_answer", "seconds": 0.6})
        client = sandbox.client(stripe.RequestsClient(timeout=0.2))
        with pytest.raises(stripe.APIConnectionError):
            client.v1.products.list()

    def test_requests_can_be_read_afterwards(
        self, sandbox: Sandbox, client: stripe.StripeClient
    ) -> None:
        client.v1.products.create({"name": "Seat"}, {"idempotency_key": "once"})
        entry = sandbox.control("requests")["requests"][0]
        assert (entry["method"], entry["path"], entry["status"]) == ("POST", "/v1/products", 200)
        assert (entry["params"], entry["idempotency_key"]) == ({"name": "Seat"}, "once")

    @pytest.mark.parametrize(
        ("control", "given"),
        [
            ("chaos", {"kind": "earthquake"}),
            ("chaos", {"kind": "slow_answer", "count": 0}),
            ("settings", {"dunning_end": "forget"}),
            ("settings", {"colour": "red"}),
        ],
    )
    def test_wrong_orders_are_refused(
        self, sandbox: Sandbox, control: str, given: dict[str, object]
    ) -> None:
        answer = BROWSER.post(f"{sandbox.url}/_sandbox/{control}", json=given)
        assert answer.status_code == 400
