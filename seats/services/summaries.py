"""Counts what each person did in the last 28 days, and marks power users (`seats.domain.power`)."""

from datetime import UTC, datetime, timedelta

from django.db import connections

from accounts.models import Organization
from seats.domain.power import LEAST_ACTIVE_DAYS, LEAST_FEATURES, LEAST_PEOPLE, TOP
from seats.domain.usage_rules import ACTIVE_WINDOW

ORGANIZATIONS_AT_ONCE = 200

# One statement writes what changed, and removes who is not active any more. The window is a range
# of the primary key of days, so organizations are named.
_COUNT = """
WITH days AS (
    SELECT d.organization_id, d.membership_id, count(*) AS active_days
    FROM seats_activityday d
    WHERE d.organization_id = ANY(%(ids)s) AND d.day >= %(first)s AND d.day <= %(last)s
    GROUP BY d.organization_id, d.membership_id
),
used AS (
    SELECT f.organization_id, f.membership_id, count(*) AS features
    FROM seats_memberfeature f
    WHERE f.organization_id = ANY(%(ids)s) AND f.last_day >= %(first)s
    GROUP BY f.organization_id, f.membership_id
),
people AS (
    SELECT days.organization_id, days.membership_id, days.active_days,
        coalesce(used.features, 0) AS features
    FROM days
    JOIN accounts_membership m
        ON m.id = days.membership_id AND m.organization_id = days.organization_id
    LEFT JOIN used
        ON used.organization_id = days.organization_id AND used.membership_id = days.membership_id
    WHERE m.kind <> 'service' AND m.state <> 'deactivated'
),
bounds AS (
    SELECT organization_id,
        greatest(percentile_disc(%(top)s) WITHIN GROUP (ORDER BY active_days), %(least_days)s)
            AS active_days,
        greatest(percentile_disc(%(top)s) WITHIN GROUP (ORDER BY features), %(least_features)s)
            AS features
    FROM people GROUP BY organization_id HAVING count(*) >= %(least_people)s
),
gone AS (
    DELETE FROM seats_membersummary s
    WHERE s.organization_id = ANY(%(ids)s) AND NOT EXISTS (
        SELECT FROM people p
        WHERE p.organization_id = s.organization_id AND p.membership_id = s.membership_id)
)
INSERT INTO seats_membersummary AS s (
    organization_id, membership_id, active_days, features, is_power, counted_at
)
SELECT p.organization_id, p.membership_id, p.active_days, p.features,
    coalesce(p.active_days >= b.active_days AND p.features >= b.features, false), %(now)s
FROM people p LEFT JOIN bounds b USING (organization_id)
ON CONFLICT (organization_id, membership_id) DO UPDATE SET
    active_days = EXCLUDED.active_days, features = EXCLUDED.features,
    is_power = EXCLUDED.is_power, counted_at = EXCLUDED.counted_at
WHERE (s.active_days, s.features, s.is_power)
    IS DISTINCT FROM (EXCLUDED.active_days, EXCLUDED.features, EXCLUDED.is_power)
"""


def count_summaries(*, now: datetime) -> int:
    """Bring the summaries of every organization up to date; return how many rows changed.

    Can be repeated and stopped at any time: each batch of organizations is written whole.
    """
    last = now.astimezone(UTC).date()
    ids = list(Organization.objects.using("pipeline").order_by("pk").values_list("pk", flat=True))
    changed = 0
    for start in range(0, len(ids), ORGANIZATIONS_AT_ONCE):
        with connections["pipeline"].cursor() as cursor:
            cursor.execute(
                _COUNT,
                {
                    "ids": ids[start : start + ORGANIZATIONS_AT_ONCE],
                    "first": last - timedelta(days=ACTIVE_WINDOW.days - 1),
                    "last": last,
                    "top": float(TOP),
                    "least_days": LEAST_ACTIVE_DAYS,
                    "least_features": LEAST_FEATURES,
                    "least_people": LEAST_PEOPLE,
                    "now": now,
                },
            )
            changed += cursor.rowcount
    return changed
