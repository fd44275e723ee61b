"""Whose usage an organization shows; people in the order of their names."""

import django.db.models.functions.comparison
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    """What usage an organization shows, and the index that lists of people are read along."""

    dependencies = [
        ("accounts", "0003_approvers"),
    ]

    operations = [
        migrations.AddField(
            model_name="organization",
            name="usage_visibility",
            field=models.CharField(
                choices=[("people", "each person's"), ("totals", "totals only")],
                default="people",
                max_length=10,
                verbose_name="usage that is shown",
            ),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(
                models.F("organization"),
                django.db.models.functions.text.Lower(
                    django.db.models.functions.comparison.Coalesce(
                        django.db.models.functions.comparison.NullIf("name", models.Value("")),
                        django.db.models.functions.comparison.NullIf("email", models.Value("")),
                        "external_id",
                    )
                ),
                models.F("id"),
                name="people_by_name",
            ),
        ),
    ]
