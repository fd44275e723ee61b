"""Writes usage events: one statement for a group of requests, counted once however often sent.

Runs as the pipeline, over all organizations. The statements are shared by the API (asynchronous,
groups of concurrent requests) and the import (synchronous, batches). Rows are written in the order
of their keys: two writers of the same events then wait for each other instead of deadlocking.

Most groups hold nothing that was written before. WRITE_NEW takes that for granted: it fails as a
whole with UniqueViolation where it is not so, and costs two thirds of WRITE_EVENTS, which then says
what was new. Who has met a known event asks for a while at once (`Wariness`).
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, ClassVar

import msgspec
import psycopg
from django.db import connections, transaction
from psycopg import errors

from seats.services.usage_events import EventRow

MAKE_PARTITION = "SELECT seats_make_usage_partition(%s)"
FIND_ORGANIZATIONS = "SELECT external_id, id FROM accounts_organization WHERE external_id = ANY(%s)"
_RECORDS = """json_to_recordset(%s::json) AS r(
        request integer, organization_id bigint, event_id text, at timestamptz, member text,
        kind text, feature text, quantity bigint, outcome_kind text, outcome_value numeric,
        session_id text, device_id text, ip inet, user_agent text, country text, city text,
        latitude double precision, longitude double precision, asn bigint, network text
    )"""
_INSERT = """INSERT INTO seats_usageevent (
        organization_id, event_id, at, member, kind, feature, quantity, outcome_kind,
        outcome_value, session_id, device_id, ip, user_agent, country, city, latitude, longitude,
        asn, network
    )
    SELECT organization_id, event_id, at, member, kind, coalesce(feature, ''),
        coalesce(quantity, 1), coalesce(outcome_kind, ''), outcome_value,
        coalesce(session_id, ''), coalesce(device_id, ''), ip, coalesce(user_agent, ''),
        coalesce(country, ''), coalesce(city, ''), latitude, longitude, asn, coalesce(network, '')
    FROM {source}
    ORDER BY organization_id, event_id, at
"""
WRITE_EVENTS = f"""
WITH incoming AS MATERIALIZED (
    SELECT * FROM {_RECORDS}
), written AS (
    {_INSERT.replace("{source}", "incoming")}
    ON CONFLICT DO NOTHING
    RETURNING organization_id, event_id, at
)
SELECT coalesce(incoming.request, 0), count(*)
FROM written JOIN incoming USING (organization_id, event_id, at)
GROUP BY 1
"""  # noqa: S608 (no value is in it)
WRITE_NEW = _INSERT.replace("{source}", _RECORDS)

_encoder = msgspec.json.Encoder()


def months_of(rows: Iterable[EventRow]) -> set[date]:
    """Return the months (first day, UTC) that hold the events: the partitions they need."""
    days = {row.at.astimezone(UTC).date() for row in rows}
    return {day.replace(day=1) for day in days}


@dataclass(frozen=True, slots=True)
class Group:
    """The events of several requests, each event once, as the parameter of the two statements.

    `unique` says how many of them each request was the first to bring.
    """

    payload: str
    unique: tuple[int, ...]


def group_of(requests: Sequence[Sequence[EventRow]]) -> Group:
    """Return requests as one group."""
    unique: dict[tuple[int, str, datetime], EventRow] = {}
    counts = []
    for number, rows in enumerate(requests):
        before = len(unique)
        for row in rows:
            key = (row.organization_id, row.event_id, row.at)
            if key not in unique:
                row.request = number
                unique[key] = row
        counts.append(len(unique) - before)
    return Group(_encoder.encode(list(unique.values())).decode(), tuple(counts))


@dataclass(slots=True)
class Wariness:
    """Whether a writer expects events that are known: from one met until `LASTING` groups later."""

    LASTING: ClassVar[int] = 20
    groups_left: int = 0

    def note(self, *, has_known: bool) -> None:
        """Remember whether a group held something known."""
        self.groups_left = self.LASTING if has_known else max(self.groups_left - 1, 0)


@dataclass(slots=True)
class Written:
    """How many events were new, and how many had been there before."""

    accepted: int = 0
    duplicates: int = 0


_partitions_made: set[date] = set()


def write_events(rows: Sequence[EventRow], *, wariness: Wariness | None = None) -> Written:
    """Write events in one transaction of the pipeline; return what was new.

    `wariness` is what a caller of many batches keeps from one to the next.
    """
    if not rows:
        return Written()
    try:
        return _write(rows, wariness or Wariness())
    except errors.CheckViolation:
        # A partition that was made was dropped since.
        _partitions_made.clear()
        return _write(rows, wariness or Wariness())


def _write(rows: Sequence[EventRow], wariness: Wariness) -> Written:
    months = months_of(rows)
    make_usage_partitions(sorted(months - _partitions_made))
    _partitions_made.update(months)
    group = group_of([rows])
    if not wariness.groups_left:
        with suppress(errors.UniqueViolation):
            accepted = _execute(WRITE_NEW, group)
            return Written(accepted, len(rows) - accepted)
    accepted = _execute(WRITE_EVENTS, group)
    wariness.note(has_known=accepted < group.unique[0])
    return Written(accepted, len(rows) - accepted)


def _execute(statement: str, group: Group) -> int:
    """Run one of the two statements in a transaction; return how many events were new."""
    with (
        transaction.atomic(using="pipeline"),
        connections["pipeline"].cursor() as opened,
        # The driver's own cursor sends the events beside the statement: no log gets to see them.
        psycopg.Cursor(opened.connection) as cursor,
    ):
        # A batch is sorted in memory.
        cursor.execute("SET LOCAL work_mem = '32MB'")
        cursor.execute(statement, [group.payload])
        return cursor.rowcount if statement is WRITE_NEW else sum(new for _request, new in cursor)


def make_usage_partitions(months: Sequence[date]) -> int:
    """Make the partitions of `months` (first days) where they are missing; return how many."""
    made = 0
    for month in months:
        with connections["pipeline"].cursor() as cursor:
            cursor.execute(MAKE_PARTITION, [month])
            made += bool(cursor.fetchone()[0])
    return made


def months_ahead(today: date, count: int) -> list[date]:
    """Return the first days of this month and of the `count` next ones."""
    index = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(index, index + count + 1)]


def find_organizations(names: Iterable[str]) -> dict[str, int]:
    """Return the ids of the organizations whose external ids are among `names`."""
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(FIND_ORGANIZATIONS, [list(names)])
        found: list[tuple[str, Any]] = cursor.fetchall()
    return dict(found)
