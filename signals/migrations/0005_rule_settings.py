"""Settings of rules and dry runs of them, requests to the vendor, looks for findings."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from accounts.domain.roles import StaffScope
from accounts.row_security import secure_table

VENDOR = (StaffScope.ALL,)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_visible_usage"),
        ("signals", "0004_notice_centre"),
    ]

    operations = [
        migrations.CreateModel(
            name="FindingLook",
            fields=[
                (
                    "organization",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="accounts.organization",
                    ),
                ),
                ("looked_on", models.DateField()),
                ("looked_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="RuleDryRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=30)),
                ("thresholds", models.JSONField()),
                ("is_on", models.BooleanField(default=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("running", "running"),
                            ("done", "done"),
                            ("failed", "failed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("next_day", models.DateField()),
                ("progress", models.JSONField(default=dict)),
                ("found", models.JSONField(default=list)),
                ("fired_now", models.PositiveIntegerField(default=0)),
                ("fired_then", models.PositiveIntegerField(default=0)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("asked_by_label", models.CharField(max_length=200)),
                ("touched_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("in_force_at", models.DateTimeField(blank=True, null=True)),
                (
                    "organization",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at"],
            },
        ),
        migrations.CreateModel(
            name="RuleSetting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=30)),
                ("thresholds", models.JSONField(blank=True, null=True)),
                ("is_on", models.BooleanField(blank=True, null=True)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed_by_label", models.CharField(max_length=200)),
                (
                    "organization",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
            ],
            options={
                "ordering": ["kind", "organization_id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "kind"),
                        name="one_setting_per_organization_and_rule",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="VendorRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("sso", "Single sign-on"),
                            ("admin", "Admin control"),
                            ("teams", "Team management"),
                            ("feature", "A feature"),
                            ("other", "Something else"),
                        ],
                        max_length=10,
                        verbose_name="about",
                    ),
                ),
                ("text", models.TextField(max_length=2000, verbose_name="what you need")),
                ("asked_by_label", models.CharField(max_length=200)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("answer", models.TextField(blank=True, max_length=2000, verbose_name="answer")),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("answered_by_label", models.CharField(blank=True, max_length=200)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="accounts.organization"
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("answered_at__isnull", True)),
                        fields=["organization", "asked_at"],
                        name="open_requests_to_the_vendor",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at__isnull", True)),
                            models.Q(
                                ("answered_at__isnull", False),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="an_answered_request_says_something",
                    )
                ],
            },
        ),
        secure_table(
            "signals_rulesetting", staff=VENDOR, pipeline="SELECT, INSERT, UPDATE, DELETE"
        ),
        secure_table("signals_ruledryrun", staff=VENDOR, pipeline="SELECT, INSERT, UPDATE"),
        secure_table("signals_vendorrequest", pipeline="SELECT"),
        secure_table("signals_findinglook", staff=VENDOR, pipeline="SELECT, INSERT, UPDATE"),
    ]
