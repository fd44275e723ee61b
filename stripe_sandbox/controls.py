"""The controls of the sandbox itself, under /_sandbox: health, settings, chaos, what was sent."""

import json
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from stripe_sandbox.chaos import Rule
from stripe_sandbox.sdk import API_VERSION
from stripe_sandbox.wire import Api

SETTINGS = {
    "retry_seconds": lambda value: (
        isinstance(value, list) and all(isinstance(v, int | float) and v >= 0 for v in value)
    ),
    "dunning_end": lambda value: value in {"cancel", "unpaid", "past_due"},
}


def _api(request: Request) -> Api:
    api: Api = request.app.state.api
    return api


async def _body(request: Request) -> dict[str, Any]:
    try:
        given = await request.json()
    except json.JSONDecodeError:
        given = None
    return given if isinstance(given, dict) else {}


def _refused(message: str) -> JSONResponse:
    return JSONResponse({"error": {"message": message}}, status_code=400)


async def health(request: Request) -> JSONResponse:
    def count() -> int:
        api = _api(request)
        with api.lock:
            return int(api.store.db.execute("select count(*) from objects").fetchone()[0])

    objects = await run_in_threadpool(count)
    return JSONResponse({"status": "ok", "api_version": API_VERSION, "objects": objects})


async def reset(request: Request) -> JSONResponse:
    def empty() -> None:
        api = _api(request)
        api.chaos.clear()
        with api.lock, api.store.transaction():
            api.store.reset()

    await run_in_threadpool(empty)
    return JSONResponse({"status": "empty"})


async def chaos(request: Request) -> JSONResponse:
    api = _api(request)
    if request.method == "DELETE":
        api.chaos.clear()
    elif request.method == "POST":
        try:
            api.chaos.add(Rule(**await _body(request)))
        except (TypeError, ValueError) as problem:
            return _refused(str(problem))
    return JSONResponse({"rules": api.chaos.waiting()})


async def clocks(request: Request) -> JSONResponse:
    """Let the test clocks run beside the wall clock, or stand until they are advanced."""
    api = _api(request)
    if request.method == "POST":
        run = (await _body(request)).get("run")
        if not isinstance(run, bool):
            return _refused("run is true or false.")
        api.clocks_run = run
    return JSONResponse({"run": api.clocks_run})


async def settings(request: Request) -> JSONResponse:
    api = _api(request)
    given = await _body(request) if request.method == "POST" else {}
    for name, value in given.items():
        if name not in SETTINGS:
            return _refused(f"There is no setting {name}. There are: {', '.join(SETTINGS)}.")
        if not SETTINGS[name](value):
            return _refused(f"{value!r} is not a value for {name}.")

    def write() -> dict[str, Any]:
        with api.lock, api.store.transaction():
            for name, value in given.items():
                api.store.set_setting(name, value)
            return {name: api.store.setting(name) for name in SETTINGS}

    return JSONResponse(await run_in_threadpool(write))


def _rows(api: Api, table: str, limit: int) -> list[dict[str, Any]]:
    with api.lock:
        cursor = api.store.db.execute(
            f"select * from {table} order by rowid desc limit ?",  # noqa: S608
            (limit,),
        )
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


async def deliveries(request: Request) -> JSONResponse:
    api = _api(request)
    limit = int(request.query_params.get("limit", "200"))

    def read() -> list[dict[str, Any]]:
        rows = _rows(api, "deliveries", limit)
        with api.lock, api.store.transaction():
            for row in rows:
                event = api.store.get("event", row["event"])
                row["type"] = event["type"] if event else None
        return rows

    return JSONResponse({"deliveries": await run_in_threadpool(read)})


async def requests(request: Request) -> JSONResponse:
    limit = int(request.query_params.get("limit", "200"))
    rows = await run_in_threadpool(_rows, _api(request), "requests", limit)
    for row in rows:
        row["params"] = json.loads(row["params"])
        row["error"] = json.loads(row["error"]) if row["error"] else None
        row["replayed"] = bool(row["replayed"])
    return JSONResponse({"requests": rows})


routes = [
    Route("/_sandbox/health", health),
    Route("/_sandbox/reset", reset, methods=["POST"]),
    Route("/_sandbox/chaos", chaos, methods=["GET", "POST", "DELETE"]),
    Route("/_sandbox/clocks", clocks, methods=["GET", "POST"]),
    Route("/_sandbox/settings", settings, methods=["GET", "POST"]),
    Route("/_sandbox/deliveries", deliveries),
    Route("/_sandbox/requests", requests),
]
