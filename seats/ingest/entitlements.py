"""May this person come in: facts by one statement, one pure decision, one answer.

Facts are remembered until a look at the log of changes says otherwise (`seats.ingest.changes`).
"""

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from django.conf import settings
from django.urls import reverse
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from accounts.domain.roles import OrganizationRole, Permission, may
from seats.domain.entitlement import (
    Access,
    EntitlementDecision,
    MemberFacts,
    Notice,
    Refusal,
    decide_entitlement,
)
from seats.domain.limits import AtEnd, LimitMode, LimitPolicy
from seats.ingest.changes import ChangeFeed
from seats.ingest.http import HttpProblem, encode_json
from seats.ingest.keys import Caller
from seats.ingest.sessions import Measure, count_sessions
from seats.services.usage_events import explain

type Key = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
type Note = Annotated[str, msgspec.Meta(max_length=1000)]
type _Row = tuple[Any, ...]
type _Waiting = tuple[str, str, asyncio.Future[_Known | None]]

QUESTIONS = 500
# Shorter than the way back of the answer to whoever released a seat.
FRESH_FOR = 0.005
# About 1 KB each.
REMEMBERED_PEOPLE = 100_000
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


class EntitlementQuestion(msgspec.Struct, forbid_unknown_fields=True):
    """Who wants to come in. The session counts where they are limited."""

    member: Key
    organization: Key | None = None
    session_id: Note | None = None
    device_id: Note | None = None


class AccessAnswer(msgspec.Struct, frozen=True):
    """What the product may ask somebody who is let in; never a refusal.

    `action` is `none`, `nudge` (say that accounts are for one person), `step_up` (ask for a second
    proof) or `end_oldest_session` (more than `max_sessions` are open; end the oldest).
    `open_sessions` counts those that checks named in the last 30 minutes, where they are limited.
    """

    action: str = "none"
    max_sessions: int | None = None
    open_sessions: int | None = None


class EntitlementAnswer(msgspec.Struct):
    """`reason` is `seat`, `overage`, `overage_in_true_up` or `seat_kept` for a yes, else why not.

    `purchase_url` is where an admin can buy seats, if seats would help; `may_purchase` says
    whether this person is such an admin. `request_url` is where this person asks their admins for
    a seat, once they are signed in. `notice` is `payment_overdue` while a payment of the
    organization is so long overdue that no more seats are assigned; it never changes `allowed`.
    `access` is what the organization's own policy asks of an account that several people seem to
    use; it never changes `allowed` either.
    """

    allowed: bool
    reason: str
    overage_until: datetime | None = None
    purchase_url: str | None = None
    request_url: str | None = None
    may_purchase: bool = False
    notice: str | None = None
    access: AccessAnswer = AccessAnswer()


