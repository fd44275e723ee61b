"""May this person come in: facts by one statement, one pure decision, one answer."""

import asyncio
from collections import deque
from datetime import datetime
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
from seats.ingest.http import HttpProblem
from seats.ingest.keys import Caller
from seats.services.usage_events import explain

type Key = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
type Note = Annotated[str, msgspec.Meta(max_length=1000)]
type _Row = tuple[Any, ...]
type _Waiting = tuple[str, str, asyncio.Future[_Row | None]]

# A second statement runs while the answers of the first are being written.
STATEMENTS = 2
QUESTIONS = 500


class EntitlementQuestion(msgspec.Struct, forbid_unknown_fields=True):
    """Who wants to come in. Session and device are accepted for the sessions' sake, not judged."""

    member: Key
    organization: Key | None = None
    session_id: Note | None = None
    device_id: Note | None = None


class EntitlementAnswer(msgspec.Struct):
    """`reason` is `seat`, `overage`, `overage_in_true_up` or `seat_kept` for a yes, else why not.

    `purchase_url` is where an admin can buy seats, if seats would help; `may_purchase` says
    whether this person is such an admin. `request_url` is where this person asks their admins for
    a seat, once they are signed in. `notice` is `payment_overdue` while a payment of the
    organization is so long overdue that no more seats are assigned; it never changes `allowed`.
    """

    allowed: bool
    reason: str
    overage_until: datetime | None = None
    purchase_url: str | None = None
    request_url: str | None = None
    may_purchase: bool = False
    notice: str | None = None


# Every question of a group is answered by one statement, so that each sees its facts as they are
# committed at that moment. A person is looked for by the vendor's own key of them, else by e-mail
# address. A seat counts as overage when as many as were purchased had been assigned before it.
_FACTS = """
SELECT q.number, o.slug, m.id IS NOT NULL, m.state, m.role,
    pool.purchased_seats, pool."limit", pool.allowance_seats, pool.allowance_days,
    pool.at_end, pool.overage_until, seat.id IS NOT NULL,
    CASE WHEN seat.id IS NOT NULL AND pool.assigned_seats > pool.purchased_seats THEN (
        SELECT count(*) FROM seats_seatassignment earlier
        WHERE earlier.organization_id = o.id AND upper(earlier.during) IS NULL
            AND (lower(earlier.during), earlier.id) < (lower(seat.during), seat.id)
    ) >= pool.purchased_seats ELSE false END,
    pool.held_since IS NOT NULL
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


def decode_question(body: bytes, caller: Caller) -> tuple[str, str]:
    """Return (organization, member) of the question. Raises HttpProblem."""
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
    return organization, question.member


def not_found() -> HttpProblem:
    """Return the answer for an organization that is unknown, or another's: they look the same."""
    return HttpProblem(404, "not_found", "There is no such organization.")


class EntitlementDesk:
    """Answers questions in groups: those that arrive while a statement runs share the next one.

    Nothing is remembered between two statements, so an answer is never older than its question.
    """

    def __init__(
        self, pool: AsyncConnectionPool[AsyncConnection[Any]], *, questions: int = QUESTIONS
    ) -> None:
        self._pool = pool
        self._questions = questions
        self._waiting: deque[_Waiting] = deque()
        self._at_work: set[asyncio.Task[None]] = set()

    async def answer(self, *, organization: str, member: str, now: datetime) -> EntitlementAnswer:
        """Return whether `member` may come in at `now`. Raises HttpProblem for no organization."""
        future: asyncio.Future[_Row | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((organization, member, future))
        if len(self._at_work) < STATEMENTS:
            task = asyncio.create_task(self._work())
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)
        row = await future
        if row is None:
            raise not_found()
        slug, facts, policy = _facts(row)
        return _answer(decide_entitlement(facts, policy, now=now), slug, facts)

    async def _work(self) -> None:
        while self._waiting:
            group = [
                self._waiting.popleft() for _ in range(min(len(self._waiting), self._questions))
            ]
            try:
                rows = await self._read(group)
            except Exception as error:
                for _organization, _member, future in group:
                    if not future.done():
                        future.set_exception(error)
                continue
            for number, (_organization, _member, future) in enumerate(group, start=1):
                if not future.done():
                    future.set_result(rows.get(number))

    async def _read(self, group: list[_Waiting]) -> dict[int, _Row]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                _FACTS,
                {
                    "organizations": [organization for organization, _member, _future in group],
                    "members": [member for _organization, member, _future in group],
                },
            )
            return {row[0]: row[1:] for row in await cursor.fetchall()}


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


def _answer(decision: EntitlementDecision, slug: str, facts: MemberFacts) -> EntitlementAnswer:
    helped = decision.access is Access.REFUSED and decision.reason in _HELPED_BY_SEATS
    return EntitlementAnswer(
        allowed=decision.is_allowed,
        reason=(decision.reason or decision.access).value,
        overage_until=decision.until,
        purchase_url=_purchase_url(decision, slug) if helped else None,
        request_url=_request_url(slug) if decision.reason is Refusal.NO_SEAT else None,
        may_purchase=helped and facts.may_purchase,
        notice=facts.notice.value if facts.notice else None,
    )


def _purchase_url(decision: EntitlementDecision, slug: str) -> str:
    """Where an admin adds seats; without a subscription, where there is one to be had."""
    page = "seats" if decision.reason is Refusal.NO_SUBSCRIPTION else "add_seats"
    return f"{settings.BASE_URL}{reverse(page, args=[slug])}"


def _request_url(slug: str) -> str:
    """Where somebody without a seat asks for one."""
    return f"{settings.BASE_URL}{reverse('ask_for_seat', args=[slug])}"
