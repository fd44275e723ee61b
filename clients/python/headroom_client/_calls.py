"""One call as data: what is sent, what comes back, whether it may be repeated."""

import platform
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qs, quote, urlsplit

import msgspec

from headroom_client._retries import seconds_of
from headroom_client.errors import ApiError, UnexpectedAnswer, error_of

VERSION = "1.0.0"
USER_AGENT = f"headroom-client/{VERSION} python/{platform.python_version()}"

type Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Call[T]:
    """A request and the type of its answer.

    `key` makes repeating a write safe; the client makes one where the operation takes it.
    """

    method: str
    path: str
    answer: type[T]
    params: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str | None] = field(default_factory=dict)
    body: Any = None
    takes_key: bool = False
    key: str | None = None
    is_safe: bool = False
    """Whether doing it twice is doing it once, without any key."""

    @property
    def is_repeatable(self) -> bool:
        """Whether the call may be made again when nobody knows what became of it."""
        return self.method == "GET" or self.is_safe or self.takes_key


@dataclass(frozen=True, slots=True)
class Prepared:
    """What goes over the wire; the same in every attempt."""

    method: str
    path: str
    params: dict[str, Scalar]
    headers: dict[str, str]
    content: bytes | None


def prepare(call: Call[Any]) -> Prepared:
    """Return the request of a call, with an idempotency key and a request id of its own."""
    headers = {"X-Request-ID": secrets.token_hex(16), "Accept": "application/json"}
    if call.answer is bytes:
        headers["Accept"] = "*/*"
    headers |= {name: value for name, value in call.headers.items() if value is not None}
    if call.takes_key:
        headers["Idempotency-Key"] = call.key or secrets.token_hex(16)
    content = None
    if call.body is not None:
        content = call.body if isinstance(call.body, bytes) else msgspec.json.encode(call.body)
        headers["Content-Type"] = "application/json"
    params = {name: _scalar(value) for name, value in call.params.items() if value is not None}
    return Prepared(call.method, call.path, params, headers, content)


def _scalar(value: Any) -> Scalar:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str | int | float) else str(msgspec.to_builtins(value))


def quoted(value: object) -> str:
    """Return one part of a path; a slash inside of it stays inside."""
    return quote(str(value), safe="")


def read_answer[T](
    call: Call[T], *, status: int, headers: Mapping[str, str], content: bytes, request_id: str
) -> T:
    """Return the answer of a call. Raises ApiError for a refusal, UnexpectedAnswer."""
    if status >= 300:
        raise refusal(status=status, headers=headers, content=content, request_id=request_id)
    if call.answer is type(None):
        return None
    if call.answer is bytes:
        return cast("T", content)
    try:
        return msgspec.json.decode(content, type=call.answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnexpectedAnswer(f"{call.method} {call.path}: {error}") from error


def refusal(
    *, status: int, headers: Mapping[str, str], content: bytes, request_id: str
) -> ApiError:
    """Return the error of an answer that is no success."""
    return error_of(
        status=status,
        content=content,
        request_id=headers.get("x-request-id") or request_id,
        retry_after=seconds_of(headers.get("retry-after")),
    )


def cursor_of(link: str | None) -> str | None:
    """Return the cursor of a `next` link. Its host is not followed: a proxy may have named it."""
    found = parse_qs(urlsplit(link).query).get("cursor") if link else None
    return found[0] if found else None
