"""The ASGI application: the API under /v1, the hosted pages, and the controls under /_sandbox."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from stripe_sandbox import controls
from stripe_sandbox.pages import routes as pages
from stripe_sandbox.store import Store
from stripe_sandbox.webhooks import Deliveries
from stripe_sandbox.wire import Answer, Api, Incoming

TICK_SECONDS = 0.5


def create_app(database: str | Path, base_url: str) -> ASGIApp:
    """The application over one SQLite file; `base_url` is where browsers reach it."""
    api = Api(Store(database), base_url.rstrip("/"))

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        deliveries = Deliveries(api)
        api.changed = deliveries.wake
        tasks = [asyncio.create_task(deliveries.run()), asyncio.create_task(_ticking(api))]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            api.store.close()

    app = Starlette(
        routes=[
            Route("/v1/{path:path}", _api, methods=["GET", "POST", "DELETE"]),
            Route("/v2/{path:path}", _api, methods=["GET", "POST", "DELETE"]),
            *controls.routes,
            *pages,
        ],
        lifespan=lifespan,
    )
    app.state.api = api
    return _Raw(app)


async def _ticking(api: Api) -> None:
    while True:
        await run_in_threadpool(api.tick)
        await asyncio.sleep(TICK_SECONDS)


class _Raw:
    """Keeps the server's own `send` within reach, so that a connection can be cut."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["sandbox.send"] = send
        await self.app(scope, receive, send)


async def _api(request: Request) -> Response:
    api: Api = request.app.state.api
    incoming = Incoming(
        method=request.method,
        path=request.url.path,
        headers=request.headers,
        query=request.url.query,
        body=(await request.body()).decode(),
    )
    answer = await run_in_threadpool(api.handle, incoming)
    if answer.cut:
        return _Cut()
    return _response(answer)


def _response(answer: Answer) -> Response:
    return Response(
        answer.body,
        status_code=answer.status,
        headers=answer.headers,
        media_type="application/json",
    )


class _Cut(Response):
    """No answer at all: the connection is dropped as a failing network would."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        cycle: Any = getattr(scope["sandbox.send"], "__self__", None)
        transport = getattr(cycle, "transport", None)
        if transport is None:
            raise RuntimeError("This server does not let a connection be cut.")
        transport.abort()
