"""Who was refused for want of a seat."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from accounts.row_security import secure_table


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_visible_usage"),
        ("seats", "0012_organization_changes"),
    ]

    operations = [
        migrations.CreateModel(
            name="SeatRefusal",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization",
                        "day",
                        "membership",
                        "at_sign_in",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("day", models.DateField()),
                ("at_sign_in", models.BooleanField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
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
        secure_table("seats_seatrefusal", pipeline="SELECT, INSERT, DELETE"),
    ]