# One statement reads the facts of all people asked about. A person is looked for by the vendor's
# own key of them, else by e-mail address. A seat counts as overage when as many as were purchased
# had been assigned before it.
_FACTS = """
SELECT q.number, o.id, o.slug, m.id IS NOT NULL, m.state, m.role,
    pool.purchased_seats, pool."limit", pool.allowance_seats, pool.allowance_days,
    pool.at_end, pool.overage_until, seat.id IS NOT NULL,
    CASE WHEN seat.id IS NOT NULL AND pool.assigned_seats > pool.purchased_seats THEN (
        SELECT count(*) FROM seats_seatassignment earlier
        WHERE earlier.organization_id = o.id AND upper(earlier.during) IS NULL
            AND (lower(earlier.during), earlier.id) < (lower(seat.during), seat.id)
    ) >= pool.purchased_seats ELSE false END,
    pool.held_since IS NOT NULL, measure.action, measure.sessions, m.id
FROM unnest(%(organizations)s::text[], %(members)s::text[])
    WITH ORDINALITY AS q(organization, member, number)
JOIN accounts_organization o ON o.external_id = q.organization
LEFT JOIN seats_seatpool pool ON pool.organization_id = o.id
LEFT JOIN LATERAL (
    (SELECT p.id, p.state, p.role FROM accounts_membership p
     WHERE p.organization_id = o.id AND p.external_id = q.member AND p.external_id <> '')
    UNION ALL
    (SELECT p.id, p.state, p.role FROM accounts_membership p
     WHERE p.organization_id = o.id AND lower(p.email) = lower(q.member) AND p.email <> '')
    LIMIT 1
) m ON true
LEFT JOIN LATERAL (
    SELECT s.id, s.during FROM seats_seatassignment s
    WHERE s.organization_id = o.id AND s.membership_id = m.id AND upper(s.during) IS NULL
    LIMIT 1
) seat ON true
LEFT JOIN seats_accessmeasure measure
    ON measure.organization_id = o.id AND measure.membership_id = m.id
"""
_HELPED_BY_SEATS = frozenset(
    {
        Refusal.UNKNOWN_MEMBER,
        Refusal.NO_SUBSCRIPTION,
        Refusal.NO_SEAT,
        Refusal.OVERAGE_NOT_PERMITTED,
    }
)
_question_decoder = msgspec.json.Decoder(EntitlementQuestion)


def decode_question(body: bytes, caller: Caller) -> tuple[str, str, str]:
    """Return (organization, member, session or nothing) of the question. Raises HttpProblem."""
    try:
        question = _question_decoder.decode(body)
    except msgspec.ValidationError as error:
        wrong = explain(error)
        raise HttpProblem(400, wrong.code, wrong.reason, field=wrong.field) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HttpProblem(400, "malformed_json", "The body is not JSON.") from error
    own = caller.organization and caller.organization[0]
    organization = question.organization or own
    if organization is None:
        raise HttpProblem(
            400, "missing", "A vendor-wide key names the organization.", field="organization"
        )
    if "\x00" in organization or "\x00" in question.member:
        raise HttpProblem(400, "invalid_text", "The text holds a NUL character.", field="member")
    if own is not None and organization != own:
        raise not_found()
    return organization, question.member, question.session_id or ""


