"""The detectors of findings over all organizations, beside one plain aggregate of the same people.

Once a day everybody is looked at; in between only who was refused a seat or asked for something.
The aggregate counts people, seats and active people of each department, and nothing else. In a
twentieth of the organizations somebody works hard enough to be looked at as a power user.
"""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from tests.load.options import options
from tests.load.report import Line, line_of, say
from tests.load.stage import superuser_url

SECTION = "findings"
ROUNDS = 3
MEMBERS_EACH = 100
AGGREGATE = """
SELECT m.organization_id, m.department_id, count(*), count(s.id),
    count(*) FILTER (WHERE a.last_active_at > %s)
FROM accounts_membership m
LEFT JOIN seats_seatassignment s ON s.organization_id = m.organization_id
    AND s.membership_id = m.id AND upper(s.during) IS NULL
LEFT JOIN seats_memberactivity a ON a.organization_id = m.organization_id AND a.membership_id = m.id
WHERE m.kind <> 'service' AND m.deactivated_at IS NULL
GROUP BY m.organization_id, m.department_id
"""
# Nine of ten have a seat, in every department, so that little is told; what a signal costs is a
# matter of each. Everybody came a year ago.
_STATEMENTS = {
    "organizations": """
INSERT INTO accounts_organization (name, slug, external_id, segment, industry, country, currency,
    time_zone, language, usage_visibility, sso_enforced, created_at)
SELECT 'Found ' || n, 'found-' || n, 'found-' || n, 'mid_market', '', '', 'USD', 'UTC', 'en',
    'people', false, now() - interval '2 years'
FROM generate_series(1, %(organizations)s) n
""",
    "departments": """
INSERT INTO accounts_department (organization_id, name, created_at)
SELECT id, 'Department ' || n, now() FROM accounts_organization, generate_series(0, 9) n
WHERE slug LIKE 'found-%%'
""",
    "regions": """
INSERT INTO accounts_region (organization_id, name, created_at)
SELECT id, 'Region ' || n, now() FROM accounts_organization, generate_series(0, 2) n
WHERE slug LIKE 'found-%%'
""",
    "people": """
INSERT INTO accounts_membership (organization_id, external_id, name, email, title, role, state,
    kind, department_id, region_id, created_at)
SELECT o.id, 'f-' || i, '', '',
    (ARRAY['Engineer', 'Analyst', 'Manager', 'Director', 'Assistant', ''])[1 + i %% 6],
    CASE WHEN i < 3 THEN 'admin' ELSE 'member' END, 'active', 'employee',
    o.departments[1 + i %% 10], o.regions[1 + i %% 3], now() - interval '1 year'
FROM (SELECT o.id,
        array(SELECT id FROM accounts_department WHERE organization_id = o.id) AS departments,
        array(SELECT id FROM accounts_region WHERE organization_id = o.id) AS regions
    FROM accounts_organization o WHERE slug LIKE 'found-%%') o
CROSS JOIN generate_series(1, %(each)s) i
""",
    "seats": """
INSERT INTO seats_seatassignment (organization_id, membership_id, during, release_reason)
SELECT organization_id, id, tstzrange(now() - interval '1 year', NULL), ''
FROM accounts_membership WHERE external_id LIKE 'f-%%' AND abs(hashint8(id)) %% 10 > 0
""",
    "activity": """
INSERT INTO seats_memberactivity (organization_id, membership_id, first_active_at, last_active_at,
    last_sign_in_at)
SELECT organization_id, id, now() - interval '1 year', at, at
FROM (SELECT organization_id, id,
        now() - interval '1 minute' - make_interval(days => abs(hashint8(id)) %% 38) AS at
    FROM accounts_membership WHERE external_id LIKE 'f-%%') active
""",
    "days of activity": """
INSERT INTO seats_activityday (organization_id, day, membership_id, sign_ins, actions)
SELECT m.organization_id, current_date - n, m.id, 1, 3
FROM accounts_membership m CROSS JOIN generate_series(0, 27) n
WHERE m.external_id LIKE 'f-%%' AND (
    n = ANY(ARRAY[1, 8, 15, 22]) AND m.id %% 3 > 0
    OR m.organization_id %% 20 = 0 AND m.external_id IN ('f-10', 'f-20', 'f-30'))
""",
    "pools": """
INSERT INTO seats_seatpool (organization_id, purchased_seats, assigned_seats, "limit",
    allowance_seats, allowance_days, at_end, kept_seats, limit_is_own, seats_next)
SELECT organization_id, %(each)s, count(*), 'hard', 0, 0, 'hard', 0, false, false
FROM seats_seatassignment GROUP BY 1
""",
}
_REFUSED = """
INSERT INTO seats_seatrefusal (organization_id, day, membership_id, at_sign_in, at)
SELECT organization_id, %(day)s, min(id), true, %(at)s FROM accounts_membership
WHERE external_id LIKE 'f-%%' AND organization_id %% 100 = 0
GROUP BY organization_id
"""


