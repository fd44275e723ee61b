"""The usage tables under Citus: the rules of a distributed table, and the DDL that makes one.

One PostgreSQL is enough for most vendors, and there these tables are ordinary ones. They keep the
rules all the same (docs/scaling.md), so that spreading them later changes no code. A policy with a
subselect is the exception: it is what makes row security cheap on one server (the scan of a
portfolio over a million rows took 2 to 4 seconds with it and 30 without), and Citus refuses it. So
the policies are exchanged when the tables are distributed, by the statements made here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.apps import apps
from django.db.backends.utils import CursorWrapper

from accounts.row_security import flat_policies
from seats.models import Feature, RollupWatermark
from seats.models.usage import UsageEvent

DISTRIBUTION_COLUMN = "organization_id"
# Not spread by organization: every node has the few names of features, and the watermark belongs
# to the server whose transaction numbers it holds.
REFERENCE_MODELS = (Feature,)
_COORDINATORS_OWN = (RollupWatermark,)

_COLUMN = """
SELECT c.relname, 'column', 'is missing or may be null: every row belongs to one organization'
FROM pg_class c WHERE c.oid = ANY(%(tables)s) AND NOT EXISTS (
    SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = %(column)s
    AND a.attnotnull AND a.atttypid = 'bigint'::regtype
)
"""
_KEYS = """
SELECT c.relname, k.relname, 'is unique or exclusive and does not begin with the column'
FROM pg_index i
JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_class k ON k.oid = i.indexrelid
LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
WHERE i.indrelid = ANY(%(tables)s) AND (i.indisunique OR i.indisexclusion)
AND a.attname IS DISTINCT FROM %(column)s
UNION ALL
SELECT c.relname, '', 'has no primary key'
FROM pg_class c WHERE c.oid = ANY(%(tables)s) AND NOT c.relispartition AND NOT EXISTS (
    SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary
)
"""
_FOREIGN_KEYS = """
SELECT c.relname, f.conname, 'is a foreign key from or to the table'
FROM pg_constraint f
JOIN pg_class c ON c.oid IN (f.conrelid, f.confrelid) AND c.oid = ANY(%(tables)s)
WHERE f.contype = 'f'
"""
_TRIGGERS = """
SELECT c.relname, t.tgname, 'is a trigger'
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.oid = ANY(%(tables)s) AND NOT t.tgisinternal
"""
_NUMBERS = """
SELECT c.relname, a.attname, 'takes its value from a sequence of one node'
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.oid = ANY(%(tables)s) AND a.attnum > 0 AND NOT a.attisdropped
AND (a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) LIKE '%%nextval(%%')
"""
_POLICIES = """
SELECT c.relname, p.polname, 'is a policy with a subselect'
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
WHERE c.oid = ANY(%(tables)s)
AND (p.polqual::text LIKE '%%{SUBLINK%%' OR p.polwithcheck::text LIKE '%%{SUBLINK%%')
"""
_OF_TABLES = """
SELECT coalesce(array_agg(c.oid), '{}') FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND (c.relname = ANY(%(names)s) OR EXISTS (
    SELECT FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
    WHERE i.inhrelid = c.oid AND p.relname = ANY(%(names)s)
))
"""


@dataclass(frozen=True, slots=True, order=True)
class BrokenRule:
    """What of a table breaks a rule: the column, key, constraint, trigger or policy by its name."""

    table: str
    what: str
    rule: str


def usage_tables() -> list[str]:
    """Return the tables that are spread by organization: those of every model of usage."""
    own = {*REFERENCE_MODELS, *_COORDINATORS_OWN}
    return sorted(
        model._meta.db_table
        for model in apps.get_app_config("seats").get_models()
        if model.__module__ == UsageEvent.__module__ and model not in own
    )


def broken_rules(
    cursor: CursorWrapper, tables: Sequence[str], *, with_policies: bool
) -> list[BrokenRule]:
    """Return where the catalog shows that tables, or partitions of them, break a rule.

    `with_policies` asks for the state just before they are distributed.
    """
    cursor.execute(_OF_TABLES, {"names": list(tables)})
    values = {"tables": cursor.fetchone()[0], "column": DISTRIBUTION_COLUMN}
    found: list[BrokenRule] = []
    asked = [_COLUMN, _KEYS, _FOREIGN_KEYS, _TRIGGERS, _NUMBERS]
    for statement in [*asked, _POLICIES] if with_policies else asked:
        cursor.execute(statement, values)
        found += [BrokenRule(*row) for row in cursor.fetchall()]
    return sorted(found)


def policy_statements() -> list[str]:
    """Return what exchanges the policies of the usage tables for those that Citus takes."""
    tables = [*usage_tables(), *(model._meta.db_table for model in REFERENCE_MODELS)]
    return [statement for table in tables for statement in flat_policies(table)]


def distribution_statements() -> list[str]:
    """Return what spreads the usage tables, to be run on the coordinator after the policies."""
    first, *others = usage_tables()
    return [
        *(f"SELECT create_reference_table('{model._meta.db_table}')" for model in REFERENCE_MODELS),
        f"SELECT create_distributed_table('{first}', '{DISTRIBUTION_COLUMN}')",
        *(
            f"SELECT create_distributed_table('{table}', '{DISTRIBUTION_COLUMN}', "
            f"colocate_with => '{first}')"
            for table in others
        ),
    ]
