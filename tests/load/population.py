"""An organization of any size with twelve months behind it, written by the database itself.

Rows go into the tables set-based, as after a year of use; what the product counts from them
(summaries of people, today's figures) its own jobs count. The same size gives the same people.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from tests.load.report import say
from tests.load.stage import superuser_url

FEATURES = 12
_TABLES = (
    "accounts_membership",
    "seats_seatassignment",
    "seats_memberactivity",
    "seats_memberfeature",
    "seats_activityday",
    "seats_usageday",
    "seats_outcomeday",
)

# `i` numbers the people; hashes of it with another summand each scatter what they are, so that no
# two properties go together. A person is active on six days of the year, half of them within the
# last 28 days too.
_STATEMENTS = {
    "departments": """
INSERT INTO accounts_department (organization_id, name, created_at)
SELECT %(organization)s, 'Department ' || n, now() FROM generate_series(1, %(departments)s) n
""",
    "regions": """
INSERT INTO accounts_region (organization_id, name, created_at)
SELECT %(organization)s, 'Region ' || n, now() FROM generate_series(1, 5) n
""",
    "features": """
INSERT INTO seats_feature (organization_id, name, created_at)
SELECT %(organization)s, 'feature-' || n, now() FROM generate_series(1, %(features)s) n
""",
    "people": """
INSERT INTO accounts_membership (organization_id, external_id, name, email, title, role, state,
    kind, department_id, region_id, created_at, deactivated_at)
SELECT %(organization)s, 'p-' || i, given || ' ' || family,
    lower(given || '.' || family || '.' || i || '@people.example'),
    (ARRAY['Engineer', 'Analyst', 'Manager', 'Director', 'Assistant', ''])[1 + i %% 6], 'member',
    state, 'employee', department.id, region.id, now() - make_interval(days => 30 + i %% 1500),
    CASE WHEN state = 'deactivated' THEN now() - interval '1 day' END
FROM (
    SELECT i,
        (ARRAY['Anna', 'Bela', 'Chen', 'Dara', 'Emil', 'Fara', 'Gita', 'Hugo', 'Ines', 'Jano',
            'Kira', 'Liam', 'Mona', 'Nils', 'Olga', 'Paul', 'Rosa', 'Sven', 'Tara', 'Uwe'])
            [1 + abs(hashint8(i + 1000000007)) %% 20] AS given,
        'Kel' || translate((i * 7919::bigint %% 999983)::text, '0123456789', 'aeioubdklm')
            AS family,
        CASE WHEN kind < 20 THEN 'deactivated' WHEN kind < 30 THEN 'invited'
            WHEN kind < 130 THEN 'discovered' ELSE 'active' END AS state
    FROM generate_series(1, %(people)s) i
    CROSS JOIN LATERAL (SELECT abs(hashint8(i + 2000000007)) %% 1000 AS kind) drawn
) named
LEFT JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM accounts_department
    WHERE organization_id = %(organization)s) department
    ON department.place = i * 31::bigint %% (%(departments)s + 1)
LEFT JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM accounts_region
    WHERE organization_id = %(organization)s) region ON region.place = i * 17::bigint %% 6
""",
    "words of people": """
INSERT INTO accounts_membershipword (organization_id, word, name, membership_id)
SELECT DISTINCT organization_id, left(found, 40)::varchar(40), left(lower(name), 40), id
FROM accounts_membership, regexp_split_to_table(
    lower(concat_ws(' ', name, email, external_id, title)), '[^[:alnum:]]+') found
WHERE organization_id = %(organization)s AND found <> ''
ON CONFLICT DO NOTHING
""",
    "seats": """
INSERT INTO seats_seatassignment (organization_id, membership_id, during, release_reason)
SELECT organization_id, id, tstzrange(created_at, NULL), '' FROM accounts_membership
WHERE organization_id = %(organization)s AND state = 'active'
    AND abs(hashint8(id + 3000000007)) %% 10 < 8
""",
    "pool": """
INSERT INTO seats_seatpool (organization_id, purchased_seats, assigned_seats, "limit",
    allowance_seats, allowance_days, at_end, kept_seats, limit_is_own, seats_next)
SELECT %(organization)s, %(people)s, count(*), 'hard', 0, 0, 'hard', 0, false, false
FROM seats_seatassignment WHERE organization_id = %(organization)s
""",
    "days of activity": """
