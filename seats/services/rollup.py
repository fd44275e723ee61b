"""Counts usage: from raw events to days, features and last activity, each event exactly once.

One job at a time (an advisory lock), set-based over all organizations as the pipeline. It reads
what was written by transactions from the watermark up to the oldest one still running: nothing can
be committed below that any more. Counters and watermark move in one transaction, so a crash at any
point repeats or loses nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import structlog
from django.db import DataError, IntegrityError, connections, transaction
from django.db.backends.utils import CursorWrapper

from seats.domain.usage_rules import ACTIVE_WINDOW
from seats.models import RollupWatermark

WATERMARK = "usage"
EVENTS_AT_ONCE = 100_000
_LOCK = 0x5EA7_0001

type EventKey = tuple[int, str, datetime]
log = structlog.get_logger(__name__)

# What a statement counts: all events of a range of transactions, or those of a list alone.
EVERYTHING = "seats_usageevent"
SOME = """(
    SELECT e.* FROM seats_usageevent e JOIN unnest(
        %(organization_ids)s::bigint[], %(event_ids)s::text[], %(times)s::timestamptz[]
    ) AS named(organization_id, event_id, at) USING (organization_id, event_id, at)
) AS chosen"""

_KEYS = """
SELECT organization_id, event_id, at FROM seats_usageevent
WHERE xid >= %(since)s::text::xid8 AND xid < %(until)s::text::xid8 ORDER BY 1, 2, 3
"""

_PUT_ASIDE = """
INSERT INTO seats_quarantinedevent (
    organization_id, event_id, at, event, reason, state, found_at, ended_by_label
)
SELECT organization_id, event_id, at, jsonb_build_object(
    'member', member, 'kind', kind, 'feature', feature, 'quantity', quantity::text,
    'outcome', outcome_kind, 'value', outcome_value::text, 'received_at', received_at
), %(reason)s, 'waiting', %(now)s, ''
FROM seats_usageevent
WHERE organization_id = %(organization_id)s AND event_id = %(event_id)s AND at = %(at)s
ON CONFLICT (organization_id, event_id, at) DO UPDATE SET
    reason = EXCLUDED.reason, tried_at = %(now)s
"""


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
SELECT organization_id, feature, %(now)s FROM {source}
WHERE xid >= %(since)s::text::xid8 AND xid < %(until)s::text::xid8 AND kind = 'feature'
GROUP BY 1, 2 ORDER BY 1, 2
ON CONFLICT (organization_id, name) DO NOTHING
"""

