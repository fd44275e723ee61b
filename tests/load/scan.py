"""The scan, beside plain SQL aggregates, beside itself over what changed, and as it grows.

One aggregate counts active people per organization and nothing else; the other counts what the scan
counts: those active people whose activity counts, and those of them without a seat. The full scan
counts everything anew, with contracts and what is open, and decides about whoever has changed, as
once a day; measured beside it are the scan that decides about everybody anew and writes a new day.
"""

import os
import time
from datetime import UTC, datetime, timedelta
from math import log
from pathlib import Path
from typing import Any

import psycopg

from tests.load.options import options
from tests.load.report import Line, line_of, say
from tests.load.stage import superuser_url

SECTION = "scan"
ROUNDS = 5
MEMBERS_EACH = 100
SMALL_EACH = 10
AGGREGATE = """
SELECT organization_id, count(*) FROM seats_memberactivity
WHERE last_active_at >= %s GROUP BY organization_id
"""
COUNTS = """
SELECT a.organization_id, count(*), count(*) FILTER (WHERE s.membership_id IS NULL)
FROM seats_memberactivity a
JOIN accounts_membership m ON m.id = a.membership_id
LEFT JOIN seats_seatassignment s ON s.organization_id = a.organization_id
    AND s.membership_id = a.membership_id AND upper(s.during) IS NULL
WHERE a.last_active_at >= %s AND m.kind <> 'service' AND m.deactivated_at IS NULL
GROUP BY a.organization_id
"""
# Everybody has a seat, a tenth of the seats is free and about two thirds are in use, so that the
# scan is quiet: what it tells is a matter of each signal.
_STATEMENTS = {
    "organizations": """
INSERT INTO accounts_organization (name, slug, external_id, segment, industry, country, currency,
    time_zone, language, usage_visibility, sso_enforced, created_at)
SELECT 'Scanned ' || n, slug, slug, 'mid_market', '', '', 'USD', 'UTC', 'en', 'people', false, now()
FROM generate_series(%(first)s::bigint, %(last)s::bigint) n,
    LATERAL (SELECT 'scanned-' || %(each)s || '-' || n AS slug) named
""",
    "people": """
INSERT INTO accounts_membership (organization_id, external_id, name, email, title, role, state,
    kind, created_at)
SELECT o.id, 's-' || %(each)s || '-' || i, '', '', '', 'member', 'active', 'employee', now()
FROM accounts_organization o CROSS JOIN generate_series(1, %(each)s) i
WHERE o.slug LIKE 'scanned-' || %(each)s || '-%%' AND NOT EXISTS (
    SELECT FROM accounts_membership m WHERE m.organization_id = o.id)
""",
    "seats": """
INSERT INTO seats_seatassignment (organization_id, membership_id, during, release_reason)
SELECT m.organization_id, m.id, tstzrange(now() - interval '1 year', NULL), ''
FROM accounts_membership m WHERE m.external_id LIKE 's-' || %(each)s || '-%%' AND NOT EXISTS (
    SELECT FROM seats_seatassignment s WHERE s.membership_id = m.id)
""",
    "activity": """
INSERT INTO seats_memberactivity (organization_id, membership_id, first_active_at, last_active_at)
SELECT organization_id, id, now() - interval '1 year',
    now() - interval '1 minute' - make_interval(days => abs(hashint8(id)) %% 38)
FROM accounts_membership m WHERE external_id LIKE 's-' || %(each)s || '-%%'
ON CONFLICT DO NOTHING
""",
    "pools": """
INSERT INTO seats_seatpool (organization_id, purchased_seats, assigned_seats, "limit",
    allowance_seats, allowance_days, at_end, kept_seats, limit_is_own, seats_next)
SELECT s.organization_id, ceil(%(each)s * 1.12), count(*), 'hard', 0, 0, 'hard', 0, false, false
FROM seats_seatassignment s
WHERE NOT EXISTS (SELECT FROM seats_seatpool p WHERE p.organization_id = s.organization_id)
GROUP BY 1
""",
}


