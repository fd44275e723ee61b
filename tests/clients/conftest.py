"""The clients against the real server, and against one that answers as it is told."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Organization
from headroom_client import Client, Spool
from tests.integration.usage.conftest import acme, committed, other
from tests.support.people import make_api_key

__all__ = ["acme", "committed", "other"]


@pytest.fixture
def client(server_url: str, committed: None) -> Iterator[Client]:
    """The vendor's product with its vendor-wide key."""
    with Client(server_url, make_api_key()) as made:
        yield made


@pytest.fixture
def acme_client(server_url: str, acme: Organization) -> Iterator[Client]:
    """A tool of acme with acme's own key."""
    with Client(server_url, make_api_key(acme)) as made:
        yield made


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    made = Spool(tmp_path / "spool.sqlite3")
    yield made
    made.close()


@dataclass
class Told:
    """A server that answers what it was told, in order, the last again and again."""

    url: str = ""
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    seen: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def answer(self, status: int, body: bytes = b"{}", **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.append((status, named, body))


@pytest.fixture
def told() -> Iterator[Told]:
    kept = Told()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            kept.seen.append((self.command, self.path, headers, body))
            status, named, content = kept.answers.pop(0) if kept.answers[1:] else kept.answers[0]
            if status == 0:
                # As a server that dies after it read the request.
                self.connection.close()
                return
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(content))} | named).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815

        def finish(self) -> None:
            if not self.wfile.closed:
                super().finish()

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield kept
    server.shutdown()
    server.server_close()
    thread.join()
