"""Writes usage events: one statement for a group of requests, counted once however often sent.

Runs as the pipeline, over all organizations. The statement is shared by the API (asynchronous,
groups of concurrent requests) and the import (synchronous, batches). Rows are written in the order
of their keys: two writers of the same events then wait for each other instead of deadlocking.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from django.db import IntegrityError, connections, transaction
from psycopg import errors

from seats.services.usage_events import EventRow

MAKE_PARTITION = "SELECT seats_make_usage_partition(%s)"
FIND_ORGANIZATIONS = "SELECT external_id, id FROM accounts_organization WHERE external_id = ANY(%s)"
WRITE_EVENTS = """
WITH incoming AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%s::json) AS r(
        request integer, organization_id bigint, event_id text, at timestamptz, member text,
        kind text, feature text, quantity bigint, outcome_kind text, outcome_value numeric,
        session_id text, device_id text, ip inet, user_agent text, country text, city text,
        latitude double precision, longitude double precision, asn bigint, network text
    )
), written AS (
    INSERT INTO seats_usageevent (
        organization_id, event_id, at, member, kind, feature, quantity, outcome_kind,
        outcome_value, session_id, device_id, ip, user_agent, country, city, latitude, longitude,
        asn, network
    )
    SELECT organization_id, event_id, at, member, kind, coalesce(feature, ''),
        coalesce(quantity, 1), coalesce(outcome_kind, ''), outcome_value,
        coalesce(session_id, ''), coalesce(device_id, ''), ip, coalesce(user_agent, ''),
        coalesce(country, ''), coalesce(city, ''), latitude, longitude, asn, coalesce(network, '')
    FROM incoming
    ORDER BY organization_id, event_id, at
    ON CONFLICT DO NOTHING
    RETURNING organization_id, event_id, at
)
SELECT coalesce(incoming.request, 0), count(*)
FROM written JOIN incoming USING (organization_id, event_id, at)
GROUP BY 1
"""

_encoder = msgspec.json.Encoder()


def months_of(rows: Iterable[EventRow]) -> set[date]:
    """Return the months (first day, UTC) that hold the events: the partitions they need."""
    return {row.at.astimezone(UTC).date().replace(day=1) for row in rows}


def group_payload(requests: Sequence[Sequence[EventRow]]) -> str:
    """Return the parameter of WRITE_EVENTS: every event of the group once, by its first request."""
    unique: dict[tuple[int, str, datetime], EventRow] = {}
    for number, rows in enumerate(requests):
        for row in rows:
            key = (row.organization_id, row.event_id, row.at)
            if key not in unique:
                row.request = number
                unique[key] = row
    return _encoder.encode(list(unique.values())).decode()


@dataclass(slots=True)
class Written:
    """How many events were new, and how many had been there before."""

    accepted: int = 0
    duplicates: int = 0


_partitions_made: set[date] = set()


def write_events(rows: Sequence[EventRow]) -> Written:
    """Write events in one transaction of the pipeline; return what was new."""
    if not rows:
        return Written()
    try:
        return _write(rows)
    except IntegrityError as error:
        if not isinstance(error.__cause__, errors.CheckViolation):
            raise
        # A partition that was made was dropped since.
        _partitions_made.clear()
        return _write(rows)


def _write(rows: Sequence[EventRow]) -> Written:
    months = months_of(rows)
    make_usage_partitions(sorted(months - _partitions_made))
    _partitions_made.update(months)
    with transaction.atomic(using="pipeline"), connections["pipeline"].cursor() as cursor:
        cursor.execute(WRITE_EVENTS, [group_payload([rows])])
        accepted = sum(count for _request, count in cursor.fetchall())
    return Written(accepted=accepted, duplicates=len(rows) - accepted)


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