def not_found() -> HttpProblem:
    """Return the answer for an organization that is unknown, or another's: they look the same."""
    return HttpProblem(404, "not_found", "There is no such organization.")


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known about a person, and the answer where it does not depend on the time."""

    slug: str
    facts: MemberFacts
    policy: LimitPolicy
    content: bytes | None
    refused: tuple[int, int] | None = None
    """Organization and person, where it is a seat that is missing."""
    measure: Measure | None = None

    @property
    def counts_sessions(self) -> bool:
        """Whether the answer depends on how many sessions are open."""
        return self.measure is not None and self.measure.action == "cap"

    def answer(self, now: datetime, open_sessions: int | None = None) -> bytes:
        """Return the answer at `now`, as JSON."""
        if self.content is not None and open_sessions is None:
            return self.content
        decision = decide_entitlement(self.facts, self.policy, now=now)
        return encode_json(_answer(decision, self.slug, self.facts, self.measure, open_sessions))


class EntitlementDesk:
    """Answers questions from memory, which is held against the log of changes.

    A look serves the questions of the next `FRESH_FOR` seconds; those that arrive during a look
    share the next; people who are not remembered are read by one statement for all who are asked
    about. An answer is therefore at most `FRESH_FOR` older than its question. `remembered` bounds
    the memory, in people. `on_refused` is told of everybody who lacks a seat.
    """

    def __init__(
        self,
        pool: AsyncConnectionPool[AsyncConnection[Any]],
        feed: ChangeFeed,
        *,
        remembered: int = REMEMBERED_PEOPLE,
        on_refused: Callable[[int, int], None] = lambda _organization, _person: None,
    ) -> None:
        self._pool = pool
        self._feed = feed
        self._remembered = remembered
        self._on_refused = on_refused
        self._people: dict[str, dict[str, _Known]] = {}
        self._names: dict[int, str] = {}
        self._size = 0
        self._fresh_until = 0.0
        self._waiting: list[_Waiting] = []
        self._looking: asyncio.Task[None] | None = None
        self._reads: set[_Read] = set()

    @property
    def people_remembered(self) -> int:
        """How many people are remembered, of all organizations."""
        return self._size

    async def close(self) -> None:
        """Close the connection of the looks."""
        await self._feed.close()

    async def answer(
        self, *, organization: str, member: str, now: datetime, session: str = ""
    ) -> bytes:
        """Return whether `member` may come in at `now`, as JSON.

        `session` counts where the person's sessions are limited, and is kept for nobody else.
        Raises HttpProblem when there is no such organization.
        """
        known = await self._find(organization, member)
        if known.refused is not None:
            self._on_refused(*known.refused)
        if session and known.measure is not None and known.counts_sessions:
            return known.answer(now, await count_sessions(self._pool, known.measure, session, now))
        return known.answer(now)

    async def _find(self, organization: str, member: str) -> _Known:
        if time.monotonic() < self._fresh_until:
            people = self._people.get(organization)
            known = people.get(member) if people is not None else None
            if known is not None:
                return known
        future: asyncio.Future[_Known | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((organization, member, future))
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        known = await future
        if known is None:
            raise not_found()
        return known

    async def _look(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                began = time.monotonic()
                try:
                    self._forget(await self._feed.changed())
                except Exception as error:
                    self._forget(None)
                    _fail(group, error)
                else:
                    self._fresh_until = began + FRESH_FOR
                    self._serve(group)
        finally:
            self._looking = None

    def _serve(self, group: list[_Waiting]) -> None:
        unknown: list[_Waiting] = []
        for waiting in group:
            organization, member, future = waiting
            people = self._people.get(organization)
            known = people.get(member) if people is not None else None
            if known is None:
                unknown.append(waiting)
            elif not future.done():
                future.set_result(known)
        for start in range(0, len(unknown), QUESTIONS):
            read = _Read(unknown[start : start + QUESTIONS])
            self._reads.add(read)
            read.task = asyncio.create_task(self._read(read))

    def _forget(self, organizations: Collection[int] | None) -> None:
        """Forget people of these organizations, or (None) everybody."""
        for read in self._reads:
            read.forget(organizations)
        if organizations is None:
            self._people.clear()
            self._names.clear()
            self._size = 0
            return
        for organization_id in organizations:
            name = self._names.pop(organization_id, None)
            if name is not None:
                self._size -= len(self._people.pop(name, ()))

    async def _read(self, read: "_Read") -> None:
        try:
            rows = await self._facts_of(read.group)
        except Exception as error:
            _fail(read.group, error)
            return
        finally:
            self._reads.discard(read)
        for number, (organization, member, future) in enumerate(read.group, start=1):
            row = rows.get(number)
            known = None if row is None else _known(row[0], row[1:])
            if row is not None and known is not None and not read.is_outdated(row[0]):
                self._remember(row[0], organization, member, known)
            if not future.done():
                future.set_result(known)

    def _remember(self, organization_id: int, name: str, member: str, known: _Known) -> None:
        if self._size >= self._remembered:
            self._forget(None)
        self._names[organization_id] = name
        people = self._people.setdefault(name, {})
        self._size += member not in people
        people[member] = known

    async def _facts_of(self, group: list[_Waiting]) -> dict[int, _Row]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                _FACTS,
                {
                    "organizations": [organization for organization, _member, _future in group],
                    "members": [member for _organization, member, _future in group],
                },
            )
            return {row[0]: row[1:] for row in await cursor.fetchall()}


class _Read:
    """People being read, and what changed meanwhile: that must not be remembered."""

    def __init__(self, group: list[_Waiting]) -> None:
        self.group = group
        self.task: asyncio.Task[None] | None = None
        self._changed: set[int] = set()
        self._everything_changed = False

    def forget(self, organizations: Collection[int] | None) -> None:
        """Note that these organizations, or all, changed after the read began."""
        if organizations is None:
            self._everything_changed = True
        else:
            self._changed.update(organizations)

    def is_outdated(self, organization_id: int) -> bool:
        """Whether what was read about an organization may have changed since."""
        return self._everything_changed or organization_id in self._changed


def _fail(group: list[_Waiting], error: Exception) -> None:
    for _organization, _member, future in group:
        if not future.done():
            future.set_exception(error)


def _known(organization_id: int, row: _Row) -> _Known:
    slug, facts, policy = _facts(row[:-3])
    action, sessions, person = row[-3:]
    measure = Measure(organization_id, person, action, sessions) if action else None
    if facts.holds_overage_seat:
        return _Known(slug, facts, policy, None, measure=measure)
    # Nothing but overage depends on the time.
    decision = decide_entitlement(facts, policy, now=_ANY_TIME)
    refused = (organization_id, row[-1]) if decision.reason is Refusal.NO_SEAT else None
    content = encode_json(_answer(decision, slug, facts, measure))
    return _Known(slug, facts, policy, content, refused, measure)


def _facts(row: _Row) -> tuple[str, MemberFacts, LimitPolicy]:
    (
        slug,
        is_member,
        state,
        role,
        purchased,
        limit,
        seats,
        days,
        at_end,
        until,
        has_seat,
        is_over,
        is_held,
    ) = row
    facts = MemberFacts(
        is_member=is_member,
        is_deactivated=state == "deactivated",
        has_live_subscription=bool(purchased),
        has_seat=has_seat,
        holds_overage_seat=is_over,
        overage_until=until,
        may_purchase=is_member
        and state == "active"
        and may(OrganizationRole(role), Permission.SEATS_BUY),
        notice=Notice.PAYMENT_OVERDUE if is_held else None,
    )
    policy = LimitPolicy(LimitMode(limit or "hard"), seats or 0, days or 0, AtEnd(at_end or "hard"))
    return slug, facts, policy


def _access(measure: Measure | None, open_sessions: int | None) -> AccessAnswer:
    if measure is None:
        return _NOTHING
    if measure.action != "cap":
        return AccessAnswer(measure.action)
    is_beyond = open_sessions is not None and open_sessions > measure.sessions
    return AccessAnswer(
        "end_oldest_session" if is_beyond else "none", measure.sessions, open_sessions
    )


_NOTHING = AccessAnswer()


def _answer(
    decision: EntitlementDecision,
    slug: str,
    facts: MemberFacts,
    measure: Measure | None = None,
    open_sessions: int | None = None,
) -> EntitlementAnswer:
    helped = decision.access is Access.REFUSED and decision.reason in _HELPED_BY_SEATS
    return EntitlementAnswer(
        allowed=decision.is_allowed,
        reason=(decision.reason or decision.access).value,
        overage_until=decision.until,
        purchase_url=_purchase_url(decision, slug) if helped else None,
        request_url=_request_url(slug) if decision.reason is Refusal.NO_SEAT else None,
        may_purchase=helped and facts.may_purchase,
        notice=facts.notice.value if facts.notice else None,
        access=_access(measure if decision.is_allowed else None, open_sessions),
    )


def _purchase_url(decision: EntitlementDecision, slug: str) -> str:
    """Where an admin adds seats; without a subscription, where there is one to be had."""
    page = "seats" if decision.reason is Refusal.NO_SUBSCRIPTION else "add_seats"
    return f"{settings.BASE_URL}{reverse(page, args=[slug])}"


def _request_url(slug: str) -> str:
    """Where somebody without a seat asks for one."""
    return f"{settings.BASE_URL}{reverse('ask_for_seat', args=[slug])}"
