"""Operations of the pipeline: retention, quarantine, refusals, rebuilds and checks."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from accounts.domain.roles import StaffScope
from accounts.row_security import PIPELINE_ROLE, grant, secure_table

VENDOR = (StaffScope.ALL,)

# Raw events are let go by the month. Writers are kept out first, at the parent, and only for as
# long as it takes to see that nothing uncounted is in it (seats.services.retention). Whoever calls
# this cannot drop what is younger than a month, whatever is configured.
PARTITIONS = f"""
CREATE FUNCTION seats_lock_usage_partition(month date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    partition text := 'seats_usageevent_' || to_char(month, 'YYYYMM');
BEGIN
    LOCK TABLE seats_usageevent IN ACCESS EXCLUSIVE MODE;
    RETURN to_regclass('public.' || partition) IS NOT NULL;
END $$;
CREATE FUNCTION seats_drop_usage_partition(month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF date_trunc('month', month::timestamp) + interval '1 month' > current_date - 30 THEN
        RAISE EXCEPTION 'the events of % are too young to be dropped', month
            USING ERRCODE = 'datetime_field_overflow';
    END IF;
    EXECUTE format('DROP TABLE %I', 'seats_usageevent_' || to_char(month, 'YYYYMM'));
END $$;
REVOKE ALL ON FUNCTION seats_lock_usage_partition(date), seats_drop_usage_partition(date)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seats_lock_usage_partition(date), seats_drop_usage_partition(date)
    TO {PIPELINE_ROLE};
"""

# To count days anew is to delete what was counted of them.
RECOUNT = ";".join(
    f"GRANT DELETE ON {table} TO {PIPELINE_ROLE}"
    for table in (
        "seats_activityday",
        "seats_usageday",
        "seats_outcomeday",
        "seats_memberfeature",
        "seats_memberactivity",
    )
)


class Migration(migrations.Migration):
    """Add the tables of operations, and let the pipeline drop old partitions."""

    dependencies = [
        ("accounts", "0004_visible_usage"),
        ("seats", "0010_outcomes_row_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="DriftCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seed", models.BigIntegerField()),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                ("checked", models.PositiveIntegerField(default=0)),
                ("differences", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["-started_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ClosedMonth",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization",
                        "month",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("month", models.DateField()),
                ("closed_at", models.DateTimeField(default=django.utils.timezone.now)),
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
            name="CountedHour",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization",
                        "hour",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("hour", models.DateTimeField()),
                ("events", models.BigIntegerField(default=0)),
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
            name="RejectDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization",
                        "day",
                        "code",
                        "field",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("day", models.DateField()),
                ("code", models.CharField(max_length=60)),
                ("field", models.CharField(blank=True, max_length=200)),
                ("events", models.BigIntegerField(default=0)),
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
            name="UsageRebuild",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("next_day", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "waiting"), ("done", "done"), ("failed", "failed")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("changed", models.PositiveBigIntegerField(default=0)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("asked_by_label", models.CharField(max_length=200)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "organization",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="DriftFinding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("rows", models.PositiveIntegerField()),
                ("example", models.CharField(max_length=300)),
                ("found_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
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
            options={
                "ordering": ["-found_at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("organization", "day"),
                        name="one_open_drift_per_organization_and_day",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="QuarantinedEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event_id", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("event", models.JSONField(default=dict)),
                ("reason", models.CharField(max_length=300)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("replayed", "counted"),
                            ("discarded", "discarded"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("found_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("tried_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by_label", models.CharField(blank=True, max_length=200)),
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
            options={
                "ordering": ["found_at", "id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["organization", "at"],
                        name="events_in_quarantine",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "event_id", "at"), name="one_quarantine_per_event"
                    )
                ],
            },
        ),
        secure_table("seats_closedmonth", staff=VENDOR, pipeline="SELECT, INSERT"),
        secure_table("seats_quarantinedevent", staff=VENDOR, pipeline="SELECT, INSERT, UPDATE"),
        secure_table("seats_rejectday", staff=VENDOR, pipeline="SELECT, INSERT, UPDATE, DELETE"),
        secure_table("seats_countedhour", staff=VENDOR, pipeline="SELECT, INSERT, UPDATE, DELETE"),
        secure_table("seats_usagerebuild", staff=VENDOR, pipeline="SELECT, INSERT, UPDATE"),
        secure_table("seats_driftfinding", staff=VENDOR, pipeline="SELECT, INSERT, UPDATE"),
        grant("seats_driftcheck", pipeline="SELECT, INSERT, UPDATE"),
        migrations.RunSQL(PARTITIONS, migrations.RunSQL.noop),
        migrations.RunSQL(RECOUNT, migrations.RunSQL.noop),
    ]
