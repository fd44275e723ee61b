"""The lean ASGI application: usage events, entitlement checks, and events of browsers."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import structlog
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from accounts.domain.scopes import Area
from seats.ingest.admission import BYTES_AT_ONCE, Admission, Hold, Overloaded
from seats.ingest.browsers import BROWSER_EVENTS_PATH, BROWSER_TOKENS_PATH, BrowserDesk
from seats.ingest.changes import ChangeFeed
from seats.ingest.entitlements import EntitlementDesk
from seats.ingest.http import (
    Disconnected,
    HostCheck,
    HttpProblem,
    Receive,
    Scope,
    Send,
    check_json,
    headers_of,
    name_request,
    overloaded,
    read_body,
    send_content,
    send_json,
    send_problem,
    unpack,
)
from seats.ingest.keys import Caller, KeyRing
from seats.ingest.load import LoadNotes
from seats.ingest.organizations import OrganizationDirectory
from seats.ingest.questions import decode_question
from seats.ingest.refusals import RefusalNotes
from seats.ingest.rejects import NOBODY, RejectCounter
from seats.ingest.writer import GroupWriter
from seats.services.retention import FIND_CLOSED, closed_month, month_of, months_to_ask
from seats.services.usage import Written
from seats.services.usage_events import (
    BadBatch,
    BadEvent,
    Event,
    EventRow,
    Rejection,
    Reporter,
    decode_batch,
    to_row,
)

EVENTS_PATH = "/api/v1/events"
CHECK_PATH = "/api/v1/entitlements/check"
EVENTS_BODY = 10_000_000
CHECK_BODY = 16_384

log = structlog.get_logger(__name__)


def _meant_for(event: Event | BadEvent, reporter: Reporter) -> int:
    try:
        return reporter.organization_id(None if isinstance(event, BadEvent) else event.organization)
    except BadEvent:
        return NOBODY


def _now() -> datetime:
    return datetime.now(UTC)


class LeanEndpoints:
    """Serves its addresses over one connection pool; open before use, close after.

    `clock` is read as a request comes in; `patience` is how many seconds one waits for a
    connection to the database before it is answered 503; more than
    `bytes_at_once` of events in memory are answered 429. Behind a pooler of transactions nothing
    `prepares`, and `session_url` leads past it: a feed of changes knows its server by it.
    """

    def __init__(
        self,
        database_url: str,
        *,
        clock: Callable[[], datetime] = _now,
        connections: int = 8,
        patience: float = 10.0,
        bytes_at_once: int = BYTES_AT_ONCE,
        session_url: str = "",
        prepares: bool = True,
        make_writer: Callable[[AsyncConnectionPool[AsyncConnection[Any]]], GroupWriter] = (
            GroupWriter
        ),
    ) -> None:
        self._pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
            database_url,
            min_size=2,
            max_size=connections,
            timeout=patience,
            kwargs={"autocommit": True, "prepare_threshold": 5 if prepares else None},
            open=False,
        )
        self._clock = clock
        self._check_host = HostCheck()
        self._keys = KeyRing(self._pool)
        self._organizations = OrganizationDirectory(self._pool)
        self._writer = make_writer(self._pool)
        self._admission = Admission(bytes_at_once)
        self._load = LoadNotes(self._admission, self._writer, clock=clock)
        self._rejects = RejectCounter(self._pool, clock=clock)
        self._refusals = RefusalNotes(self._pool, clock=clock)
        self._desk = EntitlementDesk(
            self._pool,
            ChangeFeed(session_url or database_url, patience=patience),
            on_refused=self._refusals.add,
        )
        self._browsers = BrowserDesk(
            self._pool,
            self._organizations,
            self._take_of_browser,
            admission=self._admission,
            on_refused=self._load.add,
            clock=clock,
        )
        self._routes: dict[str, Callable[..., Awaitable[None]]] = {}
        for path, endpoint in (
            (EVENTS_PATH, self._events),
            (CHECK_PATH, self._check),
            (BROWSER_TOKENS_PATH, self._browsers.mint),
        ):
            self._routes |= {path: endpoint, f"{path}/": endpoint}

    def serves(self, path: str) -> bool:
        """Tell whether a path is one of ours, with or without a slash at its end."""
        return path in self._routes or path == BROWSER_EVENTS_PATH

    async def open(self) -> None:
        """Open the pool and begin to write. A database that is down does not hinder the start."""
        await self._pool.open(wait=False)
        self._writer.start()
        self._rejects.start()
        self._refusals.start()
        self._load.start()

    async def close(self) -> None:
        """Write what waits and close the pool."""
        await self._writer.stop()
        await self._rejects.stop()
        await self._refusals.stop()
        await self._load.stop()
        await self._desk.close()
        await self._pool.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = headers_of(scope)
        name_request(headers)
        try:
            self._check_host(headers)
            if scope["path"] == BROWSER_EVENTS_PATH:
                await self._browsers.events(scope, headers, receive, send)
                return
            if scope["method"] != "POST":
                raise HttpProblem(
                    405, "method_not_allowed", "Use POST.", headers=[("Allow", "POST")]
                )
            caller = await self._keys.caller(headers, now=self._clock())
            is_check = scope["path"].rstrip("/") == CHECK_PATH
            caller.check_scope(Area.ENTITLEMENTS if is_check else Area.USAGE, writes=not is_check)
            check_json(headers)
            await self._routes[scope["path"]](caller, headers, receive, send)
        except HttpProblem as answer:
            await send_problem(send, answer)
        except Disconnected:
            return
        except (PoolTimeout, psycopg.OperationalError, psycopg.InterfaceError):
            self._load.add("unavailable")
            log.exception("database_unavailable", path=scope["path"])
            await send_problem(
                send,
                HttpProblem(
                    503,
                    "unavailable",
                    "The database does not answer. Nothing was taken; send it again.",
                    headers=[("Retry-After", "5")],
                ),
            )
        except Exception:
            log.exception("lean_endpoint_failed", path=scope["path"])
            await send_problem(
                send, HttpProblem(500, "server_error", "Something went wrong on our side.")
            )

    async def _events(
        self, caller: Caller, headers: dict[bytes, bytes], receive: Receive, send: Send
    ) -> None:
        try:
            with self._admission.enter() as hold:
                written, rejected = await self._take(caller, headers, receive, hold)
        except Overloaded as error:
            self._load.add(str(error))
            raise overloaded() from error
        if rejected:
            log.info("usage_events_refused", key=caller.prefix, count=len(rejected))
        await send_json(
            send,
            202,
            {
                "accepted": written.accepted,
                "duplicates": written.duplicates,
                "rejected": rejected,
            },
        )

    async def _take(
        self, caller: Caller, headers: dict[bytes, bytes], receive: Receive, hold: Hold
    ) -> tuple[Written, list[Rejection]]:
        packed = await read_body(receive, headers, limit=EVENTS_BODY, hold=hold)
        body = unpack(packed, headers, limit=EVENTS_BODY)
        if body is not packed:
            hold.take(len(body))
        rows, rejected = await self._validate(body, caller)
        self._rejects.add(rejected)
        return await self._writer.write(rows), [rejection for _meant_for, rejection in rejected]

    async def _validate(
        self, body: bytes, caller: Caller
    ) -> tuple[list[EventRow], list[tuple[int, Rejection]]]:
        """Return what can be written, and the refusals with the organizations they were for."""
        try:
            events = decode_batch(body)
        except BadBatch as error:
            raise HttpProblem(400, error.code, error.reason, field=error.field) from error
        if caller.organization is None:
            names = {
                event.organization
                for event in events
                if not isinstance(event, BadEvent) and event.organization is not None
            }
            reporter = Reporter(await self._organizations.find(names))
        else:
            reporter = Reporter({}, own=caller.organization)
        return await self._judge(events, reporter, self._clock())

    async def _take_of_browser(
        self, events: list[Event | BadEvent], reporter: Reporter, now: datetime
    ) -> tuple[Written, list[Rejection]]:
        rows, rejected = await self._judge(events, reporter, now)
        self._rejects.add(rejected)
        return await self._writer.write(rows), [rejection for _meant_for, rejection in rejected]

    async def _judge(
        self, events: list[Event | BadEvent], reporter: Reporter, now: datetime
    ) -> tuple[list[EventRow], list[tuple[int, Rejection]]]:
        judged: list[EventRow | BadEvent] = []
        for event in events:
            try:
                if isinstance(event, BadEvent):
                    raise event
                judged.append(to_row(event, reporter=reporter, now=now))
            except BadEvent as bad:
                judged.append(bad)
        closed = await self._closed_months(judged, now)
        rows: list[EventRow] = []
        rejected: list[tuple[int, Rejection]] = []
        for index, (event, row) in enumerate(zip(events, judged, strict=True)):
            if isinstance(row, EventRow) and not (closed and month_of(row) in closed):
                rows.append(row)
            else:
                refusal = row if isinstance(row, BadEvent) else closed_month()
                rejected.append((_meant_for(event, reporter), refusal.at_index(index)))
        return rows, rejected

    async def _closed_months(
        self, judged: list[EventRow | BadEvent], now: datetime
    ) -> set[tuple[int, date]]:
        rows = (row for row in judged if isinstance(row, EventRow))
        months = months_to_ask(rows, now=now)
        if not months:
            return set()
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                FIND_CLOSED, [[pair[0] for pair in months], [pair[1] for pair in months]]
            )
            return set(await cursor.fetchall())

    async def _check(
        self, caller: Caller, headers: dict[bytes, bytes], receive: Receive, send: Send
    ) -> None:
        if headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise HttpProblem(415, "unsupported_encoding", "Send the body as it is.")
        body = await read_body(receive, headers, limit=CHECK_BODY)
        organization, member, session = decode_question(body, caller)
        answer = await self._desk.answer(
            organization=organization, member=member, session=session, now=self._clock()
        )
        await send_content(send, 200, answer)
