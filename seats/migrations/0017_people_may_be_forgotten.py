"""The pipeline deletes a person's raw events when the person is to be forgotten."""

from django.db import migrations

from accounts.row_security import PIPELINE_ROLE


class Migration(migrations.Migration):
    """Let the pipeline delete events."""

    dependencies = [("seats", "0016_where_exports_came_from")]

    operations = [
        migrations.RunSQL(
            f"GRANT DELETE ON seats_usageevent, seats_quarantinedevent TO {PIPELINE_ROLE}",
            migrations.RunSQL.noop,
        ),
    ]
