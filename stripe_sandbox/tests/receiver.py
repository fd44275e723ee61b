"""A webhook endpoint that remembers what arrived and answers what it is told to."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import stripe


@dataclass(frozen=True)
class Arrival:
    payload: str
    signature: str

    def event(self, secret: str) -> stripe.Event:
        """The event, if the signature is right."""
        event: stripe.Event = stripe.Webhook.construct_event(self.payload, self.signature, secret)
        return event


class Receiver:
    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.answers: list[int] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                payload = self.rfile.read(length).decode()
                outer.arrivals.append(Arrival(payload, self.headers["Stripe-Signature"]))
                self.send_response(outer.answers.pop(0) if outer.answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/stripe"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def types(self, secret: str) -> list[str]:
        return [arrival.event(secret).type for arrival in self.arrivals]

    def wait(self, condition: Callable[[], bool], seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"{len(self.arrivals)} deliveries arrived"
            time.sleep(0.02)
