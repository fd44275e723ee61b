"""Spans of requests. Loaded only where traces are on.

They are our own: OpenTelemetry's for Django record addresses with what people searched for,
clients' IPs and browsers, and end before a streamed answer does.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from opentelemetry import trace
from opentelemetry.propagate import extract
from opentelemetry.trace import SpanKind, StatusCode

from config.limits import Application
from seats.ingest.http import Message, Receive, Scope, Send

# Asked every few seconds by machines, or files.
_NOT_TRACED = ("/healthz", "/readyz", "/metrics", "/static/")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class TracedRequests:
    """Gives each request a span, from its first byte to the last of its answer.

    `is_route` tells paths that are their own route; of others `NameSpan` learns it.
    """

    def __init__(self, application: Application, *, is_route: Callable[[str], bool]) -> None:
        self._application = application
        self._is_route = is_route
        self._tracer = trace.get_tracer("headroom.requests")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; go on with the caller's trace if it names one."""
        if scope["type"] != "http" or scope["path"].startswith(_NOT_TRACED):
            await self._application(scope, receive, send)
            return
        carrier = {
            name.decode("latin-1"): value.decode("latin-1")
            for name, value in scope["headers"]
            if name in {b"traceparent", b"tracestate"}
        }
        method = scope["method"] if scope["method"] in _METHODS else "HTTP"
        with self._tracer.start_as_current_span(
            method,
            context=extract(carrier),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": method},
        ) as span:
            if self._is_route(scope["path"]):
                name_span(method, scope["path"])

            async def noting_send(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= 500:
                        span.set_status(StatusCode.ERROR)
                await send(message)

            await self._application(scope, receive, noting_send)


class NameSpan:
    """Middleware: names the span of a request after its route, which holds no id and no name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_args: object) -> None:
        """Called once the route is known."""
        if request.resolver_match is not None:
            name_span(str(request.method), f"/{request.resolver_match.route}")


def name_span(method: str, route: str) -> None:
    """Name the span at work after a route."""
    span = trace.get_current_span()
    span.update_name(f"{method} {route}")
    span.set_attribute("http.route", route)
