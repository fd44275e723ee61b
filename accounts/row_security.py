"""SQL of row-level security, for migrations.

`secure_table` puts the tenant policy on a table. It forces row security, so that even the owner
of the tables is held by it, and separates three readers: the tenant (by `app.organization_id`),
the vendor's staff (read only, by scope) and the pipeline role (all rows of the tables that it has
grants for).
"""

from collections.abc import Sequence

from django.db.migrations.operations import RunSQL

from accounts.domain.roles import StaffScope

OWNER_ROLE = "headroom_owner"
APP_ROLE = "headroom_app"
PIPELINE_ROLE = "headroom_pipeline"

_TENANT = "(select nullif(current_setting('app.organization_id', true), '')::bigint)"
_SCOPE = "(select current_setting('app.staff_scope', true))"
_PORTFOLIO = "((select nullif(current_setting('app.portfolio', true), '')::bigint[])::bigint[])"


def _staff_condition(column: str, scopes: Sequence[StaffScope]) -> str:
    parts = []
    wide = [scope.value for scope in scopes if scope is not StaffScope.PORTFOLIO]
    if wide:
        parts.append(f"{_SCOPE} IN ({', '.join(repr(name) for name in wide)})")
    if StaffScope.PORTFOLIO in scopes:
        parts.append(f"({_SCOPE} = 'portfolio' AND {column} = ANY {_PORTFOLIO})")
    return " OR ".join(parts)


def secure_table(
    table: str,
    *,
    staff: Sequence[StaffScope] = (StaffScope.PORTFOLIO, StaffScope.ALL),
    column: str = "organization_id",
    pipeline: str = "",
    vendor_rows: bool = False,
    insert_only: bool = False,
) -> RunSQL:
    """Return the migration operation that puts `table` under row-level security.

    `staff` lists the scopes that may read it; `pipeline` the SQL privileges of the pipeline role,
    such as "SELECT, INSERT"; `vendor_rows` lets staff of scope `all` write rows without an
    organization; `insert_only` adds the trigger that refuses update and delete.
    """
    own = f"{column} = {_TENANT}"
    statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant ON {table} USING ({own}) WITH CHECK ({own})",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP_ROLE}",
    ]
    if staff:
        statements.append(
            f"CREATE POLICY staff ON {table} FOR SELECT USING ({_staff_condition(column, staff)})"
        )
    if vendor_rows:
        condition = f"{column} IS NULL AND {_SCOPE} = 'all'"
        statements.append(
            f"CREATE POLICY vendor ON {table} USING ({condition}) WITH CHECK ({condition})"
        )
    if pipeline:
        statements.append(
            f"CREATE POLICY pipeline ON {table} TO {PIPELINE_ROLE} USING (true) WITH CHECK (true)"
        )
        statements.append(f"GRANT {pipeline} ON {table} TO {PIPELINE_ROLE}")
    if insert_only:
        statements += _insert_only_statements(table)
    return RunSQL(";\n".join(statements), reverse_sql=RunSQL.noop)


def flat_policies(
    table: str, *, staff: Sequence[StaffScope] = (StaffScope.PORTFOLIO, StaffScope.ALL)
) -> list[str]:
    """Return the statements that give a table of usage the same policies without a subselect.

    Citus takes no other. They are read anew for each row, so a single server keeps its own.
    """
    tenant = "nullif(current_setting('app.organization_id', true), '')::bigint"
    own = f"organization_id = {tenant}"
    condition = (
        _staff_condition("organization_id", staff)
        .replace(_SCOPE, "current_setting('app.staff_scope', true)")
        .replace(_PORTFOLIO, "(nullif(current_setting('app.portfolio', true), '')::bigint[])")
    )
    return [
        f"ALTER POLICY tenant ON {table} USING ({own}) WITH CHECK ({own})",
        f"ALTER POLICY staff ON {table} USING ({condition})",
    ]


def _insert_only_statements(table: str) -> list[str]:
    trigger = f"CREATE TRIGGER {table}_is_insert_only BEFORE UPDATE OR DELETE ON {table}"
    return [
        f"{trigger} FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"REVOKE UPDATE, DELETE ON {table} FROM {APP_ROLE}",
    ]


def make_insert_only(table: str) -> RunSQL:
    """Return the operation that refuses update and delete on a table of the vendor's own."""
    return RunSQL(";\n".join(_insert_only_statements(table)), reverse_sql=RunSQL.noop)


def grant(table: str, *, app: str = "", pipeline: str = "") -> RunSQL:
    """Return the operation that grants privileges on a table that is not a tenant's."""
    statements = []
    if app:
        statements.append(f"GRANT {app} ON {table} TO {APP_ROLE}")
    if pipeline:
        statements.append(f"GRANT {pipeline} ON {table} TO {PIPELINE_ROLE}")
    return RunSQL(";\n".join(statements), reverse_sql=RunSQL.noop)


# What is insert-only lets one thing through: words for a person that the erasing functions of the
# owner replace (migration 0015 of accounts). Nobody else acts as the owner.
REFUSE_CHANGE = f"""
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_user = '{OWNER_ROLE}'
        AND current_setting('app.erasing', true) = 'on' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""

# The function behind every insert-only table, and default grants for tables made later.
PREPARE_SCHEMA = f"""
CREATE EXTENSION IF NOT EXISTS btree_gist;
{REFUSE_CHANGE}
GRANT USAGE ON SCHEMA public TO {APP_ROLE}, {PIPELINE_ROLE};
ALTER DEFAULT PRIVILEGES IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP_ROLE};
ALTER DEFAULT PRIVILEGES IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO {APP_ROLE}, {PIPELINE_ROLE};
"""
