"""A load generator over plain sockets: as little as possible between the clock and the server.

It shares the machine with the server, so what it costs is taken from what is measured: requests are
made before the clock starts, and an answer is looked at no further than its status and its end.
"""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import uvloop

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"content-length: "


@dataclass(frozen=True, slots=True)
class Rate:
    """What was answered within a time: requests a second, and waits in milliseconds."""

    per_second: float
    median_ms: float
    p99_ms: float = 0.0


class Refused(Exception):
    """The server answered with something else than a success, or closed the connection."""


def request_bytes(*, port: int, path: str, key: str, body: bytes) -> bytes:
    """Return a whole POST request."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class _Connection(asyncio.Protocol):
    """Sends one request after the other until the time is over or there are no more."""

    def __init__(self, requests: Iterator[bytes], ends_at: float, waits: list[float]) -> None:
        self._requests = requests
        self._ends_at = ends_at
        self._waits = waits
        self._received = b""
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def _send(self) -> None:
        assert self._transport is not None
        self._sent_at = time.perf_counter()
        request = next(self._requests, None) if self._sent_at < self._ends_at else None
        if request is None:
            self.done.set_result(None)
            self._transport.close()
        else:
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received = self._received + data if self._received else data
        end = self._received.find(_END_OF_HEAD)
        if end < 0:
            return
        found = self._received.find(_LENGTH, 0, end) + len(_LENGTH)
        length = int(self._received[found : self._received.find(b"\r", found)])
        if len(self._received) < end + len(_END_OF_HEAD) + length:
            return
        if self._received[9:10] != b"2":
            self._fail(Refused(self._received[:400].decode(errors="replace")))
            return
        self._waits.append(time.perf_counter() - self._sent_at)
        self._received = b""
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(Refused(f"The server closed the connection: {exc}"))

    def _fail(self, error: Refused) -> None:
        if not self.done.done():
            self.done.set_exception(error)
            if self._transport is not None:
                self._transport.close()


def measured_rate(
    *, port: int, requests: Iterator[bytes], connections: int, seconds: float
) -> Rate:
    """Keep `connections` requests under way for `seconds`, or until there are no more.

    Raises Refused for an answer that is no success.
    """

    async def run() -> Rate:
        waits: list[float] = []
        loop = asyncio.get_running_loop()
        started = time.perf_counter()
        made = [
            await loop.create_connection(
                lambda: _Connection(requests, started + seconds, waits), "127.0.0.1", port
            )
            for _number in range(connections)
        ]
        await asyncio.gather(*(connection.done for _transport, connection in made))
        elapsed = time.perf_counter() - started
        waits.sort()
        at = [waits[int(len(waits) * share)] * 1000 for share in (0.5, 0.99)]
        return Rate(len(waits) / elapsed, *at)

    return uvloop.run(run())