def measure(_directory: Path) -> list[Line]:
    """Measure a day's look at everybody, at the hundredth of them, and at nobody."""
    from signals.services.findings import scan_findings

    organizations = max(options.people // MEMBERS_EACH, 100)
    people = organizations * MEMBERS_EACH
    _populate(organizations)
    now = datetime.now(UTC)
    first = _timed(lambda: scan_findings(now=now))
    plain, full, touched, nothing = [], [], [], []
    for number in range(ROUNDS):
        at = now + timedelta(days=number + 1)
        plain.append(_timed(lambda at=at: _aggregate(at)))
        full.append(_timed(lambda at=at: scan_findings(now=at)))
        later = at + timedelta(minutes=1)
        with _superuser() as connection:
            connection.execute(_REFUSED, {"day": later.date(), "at": later})
        touched.append(_timed(lambda at=later: scan_findings(now=at)))
        nothing.append(_timed(lambda at=later: scan_findings(now=at)))
        say(
            f"  aggregate {plain[-1]:.2f} s, everybody {full[-1]:.1f} s, "
            f"1 % {touched[-1]:.2f} s, nobody {nothing[-1]:.3f} s"
        )
    of_plain = f"one count of each department in plain SQL: {min(plain) * 1000:.0f} ms"
    of_full = f"everybody: {min(full):.1f} s"
    return [
        line_of(
            SECTION,
            "findings of everybody, once a day",
            f"{organizations:,} organizations, {people:,} people, 17 detectors: {min(full):.1f} s",
            of_plain,
            rounds=[f / p for f, p in zip(full, plain, strict=True)],
        ),
        line_of(
            SECTION,
            "findings of the first day",
            f"{first:.1f} s",
            of_plain,
            rounds=[first / min(plain)],
        ),
        line_of(
            SECTION,
            "findings where 1 % of organizations had something",
            f"{min(touched) * 1000:.0f} ms",
            of_full,
            rounds=[t / f for t, f in zip(touched, full, strict=True)],
            at_most=0.05,
        ),
        line_of(
            SECTION,
            "findings where nobody had anything",
            f"{min(nothing) * 1000:.0f} ms",
            of_full,
            rounds=[n / f for n, f in zip(nothing, full, strict=True)],
            at_most=0.01,
        ),
    ]


def _populate(organizations: int) -> None:
    with _superuser() as connection:
        # Triggers and keys of rows that fit by construction would take four fifths of the time.
        connection.execute("SET session_replication_role = replica")
        for name, statement in _STATEMENTS.items():
            started = time.monotonic()
            given = {"organizations": organizations, "each": MEMBERS_EACH}
            connection.execute(statement, given)
            say(f"  {name}: {time.monotonic() - started:.0f} s")
        connection.execute("DELETE FROM seats_organizationchange")
        connection.execute("VACUUM ANALYZE")


def _superuser() -> Any:
    return psycopg.connect(superuser_url(os.environ["DATABASE_OWNER_URL"]), autocommit=True)


def _aggregate(at: datetime) -> None:
    from django.db import connections

    with connections["pipeline"].cursor() as cursor:
        cursor.execute(AGGREGATE, [at - timedelta(days=28)])
        cursor.fetchall()


def _timed(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
