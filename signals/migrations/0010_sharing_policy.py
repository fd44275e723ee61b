"""What an organization lets its own shared accounts be asked at sign-in."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.row_security import secure_table


class Migration(migrations.Migration):
    """Make the table and secure it."""

    dependencies = [
        ("accounts", "0005_role_accounts"),
        ("signals", "0009_tasks_with_owners_and_steps"),
    ]

    operations = [
        migrations.CreateModel(
            name="SharingPolicy",
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
                (
                    "measure",
                    models.CharField(
                        choices=[
                            ("off", "nothing"),
                            ("nudge", "a friendly note"),
                            ("step_up", "a second proof at sign-in"),
                            ("cap", "a limit of open sessions"),
                        ],
                        default="off",
                        max_length=10,
                    ),
                ),
                (
                    "sessions",
                    models.PositiveSmallIntegerField(default=2, verbose_name="open sessions"),
                ),
                ("changed_at", models.DateTimeField()),
            ],
        ),
        secure_table("signals_sharingpolicy", pipeline="SELECT"),
    ]
