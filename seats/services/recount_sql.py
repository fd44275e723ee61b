"""The statements that count a day from its raw events, for rebuilds and the check for drift.

Written apart from the rollup's: it adds what is new, this counts what is there. A day of one or of
all organizations comes in as %(start)s, %(end)s, %(day)s and %(organization_ids)s; %(counted)s is
the watermark, as events above it are not expected in any row yet.
"""

from typing import Final

# Quarantine and the watermark decide which events are in the rows; a person, who they are now.
_EVENTS: Final = """
    SELECT e.* FROM seats_usageevent e
    WHERE e.at >= %(start)s AND e.at < %(end)s AND e.xid < %(counted)s::text::xid8
        AND (%(organization_ids)s::bigint[] IS NULL
            OR e.organization_id = ANY(%(organization_ids)s::bigint[]))
        AND NOT EXISTS (
            SELECT FROM seats_quarantinedevent q
            WHERE q.organization_id = e.organization_id AND q.event_id = e.event_id
                AND q.at = e.at AND q.state <> 'replayed'
        )
"""

# All three tables in one shape: two figures of a person, a feature and a kind of outcome.
_COUNTED: Final = f"""
WITH events AS MATERIALIZED ({_EVENTS}), people AS MATERIALIZED (
    SELECT organization_id, member, seats_find_member(organization_id, member) AS membership_id
    FROM (SELECT DISTINCT organization_id, member FROM events) AS named
), known AS MATERIALIZED (
    SELECT e.organization_id, p.membership_id, coalesce(f.id, 0) AS feature_id, e.kind,
        e.quantity, e.outcome_kind, e.outcome_value, e.at
    FROM events e JOIN people p USING (organization_id, member)
    LEFT JOIN seats_feature f ON f.organization_id = e.organization_id AND f.name = e.feature
        AND e.kind = 'feature'
), counted AS MATERIALIZED (
    SELECT 'activity' AS shape, organization_id, membership_id, 0::bigint AS feature_id,
        ''::varchar AS kind, count(*) FILTER (WHERE kind = 'sign_in')::numeric AS one,
        count(*) FILTER (WHERE kind = 'feature')::numeric AS two
    FROM known WHERE kind = 'sign_in' OR quantity > 0 GROUP BY 2, 3
    UNION ALL
    SELECT 'usage', organization_id, membership_id, feature_id, '', count(*), sum(quantity)
    FROM known WHERE kind = 'feature' GROUP BY 2, 3, 4
    UNION ALL
    SELECT 'outcome', organization_id, membership_id, feature_id, outcome_kind, count(*),
        sum(outcome_value)
    FROM known WHERE kind = 'feature' AND outcome_kind <> '' GROUP BY 2, 3, 4, 5
), stored AS MATERIALIZED (
    SELECT * FROM (
        SELECT 'activity' AS shape, organization_id, membership_id, 0::bigint AS feature_id,
            ''::varchar AS kind, sign_ins::numeric AS one, actions::numeric AS two
        FROM seats_activityday WHERE day = %(day)s
        UNION ALL
        SELECT 'usage', organization_id, membership_id, feature_id, '', events, quantity
        FROM seats_usageday WHERE day = %(day)s
        UNION ALL
        SELECT 'outcome', organization_id, membership_id, feature_id, kind, events, value
        FROM seats_outcomeday WHERE day = %(day)s
    ) AS every
    WHERE %(organization_ids)s::bigint[] IS NULL
        OR organization_id = ANY(%(organization_ids)s::bigint[])
), different AS MATERIALIZED (
    SELECT shape, organization_id, membership_id, feature_id, kind, s.one AS stored_one,
        s.two AS stored_two, c.one AS counted_one, c.two AS counted_two
    FROM counted c FULL JOIN stored s
        USING (shape, organization_id, membership_id, feature_id, kind)
    WHERE c.one IS DISTINCT FROM s.one OR c.two IS DISTINCT FROM s.two
)
"""  # noqa: S608 (constants alone)

DIFFERENCES: Final = (
    _COUNTED
    + """
SELECT organization_id, count(*), array_agg(DISTINCT membership_id), min(format(
    '%%s of member %%s: %%s / %%s in the rows, %%s / %%s in the events', shape, membership_id,
    coalesce(stored_one::text, '-'), coalesce(stored_two::text, '-'),
    coalesce(counted_one::text, '-'), coalesce(counted_two::text, '-')))
FROM different GROUP BY 1 ORDER BY 1
"""
)

_OF_THE_DAY: Final = "WHERE day = %(day)s AND organization_id = ANY(%(organization_ids)s::bigint[])"

FORGET: Final = tuple(
    f"DELETE FROM {table} {_OF_THE_DAY}"  # noqa: S608 (constants alone)
    for table in ("seats_activityday", "seats_usageday", "seats_outcomeday")
)