def measure(_directory: Path) -> list[Line]:
    """Measure the floors with large organizations, then growth with small ones."""
    organizations = max(options.people // MEMBERS_EACH, 100)
    sizes = [max(organizations // 10, 20), organizations, organizations * 10]
    _forget()
    _populate(1, organizations, MEMBERS_EACH)
    lines = _floors(organizations)
    _forget()
    return [*lines, _growth(sizes)]


def _floors(organizations: int) -> list[Line]:
    from signals.services.scan import scan, scan_changes

    now = datetime.now(UTC)
    first_day = _timed(lambda: scan_changes(now=now))
    scan_changes(now=now)
    counted, full, plain, again, used, bought = [], [], [], [], [], []
    for number in range(ROUNDS):
        at = now + timedelta(seconds=number)
        plain.append(_timed(lambda at=at: _aggregate(AGGREGATE, at)))
        counted.append(_timed(lambda at=at: _aggregate(COUNTS, at)))
        full.append(_timed(lambda at=at: scan_changes(now=at, recount=True)))
        _use(organizations // 100)
        used.append(_timed(lambda at=at: scan_changes(now=at)))
        _buy(organizations // 100)
        bought.append(_timed(lambda at=at: scan_changes(now=at)))
        again.append(_timed(lambda at=at: scan(now=at)))
        say(
            f"  aggregate {plain[-1]:.3f} s, of the same counts {counted[-1]:.3f} s, "
            f"full {full[-1]:.3f} s, 1 % used {used[-1]:.3f} s, 1 % bought {bought[-1]:.3f} s, "
            f"everybody {again[-1]:.3f} s"
        )
    people = organizations * MEMBERS_EACH
    of_full = f"{organizations:,} organizations, {people:,} people: {min(full) * 1000:.0f} ms"
    of_plain = f"count of active people per organization: {min(plain) * 1000:.0f} ms"
    return [
        line_of(
            SECTION,
            "full scan, nothing new",
            of_full,
            f"the same counts in plain SQL: {min(counted) * 1000:.0f} ms",
            rounds=[f / c for f, c in zip(full, counted, strict=True)],
            at_most=1.3,
        ),
        line_of(
            SECTION,
            "full scan, nothing new, beside the least count",
            of_full,
            of_plain,
            rounds=[f / p for f, p in zip(full, plain, strict=True)],
        ),
        line_of(
            SECTION,
            "everybody decided about anew",
            f"{min(again) * 1000:.0f} ms",
            f"the same counts in plain SQL: {min(counted) * 1000:.0f} ms",
            rounds=[g / c for g, c in zip(again, counted, strict=True)],
        ),
        line_of(
            SECTION,
            "first scan of a day, everything written",
            f"{first_day * 1000:.0f} ms",
            f"the same counts in plain SQL: {min(counted) * 1000:.0f} ms",
            rounds=[first_day / min(counted)],
        ),
        *(
            line_of(
                SECTION,
                f"1 % of organizations: {what}",
                f"{min(touched) * 1000:.0f} ms",
                f"full scan: {min(full) * 1000:.0f} ms",
                rounds=[t / f for t, f in zip(touched, full, strict=True)],
                at_most=0.05,
            )
            for what, touched in (
                ("somebody used the product", used),
                ("seats were bought", bought),
            )
        ),
    ]


def _growth(sizes: list[int]) -> Line:
    from signals.services.scan import scan_changes

    now, best, made = datetime.now(UTC), [], 0
    for size in sizes:
        _populate(made + 1, size, SMALL_EACH)
        made = size
        scan_changes(now=now, recount=True)
        best.append(min(_timed(lambda: scan_changes(now=now, recount=True)) for _ in range(3)))
        say(f"  {size:,} organizations: {best[-1]:.3f} s")
    exponent = log(best[-1] / best[0]) / log(sizes[-1] / sizes[0])
    return line_of(
        SECTION,
        "growth of the full scan: exponent",
        ", ".join(f"{n:,}: {t * 1000:.0f} ms" for n, t in zip(sizes, best, strict=True)),
        f"organizations of {SMALL_EACH} people",
        rounds=[exponent],
        at_most=1.0,
    )


def _populate(first: int, last: int, each: int) -> None:
    with _superuser() as connection:
        # Triggers and keys of rows that fit by construction would take four fifths of the time.
        connection.execute("SET session_replication_role = replica")
        for name, statement in _STATEMENTS.items():
            started = time.monotonic()
            connection.execute(statement, {"first": first, "last": last, "each": each})
            say(f"  {name} of {last:,}: {time.monotonic() - started:.0f} s")
        connection.execute("DELETE FROM seats_organizationchange")
        connection.execute("VACUUM ANALYZE")


def _forget() -> None:
    with _superuser() as connection:
        connection.execute(
            "TRUNCATE seats_memberactivity, seats_seatassignment, seats_seatpool, "
            "signals_alertmemory, signals_signalevaluation, signals_organizationlook, "
            "signals_scanwatermark"
        )


def _use(count: int) -> None:
    """Let one person of each of some organizations use the product, as the rollup writes it."""
    with _superuser() as connection:
        connection.execute(
            "WITH these AS (SELECT organization_id, min(membership_id) AS membership_id FROM ("
            "  SELECT organization_id, membership_id FROM seats_memberactivity"
            "  WHERE organization_id IN ("
            "    SELECT organization_id FROM seats_seatpool ORDER BY random() LIMIT %s)"
            ") people GROUP BY 1), used AS ("
            "  UPDATE seats_memberactivity a SET last_active_at = now() FROM these "
            "  WHERE a.organization_id = these.organization_id "
            "    AND a.membership_id = these.membership_id) "
            "INSERT INTO seats_organizationchange (organization_id, topic) "
            "SELECT organization_id, 'usage' FROM these",
            [count],
        )


def _buy(count: int) -> None:
    """Let some organizations buy a seat: everything about them is decided and written anew."""
    with _superuser() as connection:
        connection.execute(
            "UPDATE seats_seatpool SET purchased_seats = purchased_seats + 1 WHERE organization_id "
            "IN (SELECT organization_id FROM seats_seatpool ORDER BY random() LIMIT %s)",
            [count],
        )


def _superuser() -> Any:
    return psycopg.connect(superuser_url(os.environ["DATABASE_OWNER_URL"]), autocommit=True)


def _aggregate(statement: str, at: datetime) -> None:
    from django.db import connections

    with connections["pipeline"].cursor() as cursor:
        cursor.execute(statement, [at - timedelta(days=28)])
        cursor.fetchall()


def _timed(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
