"""The statements that count an organization's day, for `seats.services.utilization`.

A list of (organization, day, its last moment, purchased seats) comes in as arrays. Everything is
counted from one list of people with what they had and did, once over all and once by each
dimension, so that the parts add up to the whole.
"""

from typing import Final

# Who was active, from days of activity: for a day that has ended.
SEEN_IN_THE_PAST: Final = """
    SELECT past.organization_id, past.day, a.membership_id, a.last_day = past.day AS in_1,
        a.last_day > past.day - 7 AS in_7
    FROM past CROSS JOIN LATERAL (
        SELECT d.membership_id, max(d.day) AS last_day FROM seats_activityday d
        WHERE d.organization_id = past.organization_id
            AND d.day > past.day - %(window_days)s AND d.day <= past.day
        GROUP BY d.membership_id
    ) AS a
"""
# Who is active, by the hour: for the day that is not over.
SEEN_UNTIL_NOW: Final = """
    SELECT past.organization_id, past.day, a.membership_id,
        a.last_active_at >= %(day_ago)s AS in_1, a.last_active_at >= %(week_ago)s AS in_7
    FROM past JOIN seats_memberactivity a ON a.organization_id = past.organization_id
        AND a.last_active_at >= %(active_since)s AND a.last_active_at <= %(now)s
"""

# Service accounts and people who had left are not people, but a seat of theirs is assigned. Who was
# added after that day belongs to it all the same if they had a seat or activity by then: history
# that was imported is of people who are made today.
_COUNTED: Final = """
WITH past AS MATERIALIZED (
    SELECT * FROM unnest(
        %(organization_ids)s::bigint[], %(days)s::date[], %(moments)s::timestamptz[],
        %(purchased)s::int[]
    ) AS asked(organization_id, day, moment, purchased)
), seen AS MATERIALIZED ({seen}), seated AS MATERIALIZED (
    SELECT past.organization_id, past.day, s.membership_id
    FROM past JOIN seats_seatassignment s ON s.organization_id = past.organization_id
        AND s.during @> past.moment
), waiting AS MATERIALIZED (
    SELECT DISTINCT past.organization_id, past.day, w.membership_id
    FROM past JOIN seats_waitinglistentry w ON w.organization_id = past.organization_id
        AND w.requested_at <= past.moment
        AND (w.seated_at IS NULL OR w.seated_at > past.moment)
        AND (w.withdrawn_at IS NULL OR w.withdrawn_at > past.moment)
), persons AS MATERIALIZED (
    SELECT past.organization_id, past.day, m.department_id, m.region_id, m.title,
        seated.membership_id IS NOT NULL AS is_seated,
        waiting.membership_id IS NOT NULL AS is_waiting,
        here.is_here AND (
            m.created_at <= past.moment OR seated.membership_id IS NOT NULL
            OR first.first_active_at <= past.moment
        ) AS is_person,
        here.is_here AND seen.membership_id IS NOT NULL AS in_28,
        here.is_here AND coalesce(seen.in_7, false) AS in_7,
        here.is_here AND coalesce(seen.in_1, false) AS in_1
    FROM past
    JOIN accounts_membership m ON m.organization_id = past.organization_id
    CROSS JOIN LATERAL (
        SELECT m.kind <> 'service'
            AND (m.deactivated_at IS NULL OR m.deactivated_at > past.moment) AS is_here
    ) AS here
    LEFT JOIN seen ON seen.organization_id = past.organization_id AND seen.day = past.day
        AND seen.membership_id = m.id
    LEFT JOIN seated ON seated.organization_id = past.organization_id AND seated.day = past.day
        AND seated.membership_id = m.id
    LEFT JOIN waiting ON waiting.organization_id = past.organization_id
        AND waiting.day = past.day AND waiting.membership_id = m.id
    LEFT JOIN seats_memberactivity first ON first.organization_id = past.organization_id
        AND first.membership_id = m.id
), counted AS MATERIALIZED (
    SELECT organization_id, day, department_id, region_id, title,
        GROUPING(department_id, region_id, title) AS left_out,
        count(*) FILTER (WHERE is_person) AS people,
        count(*) FILTER (WHERE is_seated) AS assigned,
        count(*) FILTER (WHERE is_waiting) AS waiting,
        count(*) FILTER (WHERE in_1) AS active_1, count(*) FILTER (WHERE in_7) AS active_7,
        count(*) FILTER (WHERE in_28) AS active_28,
        count(*) FILTER (WHERE in_28 AND NOT is_seated) AS active_unseated
    FROM persons
    GROUP BY GROUPING SETS (
        (organization_id, day), (organization_id, day, department_id),
        (organization_id, day, region_id), (organization_id, day, title)
    )
)
"""

