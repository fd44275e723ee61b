"""The wire: keys, errors, idempotency, pagination, expansion."""

import threading
from typing import Any

import httpx
import pytest
import stripe

from stripe_sandbox.tests.conftest import Sandbox
from stripe_sandbox.tests.world import BROWSER, JANUARY, World, item_of


def answer_of(error: stripe.StripeError) -> tuple[int | None, str | None]:
    """Status and code; the SDK sets `code` on some of its errors only."""
    return error.http_status, error.error.code if error.error else None


KEY = {"Authorization": "Bearer sk_test_sandbox"}


class TestKeys:
    def test_without_a_key_is_401(self, sandbox: Sandbox) -> None:
        answer = BROWSER.get(f"{sandbox.url}/v1/customers")
        assert answer.status_code == 401
        assert "did not provide an API key" in answer.json()["error"]["message"]

    @pytest.mark.parametrize("key", ["sk_live_abcdef", "rk_live_abcdef"])
    def test_live_keys_are_refused(self, sandbox: Sandbox, key: str) -> None:
        client = stripe.StripeClient(
            key, base_addresses={"api": sandbox.url}, max_network_retries=0
        )
        with pytest.raises(stripe.AuthenticationError, match="refuses live keys"):
            client.v1.customers.list()

    @pytest.mark.parametrize("key", ["pk_test_abc", "whatever", "sk_test_"])
    def test_other_keys_are_invalid(self, sandbox: Sandbox, key: str) -> None:
        answer = BROWSER.get(
            f"{sandbox.url}/v1/customers", headers={"Authorization": f"Bearer {key}"}
        )
        assert answer.status_code == 401

    def test_restricted_and_basic_keys_are_taken(self, sandbox: Sandbox) -> None:
        bearer = {"Authorization": "Bearer rk_test_abc"}
        assert BROWSER.get(f"{sandbox.url}/v1/customers", headers=bearer).status_code == 200
        basic = BROWSER.get(f"{sandbox.url}/v1/customers", auth=("sk_test_abc", ""))
        assert basic.status_code == 200

    def test_other_versions_are_refused(self, sandbox: Sandbox) -> None:
        old = {**KEY, "Stripe-Version": "2020-08-27"}
        answer = BROWSER.get(f"{sandbox.url}/v1/customers", headers=old)
        assert answer.status_code == 400
        assert "2026-10-28.endive" in answer.json()["error"]["message"]


class TestErrors:
    def test_every_answer_names_its_request(self, sandbox: Sandbox) -> None:
        answer = BROWSER.get(f"{sandbox.url}/v1/customers/cus_none", headers=KEY)
        assert answer.status_code == 404
        assert answer.headers["Request-Id"].startswith("req_")
        error = answer.json()["error"]
        assert (error["code"], error["param"], error["type"]) == (
            "resource_missing",
            "id",
            "invalid_request_error",
        )
        assert "request_log_url" not in error

    @pytest.mark.parametrize(
        ("params", "code", "param"),
        [
            ({"colour": "red"}, "parameter_unknown", "colour"),
            ({"address": {"planet": "Mars"}}, "parameter_unknown", "address[planet]"),
            ({"tax_exempt": "sometimes"}, None, "tax_exempt"),
            ({"balance": "much"}, "parameter_invalid_integer", "balance"),
        ],
    )
    def test_wrong_parameters_are_400(
        self, loose: stripe.StripeClient, params: Any, code: str | None, param: str
    ) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            loose.v1.customers.create(params)
        assert (refused.value.http_status, refused.value.code, refused.value.param) == (
            400,
            code,
            param,
        )

    def test_missing_parameter_is_400(self, loose: stripe.StripeClient) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            loose.v1.prices.create({"unit_amount": 5})  # type: ignore[typeddict-item]
        assert (refused.value.code, refused.value.param) == ("parameter_missing", "currency")

    def test_known_parameter_that_is_not_implemented_is_501(
        self, client: stripe.StripeClient
    ) -> None:
        with pytest.raises(stripe.APIError) as refused:
            client.v1.customers.create(
                {"cash_balance": {"settings": {"reconciliation_mode": "manual"}}}
            )
        assert answer_of(refused.value) == (501, "sandbox_unsupported")

    def test_known_endpoint_that_is_not_implemented_is_501(
        self, client: stripe.StripeClient
    ) -> None:
        with pytest.raises(stripe.APIError) as refused:
            client.v1.payouts.list()
        assert answer_of(refused.value) == (501, "sandbox_unsupported")

    def test_unknown_address_is_404(self, sandbox: Sandbox) -> None:
        answer = BROWSER.get(f"{sandbox.url}/v1/unicorns", headers=KEY)
        assert answer.status_code == 404
        assert "Unrecognized request URL" in answer.json()["error"]["message"]

    def test_refused_change_leaves_nothing_behind(self, world: World) -> None:
        with pytest.raises(stripe.InvalidRequestError):
            world.v1.customers.create(
                {"name": "Ada", "invoice_settings": {"default_payment_method": "pm_missing"}}
            )
        assert world.v1.customers.list().data == []


