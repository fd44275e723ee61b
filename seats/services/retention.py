"""Lets raw usage events go, month by month, once they are counted and old enough.

What was counted from them stays for years. A month that is let go is closed to the organizations
that had events in it: a repeated delivery could not be told from a new event any more. Others may
still report events of it, as when the history of a new customer is imported.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import OperationalError, connections, transaction
from django.db.backends.utils import CursorWrapper

from seats.services.rollup import counted_up_to, wait_for_rollup
from seats.services.usage_events import BadEvent, EventRow

REJECTS_KEPT_FOR: Final = timedelta(days=400)
REFUSALS_KEPT_FOR: Final = timedelta(days=90)
HOURS_KEPT_FOR: Final = timedelta(days=90)
SESSIONS_KEPT_FOR: Final = timedelta(days=1)
QUARANTINE_KEPT_FOR: Final = timedelta(days=90)

FIND_CLOSED = """
SELECT organization_id, month FROM seats_closedmonth
WHERE (organization_id, month) IN (SELECT * FROM unnest(%s::bigint[], %s::date[]))
"""

_PARTITIONS = """
SELECT to_date(right(c.relname, 6), 'YYYYMM') AS month
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'seats_usageevent'::regclass ORDER BY 1
"""

_IS_NEEDED = """
SELECT EXISTS (
    SELECT FROM seats_usageevent WHERE xid >= %(counted)s::text::xid8
        AND at >= %(start)s AND at < %(end)s
) OR EXISTS (
    SELECT FROM seats_quarantinedevent WHERE state = 'waiting' AND at >= %(start)s AND at < %(end)s
)
"""

# One step of the index for each organization, however many events it has.
_CLOSE = """
INSERT INTO seats_closedmonth (organization_id, month, closed_at)
WITH RECURSIVE found(organization_id) AS (
    (SELECT organization_id FROM seats_usageevent WHERE at >= %(start)s AND at < %(end)s
     ORDER BY organization_id LIMIT 1)
    UNION ALL
    SELECT (SELECT e.organization_id FROM seats_usageevent e
            WHERE e.at >= %(start)s AND e.at < %(end)s
                AND e.organization_id > found.organization_id
            ORDER BY e.organization_id LIMIT 1)
    FROM found WHERE found.organization_id IS NOT NULL
)
SELECT organization_id, %(month)s, %(now)s FROM found WHERE organization_id IS NOT NULL
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class RetentionResult:
    """How many months were let go; had to stay for what is uncounted or put aside; were busy."""

    dropped: int = 0
    held: int = 0
    busy: int = 0


def drop_old_events(*, now: datetime) -> RetentionResult:
    """Drop the partitions that ended longer ago than raw events are kept.

    A month that holds an uncounted event, or one in quarantine, stays. One that is being read
    stays until the next run; nobody waits for it longer than two seconds.
    """
    keep_from = oldest_kept_day(now)
    outcomes = [_drop(month, now=now) for month in partitions() if next_month(month) <= keep_from]
    return RetentionResult(
        dropped=outcomes.count("dropped"), held=outcomes.count("held"), busy=outcomes.count("busy")
    )


def _drop(month: date, *, now: datetime) -> str:
    try:
        with transaction.atomic(using="pipeline"), connections["pipeline"].cursor() as cursor:
            return _drop_locked(cursor, month, now=now)
    except OperationalError as error:
        if "lock timeout" not in str(error):
            raise
        return "busy"


def _drop_locked(cursor: CursorWrapper, month: date, *, now: datetime) -> str:
    wait_for_rollup(cursor)
    cursor.execute("SET LOCAL lock_timeout = '2s'")
    cursor.execute("SELECT seats_lock_usage_partition(%s)", [month])
    if not cursor.fetchone()[0]:
        return "gone"
    values: dict[str, Any] = {
        "month": month,
        "start": _midnight(month),
        "end": _midnight(next_month(month)),
        "counted": str(counted_up_to()),
        "now": now,
    }
    cursor.execute(_IS_NEEDED, values)
    if cursor.fetchone()[0]:
        return "held"
    cursor.execute(_CLOSE, values)
    cursor.execute("SELECT seats_drop_usage_partition(%s)", [month])
    return "dropped"


def forget_rejects(*, now: datetime) -> int:
    """Delete counts of refused events of days that are 400 days over; return how many."""
    return _delete("seats_rejectday WHERE day < %s", (now - REJECTS_KEPT_FOR).date())


def forget_refusals(*, now: datetime) -> int:
    """Delete refused sign-ins and counted hours of 90 days ago; return how many rows."""
    gone = _delete("seats_seatrefusal WHERE day < %s", (now - REFUSALS_KEPT_FOR).date())
    return gone + _delete("seats_countedhour WHERE hour < %s", now - HOURS_KEPT_FOR)


def forget_sessions(*, now: datetime) -> int:
    """Delete open sessions that were not seen for a day; return how many."""
    return _delete("seats_opensession WHERE seen_at < %s", now - SESSIONS_KEPT_FOR)


def forget_quarantine(*, now: datetime) -> int:
    """Delete events that were counted or discarded 90 days ago; what waits stays."""
    return _delete("seats_quarantinedevent WHERE ended_at < %s", now - QUARANTINE_KEPT_FOR)


def _delete(what: str, before: date) -> int:
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(f"DELETE FROM {what}", [before])  # noqa: S608 - our own words above
        return int(cursor.rowcount)


def partitions() -> list[date]:
    """Return the months that have a partition for raw events, oldest first."""
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(_PARTITIONS)
        return [row[0] for row in cursor.fetchall()]


def oldest_kept_day(now: datetime) -> date:
    """Return the first day of which raw events are kept in any case."""
    return now.astimezone(UTC).date() - timedelta(days=settings.USAGE_RAW_DAYS)


def next_month(month: date) -> date:
    """Return the first day of the month after `month` (a first day)."""
    return (month + timedelta(days=31)).replace(day=1)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def month_of(row: EventRow) -> tuple[int, date]:
    """Return the organization and the month (of UTC) of an event."""
    return row.organization_id, row.at.astimezone(UTC).date().replace(day=1)


def months_to_ask(rows: Iterable[EventRow], *, now: datetime) -> list[tuple[int, date]]:
    """Return the months of events so old that they may be closed."""
    keep_from = _midnight(oldest_kept_day(now).replace(day=1))
    return sorted({month_of(row) for row in rows if row.at < keep_from})


def closed_months(months: Sequence[tuple[int, date]]) -> set[tuple[int, date]]:
    """Return which of (organization id, month) are closed."""
    if not months:
        return set()
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(FIND_CLOSED, [[pair[0] for pair in months], [pair[1] for pair in months]])
        return set(cursor.fetchall())


def closed_month() -> BadEvent:
    """Return the refusal of an event of a closed month."""
    return BadEvent(
        "at", "month_closed", "The events of that month are let go; it takes no more of them."
    )
