"""Keeps the daily high-water marks of every organization with true-ups, set-based.

A mark is counted from the ranges of assignments and from the ledger, exact to the moment, so it can
be counted anew for any day at any time and comes out the same.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connections

from accounts.models import Organization
from trueups.domain.quarters import midnight
from trueups.models import TrueUpTerms

# The seats of before the first moment, every change after it, and a row without a change at the
# start of each day, which carries into the day what stood before it. Changes of one moment are one.
_COUNT = """
WITH days AS (
    SELECT d.zone, d.day, d.starts, d.ends
    FROM unnest(%(zones)s::text[], %(days)s::date[], %(starts)s::timestamptz[],
        %(ends)s::timestamptz[]) AS d(zone, day, starts, ends)
), bounds AS (
    SELECT zone, min(starts) AS first, least(max(ends), %(now)s) AS last FROM days GROUP BY zone
), concerned AS (
    SELECT o.id AS organization_id, o.time_zone AS zone, b.first, b.last
    FROM accounts_organization o
    JOIN trueups_trueupterms t ON t.organization_id = o.id
    JOIN bounds b ON b.zone = o.time_zone
    WHERE %(everybody)s OR o.id = ANY(%(organizations)s)
), changes AS (
    SELECT c.organization_id, greatest(lower(s.during), c.first) AS at, 1 AS used, 0 AS bought
    FROM concerned c JOIN seats_seatassignment s ON s.organization_id = c.organization_id
    WHERE lower(s.during) < c.last AND (upper(s.during) IS NULL OR upper(s.during) > c.first)
    UNION ALL
    SELECT c.organization_id, upper(s.during), -1, 0
    FROM concerned c JOIN seats_seatassignment s ON s.organization_id = c.organization_id
    WHERE lower(s.during) < c.last AND upper(s.during) > c.first AND upper(s.during) < c.last
    UNION ALL
    SELECT c.organization_id, greatest(e.effective_at, c.first), 0, e.seats_delta
    FROM concerned c JOIN billing_seatledgerentry e ON e.organization_id = c.organization_id
    WHERE e.effective_at < c.last
    UNION ALL
    SELECT c.organization_id, d.starts, 0, 0
    FROM concerned c JOIN days d ON d.zone = c.zone WHERE d.starts < c.last
), moments AS (
    SELECT organization_id, at, sum(used) AS used, sum(bought) AS bought
    FROM changes GROUP BY organization_id, at
), running AS (
    SELECT organization_id, at,
        sum(used) OVER past AS used, greatest(sum(bought) OVER past, 0) AS bought
    FROM moments WINDOW past AS (PARTITION BY organization_id ORDER BY at)
)
INSERT INTO trueups_highwaterday AS h (
    organization_id, day, assigned_high, overage_high, purchased_at_end
)
SELECT r.organization_id, d.day, max(r.used), max(greatest(r.used - r.bought, 0)),
    (array_agg(r.bought ORDER BY r.at DESC))[1]
FROM running r
JOIN concerned c USING (organization_id)
JOIN days d ON d.zone = c.zone AND r.at >= d.starts AND r.at < d.ends
GROUP BY r.organization_id, d.day
ON CONFLICT (organization_id, day) DO UPDATE SET
    assigned_high = EXCLUDED.assigned_high, overage_high = EXCLUDED.overage_high,
    purchased_at_end = EXCLUDED.purchased_at_end
"""


def keep_marks(*, now: datetime) -> int:
    """Write the marks of yesterday and today in each organization's zone; return how many."""
    zones = (
        Organization.objects.using("pipeline")
        .filter(pk__in=TrueUpTerms.objects.using("pipeline").values("organization_id"))
        .order_by()
        .values_list("time_zone", flat=True)
        .distinct()
    )
    days = [
        (zone, today - timedelta(days=back))
        for zone in zones
        for today in [now.astimezone(ZoneInfo(zone)).date()]
        for back in (1, 0)
    ]
    return _count(days, now)


def recount_marks(*, organization_id: int, first: date, last: date, now: datetime) -> int:
    """Write the marks of an organization's days anew, both ends included; return how many."""
    zone = Organization.objects.using("pipeline").get(pk=organization_id).time_zone
    days = [(zone, first + timedelta(days=n)) for n in range((last - first).days + 1)]
    return _count(days, now, [organization_id])


def _count(
    days: Iterable[tuple[str, date]], now: datetime, organizations: list[int] | None = None
) -> int:
    rows = [
        (
            zone,
            day,
            midnight(day, ZoneInfo(zone)),
            midnight(day + timedelta(days=1), ZoneInfo(zone)),
        )
        for zone, day in days
    ]
    if not rows:
        return 0
    given: dict[str, Any] = {
        "zones": [row[0] for row in rows],
        "days": [row[1] for row in rows],
        "starts": [row[2] for row in rows],
        "ends": [row[3] for row in rows],
        "now": now,
        "everybody": organizations is None,
        "organizations": organizations or [],
    }
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(_COUNT, given)
        return int(cursor.rowcount)
