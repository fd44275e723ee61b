"""Keeps the daily figures: seats and active people of every organization and its segments.

Set-based over all organizations, as the pipeline. Today's row says how things stand; once its day
(of UTC) has ended it is counted anew as of that end, from the time ranges of assignments, the days
of activity and the ledger of seats. So any past day can be counted again at any time, with the
same result: after late events, after an outage, or for history that was imported.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import batched
from typing import Any, Final

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from seats.domain.usage_rules import ACTIVE_WINDOW
from seats.hooks import purchased_before
from seats.services.rollup import wait_for_rollup
from seats.services.utilization_sql import COUNT, SEEN_IN_THE_PAST, SEEN_UNTIL_NOW

# People and days counted in one transaction: bounds its memory and how long the rollup waits.
ROWS_AT_ONCE: Final = 200_000
# After an outage, days without a row are looked for this far back; earlier ones, and those before
# the first row, by `manage.py backfill_days` and after an import.
LOOK_BACK: Final = timedelta(days=31)
# Days of organizations whose rows are made together: bounds the memory of two years of thousands.
DAYS_AT_ONCE: Final = 10_000
_LOCK: Final = 0x5EA7_0002

type OrganizationDay = tuple[int, date]


@dataclass(frozen=True, slots=True)
class SnapshotResult:
    """How many rows of organizations were written: today's, and those of past days."""

    today: int = 0
    past: int = 0


@dataclass(frozen=True, slots=True)
class _Case:
    """An organization's figures to count as of `moment`;"""

    organization_id: int
    day: date
    moment: datetime
    purchased: int


# A day without a row lies after the first row: before that the organization had no snapshots.
_FIND_OPEN = """
SELECT organization_id, day FROM seats_utilizationday WHERE is_due AND day < %(today)s
UNION
SELECT p.organization_id, d.day::date
FROM seats_seatpool p
CROSS JOIN generate_series(
    %(first)s::timestamp, %(today)s::timestamp - interval '1 day', '1 day'
) AS d(day)
LEFT JOIN seats_utilizationday u ON u.organization_id = p.organization_id AND u.day = d.day::date
WHERE u.counted_at < (d.day + interval '1 day') AT TIME ZONE 'UTC'
    OR (u.day IS NULL AND d.day > (
        SELECT min(f.day) FROM seats_utilizationday f WHERE f.organization_id = p.organization_id
    ))
ORDER BY 1, 2
"""

# So that a rollup finds the row that it has to mark. Who is interrupted after this finds the
# purchased seats in it as they stand.
_MAKE_ROWS = """
INSERT INTO seats_utilizationday (
    organization_id, day, purchased, assigned, waiting, people, active_1, active_7, active_28,
    active_unseated, counted_at, is_due
)
SELECT organization_id, day, coalesce(p.purchased_seats, 0), 0, 0, 0, 0, 0, 0, 0, %(now)s, true
FROM unnest(%(organization_ids)s::bigint[], %(days)s::date[]) AS asked(organization_id, day)
LEFT JOIN seats_seatpool p USING (organization_id)
ORDER BY 1, 2
ON CONFLICT (organization_id, day) DO NOTHING
"""

# Where the ledger says nothing: as it was noted, else as it stands.
_AS_NOTED = """
SELECT coalesce(u.purchased, p.purchased_seats, 0)
FROM unnest(%(organization_ids)s::bigint[], %(days)s::date[])
    WITH ORDINALITY AS asked(organization_id, day, number)
LEFT JOIN seats_utilizationday u USING (organization_id, day)
LEFT JOIN seats_seatpool p USING (organization_id)
ORDER BY asked.number
"""

_SIZES = """
SELECT organization_id, count(*) FROM accounts_membership
WHERE organization_id = ANY(%s) GROUP BY 1
"""

# Who has usage, but never had a seat pool, has a history too: it may be imported before they buy.
_FIRST_DAYS = """
SELECT o.id, least(
    (SELECT min(lower(s.during) AT TIME ZONE 'UTC')::date FROM seats_seatassignment s
     WHERE s.organization_id = o.id),
    (SELECT min(a.day) FROM seats_activityday a WHERE a.organization_id = o.id),
    (o.created_at AT TIME ZONE 'UTC')::date
)
FROM accounts_organization o
WHERE (%(organization_ids)s::bigint[] IS NULL OR o.id = ANY(%(organization_ids)s)) AND (
    EXISTS (SELECT FROM seats_seatpool p WHERE p.organization_id = o.id)
    OR EXISTS (SELECT FROM seats_activityday a WHERE a.organization_id = o.id)
)
ORDER BY 1
"""

# Of the days that are asked about, those without a figure or with one that is due again.
_LACKING = """
SELECT organization_id, day
FROM unnest(%(organization_ids)s::bigint[], %(days)s::date[])
    WITH ORDINALITY AS asked(organization_id, day, number)
LEFT JOIN seats_utilizationday u USING (organization_id, day)
WHERE coalesce(u.is_due, true)
ORDER BY asked.number
"""

_POOLS = """
SELECT organization_id, purchased_seats FROM seats_seatpool
WHERE %(organization_ids)s::bigint[] IS NULL OR organization_id = ANY(%(organization_ids)s)
ORDER BY 1
"""


