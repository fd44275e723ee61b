"""The API does what its OpenAPI file says, with data of every kind; `make fuzz` looks longer."""

import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from billing.gateways.stripe import connection
from stripe_sandbox.validation import ValidatingHTTPClient
from tests.support.acme import Acme, make_acme
from tests.support.database import empty_all_tables
from tests.support.fuzz import run_schemathesis, served
from tests.support.stripe import Sandbox, sandbox_process

__all__ = ["sandbox_process"]

SECONDS = int(os.environ.get("FUZZ_SECONDS", "45"))
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "1"))


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


class TestSchema:
    def test_holds_for_good_and_bad_data(
        self, acme: Acme, sandbox_process: Sandbox, tmp_path: Path
    ) -> None:
        with served(tmp_path, stripe=sandbox_process.url) as address:
            code, output = run_schemathesis(
                address, acme, tmp_path, seconds=SECONDS, examples=EXAMPLES
            )
        assert code == 0, output[-6000:]
