"""No body, however broken, ends in a server error: every operation says what is wrong with it."""

import gzip
from collections.abc import Iterator
from unittest.mock import patch

import pytest
import yaml
from django.test import Client, override_settings
from django.urls import Resolver404, resolve
from pytest_django import DjangoDbBlocker

from billing.gateways.stripe import connection
from stripe_sandbox.validation import ValidatingHTTPClient
from tests.support.acme import Acme, make_acme
from tests.support.database import empty_all_tables
from tests.support.fuzz import OPENAPI, names_in_addresses
from tests.support.stripe import Sandbox, sandbox_process

__all__ = ["sandbox_process"]

HEADERS = ("Idempotency-Key", "If-Match")
JSON = "application/json"
# What is sent as what, and the refusal: status, code, a word of the sentence.
type BadBody = tuple[bytes, str, int, str, str]
BAD_BODIES: dict[str, BadBody] = {
    "no JSON": (b'{"a": 1', JSON, 400, "parse_error", "not JSON"),
    "no UTF-8": (b'{"a": "\xff"}', JSON, 400, "parse_error", "not UTF-8"),
    "NUL": (b'{"a": "b\\u0000"}', JSON, 400, "parse_error", "NUL"),
    "half a character": (b'{"a": "\\ud800"}', JSON, 400, "parse_error", "surrogate"),
    "no number": (b'{"a": NaN}', JSON, 400, "parse_error", "not JSON"),
    "a name twice": (b'{"a": 1, "a": 2}', JSON, 400, "parse_error", '"a" twice'),
    "deep": (b"[" * 100_000, JSON, 400, "parse_error", "deeply"),
    "large": (b" " * 2_500_001, JSON, 413, "too_large", "too large"),
    "packed": (gzip.compress(b"0" * 1_000_000), JSON, 400, "parse_error", "not UTF-8"),
    "another type": (b"a: 1", "application/yaml", 415, "unsupported_media_type", "yaml"),
    "a form": (b"a=1", "application/x-www-form-urlencoded", 415, "unsupported_media_type", "form"),
    "no object": (b"7", JSON, 400, "invalid", "not right"),
}


@pytest.fixture(scope="module")
def acme(
    sandbox_process: Sandbox, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Acme]:
    """Acme, committed; another process serves it."""
    connection.client.cache_clear()
    with (
        override_settings(STRIPE_API_BASE=sandbox_process.url),
        patch.object(connection, "http_client", ValidatingHTTPClient),
        django_db_blocker.unblock(),
    ):
        yield make_acme(sandbox_process)
        empty_all_tables()
    connection.client.cache_clear()


def operations_with_bodies(acme: Acme) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield method, address and needed headers of Django's operations that take a body."""
    named = names_in_addresses(acme)
    for path, methods in yaml.load(OPENAPI.read_text(), yaml.CSafeLoader)["paths"].items():
        address = path.format_map(named)
        try:
            resolve(address)
        except Resolver404:
            continue  # the lean endpoints: tests/integration/usage/test_events.py
        for method, operation in methods.items():
            if "requestBody" in operation:
                asked = {each["name"] for each in operation["parameters"] if each.get("required")}
                yield method, address, {name: "*" for name in HEADERS if name in asked}


def some_bodies(number: int) -> list[tuple[str, BadBody]]:
    """Return a quarter of the bodies, by turns."""
    return list(BAD_BODIES.items())[number % 4 :: 4]


@pytest.mark.django_db(databases=["default", "pipeline"])
class TestBadBodies:
    @override_settings(API_RATE_LIMITS=dict.fromkeys(("key", "organization", "vendor"), 10**9))
    def test_are_refused_by_every_operation_with_the_reason(self, acme: Acme) -> None:
        keys = {False: acme.vendor_key, True: acme.own_key}
        found = list(operations_with_bodies(acme))
        assert len(found) > 50
        wrong = []
        for number, (method, address, headers) in enumerate(found):
            for name, (body, kind, status, code, word) in some_bodies(number):
                # Whose devices look shared is for the organization's own keys alone.
                key = keys["/sharing/" in address]
                answer = Client().generic(
                    method.upper(),
                    address,
                    body,
                    content_type=kind,
                    headers=headers | {"Authorization": f"Bearer {key}"},
                )
                problem = answer.json()
                is_problem = answer["Content-Type"] == "application/problem+json"
                said = (answer.status_code, problem.get("code"), is_problem)
                if said != (status, code, True) or word not in problem["title"]:
                    wrong.append((method, address, name, said, problem.get("title")))
        assert not wrong, wrong
