"""Errors as problem+json (RFC 9457): a stable code, a sentence, the fields at fault.

A service's error is declared beside what raises it as a subclass of `accounts.errors.DomainError`;
it is mapped here once.
"""

from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, UnreadablePostError
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

from accounts.errors import DomainError
from accounts.tracing import request_id

PROBLEM_TYPE = "application/problem+json"


def problem(
    *,
    code: str,
    title: str,
    status_code: int,
    errors: list[dict[str, str]] | None = None,
    **extra: Any,
) -> dict[str, Any]:
    """Return the body of a problem: `errors` lists {field, code, message}."""
    body: dict[str, Any] = {
        "type": f"urn:headroom:problem:{code}",
        "code": code,
        "title": title,
        "status": status_code,
    }
    if errors:
        body["errors"] = errors
    return body | extra


def _inside(field: str, name: str | int) -> str:
    """Return the path of a part: quantities[2], tiers[0].up_to; what concerns all is the field."""
    if isinstance(name, int):
        return f"{field}[{name}]"
    if field and name == api_settings.NON_FIELD_ERRORS_KEY:
        return field
    return f"{field}.{name}" if field else name


def _flatten(detail: Any, field: str = "") -> list[dict[str, str]]:
    if isinstance(detail, dict):
        return [
            error
            for name, inner in detail.items()
            for error in _flatten(inner, _inside(field, name))
        ]
    if isinstance(detail, list):
        found: list[dict[str, str]] = []
        for index, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            found += _flatten(inner, f"{field}[{index}]" if nested else field)
        return found
    return [{"field": field, "code": getattr(detail, "code", "invalid"), "message": str(detail)}]


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception of a view into a problem+json answer; unknown ones stay server errors."""
    headers: dict[str, str] = {}
    if isinstance(error, DomainError):
        body = problem(
            code=error.code,
            title=str(error),
            status_code=error.status,
            errors=[{"field": error.field, "code": error.code, "message": str(error)}]
            if error.field
            else None,
            **error.details,
        )
    elif isinstance(error, exceptions.ValidationError):
        body = problem(
            code="invalid",
            title=_("Some fields are not right."),
            status_code=400,
            errors=_flatten(error.detail),
        )
    elif isinstance(error, RequestDataTooBig):
        body = problem(code="too_large", title=_("The body is too large."), status_code=413)
    elif isinstance(error, UnreadablePostError):
        body = problem(code="parse_error", title=_("The body broke off."), status_code=400)
    elif isinstance(error, Http404):
        body = problem(code="not_found", title=_("There is no such object."), status_code=404)
    elif isinstance(error, PermissionDenied):
        body = problem(
            code="permission_denied", title=_("This key may not do that."), status_code=403
        )
    elif isinstance(error, exceptions.APIException):
        code = error.get_codes()
        body = problem(
            code=code if isinstance(code, str) else "error",
            title=str(error.detail),
            status_code=error.status_code,
        )
        if error.status_code == status.HTTP_401_UNAUTHORIZED:
            headers["WWW-Authenticate"] = getattr(error, "auth_header", 'Bearer realm="headroom"')
        headers |= getattr(error, "headers", {})
        if isinstance(error, exceptions.MethodNotAllowed):
            headers["Allow"] = ", ".join(context["view"].allowed_methods)
    else:
        return None
    if reference := request_id():
        body["request_id"] = reference
    set_rollback()
    return Response(body, status=body["status"], headers=headers, content_type=PROBLEM_TYPE)
