"""One sandbox process for the suite, the real SDK in front of it, and a world to act in."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

from stripe_sandbox import shapes
from stripe_sandbox.tests.receiver import Receiver
from stripe_sandbox.tests.world import BROWSER, World
from stripe_sandbox.validation import ValidatingHTTPClient

ROOT = Path(__file__).parents[2]


class FaithfulClient(ValidatingHTTPClient):
    """Also holds every answer against the SDK's own classes: no field missing, none invented."""

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        body, status, answered = super().request(method, url, headers, post_data)
        if status == 200:
            departures = shapes.violations(json.loads(body))
            assert not departures, f"{method} {url}: {departures}"
        return body, status, answered


class Sandbox:
    """A sandbox process on a free port."""

    def __init__(self, database: Path) -> None:
        self.database = database
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        arguments = ["--port", str(self.port), "--db", str(self.database)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "stripe_sandbox", *arguments], cwd=ROOT
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                BROWSER.get(f"{self.url}/_sandbox/health").raise_for_status()
            except httpx.HTTPError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError("The sandbox did not start.")

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=30)

    def control(self, name: str, given: dict[str, Any] | None = None) -> dict[str, Any]:
        """Read a control, or post to it."""
        address = f"{self.url}/_sandbox/{name}"
        answer = BROWSER.get(address) if given is None else BROWSER.post(address, json=given)
        answer.raise_for_status()
        body: dict[str, Any] = answer.json()
        return body

    def client(self, http_client: stripe.HTTPClient | None = None) -> stripe.StripeClient:
        return stripe.StripeClient(
            "sk_test_sandbox",
            base_addresses={"api": self.url},
            http_client=http_client or FaithfulClient(),
            max_network_retries=0,
        )


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox") / "state.sqlite3")
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    """The process, emptied."""
    running.control("reset", {})
    return running


@pytest.fixture
def client(sandbox: Sandbox) -> stripe.StripeClient:
    return sandbox.client()


@pytest.fixture
def loose(sandbox: Sandbox) -> stripe.StripeClient:
    """A client that sends whatever it is given, for requests that ought to be refused."""
    return sandbox.client(stripe.RequestsClient())


@pytest.fixture
def world(client: stripe.StripeClient, sandbox: Sandbox) -> World:
    return World(client, sandbox.url)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    listening = Receiver()
    yield listening
    listening.close()