def snapshot_utilization(
    *, now: datetime, organization_ids: list[int] | None = None
) -> SnapshotResult:
    """Write today's figures of every organization with seats, and those of days that ended.

    Repeating it during a day brings that day up to date. Interrupted, it goes on where it was.
    `organization_ids` writes today's figures of these alone.
    """
    past = close_days(now=now) if organization_ids is None else 0
    today = now.astimezone(UTC).date()
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(_POOLS, {"organization_ids": organization_ids})
        cases = [_Case(pool, today, now, seats) for pool, seats in cursor.fetchall()]
    return SnapshotResult(today=_count(cases, now=now, seen=SEEN_UNTIL_NOW), past=past)


def close_days(*, now: datetime) -> int:
    """Count the days that ended, and those that are due again; return how many rows."""
    today = now.astimezone(UTC).date()
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(_FIND_OPEN, {"first": today - LOOK_BACK, "today": today})
        found: list[OrganizationDay] = cursor.fetchall()
    return recount_days(found, now=now)


def backfill_days(
    *,
    since: date,
    until: date,
    now: datetime,
    organization_ids: list[int] | None = None,
    only_lacking: bool = False,
    on_progress: Callable[[int, int], None] = lambda _done, _days: None,
) -> int:
    """Count the past days from `since` to `until` (both included) anew; return how many rows.

    An organization's days begin with its first seat, its first activity or its making.
    `only_lacking` leaves alone those that have their figures: to repeat it costs a look, and after
    an interruption it goes on where it was. `on_progress` is told how many days of how many are
    done.
    """
    last = min(until, now.astimezone(UTC).date() - timedelta(days=1))
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(_FIRST_DAYS, {"organization_ids": organization_ids})
        firsts = [(pool, max(since, begun)) for pool, begun in cursor.fetchall()]
    all_days = sum(max((last - first).days + 1, 0) for _pool, first in firsts)
    days = (
        (organization_id, first + timedelta(days=n))
        for organization_id, first in firsts
        for n in range((last - first).days + 1)
    )
    done = written = 0
    for batch in batched(days, DAYS_AT_ONCE):
        written += recount_days(_lacking(batch) if only_lacking else batch, now=now)
        done += len(batch)
        on_progress(done, all_days)
    return written


def fill_history(*, organization_ids: Collection[int], now: datetime) -> int:
    """Write the figures that organizations lack, today's included; return how many past days.

    For history that was imported and counted by the rollup. Can be repeated.
    """
    if not organization_ids:
        return 0
    ids = sorted(organization_ids)
    past = backfill_days(
        since=date.min, until=date.max, now=now, organization_ids=ids, only_lacking=True
    )
    snapshot_utilization(now=now, organization_ids=ids)
    return past


def _lacking(days: Sequence[OrganizationDay]) -> list[OrganizationDay]:
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(
            _LACKING,
            {
                "organization_ids": [organization_id for organization_id, _day in days],
                "days": [day for _organization_id, day in days],
            },
        )
        found: list[OrganizationDay] = cursor.fetchall()
        return found


def recount_days(days: Sequence[OrganizationDay], *, now: datetime) -> int:
    """Write the figures of past days as of their ends; return how many rows."""
    if not days:
        return 0
    values: dict[str, Any] = {
        "organization_ids": [organization_id for organization_id, _day in days],
        "days": [day for _organization_id, day in days],
        "now": now,
    }
    by_ledger = purchased_before([(pool, _end_of(day)) for pool, day in days])
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(_AS_NOTED, values)
        noted = [row[0] for row in cursor.fetchall()]
        cursor.execute(_MAKE_ROWS, values)
        # A rollup that began before those rows were there would not mark them.
        with transaction.atomic(using="pipeline"):
            wait_for_rollup(cursor)
    cases = [
        _Case(pool, day, _last_moment_of(day), seats if by is None else by)
        for (pool, day), by, seats in zip(days, by_ledger, noted, strict=True)
    ]
    return _count(cases, now=now, seen=SEEN_IN_THE_PAST)


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _last_moment_of(day: date) -> datetime:
    return _end_of(day) - timedelta.resolution


def _count(cases: Sequence[_Case], *, now: datetime, seen: str) -> int:
    written = 0
    for batch in _batches(cases):
        values: dict[str, Any] = {
            "organization_ids": [case.organization_id for case in batch],
            "days": [case.day for case in batch],
            "moments": [case.moment for case in batch],
            "purchased": [case.purchased for case in batch],
            "window_days": ACTIVE_WINDOW.days,
            "now": now,
            "day_ago": now - timedelta(days=1),
            "week_ago": now - timedelta(days=7),
            "active_since": now - ACTIVE_WINDOW,
        }
        with transaction.atomic(using="pipeline"), connections["pipeline"].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            for statement in COUNT:
                cursor.execute(statement.replace("{seen}", seen), values)
            written += int(cursor.rowcount)
    return written


def _batches(cases: Sequence[_Case]) -> Iterator[list[_Case]]:
    """Split so that no batch looks at many more than ROWS_AT_ONCE people; one day at least."""
    with connections["pipeline"].cursor() as cursor:
        sizes = _sizes(cursor, cases)
    batch: list[_Case] = []
    rows = 0
    for case in cases:
        batch.append(case)
        rows += 1 + sizes.get(case.organization_id, 0)
        if rows >= ROWS_AT_ONCE:
            yield batch
            batch, rows = [], 0
    if batch:
        yield batch


def _sizes(cursor: CursorWrapper, cases: Sequence[_Case]) -> dict[int, int]:
    cursor.execute(_SIZES, [sorted({case.organization_id for case in cases})])
    return dict(cursor.fetchall())
