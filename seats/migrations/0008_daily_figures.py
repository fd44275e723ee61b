"""Daily figures of segments, and of everything that is counted of an organization's day."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from accounts.row_security import secure_table


class Migration(migrations.Migration):
    """Add segments, and the rest of the columns."""

    dependencies = [
        ("accounts", "0003_approvers"),
        ("seats", "0007_limits_row_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="SegmentDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization",
                        "dimension",
                        "day",
                        "value",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "dimension",
                    models.CharField(
                        choices=[
                            ("department", "department"),
                            ("region", "region"),
                            ("level", "level"),
                        ],
                        max_length=10,
                    ),
                ),
                ("day", models.DateField()),
                ("value", models.CharField(blank=True, max_length=150)),
                ("name", models.CharField(blank=True, max_length=150)),
                ("people", models.PositiveIntegerField(default=0)),
                ("assigned", models.PositiveIntegerField(default=0)),
                ("waiting", models.PositiveIntegerField(default=0)),
                ("active_28", models.PositiveIntegerField(default=0)),
                ("active_unseated", models.PositiveIntegerField(default=0)),
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
        migrations.AddField(
            model_name="utilizationday",
            name="active_unseated",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="utilizationday",
            name="counted_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name="utilizationday",
            name="is_due",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="utilizationday",
            name="people",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="utilizationday",
            name="waiting",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="utilizationday",
            index=models.Index(
                condition=models.Q(("is_due", True)),
                fields=["organization", "day"],
                name="days_to_count_again",
            ),
        ),
        secure_table("seats_segmentday", pipeline="SELECT, INSERT, UPDATE, DELETE"),
    ]