class TestIdempotency:
    def create(self, client: stripe.StripeClient, name: str, key: str) -> stripe.Customer:
        return client.v1.customers.create({"name": name}, {"idempotency_key": key})

    def test_repeated_request_gets_the_first_answer(self, client: stripe.StripeClient) -> None:
        first = self.create(client, "Ada", "once")
        second = self.create(client, "Ada", "once")
        assert first.id == second.id
        assert second.last_response is not None
        assert second.last_response.headers["Idempotent-Replayed"] == "true"
        assert len(client.v1.customers.list().data) == 1

    def test_other_parameters_are_refused(self, client: stripe.StripeClient) -> None:
        self.create(client, "Ada", "once")
        with pytest.raises(stripe.IdempotencyError) as refused:
            self.create(client, "Ben", "once")
        assert refused.value.http_status == 400

    def test_error_is_replayed_even_when_its_cause_is_gone(self, world: World) -> None:
        customer = world.ada("pm_card_chargeCustomerFail")
        sub = world.subscribe(customer, world.flat(), 5)
        invoice = str(sub.latest_invoice)
        for _ in range(2):
            with pytest.raises(stripe.CardError):
                world.v1.invoices.pay(invoice, {}, {"idempotency_key": "pay"})
            world.use_card(customer.id, "pm_card_visa")
        assert world.v1.invoices.retrieve(invoice).status == "open"
        assert world.v1.invoices.pay(invoice, {}, {"idempotency_key": "again"}).status == "paid"

    def test_refused_parameters_do_not_use_up_the_key(self, loose: stripe.StripeClient) -> None:
        wrong: Any = {"colour": "red"}
        with pytest.raises(stripe.InvalidRequestError):
            loose.v1.customers.create(wrong, {"idempotency_key": "once"})
        assert self.create(loose, "Ada", "once").name == "Ada"

    def test_two_at_once_with_one_key_charge_once(self, world: World, sandbox: Sandbox) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        item, outcomes = item_of(sub).id, []
        barrier = threading.Barrier(4)

        def buy() -> None:
            client = sandbox.client()
            barrier.wait()
            try:
                client.v1.subscription_items.update(
                    item,
                    {"quantity": 8, "proration_behavior": "always_invoice"},
                    {"idempotency_key": "click"},
                )
                outcomes.append("done")
            except stripe.StripeError as error:
                outcomes.append("{} {}".format(*answer_of(error)))

        threads = [threading.Thread(target=buy) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(outcomes) <= {"done", "409 idempotency_key_in_use"}
        assert "done" in outcomes
        assert len(world.v1.invoices.list({"subscription": sub.id}).data) == 2

    def test_request_in_progress_is_409(self, sandbox: Sandbox) -> None:
        sandbox.control("chaos", {"kind": "slow_answer", "seconds": 1.2})
        headers = {**KEY, "Idempotency-Key": "once"}
        answers: list[httpx.Response] = []

        def create() -> None:
            address = f"{sandbox.url}/v1/products"
            answers.append(BROWSER.post(address, data={"name": "Seat"}, headers=headers))

        threads = [threading.Thread(target=create) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        refused, done = sorted(answers, key=lambda answer: -answer.status_code)
        assert done.status_code == 200
        assert refused.status_code == 409
        assert refused.json()["error"]["code"] == "idempotency_key_in_use"


class TestLists:
    def test_pages_follow_one_another(self, client: stripe.StripeClient) -> None:
        made = [client.v1.products.create({"name": f"Product {i}"}).id for i in range(7)]
        newest_first = made[::-1]
        first = client.v1.products.list({"limit": 3})
        assert ([p.id for p in first.data], first.has_more) == (newest_first[:3], True)
        last = client.v1.products.list({"limit": 3, "starting_after": newest_first[3]})
        assert ([p.id for p in last.data], last.has_more) == (newest_first[4:], False)
        back = client.v1.products.list({"limit": 2, "ending_before": newest_first[3]})
        assert ([p.id for p in back.data], back.has_more) == (newest_first[1:3], True)
        walked = client.v1.products.list({"limit": 2}).auto_paging_iter()
        assert [p.id for p in walked] == newest_first

    def test_filters(self, world: World) -> None:
        price = world.flat(lookup_key="seat_monthly")
        world.flat(active=False)
        found = world.v1.prices.list({"lookup_keys": ["seat_monthly", "other"], "active": True})
        assert [p.id for p in found.data] == [price.id]
        sub = world.subscribe(world.ada(), price, 1)
        paid = world.v1.invoices.list({"customer": str(sub.customer), "status": "paid"})
        assert [i.id for i in paid.data] == [str(sub.latest_invoice)]
        assert world.v1.invoices.list({"created": {"gt": JANUARY}}).data == []
        assert len(world.v1.invoices.list({"created": {"gte": JANUARY}}).data) == 1

    def test_wrong_limit_is_refused(self, client: stripe.StripeClient) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            client.v1.products.list({"limit": 101})
        assert refused.value.param == "limit"

    def test_lookup_key_belongs_to_one_price(self, world: World) -> None:
        first = world.flat(lookup_key="seat")
        with pytest.raises(stripe.InvalidRequestError):
            world.flat(lookup_key="seat")
        world.flat(lookup_key="seat", transfer_lookup_key=True)
        assert world.v1.prices.retrieve(first.id).lookup_key is None


class TestExpand:
    def test_replaces_ids_along_the_path(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.graduated(), 5)
        full = world.v1.subscriptions.retrieve(
            sub.id, {"expand": ["customer", "latest_invoice.payments", "items.data.price.tiers"]}
        )
        assert isinstance(full.customer, stripe.Customer)
        assert isinstance(full.latest_invoice, stripe.Invoice)
        assert full.latest_invoice.payments is not None
        tiers = item_of(full).price.tiers
        assert tiers is not None
        assert [tier.up_to for tier in tiers] == [10, 50, None]

    def test_works_in_lists(self, world: World) -> None:
        world.subscribe(world.ada(), world.flat(), 5)
        invoices = world.v1.invoices.list({"expand": ["data.customer", "data.payments"]})
        assert isinstance(invoices.data[0].customer, stripe.Customer)

    @pytest.mark.parametrize("path", ["currency", "nothing", "latest_invoice.total"])
    def test_refuses_what_cannot_be_expanded(self, world: World, path: str) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
            world.v1.subscriptions.retrieve(sub.id, {"expand": [path]})

    def test_goes_four_levels_deep(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        path = "latest_invoice.payments.data.payment.payment_intent"
        with pytest.raises(stripe.InvalidRequestError, match="4 levels"):
            world.v1.subscriptions.retrieve(sub.id, {"expand": [path]})
