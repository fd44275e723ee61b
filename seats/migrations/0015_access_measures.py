"""What people are asked at sign-in, and the sessions that count where they are limited."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.row_security import APP_ROLE, secure_table

# The memory of the entitlement check forgets an organization in which a measure changed.
TRIGGERS = ";\n".join(
    f"CREATE TRIGGER seats_accessmeasure_{verb.lower()} AFTER {verb} ON seats_accessmeasure "
    f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT "
    f"EXECUTE FUNCTION seats_note_change('access')"
    for verb, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
)


class Migration(migrations.Migration):
    """Make the tables, secure them, and tell the check of changes."""

    dependencies = [
        ("accounts", "0005_role_accounts"),
        ("seats", "0014_seats_by_age"),
    ]

    operations = [
        migrations.CreateModel(
            name="OpenSession",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization",
                        "membership",
                        "session",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("session", models.CharField(max_length=64)),
                ("first_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                (
                    "membership",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.membership",
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
        migrations.CreateModel(
            name="AccessMeasure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("nudge", "a friendly note"),
                            ("step_up", "a second proof"),
                            ("cap", "a limit of open sessions"),
                        ],
                        max_length=10,
                    ),
                ),
                ("sessions", models.PositiveSmallIntegerField(default=0)),
                ("since", models.DateTimeField()),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="accounts.membership"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="accounts.organization"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "membership"), name="one_access_measure_per_member"
                    )
                ],
            },
        ),
        secure_table("seats_accessmeasure", staff=(), pipeline="SELECT, DELETE"),
        secure_table("seats_opensession", staff=(), pipeline="SELECT, INSERT, UPDATE, DELETE"),
        migrations.RunSQL(
            f"REVOKE INSERT, UPDATE ON seats_opensession FROM {APP_ROLE}", migrations.RunSQL.noop
        ),
        migrations.RunSQL(TRIGGERS, migrations.RunSQL.noop),
    ]
