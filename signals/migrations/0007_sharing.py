"""What is kept of usage for the detector of shared accounts, its scores and its cases."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import signals.models.sharing
from accounts.domain.roles import StaffScope
from accounts.row_security import APP_ROLE, secure_table

# Account managers see an organization's sums alone; a vendor-wide key reads scores without places.
ALL = (StaffScope.ALL,)


class Migration(migrations.Migration):
    """Make the tables and put them under row-level security."""

    dependencies = [
        ("accounts", "0005_role_accounts"),
        ("signals", "0006_room_for_detectors"),
    ]

    operations = [
        migrations.CreateModel(
            name="SharingOverview",
            fields=[
                (
                    "organization",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.organization",
                    ),
                ),
                ("last_day", models.DateField()),
                ("filled_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField(null=True)),
                ("scored_on", models.DateField(null=True)),
                ("scored_at", models.DateTimeField(null=True)),
                ("members", models.PositiveIntegerField(default=0)),
                ("watched", models.PositiveIntegerField(default=0)),
                ("counted", models.PositiveIntegerField(default=0)),
                ("expected_unpaid", models.FloatField(default=0.0)),
                ("is_alert", models.BooleanField(default=False)),
                ("kinds", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="SharingDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization",
                        "epoch",
                        "membership",
                        "day",
                        "device",
                        "place",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("epoch", models.IntegerField()),
                ("day", models.DateField()),
                ("device", models.UUIDField()),
                ("place", models.UUIDField()),
                ("slots", signals.models.sharing.SlotsField()),
                ("form", models.CharField(db_collation="C", max_length=10)),
                ("system", models.CharField(db_collation="C", max_length=12)),
                ("browser", models.CharField(db_collation="C", max_length=12)),
                ("network_class", models.CharField(db_collation="C", max_length=12)),
                ("network", models.BigIntegerField()),
                ("cell_latitude", models.SmallIntegerField(null=True)),
                ("cell_longitude", models.SmallIntegerField(null=True)),
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
            name="SharingLabel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("answered_at", models.DateTimeField()),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("one_person", "one person"),
                            ("role_account", "a role account"),
                            ("device_is_mine", "the device belongs to the same person"),
                            ("seats_given", "each person gets a seat"),
                        ],
                        max_length=20,
                    ),
                ),
                ("is_shared", models.BooleanField()),
                ("probability", models.FloatField()),
                ("amounts", models.JSONField(default=dict)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="accounts.organization"
                    ),
                ),
            ],
            options={
                "ordering": ["answered_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="SharingSecret",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization",
                        "epoch",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("epoch", models.IntegerField()),
                ("seed", models.BinaryField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
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
            name="SharingCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("answered", "answered"),
                            ("cleared", "cleared"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("probability", models.FloatField()),
                ("at_least", models.PositiveSmallIntegerField()),
                ("about", models.PositiveSmallIntegerField()),
                (
                    "step",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "nothing to see"),
                            (1, "on the watch list"),
                            (2, "counted for the organization"),
                            (3, "named to the organization's admin"),
                            (4, "measures, if the organization switched them on"),
                        ]
                    ),
                ),
                ("evidence", models.JSONField(default=list)),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("one_person", "one person"),
                            ("role_account", "a role account"),
                            ("device_is_mine", "the device belongs to the same person"),
                            ("seats_given", "each person gets a seat"),
                        ],
                        max_length=20,
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("closed_by_label", models.CharField(blank=True, max_length=200)),
                ("weight_at_answer", models.FloatField(default=0.0)),
                ("quiet_until", models.DateField(blank=True, null=True)),
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
                "ordering": ["-probability", "id"],
                "indexes": [
                    models.Index(
                        fields=["organization", "membership"], name="signals_sha_organiz_1d23ef_idx"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("organization", "membership"),
                        name="one_open_sharing_case_per_member",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("closed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_closed_sharing_case_has_its_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "answered"), ("answer", ""), _connector="OR"),
                        name="only_an_answered_sharing_case_has_an_answer",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SharingOwnDevice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("epoch", models.IntegerField()),
                ("device", models.UUIDField()),
                ("said_at", models.DateTimeField()),
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
                        fields=("organization", "membership", "epoch", "device"),
                        name="one_own_device_per_member_and_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SharingScore",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("scored_on", models.DateField()),
                ("scored_at", models.DateTimeField()),
                ("probability", models.FloatField()),
                ("at_least", models.PositiveSmallIntegerField()),
                ("about", models.PositiveSmallIntegerField()),
                ("unpaid", models.FloatField(default=0.0)),
                (
                    "step",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "nothing to see"),
                            (1, "on the watch list"),
                            (2, "counted for the organization"),
                            (3, "named to the organization's admin"),
                            (4, "measures, if the organization switched them on"),
                        ],
                        default=0,
                    ),
                ),
                ("runs_above", models.PositiveIntegerField(default=0)),
                ("runs_below", models.PositiveIntegerField(default=0)),
                ("standing_on", models.DateField()),
                ("evidence", models.JSONField(default=list)),
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("step__gte", 1)),
                        fields=["organization", "-probability"],
                        name="sharing_scores_to_watch",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "membership"), name="one_sharing_score_per_member"
                    )
                ],
            },
        ),
        secure_table("signals_sharingoverview", pipeline="SELECT, INSERT, UPDATE, DELETE"),
        secure_table("signals_sharingday", staff=(), pipeline="SELECT, INSERT, UPDATE, DELETE"),
        secure_table("signals_sharingsecret", staff=(), pipeline="SELECT, INSERT, DELETE"),
        migrations.RunSQL(
            f"REVOKE ALL ON signals_sharingsecret FROM {APP_ROLE}", migrations.RunSQL.noop
        ),
        secure_table("signals_sharingscore", staff=ALL, pipeline="SELECT, DELETE"),
        secure_table("signals_sharingcase", staff=ALL, pipeline="SELECT, UPDATE, DELETE"),
        secure_table("signals_sharingowndevice", staff=(), pipeline="SELECT, DELETE"),
        secure_table("signals_sharinglabel", staff=ALL, pipeline="SELECT, DELETE"),
    ]
