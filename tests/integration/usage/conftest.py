"""Organizations that report to the real server of `tests.server`."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pytest_django import DjangoDbBlocker

from accounts.models import Organization
from tests.support.database import empty_all_tables
from tests.support.people import make_api_key, make_organization

HTTP = httpx.Client(trust_env=False, timeout=30)


@dataclass
class Client:
    """Calls the server with one API key."""

    url: str
    key: str

    def post(self, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key}"} | options.pop("headers", {})
        return HTTP.post(f"{self.url}{path}", headers=headers, **options)

    def report(self, *events: Any) -> httpx.Response:
        return self.post("/api/v1/events", json={"events": list(events)})

    def check(self, **question: Any) -> httpx.Response:
        return self.post("/api/v1/entitlements/check", json=question)


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let a module's tests commit, as the server must see their rows; empty the tables at its end.

    The tests of a module keep apart by having organizations of their own.
    """
    with django_db_blocker.unblock():
        yield
        empty_all_tables()


@pytest.fixture
def acme(committed: None) -> Organization:
    return make_organization(f"acme-{uuid.uuid4().hex[:8]}")


@pytest.fixture
def other(committed: None) -> Organization:
    return make_organization(f"other-{uuid.uuid4().hex[:8]}")


@pytest.fixture
def product(server_url: str, committed: None) -> Client:
    """The vendor's product with its vendor-wide key."""
    return Client(server_url, make_api_key())


@pytest.fixture
def acme_product(server_url: str, acme: Organization) -> Client:
    """A tool of acme with acme's own key."""
    return Client(server_url, make_api_key(acme))


def event(organization: Organization | None = None, **fields: Any) -> dict[str, Any]:
    """Return an event of ben's, an hour ago, that uses the editor."""
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    body = {
        "id": uuid.uuid4().hex,
        "member": "ben",
        "at": an_hour_ago.isoformat(),
        "kind": "feature",
        "feature": "editor",
    }
    if organization is not None:
        body["organization"] = organization.external_id
    return body | fields
