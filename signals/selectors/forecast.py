"""How fast organizations fill their seats, and between which days they will be full.

Owns: reading the daily net additions of many organizations at once. Does not own: the law
(`signals.domain.runout`).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from django.db import connections

from accounts.replica import reading_connection
from seats.domain.utilization import Utilization
from seats.selectors.usage import UtilizationPoint
from signals.domain.detectors.found import WHOLE
from signals.domain.detectors.run_out import Filling
from signals.domain.runout import RunOut, forecast
from signals.selectors.facts import ScannedFacts
from signals.selectors.sights import Ask

_HISTORY_DAYS = 365

# The day on which the first seats were handed out is a start, not a pace, and is left out.
_CHANGES = """
    SELECT organization_id, day, sum(delta) FROM (
        SELECT organization_id, (lower(during) AT TIME ZONE 'UTC')::date AS day, 1 AS delta
        FROM seats_seatassignment WHERE lower(during) <= %(at)s
        UNION ALL
        SELECT organization_id, (upper(during) AT TIME ZONE 'UTC')::date, -1
        FROM seats_seatassignment WHERE upper(during) <= %(at)s
    ) changes
    WHERE organization_id = ANY(%(ids)s)
    GROUP BY organization_id, day ORDER BY organization_id, day
"""


_CHANGES_OF_MANY = """
    WITH moment AS (
        SELECT * FROM unnest(%(ids)s::bigint[], %(moments)s::timestamptz[])
            AS m(organization_id, at)
    )
    SELECT organization_id, day, sum(delta) FROM (
        SELECT s.organization_id, (lower(s.during) AT TIME ZONE 'UTC')::date AS day, 1 AS delta
        FROM seats_seatassignment s JOIN moment USING (organization_id)
        WHERE lower(s.during) <= moment.at
        UNION ALL
        SELECT s.organization_id, (upper(s.during) AT TIME ZONE 'UTC')::date, -1
        FROM seats_seatassignment s JOIN moment USING (organization_id)
        WHERE upper(s.during) <= moment.at
    ) changes
    GROUP BY organization_id, day ORDER BY organization_id, day
"""


def daily_net_additions(organization_ids: Sequence[int], *, at: datetime) -> dict[int, list[int]]:
    """Return seats assigned less seats released per day up to `at`, the oldest day first.

    Reads in the current tenancy context, with one statement for all organizations.
    """
    with reading_connection().cursor() as cursor:
        cursor.execute(_CHANGES, {"at": at, "ids": list(organization_ids)})
        rows = cursor.fetchall()
    changes: dict[int, dict[date, int]] = defaultdict(dict)
    for organization_id, day, net in rows:
        changes[organization_id][day] = int(net)
    return {id_: _fill(by_day, at.date()) for id_, by_day in changes.items()}


def _fill(by_day: dict[date, int], until: date) -> list[int]:
    first = max(min(by_day) + timedelta(days=1), until - timedelta(days=_HISTORY_DAYS - 1))
    days = max((until - first).days + 1, 0)
    return [by_day.get(first + timedelta(days=n), 0) for n in range(days)]


def filling(ask: Ask) -> Iterator[tuple[ScannedFacts, str, Filling]]:
    """Yield how organizations with free seats filled them, with one statement for all."""
    asked = [seen for seen in ask.organizations.values() if seen.seats.free > 0]
    changes: dict[int, dict[date, int]] = defaultdict(dict)
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(
            _CHANGES_OF_MANY,
            {
                "ids": [seen.organization_id for seen in asked],
                "moments": [seen.at for seen in asked],
            },
        )
        for organization_id, day, net in cursor.fetchall():
            changes[organization_id][day] = int(net)
    for seen in asked:
        if by_day := changes.get(seen.organization_id):
            history = _fill(by_day, seen.at.astimezone(UTC).date())
            yield seen, WHOLE, Filling(seen.on, seen.seats, history)


def run_out_of_days(
    days: Sequence[UtilizationPoint], seats: Utilization, on: date
) -> RunOut | None:
    """Return when seats run out by the snapshots of an organization, without reading its seats.

    A day that lacks is taken as one on which nothing changed; its change stands on the next.
    """
    changes = {later.day: later.assigned - earlier.assigned for earlier, later in pairwise(days)}
    history = _fill({days[0].day: 0} | changes, days[-1].day) if len(days) > 1 else []
    return forecast(history, seats.purchased - seats.assigned, on)


def run_outs(
    seats: Mapping[int, Utilization], *, at: datetime, on: date
) -> dict[int, RunOut | None]:
    """Return when each organization's seats run out, seen from `on`; None where little is known."""
    history = daily_net_additions(list(seats), at=at)
    return {
        id_: forecast(history.get(id_, []), utilization.purchased - utilization.assigned, on)
        for id_, utilization in seats.items()
    }
