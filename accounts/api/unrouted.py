"""Errors outside of the API's operations, below its address: no such address, and our own faults.

Pages get Django's pages; a program gets a problem, as from every operation.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults

from accounts.api.problems import PROBLEM_TYPE, problem
from accounts.tracing import request_id

_API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400 to a request that Django refused before any view saw it."""
    if request.path.startswith(_API):
        return _answer("bad_request", _("The request is not right."), 400)
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404."""
    if request.path.startswith(_API):
        return _answer("not_found", _("There is no such object."), 404)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500; the log knows the request by its id."""
    if request.path.startswith(_API):
        return _answer("server_error", _("Something went wrong on our side."), 500)
    return defaults.server_error(request)


def _answer(code: str, title: str, status: int) -> HttpResponse:
    body: dict[str, Any] = problem(code=code, title=title, status_code=status)
    headers = {"Cache-Control": "no-store"}
    if reference := request_id():
        body["request_id"] = headers["X-Request-Id"] = reference
    return JsonResponse(body, status=status, content_type=PROBLEM_TYPE, headers=headers)
