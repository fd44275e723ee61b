"""Counts usage: from raw events to days, features and last activity, each event exactly once.

One job at a time (an advisory lock), set-based over all organizations as the pipeline. It reads
what was written by transactions from the watermark up to the oldest one still running: nothing can
be committed below that any more. Counters and watermark move in one transaction, so a crash at any
point repeats or loses nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from seats.domain.usage_rules import ACTIVE_WINDOW
from seats.models import RollupWatermark

WATERMARK = "usage"
EVENTS_AT_ONCE = 100_000
_LOCK = 0x5EA7_0001


class WatermarkLost(Exception):
    """The database server counts transactions anew, as after a restore into another server."""


@dataclass(frozen=True, slots=True)
class RollupResult:
    """What a run did. `ran` is false when another run was at work."""

    ran: bool = True
    events: int = 0
    discovered: int = 0


_FIND_BOUNDS = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
    (SELECT xid::text::bigint FROM seats_usageevent
     WHERE xid >= %(since)s::text::xid8 AND xid < pg_snapshot_xmin(pg_current_snapshot())
     ORDER BY xid OFFSET %(at_once)s LIMIT 1)
"""

_IS_ANYTHING_NEW = """
SELECT EXISTS (
    SELECT FROM seats_usageevent
    WHERE xid >= %(since)s::text::xid8 AND xid < %(until)s::text::xid8
)
"""

_MAKE_FEATURES = """
INSERT INTO seats_feature (organization_id, name, created_at)
SELECT organization_id, feature, %(now)s FROM seats_usageevent
WHERE xid >= %(since)s::text::xid8 AND xid < %(until)s::text::xid8 AND kind = 'feature'
GROUP BY 1, 2 ORDER BY 1, 2
ON CONFLICT (organization_id, name) DO NOTHING
"""

# Somebody else may add the same person at this moment: the constraint decides who was first. The
# names are materialized so that each is looked for once, not for each event.
_DISCOVER = """
WITH named AS MATERIALIZED (
    SELECT DISTINCT organization_id, member FROM seats_usageevent
    WHERE xid >= %(since)s::text::xid8 AND xid < %(until)s::text::xid8
), discovered AS (
    INSERT INTO accounts_membership (
        organization_id, external_id, name, email, title, role, state, kind, created_at
    )
    SELECT organization_id, member, '', '', '', 'member', 'discovered', 'employee', %(now)s
    FROM named WHERE seats_find_member(organization_id, member) IS NULL
    ORDER BY organization_id, member
    ON CONFLICT (organization_id, external_id) WHERE NOT (external_id = '') DO NOTHING
    RETURNING id, organization_id, external_id
), recorded AS (
    INSERT INTO accounts_historyentry (
        organization_id, at, actor_label, verb, object_type, object_id, object_label, changes
    )
    SELECT organization_id, %(now)s, 'Headroom', 'member_discovered', 'membership', id::text,
        left('Member ' || external_id, 200), '{}'::jsonb
    FROM discovered
)
SELECT count(*) FROM discovered
"""

