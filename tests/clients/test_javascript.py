"""headroom.js in Chromium, on a page of another origin, against the real server."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import BrowserContext, sync_playwright

from accounts.models import Organization
from accounts.tenancy import organization_context
from demo.browser import find_chromium
from headroom_client import Client, models
from seats.models import UsageEvent
from tests.journeys.conftest import CHROMIUM_FLAGS
from tests.support.waiting import wait_until

JAVASCRIPT = Path(__file__).resolve().parents[2] / "clients" / "javascript"
OPTIONS = """{ url: "%s", member: "ben", every: 3600000,
    token: () => fetch("/token").then((answer) => answer.json()) }"""
MODULE = """<!doctype html><script type="module">
import { createHeadroom } from "/headroom.js";
window.headroom = createHeadroom(%s);
</script>"""
CLASSIC = """<!doctype html><script src="/headroom.classic.js"></script>
<script>window.headroom = Headroom.createHeadroom(%s);</script>"""
LEFT = {
    "beat": 0,
    "waiting": [{"id": "left", "at": datetime.now(UTC).isoformat(), "feature": "left-by-a-tab"}],
}


@pytest.fixture
def shop(server_url: str, other_origin: str, acme_client: Client) -> Iterator[str]:
    """The vendor's own site: two pages, the script, and the address that hands out tokens."""
    options = OPTIONS % server_url
    texts = {"/": MODULE % options, "/classic": CLASSIC % options}

    def token() -> bytes:
        return msgspec.json.encode(acme_client.browser_token(models.TokenQuestion(member="ben")))

    server = _serve(int(other_origin.rpartition(":")[2]), texts, token)
    yield other_origin
    server.shutdown()
    server.server_close()


def _serve(port: int, texts: dict[str, str], token: Callable[[], bytes]) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = "text/html", texts.get(self.path, "").encode()
            if self.path == "/token":
                kind, body = "application/json", token()
            elif self.path.endswith(".js"):
                kind, body = "text/javascript", (JAVASCRIPT / self.path[1:]).read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server


def live_a_day(context: BrowserContext, shop: str) -> list[str]:
    """Use both pages as somebody does; return what the pages complained of."""
    complaints: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{shop}/classic")
    page.evaluate("headroom.track('classic')")
    page.evaluate("headroom.flush()")
    page.wait_for_function("headroom.pending() === 0")
    page.evaluate("left => localStorage.setItem('headroom:ben:gone', left)", json.dumps(LEFT))

    page.goto(shop)
    page.wait_for_function("window.headroom && headroom.pending() === 1")
    page.evaluate("headroom.track('export', {quantity: 3, sessionId: 's-1'})")
    page.evaluate("headroom.flush()")
    page.wait_for_function("headroom.pending() === 0")

    context.set_offline(True)
    page.evaluate("headroom.track('offline')")
    page.evaluate("headroom.flush()")
    assert page.evaluate("headroom.pending()") == 1
    context.set_offline(False)
    page.wait_for_function("headroom.pending() === 0")

    page.evaluate("headroom.track('leaving')")
    page.goto("about:blank")
    return complaints


class TestScript:
    def test_reports_each_use_once(self, shop: str, acme: Organization) -> None:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=find_chromium(), args=CHROMIUM_FLAGS
            )
            complaints = live_a_day(chromium.new_context(), shop)
            chromium.close()
        assert complaints == []
        wait_until(lambda: len(self.arrived(acme)) >= 5, "the events of the page")
        assert self.arrived(acme) == [
            ("classic", 1),
            ("export", 3),
            ("leaving", 1),
            ("left-by-a-tab", 1),
            ("offline", 1),
        ]

    def arrived(self, acme: Organization) -> list[tuple[str, int]]:
        with organization_context(acme.pk):
            return sorted(UsageEvent.objects.values_list("feature", "quantity"))
