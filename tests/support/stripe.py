"""Stripe for tests: the sandbox as a process of its own, reached over HTTP by the real SDK.

Every request of the SDK is held against the SDK's own parameter classes before it is sent.
"""

import hashlib
import hmac
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import pytest
from django.conf import settings as django_settings
from django.test import Client

from billing.gateways.stripe import connection
from demo.ports import any_free_port
from stripe_sandbox.validation import ValidatingHTTPClient

_READY_WITHIN_SECONDS = 30.0
# A line for each question of a test would cost more than the question.
logging.getLogger("httpx").setLevel(logging.WARNING)


class Sandbox:
    """A running sandbox and what a test may ask of it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, timeout=20, trust_env=False)

    def reset(self) -> None:
        """Forget everything."""
        self.http.delete("/_sandbox/chaos").raise_for_status()
        self.http.post("/_sandbox/reset").raise_for_status()

    def chaos(self, kind: str, **rule: Any) -> None:
        """Ask for trouble: see the sandbox's README."""
        self.http.post("/_sandbox/chaos", json={"kind": kind, **rule}).raise_for_status()

    def call(self, method: str, path: str, **params: Any) -> dict[str, Any]:
        """Call the API as somebody other than the product would."""
        answer = self.http.request(
            method,
            f"/v1/{path}",
            headers={"Authorization": f"Bearer {django_settings.STRIPE_SECRET_KEY}"},
            params=params if method == "GET" else None,
            data=params if method != "GET" else None,
        )
        answer.raise_for_status()
        body: dict[str, Any] = answer.json()
        return body

    def events(self, customer_id: str = "") -> list[dict[str, Any]]:
        """Return the events so far, oldest first; of one customer when named."""
        found: list[dict[str, Any]] = []
        after: dict[str, str] = {}
        while True:
            page = self.call("GET", "events", limit=100, **after)
            found += page["data"]
            if not page["has_more"]:
                break
            after = {"starting_after": page["data"][-1]["id"]}
        found.reverse()
        return [e for e in found if not customer_id or _customer_of(e) == customer_id]

    def confirm_at_bank(self, intent_id: str, *, passes: bool) -> None:
        """Answer the bank's question about a payment as the payer would."""
        answer = self.http.post(
            f"/authenticate/{intent_id}", data={"answer": "pass" if passes else "fail"}
        )
        assert answer.status_code < httpx.codes.BAD_REQUEST, answer.text

    def make_clock(self, at: int) -> str:
        """Return a test clock that stands at a second."""
        return str(self.call("POST", "test_helpers/test_clocks", frozen_time=at)["id"])

    def advance(self, clock_id: str, to: int) -> None:
        """Move a test clock and wait until everything due has happened."""
        self.call("POST", f"test_helpers/test_clocks/{clock_id}/advance", frozen_time=to)
        deadline = time.monotonic() + _READY_WITHIN_SECONDS
        while self.call("GET", f"test_helpers/test_clocks/{clock_id}")["status"] != "ready":
            assert time.monotonic() < deadline, "the test clock did not arrive"
            time.sleep(0.05)


def _customer_of(event: dict[str, Any]) -> str:
    subject = event["data"]["object"]
    return str(subject["id"] if subject["object"] == "customer" else subject.get("customer"))


def sign(payload: str, *, at: int | None = None, secret: str = "") -> str:
    """Return the signature header of a delivery."""
    second = int(time.time()) if at is None else at
    key = (secret or django_settings.STRIPE_WEBHOOK_SECRET).encode()
    digest = hmac.new(key, f"{second}.{payload}".encode(), hashlib.sha256).hexdigest()
    return f"t={second},v1={digest}"


def deliver(event: dict[str, Any], **signing: Any) -> int:
    """Post an event to the product's webhook as Stripe does; return the status."""
    payload = json.dumps(event)
    answer = Client().post(
        "/webhooks/stripe/",
        data=payload,
        content_type="application/json",
        headers={"stripe-signature": sign(payload, **signing)},
    )
    return answer.status_code


@contextmanager
def running_sandbox() -> Iterator[Sandbox]:
    """Start the sandbox on a free port and stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="headroom-stripe-") as directory:
        port = any_free_port()
        log = Path(directory) / "sandbox.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "stripe_sandbox",
                    "--port",
                    str(port),
                    "--db",
                    str(Path(directory) / "sandbox.sqlite3"),
                ],
                cwd=django_settings.BASE_DIR,
                env={key: value for key, value in os.environ.items() if "STRIPE" not in key},
                stdout=output,
                stderr=output,
            )
        try:
            sandbox = Sandbox(f"http://127.0.0.1:{port}")
            _wait_until_ready(sandbox, process, log)
            yield sandbox
        finally:
            process.terminate()
            process.wait(10)


def _wait_until_ready(sandbox: Sandbox, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if sandbox.http.get("/_sandbox/health").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError(f"The Stripe sandbox did not start: {log.read_text()[-2000:]}")


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Sandbox]:
    """The sandbox of the whole session."""
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(sandbox_process: Sandbox, settings: Any) -> Iterator[Sandbox]:
    """An empty sandbox that the product's gateway talks to, every request checked."""
    sandbox_process.reset()
    settings.STRIPE_API_BASE = sandbox_process.url
    connection.client.cache_clear()
    with patch.object(connection, "http_client", ValidatingHTTPClient):
        yield sandbox_process
    connection.client.cache_clear()