# The events are added up before they meet people and features: what is joined and counted then is
# a small part of them, so that the time does not hang on what the planner believes of either.
_COUNT = """
WITH fresh AS MATERIALIZED (
    SELECT organization_id, member, kind, feature, (at AT TIME ZONE 'UTC')::date AS day,
        outcome_kind, count(*) AS events, sum(quantity) AS quantity,
        sum(outcome_value) AS outcome_value,
        count(*) FILTER (WHERE kind = 'sign_in' OR quantity > 0) AS actions,
        min(at) FILTER (WHERE kind = 'sign_in' OR quantity > 0) AS first_at,
        max(at) FILTER (WHERE kind = 'sign_in' OR quantity > 0) AS last_at
    FROM seats_usageevent
    WHERE xid >= %(since)s::text::xid8 AND xid < %(until)s::text::xid8
    GROUP BY 1, 2, 3, 4, 5, 6
), people AS MATERIALIZED (
    SELECT organization_id, member, seats_find_member(organization_id, member) AS membership_id
    FROM (SELECT DISTINCT organization_id, member FROM fresh) AS named
), known AS MATERIALIZED (
    SELECT fresh.*, people.membership_id, feature.id AS feature_id
    FROM fresh
    JOIN people USING (organization_id, member)
    LEFT JOIN seats_feature feature ON fresh.kind = 'feature'
        AND feature.organization_id = fresh.organization_id AND feature.name = fresh.feature
), activity_days AS (
    INSERT INTO seats_activityday AS d (organization_id, day, membership_id, sign_ins, actions)
    SELECT organization_id, day, membership_id,
        coalesce(sum(actions) FILTER (WHERE kind = 'sign_in'), 0),
        coalesce(sum(actions) FILTER (WHERE kind = 'feature'), 0)
    FROM known WHERE actions > 0 GROUP BY 1, 2, 3
    ON CONFLICT (organization_id, day, membership_id) DO UPDATE SET
        sign_ins = d.sign_ins + EXCLUDED.sign_ins, actions = d.actions + EXCLUDED.actions
), usage_days AS (
    INSERT INTO seats_usageday AS d (
        organization_id, day, membership_id, feature_id, events, quantity
    )
    SELECT organization_id, day, membership_id, feature_id, sum(events), sum(quantity)
    FROM known WHERE feature_id IS NOT NULL GROUP BY 1, 2, 3, 4
    ON CONFLICT (organization_id, day, membership_id, feature_id) DO UPDATE SET
        events = d.events + EXCLUDED.events, quantity = d.quantity + EXCLUDED.quantity
), outcome_days AS (
    INSERT INTO seats_outcomeday AS d (
        organization_id, day, membership_id, feature_id, kind, events, value
    )
    SELECT organization_id, day, membership_id, feature_id, outcome_kind, sum(events),
        sum(outcome_value)
    FROM known WHERE feature_id IS NOT NULL AND outcome_kind <> '' GROUP BY 1, 2, 3, 4, 5
    ON CONFLICT (organization_id, day, membership_id, feature_id, kind) DO UPDATE SET
        events = d.events + EXCLUDED.events, value = d.value + EXCLUDED.value
), member_features AS (
    INSERT INTO seats_memberfeature AS f (
        organization_id, membership_id, feature_id, first_day, last_day, events
    )
    SELECT organization_id, membership_id, feature_id, min(day), max(day), sum(events)
    FROM known WHERE feature_id IS NOT NULL GROUP BY 1, 2, 3
    ON CONFLICT (organization_id, membership_id, feature_id) DO UPDATE SET
        first_day = least(f.first_day, EXCLUDED.first_day),
        last_day = greatest(f.last_day, EXCLUDED.last_day),
        events = f.events + EXCLUDED.events
), activity AS (
    INSERT INTO seats_memberactivity AS a (
        organization_id, membership_id, first_active_at, last_active_at, last_sign_in_at
    )
    SELECT organization_id, membership_id, min(first_at), max(last_at),
        max(last_at) FILTER (WHERE kind = 'sign_in')
    FROM known WHERE actions > 0 GROUP BY 1, 2
    ON CONFLICT (organization_id, membership_id) DO UPDATE SET
        first_active_at = least(a.first_active_at, EXCLUDED.first_active_at),
        last_active_at = greatest(a.last_active_at, EXCLUDED.last_active_at),
        last_sign_in_at = greatest(a.last_sign_in_at, EXCLUDED.last_sign_in_at)
)
SELECT coalesce(sum(events), 0) FROM known
"""

# Days before today, which may have been counted already: by our clock or the server's, so that a
# run that began before midnight marks them too.
_FIND_LATE = """
SELECT organization_id, (at AT TIME ZONE 'UTC')::date AS day FROM seats_usageevent
WHERE xid >= %(since)s::text::xid8 AND xid < %(until)s::text::xid8 AND at < date_trunc(
    'day', greatest(%(now)s, statement_timestamp()) AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
GROUP BY 1, 2
"""

