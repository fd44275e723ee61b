"""The log of what changed about organizations, written by triggers on people and seats."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.row_security import APP_ROLE, OWNER_ROLE, PIPELINE_ROLE

# Nobody reads or writes the log but the pipeline and, through the function below, the owner.
LOG = f"""
ALTER TABLE seats_organizationchange ADD xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX organization_changes_by_transaction ON seats_organizationchange (xid);
ALTER TABLE seats_organizationchange ENABLE ROW LEVEL SECURITY;
ALTER TABLE seats_organizationchange FORCE ROW LEVEL SECURITY;
REVOKE ALL ON seats_organizationchange FROM {APP_ROLE};
GRANT SELECT, INSERT, DELETE ON seats_organizationchange TO {PIPELINE_ROLE};
CREATE POLICY pipeline ON seats_organizationchange TO {PIPELINE_ROLE}
    USING (true) WITH CHECK (true);
CREATE POLICY written_by_triggers ON seats_organizationchange FOR INSERT TO {OWNER_ROLE}
    WITH CHECK (true);
"""

# One row for each organization that a statement touched. As the owner, because who may change a
# person need not be able to write the log. `seats_log_changes('table', 'topic', 'column')` puts the
# triggers on a table.
FUNCTIONS = """
CREATE FUNCTION seats_note_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO seats_organizationchange (organization_id, topic)
    SELECT DISTINCT organization_id, TG_ARGV[0] FROM changed;
    RETURN NULL;
END $$;
CREATE FUNCTION seats_note_change_of_organization() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO seats_organizationchange (organization_id, topic)
    SELECT id, TG_ARGV[0] FROM changed;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION seats_note_change(), seats_note_change_of_organization() FROM PUBLIC;
"""


def _triggers(table: str, function: str = "seats_note_change") -> str:
    return ";\n".join(
        f"CREATE TRIGGER {table}_{verb.lower()} AFTER {verb} ON {table} "
        f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT "
        f"EXECUTE FUNCTION {function}('access')"
        for verb, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
    )


class Migration(migrations.Migration):
    """Make the log and let people, seats and organizations write it."""

    dependencies = [
        ("accounts", "0003_approvers"),
        ("seats", "0011_people_summaries"),
    ]

    operations = [
        migrations.CreateModel(
            name="OrganizationChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "topic",
                    models.CharField(
                        choices=[
                            ("access", "people and seats"),
                            ("usage", "usage"),
                            ("contract", "contract"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(LOG, migrations.RunSQL.noop),
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
        migrations.RunSQL(
            ";\n".join(
                [
                    _triggers("accounts_membership"),
                    _triggers("seats_seatpool"),
                    _triggers("seats_seatassignment"),
                    _triggers("accounts_organization", "seats_note_change_of_organization"),
                ]
            ),
            migrations.RunSQL.noop,
        ),
    ]