INSERT INTO seats_activityday (organization_id, day, membership_id, sign_ins, actions)
SELECT organization_id, current_date - (n * 61 + id * 13 %% 56)::int, id, 1, 3
FROM generate_series(0, 5) n CROSS JOIN accounts_membership
WHERE organization_id = %(organization)s AND state <> 'invited' AND role = 'member'
""",
    "days of features": """
INSERT INTO seats_usageday (organization_id, day, membership_id, feature_id, events, quantity)
SELECT d.organization_id, d.day, d.membership_id, f.id, 3, 3
FROM seats_activityday d JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place
    FROM seats_feature WHERE organization_id = %(organization)s) f
    ON f.place = (d.membership_id + (d.day - date '2020-01-01')) %% %(features)s
WHERE d.organization_id = %(organization)s
""",
    "outcomes": """
INSERT INTO seats_outcomeday (organization_id, day, membership_id, feature_id, kind, events, value)
SELECT organization_id, day, membership_id, feature_id, 'minutes_saved', 1, 5.5
FROM seats_usageday WHERE organization_id = %(organization)s AND membership_id %% 3 = 0
""",
    "features of people": """
INSERT INTO seats_memberfeature (organization_id, membership_id, feature_id, first_day, last_day,
    events)
SELECT organization_id, membership_id, feature_id, min(day), max(day), sum(events)
FROM seats_usageday WHERE organization_id = %(organization)s GROUP BY 1, 2, 3
""",
    "last activity": """
INSERT INTO seats_memberactivity (organization_id, membership_id, first_active_at, last_active_at,
    last_sign_in_at)
SELECT organization_id, membership_id, min(day) + time '09:00', max(day) + time '09:00',
    max(day) + time '09:00'
FROM seats_activityday WHERE organization_id = %(organization)s GROUP BY 1, 2
""",
    "figures of the year": """
INSERT INTO seats_utilizationday (organization_id, day, purchased, assigned, waiting, people,
    active_1, active_7, active_28, active_unseated, counted_at, is_due)
SELECT %(organization)s, current_date - n, %(people)s, %(people)s * (1000 - n) / 1400, 0,
    %(people)s, %(people)s / 50, %(people)s / 10, %(people)s * (1000 - n) / 2200, %(people)s / 20,
    now(), false
FROM generate_series(1, 365) n
""",
}


@contextmanager
def _without_indexes(connection: psycopg.Connection) -> Iterator[None]:
    """Take away indexes and exclusion constraints of the tables, and make them again at the end."""
    indexes = connection.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
        "WHERE indrelid = ANY(%s::regclass[]) AND NOT EXISTS "
        "(SELECT FROM pg_constraint WHERE conindid = indexrelid)",
        [list(_TABLES)],
    ).fetchall()
    constraints = connection.execute(
        "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) "
        "FROM pg_constraint WHERE conrelid = ANY(%s::regclass[]) AND contype = 'x'",
        [list(_TABLES)],
    ).fetchall()
    for name, _definition in indexes:
        connection.execute(f"DROP INDEX {name}")
    for table, name, _definition in constraints:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    yield
    connection.execute("SET maintenance_work_mem = '512MB'")
    for _name, definition in indexes:
        connection.execute(definition)
    for table, name, definition in constraints:
        connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def populate(organization_id: int, people: int, *, departments: int) -> None:
    """Fill an organization that has no people yet but its admin."""
    values = {
        "organization": organization_id,
        "people": people,
        "departments": departments,
        "features": FEATURES,
    }
    with psycopg.connect(superuser_url(os.environ["DATABASE_URL"]), autocommit=True) as connection:
        # Foreign keys and the log of changes are for writers one by one.
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET work_mem = '256MB'")
        if people < 10_000:
            _run(connection, values, lambda _text: None)
        else:
            with _without_indexes(connection):
                _run(connection, values, say)
                say("  making the indexes ...")
        connection.execute("VACUUM ANALYZE")


def _run(
    connection: psycopg.Connection, values: dict[str, int], tell: Callable[[str], None]
) -> None:
    for number, (what, statement) in enumerate(_STATEMENTS.items(), start=1):
        started = time.perf_counter()
        rows = connection.execute(statement, values).rowcount
        filled = round(number / len(_STATEMENTS) * 20)
        tell(
            f"  [{'#' * filled}{'.' * (20 - filled)}] {what}: {rows:,} rows, "
            f"{time.perf_counter() - started:.0f} s"
        )
