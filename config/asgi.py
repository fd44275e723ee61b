"""The ASGI application: the lean endpoints, and Django for every other address."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

from django.core.asgi import get_asgi_application

from config import tracing

# Before the first connection to the database is made.
tracing.start("headroom-web")

_django = get_asgi_application()

# Both read the settings and the models, which exist only after the line above.
from django.conf import settings  # noqa: E402
from django.urls import reverse  # noqa: E402

from config.limits import Application, LimitBodies  # noqa: E402
from seats.ingest.application import LeanEndpoints  # noqa: E402
from seats.ingest.http import Receive, Scope, Send  # noqa: E402
from seats.ingest.writer import GroupWriter  # noqa: E402

_limited_django = LimitBodies(_django, limit=settings.REQUEST_BODY_MAX_BYTES)


def _writer() -> type[GroupWriter]:
    if not tracing.is_on():
        return GroupWriter
    from seats.ingest.tracing import TracedGroupWriter

    return TracedGroupWriter


_lean = LeanEndpoints(
    settings.DATABASE_PIPELINE_URL,
    session_url=settings.DATABASE_SESSION_URL,
    prepares=not settings.DATABASE_POOLER,
    make_writer=_writer(),
)


async def _application(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one connection: a request, or the life of the process."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["type"] == "http" and _lean.serves(scope["path"]):
        await _lean(scope, receive, send)
    elif scope["type"] == "http":
        await _limited_django(scope, receive, send)
    elif scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1000})


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            # Loads every view now; the first request would wait for it, and others behind it.
            reverse("healthz")
            await _lean.open()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await _lean.close()
            tracing.flush()
            await send({"type": "lifespan.shutdown.complete"})
            return


application: Application = _application
if tracing.is_on():
    from config.traced_requests import TracedRequests

    application = TracedRequests(_application, is_route=_lean.serves)
