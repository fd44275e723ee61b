"""A demo on services that were there before: used, kept apart, and left running."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest
import redis

from demo.services import EmbeddedPostgres, EmbeddedValkey
from tests.unit.demo.stand_in import (
    RunningDemo,
    StartDemo,
    demos_of,
    make_project,
    ready,
    real_stripe,
    starts,
)
from tests.unit.demo.support import is_alive


@dataclass(frozen=True)
class Services:
    """Addresses of a PostgreSQL, a Valkey and a Stripe sandbox that run by themselves."""

    superuser_url: str
    redis_url: str
    stripe_url: str

    @property
    def variables(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.superuser_url.removesuffix("postgres") + "seats",
            "REDIS_URL": self.redis_url,
            "STRIPE_SECRET_KEY": "sk_test_given",
            "STRIPE_API_BASE": self.stripe_url,
        }


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    directory = tmp_path_factory.mktemp("services")
    with (
        EmbeddedPostgres(directory / "pg", disposable=True) as postgres,
        EmbeddedValkey(directory / "valkey", disposable=True) as valkey,
        real_stripe(directory) as stripe,
    ):
        yield Services(postgres.superuser_url, valkey.redis_url, stripe.url)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartDemo]:
    with demos_of(make_project(tmp_path_factory.mktemp("project"))) as start_demo:
        yield start_demo


@pytest.fixture(scope="module")
def running(start: StartDemo, services: Services) -> RunningDemo:
    demo = start(**services.variables)
    ready(demo)
    return demo


def endpoints(url: str, key: str) -> list[str]:
    answer = httpx.get(f"{url}/v1/webhook_endpoints", auth=(key, ""), trust_env=False)
    return [endpoint["url"] for endpoint in answer.json()["data"]]


class TestGivenServices:
    def test_no_service_of_its_own_is_started(self, running: RunningDemo) -> None:
        # Worker, web server and beat.
        assert len(running.children()) == 3
        left = {path.name for path in running.directory.iterdir()}
        assert not left & {"postgresql", "valkey", "stripe_sandbox.sqlite3"}

    def test_the_progress_says_which_and_where_without_a_secret(
        self, running: RunningDemo, services: Services
    ) -> None:
        output = running.output
        address = services.superuser_url.rpartition("@")[2].partition("/")[0]
        assert "PostgreSQL (DATABASE_URL)" in output
        assert f"{address}/seats" in output
        assert "Redis or Valkey (REDIS_URL)" in output
        assert services.redis_url.rpartition("@")[2] in output
        assert "Stripe (STRIPE_SECRET_KEY)" in output
        assert services.stripe_url in output
        for secret in (services.superuser_url, services.redis_url):
            assert secret.partition("@")[0].rpartition(":")[2] not in output
        assert "sk_test_given" not in output

    def test_the_ready_file_names_them(self, running: RunningDemo, services: Services) -> None:
        document = ready(running)
        assert document["database_url"] == services.variables["DATABASE_URL"]
        assert document["stripe_url"] == services.stripe_url
        assert starts(document) == 1

    def test_webhooks_are_registered_at_the_given_stripe(
        self, running: RunningDemo, services: Services
    ) -> None:
        url = ready(running)["url"]
        assert endpoints(services.stripe_url, "sk_test_given") == [f"{url}/webhooks/stripe/"]

    def test_a_second_demo_on_the_same_broker_is_refused(
        self, running: RunningDemo, services: Services, start: StartDemo, tmp_path: Path
    ) -> None:
        second = start(DEMO_DIR=str(tmp_path / "demo"), REDIS_URL=services.redis_url)
        assert second.process.wait(60) == 1
        assert "A worker takes its tasks" in second.output

    def test_a_shell_that_works_on_it_starts_another_demo_apart_from_it(
        self, running: RunningDemo, start: StartDemo, tmp_path: Path
    ) -> None:
        nested = start(**exports(running) | {"DEMO_DIR": str(tmp_path / "nested")})
        nested.until("Stripe sandbox")
        assert f"This shell works on the demo in {running.directory}" in nested.output
        assert (tmp_path / "nested" / "postgresql").exists()
        assert nested.end() == 0


class TestLaterStarts:
    """In the order of a demo's life; each goes on where the one before has ended."""

    def test_stopping_leaves_the_given_services_running(
        self, running: RunningDemo, services: Services
    ) -> None:
        children = running.children()
        assert running.end() == 0
        assert not any(is_alive(pid) for pid in children)
        assert running.output.partition("Stopping")[2].split() == ["beat", "web", "worker"]
        psycopg.connect(services.superuser_url).close()
        with redis.Redis.from_url(services.redis_url) as client:
            assert client.ping()
        assert endpoints(services.stripe_url, "sk_test_given")

    def test_without_the_variables_the_data_would_be_elsewhere(
        self, running: RunningDemo, start: StartDemo
    ) -> None:
        assert running.process.poll() == 0
        lost = start()
        assert lost.process.wait(60) == 1
        assert "The data of this demo lies in PostgreSQL at 127.0.0.1:" in lost.output
        assert "FRESH=1" in lost.output

    def test_the_next_start_keeps_the_data(
        self, running: RunningDemo, services: Services, start: StartDemo
    ) -> None:
        assert running.process.poll() == 0
        again = start(**services.variables)
        document = ready(again)
        assert starts(document) == 2
        moved = [f"{document['url']}/webhooks/stripe/"]
        assert endpoints(services.stripe_url, "sk_test_given") == moved
        assert again.end() == 0

    def test_fresh_makes_the_database_anew_and_takes_a_given_signing_secret(
        self, running: RunningDemo, services: Services, start: StartDemo
    ) -> None:
        assert running.process.poll() == 0
        before = endpoints(services.stripe_url, "sk_test_given")
        fresh = start(**services.variables, FRESH="1", STRIPE_WEBHOOK_SECRET="whsec_given")
        document = ready(fresh)
        assert starts(document) == 1
        assert exports(fresh)["STRIPE_WEBHOOK_SECRET"] == "whsec_given"
        assert endpoints(services.stripe_url, "sk_test_given") == before
        assert f"stripe listen --forward-to {document['url']}/webhooks/stripe/" in fresh.output


def exports(demo: RunningDemo) -> dict[str, str]:
    """The variables that a shell has after it has sourced the demo's `env`."""
    printed = subprocess.run(
        ["env", "-i", "sh", "-c", f". {demo.directory / 'env'} && exec env -0"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return dict(line.split("=", 1) for line in printed.split("\0") if line)
