"""A web process and a worker that send traces, to a receiver of OTLP that decodes them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from pytest_django import DjangoDbBlocker

from demo.ports import LOOPBACK, any_free_port
from tests.support.database import empty_all_tables
from tests.support.otlp import Received, Receiver, receiver
from tests.support.people import make_api_key, make_organization
from tests.support.stripe import sign
from tests.support.waiting import wait_until
from tests.unit.demo.support import ROOT

HTTP = httpx.Client(trust_env=False, timeout=30)
SECRET = "whsec_of_these_tests"
CALLER = "4bf92f3577b34da6a3ce929d0e0e4736"
# The client of Redis loads OpenTelemetry's SDK by itself where it is installed.
OURS = ("opentelemetry.instrumentation", "opentelemetry.exporter", "seats.ingest.tracing")
LOADED = (
    "import sys, config.asgi as web, config.celery;"
    f"assert not [name for name in sys.modules if name.startswith({OURS})];"
    "assert web.application is web._application;"
    "assert 'config.traced_requests' not in sys.modules"
)


@dataclass
class Running:
    """The web process's address, what its receiver got, its log, and a process without traces."""

    address: str
    traces: Receiver
    log: Path
    untraced: "subprocess.Popen[bytes]"

    def trace(self, trace: str, *names: str) -> dict[str, Received]:
        """Return the spans of a trace by name, once all of `names` have arrived."""
        wait_until(lambda: {*names} <= {span.name for span in self.traces.trace(trace)}, f"{names}")
        return {span.name: span for span in self.traces.trace(trace)}


@pytest.fixture(scope="module")
def running(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Running]:
    """A web process and a worker on the tests' database; committed rows are removed at the end."""
    directory = tmp_path_factory.mktemp("traces")
    port = any_free_port()
    with ExitStack() as stack:
        traces = stack.enter_context(receiver())
        plain = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "SECRET_KEY": "a key for these tests alone 0123456789 abcdefghijklmnop",
            "STRIPE_SECRET_KEY": "sk_test_traces",
            "STRIPE_WEBHOOK_SECRET": SECRET,
            "STRIPE_API_BASE": f"http://{LOOPBACK}:1",
        }
        traced = plain | {
            "OTEL_EXPORTER_OTLP_ENDPOINT": traces.endpoint,
            "OTEL_BSP_SCHEDULE_DELAY": "100",
            "NO_PROXY": LOOPBACK,
        }

        def run(name: str, environment: dict[str, str], *command: str) -> "subprocess.Popen[bytes]":
            log = stack.enter_context((directory / name).open("wb"))
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            stack.callback(process.wait, timeout=20)
            stack.callback(process.terminate)
            return process

        uvicorn = ("uvicorn", "config.asgi:application", "--host", LOOPBACK, "--port", str(port))
        web = run("web", traced, "-m", *uvicorn)
        run("worker", traced, "-m", "celery", "-A", "config", "worker", "--pool", "solo")
        untraced = run("untraced", plain, "-c", LOADED)
        address = f"http://{LOOPBACK}:{port}"
        with django_db_blocker.unblock():
            wait_until(lambda: _is_alive(address, web), "a web process", seconds=150)
            yield Running(address, traces, directory / "web", untraced)
            empty_all_tables()


def _is_alive(address: str, web: "subprocess.Popen[bytes]") -> bool:
    assert web.poll() is None
    try:
        return HTTP.get(f"{address}/healthz").status_code == 200
    except httpx.TransportError:
        return False


class TestTraces:
    def test_hold_the_request_its_sql_and_the_task_in_the_worker(self, running: Running) -> None:
        payload = json.dumps(
            {
                "id": "evt_traced",
                "object": "event",
                "type": "customer.updated",
                "created": 1_790_000_000,
                "data": {"object": {"id": "cus_of_a_person", "object": "customer"}},
            }
        )
        answer = HTTP.post(
            f"{running.address}/webhooks/stripe/?who=ada@example.com",
            content=payload.encode(),
            headers={
                "stripe-signature": sign(payload, secret=SECRET),
                "traceparent": f"00-{CALLER}-00f067aa0ba902b7-01",
            },
        )
        assert answer.status_code == 200
        task = "billing.tasks.process_webhook_inbox"
        spans = running.trace(
            CALLER, "POST /webhooks/stripe/", f"apply_async/{task}", f"run/{task}", "UPDATE"
        )
        request, asked, done = (
            spans[name] for name in ("POST /webhooks/stripe/", f"apply_async/{task}", f"run/{task}")
        )
        assert request.service == "headroom-web"
        assert request.parent == "00f067aa0ba902b7"
        assert request.attributes == {
            "http.request.method": "POST",
            "http.route": "/webhooks/stripe/",
            "http.response.status_code": "200",
        }
        assert (asked.parent, asked.service) == (request.id, "headroom-web")
        assert (done.parent, done.service) == (asked.id, "headroom-worker")
        statements = {
            (span.parent, span.attributes["db.statement"][:34])
            for span in running.traces.trace(CALLER)
            if "db.statement" in span.attributes
        }
        assert (request.id, 'INSERT INTO "billing_webhookevent"') in statements
        assert (done.id, 'UPDATE "billing_webhookevent" SET ') in statements
        # The event says where it came from, whichever task works it off, and whenever.
        assert running.trace(CALLER, "process Stripe event")["process Stripe event"].links == (
            CALLER,
        )

    def test_follow_an_event_into_the_commit_that_it_shares(self, running: Running) -> None:
        organization = make_organization()
        trace = "0af7651916cd43dd8448eb211c80319c"
        event = {"id": "event-1", "member": "ben.secret@example.com", "kind": "sign_in"}
        answer = HTTP.post(
            f"{running.address}/api/v1/events",
            json={"events": [event | {"at": datetime.now(UTC).isoformat()}]},
            headers={
                "authorization": f"Bearer {make_api_key(organization)}",
                "traceparent": f"00-{trace}-00f067aa0ba902b7-01",
            },
        )
        assert answer.status_code == 202
        spans = running.trace(trace, "POST /api/v1/events", "write events")
        request, write = spans["POST /api/v1/events"], spans["write events"]
        assert write.parent == request.id
        assert write.attributes == {"headroom.events": "1"}
        assert write.id in {span.parent for span in running.traces.trace(trace)}

    def test_name_a_refused_request(self, running: Running) -> None:
        for path, method in (("/api/v1/events", "POST"), ("/api/v1/organizations", "GET")):
            answer = HTTP.request(method, f"{running.address}{path}?email=ada@example.com")
            assert answer.status_code == 401
            trace = answer.json()["request_id"]
            assert running.trace(trace, f"{method} {path}")
        assert f'"trace_id": "{trace}"' in running.log.read_text()

    def test_tell_nothing_of_anybody(self, running: Running) -> None:
        """After the tests above: addresses, keys and members' names were in every request."""
        everything = b"".join(running.traces.bodies)
        assert b"INSERT" in everything
        for told in (b"example.com", b"hr_", b"cus_of_a_person", b"evt_traced", b"python-httpx"):
            assert told not in everything

    def test_load_nothing_where_they_are_off(self, running: Running) -> None:
        assert running.untraced.wait(timeout=60) == 0
