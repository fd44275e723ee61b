"""Evaluations that are long over are deleted by the pipeline."""

from django.db import migrations

from accounts.row_security import PIPELINE_ROLE


class Migration(migrations.Migration):
    """Let the pipeline delete evaluations."""

    dependencies = [("signals", "0002_row_security")]

    operations = [
        migrations.RunSQL(
            f"GRANT DELETE ON signals_signalevaluation TO {PIPELINE_ROLE}",
            migrations.RunSQL.noop,
        ),
    ]
