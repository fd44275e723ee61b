"""The pipeline deletes messages that went out long ago."""

from django.db import migrations

from accounts.row_security import grant


class Migration(migrations.Migration):
    """Let it."""

    dependencies = [("signals", "0018_people_of_a_shared_account")]

    operations = [grant("signals_notification", pipeline="DELETE")]