# Somebody else may add the same person at this moment: the constraint decides who was first. The
# names are materialized so that each is looked for once, not for each event.
_DISCOVER = """
WITH named AS MATERIALIZED (
    SELECT DISTINCT organization_id, member FROM {source}
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
# a small part of them, so that the time does not hang on what the planner believes of either. That
# somebody became active, or active again, is noted for the scan (`signals`); an hour of doubt is
# room for clocks that differ.
_COUNT = """
WITH fresh AS MATERIALIZED (
    SELECT organization_id, member, kind, feature, (at AT TIME ZONE 'UTC')::date AS day,
        outcome_kind, count(*) AS events, sum(quantity) AS quantity,
        sum(outcome_value) AS outcome_value,
        count(*) FILTER (WHERE kind = 'sign_in' OR quantity > 0) AS actions,
        min(at) FILTER (WHERE kind = 'sign_in' OR quantity > 0) AS first_at,
        max(at) FILTER (WHERE kind = 'sign_in' OR quantity > 0) AS last_at
    FROM {source}
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
    RETURNING organization_id, old.last_active_at AS before, new.last_active_at AS after
), noted AS (
    INSERT INTO seats_organizationchange (organization_id, topic)
    SELECT DISTINCT organization_id, 'usage' FROM activity
    WHERE before IS NULL OR after > %(now)s
        OR before < %(now)s - make_interval(days => %(window_days)s) + interval '1 hour'
)
SELECT coalesce(sum(events), 0) FROM known
"""

# Days before today may have been counted already: by our clock or the server's, so that a run that
# began before midnight says so too.
_BY_DAY = """
SELECT organization_id, (at AT TIME ZONE 'UTC')::date AS day, count(*), min(at) < date_trunc(
    'day', greatest(%(now)s, statement_timestamp()) AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
FROM seats_usageevent
WHERE xid >= %(since)s::text::xid8 AND xid < %(until)s::text::xid8
GROUP BY 1, 2
"""

_NOTE_RATES = """
INSERT INTO seats_countedhour AS c (organization_id, hour, events)
SELECT organization_id, %(hour)s, sum(events)
FROM unnest(%(organization_ids)s::bigint[], %(events)s::bigint[])
    AS counted(organization_id, events)
GROUP BY 1 ORDER BY 1
ON CONFLICT (organization_id, hour) DO UPDATE SET events = c.events + EXCLUDED.events
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
    values: dict[str, Any] = {
        "since": str(since),
        "until": str(until),
        "now": now,
        "window_days": ACTIVE_WINDOW.days,
    }
    cursor.execute(_IS_ANYTHING_NEW, values)
    events = discovered = 0
    if cursor.fetchone()[0]:
        # A chunk of events is added up in memory.
        cursor.execute("SET LOCAL work_mem = '64MB'")
        events, discovered = count_events(cursor, values)
        _follow_up(cursor, values, now=now)
    if until != since:
        RollupWatermark.objects.using("pipeline").filter(name=WATERMARK).update(
            xid=until, moved_at=now
        )
    return _Step(events=events, discovered=discovered, is_last=next_chunk is None)


def count_events(cursor: CursorWrapper, values: dict[str, Any]) -> tuple[int, int]:
    """Add the events of a range of transactions; return how many, and how many people are new.

    Where the range holds one that cannot be counted, the others are: it is put aside.
    """
    try:
        return _count(cursor, values, EVERYTHING)
    except (DataError, IntegrityError):
        return _count_piece_by_piece(cursor, values)


def count_one(cursor: CursorWrapper, key: EventKey, *, now: datetime) -> None:
    """Add one event, whatever the watermark says. Raises DataError or IntegrityError."""
    everything: dict[str, Any] = {
        "since": "0",
        "until": str(2**63 - 1),
        "now": now,
        "window_days": ACTIVE_WINDOW.days,
    }
    _count(cursor, everything | _columns([key]), SOME)


def _count(cursor: CursorWrapper, values: dict[str, Any], source: str) -> tuple[int, int]:
    with transaction.atomic(using="pipeline"):
        cursor.execute(_MAKE_FEATURES.replace("{source}", source), values)
        cursor.execute(_DISCOVER.replace("{source}", source), values)
        discovered = cursor.fetchone()[0]
        cursor.execute(_COUNT.replace("{source}", source), values)
        return int(cursor.fetchone()[0]), discovered


def _count_piece_by_piece(cursor: CursorWrapper, values: dict[str, Any]) -> tuple[int, int]:
    """Halve what fails until it is one event, and put that aside."""
    cursor.execute(_KEYS, values)
    pieces: list[list[EventKey]] = [cursor.fetchall()]
    events = discovered = 0
    while pieces:
        piece = pieces.pop()
        try:
            counted, new = _count(cursor, values | _columns(piece), SOME)
        except (DataError, IntegrityError) as error:
            if len(piece) == 1:
                put_aside(cursor, piece[0], reason_of(error), now=values["now"])
                continue
            half = len(piece) // 2
            pieces += [piece[half:], piece[:half]]
        else:
            events += counted
            discovered += new
    return events, discovered


def _columns(keys: Sequence[EventKey]) -> dict[str, Any]:
    organization_ids, event_ids, times = (list(column) for column in zip(*keys, strict=True))
    return {"organization_ids": organization_ids, "event_ids": event_ids, "times": times}


def put_aside(cursor: CursorWrapper, key: EventKey, reason: str, *, now: datetime) -> None:
    """Keep what decides the counting of an event, and why it failed, for a person to look at."""
    organization_id, event_id, at = key
    cursor.execute(
        _PUT_ASIDE,
        {
            "organization_id": organization_id,
            "event_id": event_id,
            "at": at,
            "reason": reason,
            "now": now,
        },
    )
    log.error("usage_event_put_aside", organization_id=organization_id, reason=reason)


def reason_of(error: Exception) -> str:
    """Return what the database says of an event, without the statement."""
    return str(error).splitlines()[0][:300]


def _follow_up(cursor: CursorWrapper, values: dict[str, Any], *, now: datetime) -> None:
    cursor.execute(_BY_DAY, values)
    by_day: list[tuple[int, date, int, bool]] = cursor.fetchall()
    mark_days(cursor, [(pool, day) for pool, day, _events, is_late in by_day if is_late])
    cursor.execute(
        _NOTE_RATES,
        {
            "hour": now.replace(minute=0, second=0, microsecond=0),
            "organization_ids": [row[0] for row in by_day],
            "events": [row[2] for row in by_day],
        },
    )


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