# A rollup that is about to mark a day as due is waited for, so that its events are counted.
_LOCK: Final = """
SELECT FROM seats_utilizationday u
JOIN unnest(%(organization_ids)s::bigint[], %(days)s::date[]) AS asked(organization_id, day)
    ON asked.organization_id = u.organization_id AND asked.day = u.day
ORDER BY u.organization_id, u.day FOR UPDATE OF u
"""

_FORGET_SEGMENTS: Final = """
DELETE FROM seats_segmentday d
USING unnest(%(organization_ids)s::bigint[], %(days)s::date[]) AS asked(organization_id, day)
WHERE d.organization_id = asked.organization_id AND d.day = asked.day
    AND d.dimension IN ('department', 'region', 'level')
"""

_WRITE: Final = """
{counted}, segments AS (
    INSERT INTO seats_segmentday (
        organization_id, dimension, day, value, name, people, assigned, waiting, active_28,
        active_unseated
    )
    SELECT c.organization_id,
        CASE c.left_out WHEN 3 THEN 'department' WHEN 5 THEN 'region' ELSE 'level' END, c.day,
        coalesce(CASE c.left_out WHEN 3 THEN c.department_id::text WHEN 5 THEN c.region_id::text
            ELSE c.title END, ''),
        coalesce(CASE c.left_out WHEN 3 THEN d.name WHEN 5 THEN r.name ELSE c.title END, ''),
        c.people, c.assigned, c.waiting, c.active_28, c.active_unseated
    FROM counted c
    LEFT JOIN accounts_department d
        ON d.id = c.department_id AND d.organization_id = c.organization_id
    LEFT JOIN accounts_region r ON r.id = c.region_id AND r.organization_id = c.organization_id
    WHERE c.left_out <> 7 AND (c.people > 0 OR c.assigned > 0 OR c.waiting > 0)
)
INSERT INTO seats_utilizationday AS u (
    organization_id, day, purchased, assigned, waiting, people, active_1, active_7, active_28,
    active_unseated, counted_at, is_due
)
SELECT past.organization_id, past.day,
    past.purchased, coalesce(c.assigned, 0), coalesce(c.waiting, 0), coalesce(c.people, 0),
    coalesce(c.active_1, 0), coalesce(c.active_7, 0), coalesce(c.active_28, 0),
    coalesce(c.active_unseated, 0), %(now)s, false
FROM past
LEFT JOIN counted c ON c.organization_id = past.organization_id AND c.day = past.day
    AND c.left_out = 7
ORDER BY past.organization_id, past.day
ON CONFLICT (organization_id, day) DO UPDATE SET
    purchased = EXCLUDED.purchased, assigned = EXCLUDED.assigned, waiting = EXCLUDED.waiting,
    people = EXCLUDED.people, active_1 = EXCLUDED.active_1, active_7 = EXCLUDED.active_7,
    active_28 = EXCLUDED.active_28, active_unseated = EXCLUDED.active_unseated,
    counted_at = EXCLUDED.counted_at, is_due = false
"""

# Nothing is known of the sizes of what comes in. To loop for each person and day, or to merge by
# the organization alone, would take minutes; by hash it is a second.
_BY_HASH: Final = "SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off"

COUNT: Final = (_LOCK, _FORGET_SEGMENTS, _BY_HASH, _WRITE.replace("{counted}", _COUNTED))
