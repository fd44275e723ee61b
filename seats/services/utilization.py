"""Keeps the daily figures of every organization: its seats and its active people."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from django.db import connections

from seats.domain.usage_rules import ACTIVE_WINDOW

# People who left and service accounts are not active people.
_SNAPSHOT = """
INSERT INTO seats_utilizationday AS u (
    organization_id, day, purchased, assigned, active_1, active_7, active_28
)
SELECT p.organization_id, %(today)s, p.purchased_seats, p.assigned_seats,
    coalesce(seen.active_1, 0), coalesce(seen.active_7, 0), coalesce(seen.active_28, 0)
FROM seats_seatpool p
LEFT JOIN (
    SELECT a.organization_id,
        count(*) FILTER (WHERE a.last_active_at >= %(day_ago)s) AS active_1,
        count(*) FILTER (WHERE a.last_active_at >= %(week_ago)s) AS active_7,
        count(*) AS active_28
    FROM seats_memberactivity a
    JOIN accounts_membership m ON m.id = a.membership_id AND m.organization_id = a.organization_id
    WHERE a.last_active_at >= %(active_since)s AND a.last_active_at <= %(now)s
        AND m.kind <> 'service' AND m.state <> 'deactivated'
    GROUP BY a.organization_id
) AS seen USING (organization_id)
ON CONFLICT (organization_id, day) DO UPDATE SET
    purchased = EXCLUDED.purchased, assigned = EXCLUDED.assigned, active_1 = EXCLUDED.active_1,
    active_7 = EXCLUDED.active_7, active_28 = EXCLUDED.active_28
"""

# A past day is counted from days of activity and from the time ranges of assignments; how many
# seats were purchased then, the caller knows from the ledger.
_SNAPSHOT_OF_PAST = """
INSERT INTO seats_utilizationday AS u (
    organization_id, day, purchased, assigned, active_1, active_7, active_28
)
SELECT %(organization_id)s, past.day, past.purchased,
    (SELECT count(*) FROM seats_seatassignment s
     WHERE s.organization_id = %(organization_id)s
        AND s.during @> ((past.day + 1)::timestamp AT TIME ZONE 'UTC' - interval '1 microsecond')),
    count(DISTINCT d.membership_id) FILTER (WHERE d.day = past.day),
    count(DISTINCT d.membership_id) FILTER (WHERE d.day > past.day - 7),
    count(DISTINCT d.membership_id)
FROM unnest(%(days)s::date[], %(purchased)s::int[]) AS past(day, purchased)
LEFT JOIN (
    SELECT a.day, a.membership_id FROM seats_activityday a
    JOIN accounts_membership m ON m.id = a.membership_id AND m.organization_id = a.organization_id
    WHERE a.organization_id = %(organization_id)s AND m.kind <> 'service'
) AS d ON d.day > past.day - %(window_days)s AND d.day <= past.day
GROUP BY past.day, past.purchased
ON CONFLICT (organization_id, day) DO UPDATE SET
    purchased = EXCLUDED.purchased, assigned = EXCLUDED.assigned, active_1 = EXCLUDED.active_1,
    active_7 = EXCLUDED.active_7, active_28 = EXCLUDED.active_28
"""


def snapshot_utilization(*, now: datetime) -> int:
    """Write the figures of today (UTC) for every organization with seats; return of how many.

    Repeating it during a day brings that day up to date.
    """
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(
            _SNAPSHOT,
            {
                "now": now,
                "today": now.astimezone(UTC).date(),
                "day_ago": now - timedelta(days=1),
                "week_ago": now - timedelta(days=7),
                "active_since": now - ACTIVE_WINDOW,
            },
        )
        return int(cursor.rowcount)


def snapshot_past_utilization(
    *, organization_id: int, purchased_seats: Iterable[tuple[date, int]]
) -> int:
    """Write the figures of past days of one organization from (day, purchased seats) pairs.

    For history that was imported; activity is counted by days of UTC.
    """
    days, purchased = zip(*sorted(purchased_seats), strict=True)
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(
            _SNAPSHOT_OF_PAST,
            {
                "organization_id": organization_id,
                "days": list(days),
                "purchased": list(purchased),
                "window_days": ACTIVE_WINDOW.days,
            },
        )
        return int(cursor.rowcount)
