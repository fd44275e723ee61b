"""ETags: an answer is known by its content, and a change may ask that it is still the same."""

import hashlib
from typing import Any

from django.db import connection
from django.http.request import HttpHeaders
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer


class PreconditionFailed(exceptions.APIException):
    """What the caller read has changed since; nothing was done."""

    status_code = 412
    default_code = "precondition_failed"


class PreconditionRequired(exceptions.APIException):
    """The operation asks for If-Match, so that nobody writes over what they have not seen."""

    status_code = 428
    default_code = "precondition_required"


def etag_of(content: bytes) -> str:
    """Return the strong ETag of an answer's bytes."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def etag_of_data(data: Any) -> str:
    """Return the ETag that an answer of this data has."""
    return etag_of(JSONRenderer().render(data))


def is_known(headers: HttpHeaders, etag: str) -> bool:
    """Tell whether the caller has this answer already (If-None-Match, compared weakly)."""
    known = parse_etags(headers.get("If-None-Match", ""))
    return "*" in known or etag in {tag.removeprefix("W/") for tag in known}


def check_match(headers: HttpHeaders, etag: str) -> None:
    """Raise PreconditionFailed unless the caller read this very state (compared strongly)."""
    wanted = parse_etags(headers.get("If-Match", ""))
    if "*" not in wanted and etag not in wanted:
        raise PreconditionFailed(
            _("This has changed since it was read. Read it again, then send its ETag.")
        )


def require_match() -> None:
    """Raise PreconditionRequired."""
    raise PreconditionRequired(
        _("Send If-Match with the ETag of what you read, so that nothing is written over unseen.")
    )


def lock_address(path: str) -> None:
    """Let conditional changes of one address pass one after the other, to the transaction's end."""
    number = int.from_bytes(hashlib.sha256(path.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def mark_private(response: Any) -> None:
    """Let a cache keep the answer for this caller alone, and only if it asks each time."""
    response.headers.setdefault("Cache-Control", "private, no-cache")
    patch_vary_headers(response, ["Authorization", "Accept-Language"])
