"""Evidence per person that a customer opened to itself."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from accounts.row_security import secure_table


class Migration(migrations.Migration):
    """Make the table of openings, which nobody changes afterwards."""

    dependencies = [
        ("accounts", "0004_visible_usage"),
        ("trueups", "0004_second_signature"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EvidenceOpening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("opened_by_label", models.CharField(blank=True, max_length=200)),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "opened_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="accounts.organization"
                    ),
                ),
                (
                    "true_up",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="openings",
                        to="trueups.trueup",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "true_up"), name="evidence_is_opened_once"
                    )
                ],
            },
        ),
        secure_table("trueups_evidenceopening", staff=(), insert_only=True),
    ]
