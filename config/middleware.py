"""Middleware of the deployment itself."""

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
