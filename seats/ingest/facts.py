"""What is known about people who want to come in: read by one statement for all asked about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from accounts.domain.roles import OrganizationRole, Permission, may
from seats.domain.entitlement import MemberFacts, Notice, Refusal, decide_entitlement
from seats.domain.limits import AtEnd, LimitMode, LimitPolicy
from seats.ingest.answers import answer_of
from seats.ingest.http import encode_json
from seats.ingest.sessions import Measure

type _Row = tuple[Any, ...]

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)

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


@dataclass(frozen=True, slots=True)
class Known:
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
        return encode_json(answer_of(decision, self.slug, self.facts, self.measure, open_sessions))


async def read_known(
    pool: AsyncConnectionPool[AsyncConnection[Any]], asked: Sequence[tuple[str, str]]
) -> dict[int, tuple[int, Known]]:
    """Return organization and facts by the number of the question (organization, member), from 1.

    Who asks about an organization that does not exist has no entry.
    """
    async with pool.connection() as connection:
        cursor = await connection.execute(
            _FACTS,
            {
                "organizations": [organization for organization, _member in asked],
                "members": [member for _organization, member in asked],
            },
        )
        rows = await cursor.fetchall()
    return {row[0]: (row[1], _known(row[1], row[2:])) for row in rows}


def _known(organization_id: int, row: _Row) -> Known:
    slug, facts, policy = _facts(row[:-3])
    action, sessions, person = row[-3:]
    measure = Measure(organization_id, person, action, sessions) if action else None
    if facts.holds_overage_seat:
        return Known(slug, facts, policy, None, measure=measure)
    # Nothing but overage depends on the time.
    decision = decide_entitlement(facts, policy, now=_ANY_TIME)
    refused = (organization_id, row[-1]) if decision.reason is Refusal.NO_SEAT else None
    content = encode_json(answer_of(decision, slug, facts, measure))
    return Known(slug, facts, policy, content, refused, measure)


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
