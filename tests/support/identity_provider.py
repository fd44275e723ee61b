"""A customer's identity provider: real HTTP on this machine, and the browser's part in process."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from demo.identity_provider import IdentityProvider, Person, ProviderError, SigningKey, make_key

ADA = Person("sub-ada", "ada@example.com", "Ada Berg", "Engineering", "Lead")


@cache
def signing_key(number: int) -> SigningKey:
    """Return a key of the tests; making one takes a while."""
    return make_key()


@dataclass
class LiveProvider(IdentityProvider):
    """The provider, and what a test has it say: `forged` claims replace those of the ID token."""

    forged: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def claims(self, person: Person, *, nonce: str) -> dict[str, Any]:
        """The claims, some of them forged; a forged None leaves a claim out."""
        said = super().claims(person, nonce=nonce) | self.forged
        return {name: value for name, value in said.items() if value is not None}

    def sign_in(self, address: str, person: Person) -> dict[str, str]:
        """Do the browser's part at the provider; return what it comes back with."""
        asked = dict(parse_qsl(urlsplit(address).query))
        return {"code": self.code_for(person, asked), "state": asked["state"]}


@contextmanager
def live_provider() -> Iterator[LiveProvider]:
    """Listen on a free port while the block runs."""
    provider = LiveProvider("", signing_key(0))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.asked.append(self.path)
            documents = {
                "/.well-known/openid-configuration": provider.discovery,
                "/jwks": provider.jwks,
            }
            if self.path == "/saml/metadata":
                self._answer(200, provider.metadata().encode())
            elif self.path in documents:
                self._answer(200, json.dumps(documents[self.path]()).encode())
            else:
                self._answer(404, b"")

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            try:
                answer = provider.token(
                    dict(parse_qsl(body)), self.headers.get("Authorization", "")
                )
                self._answer(200, json.dumps(answer).encode())
            except ProviderError as error:
                self._answer(400, json.dumps({"error": str(error)}).encode())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def query(parameters: dict[str, str]) -> str:
    """Return parameters as a query."""
    return "?" + urlencode(parameters)