# `stored` and `different` are not asked here, so they are not worked out.
_WRITE: Final = """
{counted}, activity AS (
    INSERT INTO seats_activityday (organization_id, day, membership_id, sign_ins, actions)
    SELECT organization_id, %(day)s, membership_id, one, two FROM counted WHERE shape = 'activity'
), usage AS (
    INSERT INTO seats_usageday (organization_id, day, membership_id, feature_id, events, quantity)
    SELECT organization_id, %(day)s, membership_id, feature_id, one, two
    FROM counted WHERE shape = 'usage'
)
INSERT INTO seats_outcomeday (
    organization_id, day, membership_id, feature_id, kind, events, value
)
SELECT organization_id, %(day)s, membership_id, feature_id, kind, one, two
FROM counted WHERE shape = 'outcome'
"""
WRITE: Final = _WRITE.replace("{counted}", _COUNTED)

FORGET_FEATURES: Final = """
DELETE FROM seats_memberfeature f USING unnest(%(organizations)s::bigint[], %(members)s::bigint[])
    AS changed(organization_id, membership_id)
WHERE f.organization_id = changed.organization_id AND f.membership_id = changed.membership_id
"""

WRITE_FEATURES: Final = """
INSERT INTO seats_memberfeature (
    organization_id, membership_id, feature_id, first_day, last_day, events
)
SELECT d.organization_id, d.membership_id, d.feature_id, min(d.day), max(d.day), sum(d.events)
FROM seats_usageday d JOIN unnest(%(organizations)s::bigint[], %(members)s::bigint[])
    AS changed(organization_id, membership_id) USING (organization_id, membership_id)
GROUP BY 1, 2, 3
"""

# The days say when somebody was first and last active; the hour comes from the raw events of that
# day, or stays as it was where they are gone.
_SEEN: Final = f"""
WITH changed AS (
    SELECT * FROM unnest(%(organizations)s::bigint[], %(members)s::bigint[])
        AS given(organization_id, membership_id)
), days AS (
    SELECT d.organization_id, d.membership_id, min(d.day) AS first_day, max(d.day) AS last_day,
        max(d.day) FILTER (WHERE d.sign_ins > 0) AS last_sign_in_day
    FROM seats_activityday d JOIN changed USING (organization_id, membership_id) GROUP BY 1, 2
), events AS ({_EVENTS}), people AS MATERIALIZED (
    SELECT organization_id, member, seats_find_member(organization_id, member) AS membership_id
    FROM (SELECT DISTINCT organization_id, member FROM events) AS named
), raw AS (
    SELECT e.organization_id, p.membership_id, e.at, e.kind,
        (e.at AT TIME ZONE 'UTC')::date AS day
    FROM events e JOIN people p USING (organization_id, member)
    JOIN changed USING (organization_id, membership_id)
    WHERE e.kind = 'sign_in' OR e.quantity > 0
), hours AS (
    SELECT d.organization_id, d.membership_id,
        min(raw.at) FILTER (WHERE raw.day = d.first_day) AS first_at,
        max(raw.at) FILTER (WHERE raw.day = d.last_day) AS last_at,
        max(raw.at) FILTER (WHERE raw.day = d.last_sign_in_day AND raw.kind = 'sign_in')
            AS last_sign_in_at
    FROM days d JOIN raw USING (organization_id, membership_id) GROUP BY 1, 2
)
"""  # noqa: S608 (constants alone)

WRITE_ACTIVITY: Final = (
    _SEEN
    + """
INSERT INTO seats_memberactivity AS a (
    organization_id, membership_id, first_active_at, last_active_at, last_sign_in_at
)
SELECT d.organization_id, d.membership_id,
    coalesce(h.first_at, CASE WHEN (o.first_active_at AT TIME ZONE 'UTC')::date = d.first_day
        THEN o.first_active_at END, d.first_day::timestamp AT TIME ZONE 'UTC'),
    coalesce(h.last_at, CASE WHEN (o.last_active_at AT TIME ZONE 'UTC')::date = d.last_day
        THEN o.last_active_at END, d.last_day::timestamp AT TIME ZONE 'UTC'),
    coalesce(h.last_sign_in_at,
        CASE WHEN (o.last_sign_in_at AT TIME ZONE 'UTC')::date = d.last_sign_in_day
            THEN o.last_sign_in_at END, d.last_sign_in_day::timestamp AT TIME ZONE 'UTC')
FROM days d
LEFT JOIN hours h USING (organization_id, membership_id)
LEFT JOIN seats_memberactivity o USING (organization_id, membership_id)
ON CONFLICT (organization_id, membership_id) DO UPDATE SET
    first_active_at = EXCLUDED.first_active_at, last_active_at = EXCLUDED.last_active_at,
    last_sign_in_at = EXCLUDED.last_sign_in_at
"""
)

FORGET_ACTIVITY: Final = """
DELETE FROM seats_memberactivity a
USING unnest(%(organizations)s::bigint[], %(members)s::bigint[])
    AS changed(organization_id, membership_id)
WHERE a.organization_id = changed.organization_id AND a.membership_id = changed.membership_id
    AND NOT EXISTS (
        SELECT FROM seats_activityday d
        WHERE d.organization_id = a.organization_id AND d.membership_id = a.membership_id
    )
"""
