"""`/scim/v2/`: the door of an organization's directory. The bearer token names the organization."""

import json
import time
from typing import Any, Final

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from scim2_models import (
    InvalidSyntaxException,
    PayloadTooLargeException,
    SCIMException,
    UnauthorizedException,
)
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.routing import Operation

from accounts.access import public
from accounts.api.throttling import headers_of
from accounts.domain.rate_limits import Bucket, Level
from accounts.gateways.rate_limits import charge
from provisioning.models import DirectoryToken
from provisioning.protocol.members import DirectoryHandler
from provisioning.protocol.service import SERVICE
from provisioning.protocol.storage import DirectoryStorage
from provisioning.services.connections import find_token, note_request

_READS = {"GET", "HEAD"}
# One request of up to 500 operations.
_BULK_COST: Final = 50
_log = structlog.get_logger(__name__)


class TooManyRequests(SCIMException):
    """The organization's directory has asked as often as a minute holds."""

    status = 429

    def __init__(self, level: Level) -> None:
        super().__init__(detail=f"Too many requests. Send this again in {level.wait} s.")
        self.headers = headers_of(level) | {"Retry-After": str(level.wait)}


@public
@csrf_exempt
def scim(request: HttpRequest, endpoint: str = "") -> HttpResponse:
    """Answer a request of a directory, and write it into the organization's log."""
    begun = time.perf_counter()
    asked = ScimRequest(
        method="GET" if request.method == "HEAD" else request.method or "GET",
        base_url=request.build_absolute_uri(reverse("scim_root")).rstrip("/"),
        path="/" + endpoint.strip("/"),
        query=request.GET.dict(),
        headers=dict(request.headers),
    )
    token, limits = None, dict[str, str]()
    try:
        token = find_token(token=_bearer(request))
        if token is not None:
            structlog.contextvars.bind_contextvars(organization_id=token.organization_id)
        if _needs_token(asked):
            _require_valid(token)
        limits = _charge(asked, token)
        asked.body = _body(request, asked)
        answer = _handle(asked, token)
    except TooManyRequests as error:
        # Not written into the log: many refusals would cost what the limit saves.
        answer = SERVICE.error_response(error)
        answer.headers |= error.headers
        return _response(asked, answer)
    except SCIMException as error:
        answer = SERVICE.error_response(error)
    except Exception as error:
        _log.exception("scim_failed")
        answer = SERVICE.error_response(error)
    if token is not None:
        _note(asked, answer, token=token, query=request.META.get("QUERY_STRING", ""), begun=begun)
    answer.headers |= limits
    return _response(asked, answer)


def _charge(asked: ScimRequest, token: DirectoryToken | None) -> dict[str, str]:
    """Charge a request to its organization; return what is left as headers.

    Raises TooManyRequests. A directory comes back after Retry-After, and nothing is lost.
    """
    if token is None:
        return {}
    cost = _BULK_COST if asked.path.lower() == "/bulk" else 1
    bucket = Bucket(f"directory:{token.organization_id}", settings.DIRECTORY_REQUESTS_A_MINUTE)
    levels = charge((bucket,), cost=cost)
    if levels is None:
        return {}
    if levels[0].wait:
        raise TooManyRequests(levels[0])
    return headers_of(levels[0])


def _handle(asked: ScimRequest, token: DirectoryToken | None) -> ScimResponse:
    storage = DirectoryStorage(
        organization_id=token.organization_id if token else 0,
        now=timezone.now(),
        writes=asked.method not in _READS and not asked.path.endswith("/.search"),
    )
    return DirectoryHandler(SERVICE, storage).handle(asked)


def _bearer(request: HttpRequest) -> str:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _needs_token(asked: ScimRequest) -> bool:
    """Tell whether a request needs a token; what describes the service needs none."""
    try:
        return SERVICE.match(asked).operation is not Operation.service_provider_config
    except SCIMException:
        return True


def _require_valid(token: DirectoryToken | None) -> None:
    if token is None:
        raise UnauthorizedException(detail="Send a token of your organization: Bearer hrd_...")
    if token.revoked_at is not None:
        raise UnauthorizedException(detail="The token was revoked. Make a new one.")
    if not token.is_valid(timezone.now()):
        raise UnauthorizedException(detail="The token has expired. Make a new one.")


def _body(request: HttpRequest, asked: ScimRequest) -> bytes:
    try:
        return request.body
    except RequestDataTooBig as error:
        raise PayloadTooLargeException(detail="The body is larger than 2.5 MB") from error
    except UnreadablePostError as error:
        raise InvalidSyntaxException(detail="The body ended early") from error


def _response(asked: ScimRequest, answer: ScimResponse) -> HttpResponse:
    response = HttpResponse(
        b"" if answer.body is None else json.dumps(answer.body).encode(),
        status=answer.status,
        headers={"Cache-Control": "no-store"} | answer.headers,
    )
    if answer.body is None:
        del response.headers["Content-Type"]
    return response


def _note(
    asked: ScimRequest, answer: ScimResponse, *, token: DirectoryToken, query: str, begun: float
) -> None:
    refused = answer.body if answer.status >= 400 and answer.body else {}
    note_request(
        token=token,
        method=asked.method.upper(),
        path=asked.path + (f"?{query}" if query else ""),
        about=_about(asked, answer),
        status=int(answer.status),
        code=str(refused.get("scimType") or ""),
        detail=str(refused.get("detail") or ""),
        milliseconds=round((time.perf_counter() - begun) * 1000),
        now=timezone.now(),
    )


def _about(asked: ScimRequest, answer: ScimResponse) -> str:
    """Return the name of whom a request was about, if it or its answer says it."""
    for source in (answer.body, _sent(asked)):
        if isinstance(source, dict):
            named = source.get("userName") or source.get("displayName")
            if isinstance(named, str):
                return named.replace("\x00", "")
    return ""


def _sent(asked: ScimRequest) -> Any:
    try:
        return json.loads(asked.body or b"null")
    except ValueError:
        return None
