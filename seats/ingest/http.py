"""HTTP as the lean endpoints need it: bodies with limits, JSON out, problems as problem+json."""

import asyncio
import re
import zlib
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from contextvars import ContextVar
from functools import lru_cache
from itertools import count
from typing import Any, cast
from uuid import uuid4

import msgspec
import structlog
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from accounts.api.problems import PROBLEM_TYPE, problem
from accounts.tracing import request_id, trace_id
from seats.ingest.admission import Hold

type Scope = MutableMapping[str, Any]
type Message = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type Headers = Sequence[tuple[str, str]]

READ_WITHIN = 30.0
_TOO_SLOW = "The body did not arrive in time."
_ALWAYS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
# What `config.middleware.CheckRequestId` lets through.
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,64}")
# By what the request at work is known; every request is a task of its own.
_reference: ContextVar[bytes] = ContextVar("reference", default=b"")
# Ids of this process: a number behind what no other process has costs less than chance for each.
_process = uuid4().hex.encode()
_numbers = count(1)
encode_json = msgspec.json.Encoder().encode


class HttpProblem(Exception):
    """An answer that is not a success: status, code, sentence, fields at fault, headers."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        *,
        field: str = "",
        headers: Headers = (),
    ) -> None:
        super().__init__(title)
        self.status = status
        self.headers = headers
        errors = [{"field": field, "code": code, "message": title}] if field else None
        self.body = problem(code=code, title=title, status_code=status, errors=errors)


class Disconnected(Exception):
    """The caller is gone; nobody waits for an answer."""


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    """Return the headers by lower-case name; of a repeated one the first."""
    return dict(reversed(scope["headers"]))


def name_request(headers: dict[bytes, bytes]) -> None:
    """Give the request at work its id, for its answer and our logs: the caller's, or one of ours.

    Where traces are on, the id is the trace's, as for Django's answers.
    """
    given = headers.get(b"x-request-id")
    if given is None or not _REQUEST_ID.fullmatch(given):
        given = b"%b-%x" % (_process, next(_numbers))
    structlog.contextvars.bind_contextvars(request_id=given.decode())
    _reference.set(trace_id().encode() or given)


class HostCheck:
    """Refuses a forged Host header, as `config.middleware.CheckHost` does for Django.

    The settings are read once: what is asked of every request must cost little.
    """

    def __init__(self) -> None:
        self._allowed = tuple(settings.ALLOWED_HOSTS)
        self._header = b"x-forwarded-host" if settings.USE_X_FORWARDED_HOST else b"host"

    def __call__(self, headers: dict[bytes, bytes]) -> None:
        """Raise HttpProblem for a host that is not ours."""
        host = headers.get(self._header)
        if host is None:
            host = headers.get(b"host", b"")
        if not _is_ours(host, self._allowed):
            raise HttpProblem(400, "invalid_host", "This is not a host of this deployment.")


@lru_cache(maxsize=256)
def _is_ours(host: bytes, allowed: tuple[str, ...]) -> bool:
    domain, _port = split_domain_port(host.decode("latin-1"))
    return bool(domain) and validate_host(domain, allowed)


def check_json(headers: dict[bytes, bytes]) -> None:
    """Refuse a body that does not say it is JSON in UTF-8."""
    if not _is_json(headers.get(b"content-type", b"")):
        raise HttpProblem(415, "unsupported_media_type", "Send application/json in UTF-8.")


@lru_cache(maxsize=256)
def _is_json(content_type: bytes) -> bool:
    media_type, _, parameters = content_type.decode("latin-1").partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    return media_type.strip().lower() == "application/json" and charset in {"", "utf-8", "utf8"}


def too_large(limit: int) -> HttpProblem:
    """Return the answer to a body over `limit` bytes. The rest of it is not read."""
    return HttpProblem(
        413,
        "body_too_large",
        f"The body is larger than {limit:,} bytes.",
        headers=[("Connection", "close")],
    )


def overloaded() -> HttpProblem:
    """Return the answer to more than can be held. What was not read of it is not waited for."""
    return HttpProblem(
        429,
        "overloaded",
        "More events arrive than can be written. Nothing was taken; send it again.",
        headers=[("Retry-After", "1"), ("Connection", "close")],
    )


async def read_body(
    receive: Receive, headers: dict[bytes, bytes], *, limit: int, hold: Hold | None = None
) -> bytes:
    """Return the body as sent, its bytes held by `hold` from before they are read.

    Raises HttpProblem over `limit` bytes, declared or counted, and Overloaded.
    """
    declared = headers.get(b"content-length", b"")
    if declared.isdigit():
        if int(declared) > limit:
            raise too_large(limit)
        if hold is not None:
            hold.take(int(declared))
            hold = None
    task = cast("asyncio.Task[Any]", asyncio.current_task())
    # What `asyncio.timeout` does, at a fifth of its cost: most bodies are here already.
    timer = asyncio.get_running_loop().call_later(READ_WITHIN, task.cancel, _TOO_SLOW)
    chunks: list[bytes] = []
    size = 0
    try:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Disconnected
            chunk: bytes = message.get("body", b"")
            size += len(chunk)
            if size > limit:
                raise too_large(limit)
            if hold is not None:
                hold.take(len(chunk))
            chunks.append(chunk)
            if not message.get("more_body", False):
                return b"".join(chunks)
    except asyncio.CancelledError as error:
        if error.args != (_TOO_SLOW,):
            raise
        task.uncancel()
        raise HttpProblem(408, "too_slow", _TOO_SLOW, headers=[("Connection", "close")]) from error
    finally:
        timer.cancel()


def unpack(body: bytes, headers: dict[bytes, bytes], *, limit: int) -> bytes:
    """Return the body unpacked after its Content-Encoding, which may be gzip.

    Raises HttpProblem for another encoding, a broken archive, or more than `limit` bytes unpacked.
    """
    encoding = headers.get(b"content-encoding", b"identity").decode("latin-1").strip().lower()
    if encoding in {"identity", ""}:
        return body
    if encoding != "gzip":
        raise HttpProblem(
            415,
            "unsupported_encoding",
            "A body may be packed with gzip, and in no other way.",
            headers=[("Accept-Encoding", "gzip")],
        )
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        unpacked = unpacker.decompress(body, limit + 1)
    except zlib.error as error:
        raise HttpProblem(400, "malformed_gzip", "The body is not a gzip archive.") from error
    if len(unpacked) > limit:
        raise too_large(limit)
    if not unpacker.eof or unpacker.unused_data:
        raise HttpProblem(400, "malformed_gzip", "The body is not one whole gzip archive.")
    return unpacked


async def send_json(
    send: Send,
    status: int,
    body: Any,
    *,
    headers: Headers = (),
    media_type: str = "application/json",
) -> None:
    """Send one JSON answer."""
    await send_content(send, status, encode_json(body), headers=headers, media_type=media_type)


async def send_content(
    send: Send,
    status: int,
    content: bytes,
    *,
    headers: Headers = (),
    media_type: str = "application/json",
) -> None:
    """Send an answer that is JSON already."""
    fields = [
        (b"content-type", media_type.encode()),
        (b"content-length", b"%d" % len(content)),
        *_ALWAYS,
    ]
    if reference := _reference.get():
        fields.append((b"x-request-id", reference))
    if headers:
        fields += [(name.lower().encode(), value.encode()) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": content})


async def send_problem(send: Send, answer: HttpProblem) -> None:
    """Send a problem with the id of the request."""
    found = request_id()
    body = answer.body | {"request_id": found} if found else answer.body
    await send_json(send, answer.status, body, headers=answer.headers, media_type=PROBLEM_TYPE)
