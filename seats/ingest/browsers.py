"""`POST /api/v1/browser/events`: use that a page reports, from the vendor's own origins.

The one address that answers pages of other origins (CORS). It takes no cookie and no API key; the
token lies in the body, so that `navigator.sendBeacon` can send it and no preflight is needed.
What a page says about itself is believed as little as possible: organization and person are the
token's, an event names a feature, a number and a time of the last week, nothing more.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from django.conf import settings
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from seats.domain.pace import Buckets, Pace
from seats.ingest.admission import Admission, Hold, Overloaded
from seats.ingest.browser_tokens import (
    LONGEST_TOKEN,
    BadToken,
    Grant,
    TokenAnswer,
    TokenQuestion,
    TokenSigner,
)
from seats.ingest.http import (
    HttpProblem,
    Message,
    Receive,
    Scope,
    Send,
    overloaded,
    read_body,
    send_content,
    send_json,
    send_problem,
)
from seats.ingest.keys import Caller
from seats.ingest.organizations import OrganizationDirectory
from seats.ingest.questions import not_found
from seats.services.usage import Written
from seats.services.usage_events import BadEvent, Event, Key, Name, Rejection, Reporter, explain

BROWSER_EVENTS_PATH = "/api/v1/browser/events"
BROWSER_TOKENS_PATH = "/api/v1/browser/tokens"
# What a page may still send while it is being closed.
BROWSER_BODY = 65_536
EVENTS_AT_ONCE = 100
OLDEST = timedelta(days=7)
PACE = Pace(burst=300, per_second=2)
REMEMBERED_FOR = 3.0
REMEMBERED_AT_MOST = 1_000

type Taken = tuple[Written, list[Rejection]]
type Take = Callable[[list[Event | BadEvent], Reporter, datetime], Awaitable[Taken]]

_IS_ALIVE = """
SELECT expires_at FROM accounts_apikey WHERE prefix = %s AND revoked_at IS NULL
"""


class BrowserEvent(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A use of a feature as a page reports it. `id` and `at` make a repeated delivery one."""

    id: Key
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    feature: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    quantity: Annotated[int, msgspec.Meta(ge=0, le=1_000)] = 1
    session_id: Name | None = None
    device_id: Name | None = None


class _Batch(msgspec.Struct, forbid_unknown_fields=True):
    token: Annotated[str, msgspec.Meta(max_length=LONGEST_TOKEN)]
    events: Annotated[list[msgspec.Raw], msgspec.Meta(max_length=EVENTS_AT_ONCE)]


_batch_decoder = msgspec.json.Decoder(_Batch)
_event_decoder = msgspec.json.Decoder(BrowserEvent)
_question_decoder = msgspec.json.Decoder(TokenQuestion)


