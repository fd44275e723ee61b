"""A load generator over plain sockets: as little as possible between the clock and the server."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """What was answered within a time: requests a second, and the median wait in milliseconds."""

    per_second: float
    median_ms: float


def request_bytes(*, port: int, path: str, key: str, body: bytes) -> bytes:
    """Return a whole POST request."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def rate_of(
    *, port: int, make_request: Callable[[], bytes], connections: int, seconds: float
) -> Rate:
    """Keep `connections` requests under way for `seconds`. Raises RuntimeError on a refusal."""
    waits: list[float] = []
    ends_at = time.perf_counter() + seconds

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while time.perf_counter() < ends_at:
                request = make_request()
                started = time.perf_counter()
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                status = int(head[9:12])
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                body = await reader.readexactly(length)
                waits.append(time.perf_counter() - started)
                if status >= 300:
                    raise RuntimeError(f"{status}: {body[:300]!r}")
        finally:
            writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(connections)))
    elapsed = time.perf_counter() - started
    waits.sort()
    return Rate(len(waits) / elapsed, waits[len(waits) // 2] * 1000)
