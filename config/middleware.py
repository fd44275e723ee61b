"""Middleware of the deployment itself."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class CheckHost:
    """Refuse a forged Host header on every path, the API's included.

    Django checks the header only when something asks for it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Ask for the host, which raises DisallowedHost (answered as 400)."""
        request.get_host()
        return self.get_response(request)


class KeepToOrigin:
    """Say that pages of other origins may not load or frame what is ours, static files included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the header where a view set none."""
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("X-Frame-Options", "DENY")
        return response


_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")


class CheckRequestId:
    """Take a caller's X-Request-Id only in a form that logs and answers may hold.

    Without one, or with another, the request gets an id of ours.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Drop what has another form."""
        given = request.META.get("HTTP_X_REQUEST_ID")
        if given is not None and not _REQUEST_ID.fullmatch(given):
            del request.META["HTTP_X_REQUEST_ID"]
        return self.get_response(request)