class BrowserDesk:
    """Makes tokens for the vendor's server, and takes events of pages that hold one."""

    def __init__(
        self,
        pool: AsyncConnectionPool[AsyncConnection[Any]],
        organizations: OrganizationDirectory,
        take: Take,
        *,
        admission: Admission,
        on_refused: Callable[[str], None],
        clock: Callable[[], datetime],
        pace: Pace = PACE,
    ) -> None:
        self._pool = pool
        self._organizations = organizations
        self._take = take
        self._admission = admission
        self._on_refused = on_refused
        self._clock = clock
        self._signer = TokenSigner.of(settings.SECRET_KEY)
        self._origins = frozenset(settings.BROWSER_ORIGINS)
        self._buckets = Buckets[tuple[int, str]](pace)
        self._alive: OrderedDict[str, tuple[float, datetime | None]] = OrderedDict()

    async def mint(
        self, caller: Caller, headers: dict[bytes, bytes], receive: Receive, send: Send
    ) -> None:
        """Answer the vendor's server with a token for one person."""
        question = _decoded(_question_decoder, await read_body(receive, headers, limit=16_384))
        organization, organization_id = await self._meant(caller, question.organization)
        if "\x00" in question.member:
            raise HttpProblem(400, "invalid_text", "The text holds a NUL.", field="member")
        expires = math.floor(self._clock().timestamp()) + question.expires_in
        grant = Grant(caller.prefix, organization_id, organization, question.member, expires)
        answer = TokenAnswer(
            self._signer.sign(grant), datetime.fromtimestamp(expires, self._clock().tzinfo)
        )
        await send_json(send, 201, answer)

    async def _meant(self, caller: Caller, named: str | None) -> tuple[str, int]:
        if caller.organization is not None:
            if named is not None and named != caller.organization[0]:
                raise not_found()
            return caller.organization
        if named is None:
            raise HttpProblem(
                400, "missing", "A vendor-wide key names the organization.", field="organization"
            )
        found = await self._organizations.find([named])
        if named not in found:
            raise not_found()
        return named, found[named]

    async def events(
        self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, send: Send
    ) -> None:
        """Answer a page."""
        if scope["method"] not in {"OPTIONS", "POST"}:
            allow = [("Allow", "OPTIONS, POST")]
            raise HttpProblem(405, "method_not_allowed", "Use POST.", headers=allow)
        origin = headers.get(b"origin", b"").decode("latin-1")
        if origin not in self._origins:
            raise HttpProblem(
                403, "origin_not_allowed", "Pages of this origin may not report usage here."
            )
        send = _for_origin(send, origin)
        try:
            if scope["method"] == "OPTIONS":
                await send_content(send, 204, b"")
                return
            with self._admission.enter() as hold:
                await self._take_events(headers, receive, send, hold)
        except Overloaded as error:
            self._on_refused(str(error))
            await send_problem(send, overloaded())
        except HttpProblem as answer:
            # Here, so that the page may read why.
            await send_problem(send, answer)

    async def _take_events(
        self, headers: dict[bytes, bytes], receive: Receive, send: Send, hold: Hold
    ) -> None:
        if headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise HttpProblem(415, "unsupported_encoding", "Send the body as it is.")
        body = await read_body(receive, headers, limit=BROWSER_BODY, hold=hold)
        batch = _decoded(_batch_decoder, body)
        now = self._clock()
        grant = await self._granted(batch.token, now)
        wait = self._buckets.take(
            (grant.organization_id, grant.member), len(batch.events), at=time.monotonic()
        )
        if wait:
            self._on_refused("rate_limited")
            raise HttpProblem(
                429,
                "rate_limited",
                "This page reports more than a person does. Nothing was taken.",
                headers=[("Retry-After", str(math.ceil(wait)))],
            )
        agent = headers.get(b"user-agent", b"").decode("latin-1").replace("\x00", "")[:1000]
        events = [_event_of(raw, grant, agent, now) for raw in batch.events]
        reporter = Reporter({}, own=(grant.organization, grant.organization_id))
        written, rejected = await self._take(events, reporter, now)
        await send_json(
            send,
            202,
            {
                "accepted": written.accepted,
                "duplicates": written.duplicates,
                "rejected": rejected,
            },
        )

    async def _granted(self, token: str, now: datetime) -> Grant:
        try:
            grant = self._signer.read(token, now=now)
        except BadToken as bad:
            raise HttpProblem(401, bad.code, bad.reason, field="token") from bad
        until, expires_at = self._alive.get(grant.key, (0.0, None))
        if until < time.monotonic():
            expires_at = await self._key_expires_at(grant.key)
            self._alive[grant.key] = (time.monotonic() + REMEMBERED_FOR, expires_at)
            while len(self._alive) > REMEMBERED_AT_MOST:
                self._alive.popitem(last=False)
        if expires_at is not None and expires_at <= now:
            raise _key_gone()
        return grant

    async def _key_expires_at(self, prefix: str) -> datetime | None:
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_IS_ALIVE, [prefix])).fetchone()
        if row is None:
            raise _key_gone()
        expires_at: datetime | None = row[0]
        return expires_at


def _key_gone() -> HttpProblem:
    return HttpProblem(401, "token_invalid", "The key behind the token has ended.", field="token")


def _decoded[T](decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        wrong = explain(error)
        raise HttpProblem(400, wrong.code, wrong.reason, field=wrong.field) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HttpProblem(400, "malformed_json", "The body is not JSON.") from error


def _event_of(raw: msgspec.Raw, grant: Grant, agent: str, now: datetime) -> Event | BadEvent:
    try:
        event = _event_decoder.decode(raw)
    except msgspec.ValidationError as error:
        return explain(error)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return BadEvent("", "malformed_json", "The event is not JSON.")
    if event.at < now - OLDEST:
        return BadEvent("at", "too_old", "A page reports what happened in the last seven days.")
    return Event(
        id=event.id,
        member=grant.member,
        at=event.at,
        kind="feature",
        feature=event.feature,
        quantity=event.quantity,
        session_id=event.session_id,
        device_id=event.device_id,
        user_agent=agent or None,
    )


def _for_origin(send: Send, origin: str) -> Send:
    """Return a `send` that lets a page of `origin` read the answer."""
    added = [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"vary", b"Origin"),
        (b"access-control-allow-methods", b"POST"),
        (b"access-control-allow-headers", b"content-type"),
        (b"access-control-expose-headers", b"retry-after"),
        (b"access-control-max-age", b"7200"),
        # Ours is another site's resource to the page that asks.
        (b"cross-origin-resource-policy", b"cross-origin"),
    ]

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *added]}
        await send(message)

    return sending
