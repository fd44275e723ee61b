"""What can go wrong in a call, by class and by the problem's stable `code`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec


class HeadroomError(Exception):
    """Anything that this package raises on its own."""


class Unreachable(HeadroomError):
    """No answer came. Whether the request was carried out is not known.

    Calls that are safe to repeat were repeated before this is raised.
    """


class TimedOut(Unreachable):
    """No answer came in time."""


class UnexpectedAnswer(HeadroomError):
    """An answer that does not have the form that the API's description promises."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field at fault, with a code for programs and a sentence for people."""

    field: str
    code: str
    message: str


class ApiError(HeadroomError):
    """A refusal by the server (problem+json, RFC 9457).

    `code` is stable and for programs, `title` is a sentence for people. `request_id` finds the
    request in the server's logs. `details` is the whole body.
    """

    statuses: ClassVar[range] = range(400, 600)

    def __init__(
        self,
        *,
        status: int,
        code: str,
        title: str,
        errors: tuple[FieldError, ...] = (),
        request_id: str = "",
        retry_after: float | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(title)
        self.status = status
        self.code = code
        self.title = title
        self.errors = errors
        self.request_id = request_id
        self.retry_after = retry_after
        self.details: Mapping[str, Any] = details or {}

    def __str__(self) -> str:
        fields = "".join(f" {error.field}: {error.message}" for error in self.errors)
        reference = f" (request {self.request_id})" if self.request_id else ""
        return f"{self.status} {self.code}: {self.title}{fields}{reference}"


class InvalidRequest(ApiError):
    """400, 415, 422: the request is not right; `errors` names the fields."""


class NotAuthenticated(ApiError):
    """401: the API key is missing, unknown, revoked or expired."""


class NotAllowed(ApiError):
    """403: this key may not do that."""


class NotFound(ApiError):
    """404: there is no such object, or it is another organization's."""


class Conflict(ApiError):
    """409, 412, 428: the state has changed; `code` says how."""


class TooLarge(ApiError):
    """413: the body is larger than the endpoint accepts."""


class RateLimited(ApiError):
    """429: too many requests; nothing was done. `retry_after` is in seconds."""


class ServerFault(ApiError):
    """5xx: the server could not answer."""


_CLASSES: dict[int, type[ApiError]] = {
    400: InvalidRequest,
    401: NotAuthenticated,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    412: Conflict,
    413: TooLarge,
    415: InvalidRequest,
    422: InvalidRequest,
    428: Conflict,
    429: RateLimited,
}


def error_of(
    *, status: int, content: bytes, request_id: str, retry_after: float | None
) -> ApiError:
    """Return the error of an answer; one that is no problem+json keeps its status."""
    try:
        body = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        body = None
    if not isinstance(body, dict):
        body = {}
    found = body.get("errors")
    errors = tuple(
        FieldError(str(e.get("field", "")), str(e.get("code", "")), str(e.get("message", "")))
        for e in (found if isinstance(found, list) else [])
        if isinstance(e, dict)
    )
    kind = _CLASSES.get(status, ServerFault if status >= 500 else ApiError)
    return kind(
        status=status,
        code=str(body.get("code") or f"http_{status}"),
        title=str(body.get("title") or f"The server answered {status}."),
        errors=errors,
        request_id=str(body.get("request_id") or request_id),
        retry_after=retry_after,
        details=body,
    )
