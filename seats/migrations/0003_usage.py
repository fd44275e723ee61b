"""Usage: events, partitioned by month, and what is counted from them."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

# `xid` tells the rollup which events are committed for good; the primary key makes a repeated
# delivery one event. Details that a sender leaves out are NULL or empty.
USAGE_EVENT = """
CREATE TABLE seats_usageevent (
    organization_id bigint NOT NULL,
    event_id varchar(200) NOT NULL,
    at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    member varchar(200) NOT NULL,
    kind varchar(20) NOT NULL CONSTRAINT a_usage_event_has_a_known_kind
        CHECK (kind IN ('sign_in', 'feature')),
    feature varchar(200) NOT NULL DEFAULT '',
    quantity bigint NOT NULL DEFAULT 1 CONSTRAINT a_quantity_is_not_negative CHECK (quantity >= 0),
    outcome_kind varchar(100) NOT NULL DEFAULT '',
    outcome_value numeric(18, 4),
    session_id varchar(200) NOT NULL DEFAULT '',
    device_id varchar(200) NOT NULL DEFAULT '',
    ip inet,
    user_agent varchar(1000) NOT NULL DEFAULT '',
    country varchar(2) NOT NULL DEFAULT '',
    city varchar(120) NOT NULL DEFAULT '',
    latitude double precision,
    longitude double precision,
    asn bigint,
    network varchar(20) NOT NULL DEFAULT '',
    CONSTRAINT a_feature_event_names_its_feature CHECK (kind <> 'feature' OR feature <> ''),
    PRIMARY KEY (organization_id, event_id, at)
) PARTITION BY RANGE (at);
CREATE INDEX usage_events_by_transaction ON seats_usageevent (xid);
"""


class Migration(migrations.Migration):
    """Create the tables of usage."""

    dependencies = [
        ("accounts", "0002_row_security"),
        ("seats", "0002_row_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="RollupWatermark",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("xid", models.BigIntegerField(default=0)),
                ("moved_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="Feature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="feature")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="accounts.organization"
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="MemberActivity",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization",
                        "membership",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("first_active_at", models.DateTimeField()),
                ("last_active_at", models.DateTimeField()),
                ("last_sign_in_at", models.DateTimeField(null=True)),
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
            name="MemberFeature",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization",
                        "membership",
                        "feature",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("events", models.BigIntegerField(default=0)),
                (
                    "feature",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="seats.feature",
                    ),
                ),
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
            name="OutcomeDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization",
                        "day",
                        "membership",
                        "feature",
                        "kind",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("day", models.DateField()),
                ("kind", models.CharField(max_length=100)),
                ("events", models.BigIntegerField(default=0)),
                ("value", models.DecimalField(decimal_places=4, default=0, max_digits=24)),
                (
                    "feature",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="seats.feature",
                    ),
                ),
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
            name="UsageDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization",
                        "day",
                        "membership",
                        "feature",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("day", models.DateField()),
                ("events", models.BigIntegerField(default=0)),
                ("quantity", models.BigIntegerField(default=0)),
                (
                    "feature",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="seats.feature",
                    ),
                ),
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
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(USAGE_EVENT, migrations.RunSQL.noop)],
            state_operations=[
                migrations.CreateModel(
                    name="UsageEvent",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "organization",
                                "event_id",
                                "at",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("event_id", models.CharField(max_length=200)),
                        ("at", models.DateTimeField()),
                        ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("member", models.CharField(max_length=200)),
                        (
                            "kind",
                            models.CharField(
                                choices=[("sign_in", "sign-in"), ("feature", "feature used")],
                                max_length=20,
                            ),
                        ),
                        ("feature", models.CharField(blank=True, max_length=200)),
                        ("quantity", models.BigIntegerField(default=1)),
                        ("outcome_kind", models.CharField(blank=True, max_length=100)),
                        (
                            "outcome_value",
                            models.DecimalField(decimal_places=4, max_digits=18, null=True),
                        ),
                        ("session_id", models.CharField(blank=True, max_length=200)),
                        ("device_id", models.CharField(blank=True, max_length=200)),
                        ("ip", models.GenericIPAddressField(null=True)),
                        ("user_agent", models.CharField(blank=True, max_length=1000)),
                        ("country", models.CharField(blank=True, max_length=2)),
                        ("city", models.CharField(blank=True, max_length=120)),
                        ("latitude", models.FloatField(null=True)),
                        ("longitude", models.FloatField(null=True)),
                        ("asn", models.BigIntegerField(null=True)),
                        (
                            "network",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("residential", "residential"),
                                    ("mobile", "mobile"),
                                    ("hosting", "hosting"),
                                    ("corporate", "corporate"),
                                    ("education", "education"),
                                    ("satellite", "satellite"),
                                    ("unknown", "unknown"),
                                ],
                                max_length=20,
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
            ],
        ),
        migrations.CreateModel(
            name="UtilizationDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization",
                        "day",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("day", models.DateField()),
                ("purchased", models.PositiveIntegerField(default=0)),
                ("assigned", models.PositiveIntegerField(default=0)),
                ("active_1", models.PositiveIntegerField(default=0)),
                ("active_7", models.PositiveIntegerField(default=0)),
                ("active_28", models.PositiveIntegerField(default=0)),
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
            name="ActivityDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization",
                        "day",
                        "membership",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("day", models.DateField()),
                ("sign_ins", models.BigIntegerField(default=0)),
                ("actions", models.BigIntegerField(default=0)),
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
            options={
                "indexes": [
                    models.Index(
                        fields=["organization", "membership", "day"], name="days_of_a_member"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="feature",
            constraint=models.UniqueConstraint(
                fields=("organization", "name"), name="one_feature_per_organization_and_name"
            ),
        ),
        migrations.AddIndex(
            model_name="memberactivity",
            index=models.Index(
                fields=["organization", "last_active_at"], name="activity_by_recency"
            ),
        ),
        migrations.AddIndex(
            model_name="usageday",
            index=models.Index(
                fields=["organization", "membership", "day"], name="usage_days_of_a_member"
            ),
        ),
    ]
