"""The validator: what it takes, what it refuses, and that the SDK is put through it."""

from decimal import Decimal
from typing import Any

import pytest
import stripe

from stripe_sandbox import sdk, shapes
from stripe_sandbox.registry import EVERYWHERE, ROUTES, Route, expanded
from stripe_sandbox.resources import load
from stripe_sandbox.validation import (
    Choices,
    RequestViolation,
    UnknownEndpoint,
    ValidatingHTTPClient,
    validate_request,
)

ITEM = "/v1/subscription_items/si_1"


class TestTyping:
    def test_text_from_the_wire_becomes_what_it_is(self) -> None:
        params = validate_request(
            "POST",
            "/v1/prices",
            {
                "currency": "usd",
                "unit_amount_decimal": "10.5",
                "active": "true",
                "recurring": {"interval": "month", "interval_count": "3"},
                "metadata": {"a": "1"},
            },
        )
        assert params == {
            "currency": "usd",
            "unit_amount_decimal": Decimal("10.5"),
            "active": True,
            "recurring": {"interval": "month", "interval_count": 3},
            "metadata": {"a": "1"},
        }

    def test_values_of_python_pass_unchanged(self) -> None:
        given = {"quantity": 8, "proration_behavior": "always_invoice", "proration_date": 1}
        assert validate_request("POST", ITEM, given) == given

    def test_word_or_number(self) -> None:
        path = "/v1/subscriptions/sub_1"
        assert validate_request("POST", path, {"trial_end": "now"}) == {"trial_end": "now"}
        assert validate_request("POST", path, {"trial_end": "17"}) == {"trial_end": 17}

    def test_empty_text_clears_where_it_may(self) -> None:
        path = "/v1/subscriptions/sub_1"
        assert validate_request("POST", path, {"metadata": ""}) == {"metadata": ""}


class TestRefusal:
    @pytest.mark.parametrize(
        ("method", "path", "params", "code", "param"),
        [
            ("POST", ITEM, {"seats": 8}, "parameter_unknown", "seats"),
            (
                "POST",
                "/v1/subscriptions",
                {"items": [{"price": "price_1", "amount": 3}]},
                "parameter_unknown",
                "items[0][amount]",
            ),
            ("POST", ITEM, {"payment_behavior": "hope"}, None, "payment_behavior"),
            ("POST", ITEM, {"quantity": "many"}, "parameter_invalid_integer", "quantity"),
            ("POST", ITEM, {"quantity": 1.5}, "parameter_invalid_integer", "quantity"),
            ("GET", "/v1/subscription_items", {}, "parameter_missing", "subscription"),
            (
                "POST",
                "/v1/prices",
                {"currency": "usd", "recurring": {"interval_count": 1}},
                "parameter_missing",
                "recurring[interval]",
            ),
            ("POST", "/v1/customers", {"address": "Berlin"}, None, "address"),
            ("POST", "/v1/customers", {"name": {"first": "Ada"}}, None, "name"),
            (
                "POST",
                "/v1/setup_intents",
                {"payment_method_types": ["card"]},
                "parameter_unknown",
                "payment_method_types",
            ),
            (
                "POST",
                "/v1/subscriptions/sub_1",
                {"billing_cycle_anchor": "now"},
                None,
                "billing_cycle_anchor",
            ),
        ],
    )
    def test_names_the_parameter(
        self, method: str, path: str, params: Any, code: str | None, param: str
    ) -> None:
        with pytest.raises(RequestViolation) as refused:
            validate_request(method, path, params)
        assert (refused.value.code, refused.value.param) == (code, param)

    @pytest.mark.parametrize(
        ("method", "path"), [("POST", "/v1/unicorns"), ("DELETE", "/v1/charges/ch_1")]
    )
    def test_unknown_endpoint(self, method: str, path: str) -> None:
        with pytest.raises(UnknownEndpoint):
            validate_request(method, path, {})


class TestHTTPClient:
    class Silent(stripe.HTTPClient):
        """Takes requests and answers an empty customer."""

        name = "silent"

        def request(self, *arguments: Any, **named: Any) -> tuple[str, int, dict[str, str]]:
            return '{"id": "cus_1", "object": "customer"}', 200, {}

    def client(self) -> tuple[stripe.StripeClient, ValidatingHTTPClient]:
        validating = ValidatingHTTPClient(self.Silent())
        return stripe.StripeClient("sk_test_x", http_client=validating), validating

    def test_lets_right_calls_through_and_remembers_them(self) -> None:
        client, validating = self.client()
        client.v1.customers.create({"name": "Ada", "metadata": {"a": "b"}})
        assert validating.calls == [
            ("POST", "/v1/customers", {"name": "Ada", "metadata": {"a": "b"}})
        ]

    def test_wrong_call_is_an_assertion_error(self) -> None:
        client, _ = self.client()
        wrong: Any = {"colour": "red"}
        with pytest.raises(AssertionError, match="unknown parameter: colour"):
            client.v1.customers.create(wrong)

    def test_other_version_is_an_assertion_error(self) -> None:
        client, _ = self.client()
        with pytest.raises(AssertionError, match="pins"):
            client.v1.customers.create({}, {"stripe_version": "2020-08-27"})


def example_path(route: Route) -> str:
    path = route.pattern.pattern.removesuffix("$")
    for name in route.pattern.groupindex:
        path = path.replace(f"(?P<{name}>[^/]+)", f"{name}_1")
    return path


def is_declared(module: str, owner: str, parts: list[str]) -> bool:
    """Whether the SDK's parameter classes have the path, through lists and alternatives."""
    field = sdk.typed_dict(module, owner).get(parts[0])
    if field is None:
        return False
    if len(parts) == 1:
        return True
    choices = Choices(field.annotation)
    if choices.items is not None:
        choices = Choices(choices.items)
    return any(is_declared(module, inner, parts[1:]) for inner in choices.classes)


class TestRegister:
    def test_sdk_is_read_whole(self) -> None:
        assert len(sdk.endpoints()) > 500

    def test_every_route_is_an_endpoint_of_the_sdk(self) -> None:
        load()
        for route in ROUTES:
            path = example_path(route)
            assert sdk.find_endpoint(route.method, path), f"{route.method} {path}"

    def test_every_supported_parameter_is_one_of_the_sdk(self) -> None:
        load()
        for route in ROUTES:
            endpoint = sdk.find_endpoint(route.method, example_path(route))
            assert endpoint is not None
            assert endpoint.params_module is not None
            assert endpoint.params_class is not None
            for name in route.supported - EVERYWHERE:
                assert is_declared(
                    endpoint.params_module, endpoint.params_class, name.split(".")
                ), f"{route.method} {endpoint.path} has no {name}"

    def test_notation(self) -> None:
        assert expanded("a b[c,d[e,f]] g") == {"a", "b.c", "b.d.e", "b.d.f", "g"}


class TestShapes:
    def test_names_what_departs(self) -> None:
        found = shapes.violations(
            {"object": "tax_rate", "id": "txr_1", "colour": "red", "active": None}
        )
        assert "tax_rate.colour: not a field" in found
        assert "tax_rate.active: null" in found
        assert "tax_rate.percentage: absent" in found

    def test_names_values_that_the_sdk_does_not_know(self) -> None:
        refund = {"object": "refund", "id": "re_1", "amount": 1, "created": 1, "currency": "usd"}
        assert shapes.violations({**refund, "reason": "mood"}) == [
            "refund.reason: 'mood' is none of the SDK's values"
        ]