# Usage of a day counts for its own figures and for those of the 27 days after it.
_MARK_DAYS = """
WITH due AS MATERIALIZED (
    SELECT u.organization_id, u.day FROM seats_utilizationday u
    WHERE (u.organization_id, u.day) IN (
        SELECT late.organization_id, late.day + later
        FROM unnest(%(organization_ids)s::bigint[], %(days)s::date[]) AS late(organization_id, day)
        CROSS JOIN generate_series(0, %(window_days)s - 1) AS later
    )
    ORDER BY 1, 2 FOR UPDATE
)
UPDATE seats_utilizationday u SET is_due = true FROM due
WHERE u.organization_id = due.organization_id AND u.day = due.day
"""


def roll_up_usage(*, now: datetime) -> RollupResult:
    """Count every event that is committed for good; return how many there were.

    Raises WatermarkLost when the server's transaction numbers lie behind the watermark.
    """
    events = discovered = 0
    while True:
        with transaction.atomic(using="pipeline"), connections["pipeline"].cursor() as cursor:
            step = _roll_up_some(cursor, now=now)
        if step is None:
            return RollupResult(ran=False, events=events, discovered=discovered)
        events += step.events
        discovered += step.discovered
        if step.is_last:
            return RollupResult(events=events, discovered=discovered)


@dataclass(frozen=True, slots=True)
class _Step:
    events: int
    discovered: int
    is_last: bool


def _roll_up_some(cursor: CursorWrapper, *, now: datetime) -> _Step | None:
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
    if not cursor.fetchone()[0]:
        return None
    since = counted_up_to()
    cursor.execute(_FIND_BOUNDS, {"since": str(since), "at_once": EVENTS_AT_ONCE})
    oldest_running, next_chunk = cursor.fetchone()
    if oldest_running < since:
        raise WatermarkLost(
            f"Usage is counted up to transaction {since}, but the server is at {oldest_running}. "
            "After a restore into another server, tell the two apart as docs/usage.md describes."
        )
    # A transaction is never split: all events of the one at the boundary come with the next chunk,
    # unless it alone fills this one.
    until = oldest_running if next_chunk is None else max(next_chunk, since + 1)
    values: dict[str, str | datetime] = {"since": str(since), "until": str(until), "now": now}
    cursor.execute(_IS_ANYTHING_NEW, values)
    events = discovered = 0
    if cursor.fetchone()[0]:
        # A chunk of events is added up in memory.
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute(_MAKE_FEATURES, values)
        cursor.execute(_DISCOVER, values)
        discovered = cursor.fetchone()[0]
        cursor.execute(_COUNT, values)
        events = int(cursor.fetchone()[0])
        cursor.execute(_FIND_LATE, values)
        mark_days(cursor, cursor.fetchall())
    if until != since:
        RollupWatermark.objects.using("pipeline").filter(name=WATERMARK).update(
            xid=until, moved_at=now
        )
    return _Step(events=events, discovered=discovered, is_last=next_chunk is None)


def mark_days(cursor: CursorWrapper, days: Sequence[tuple[int, date]]) -> None:
    """Have the daily figures counted again that contain usage of these days of organizations."""
    if days:
        cursor.execute(
            _MARK_DAYS,
            {
                "organization_ids": [organization_id for organization_id, _day in days],
                "days": [day for _organization_id, day in days],
                "window_days": ACTIVE_WINDOW.days,
            },
        )


def wait_for_rollup(cursor: CursorWrapper) -> None:
    """Wait until no rollup is at work, and keep others out to the end of the transaction."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def counted_up_to() -> int:
    """Return the transaction number below which every event is counted."""
    return RollupWatermark.objects.using("pipeline").get_or_create(name=WATERMARK)[0].xid
