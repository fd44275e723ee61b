"""Row-level security of outcomes and the weekly mail."""

from django.db import migrations

from accounts.row_security import secure_table


class Migration(migrations.Migration):
    """Put the tables of outcomes and of the weekly mail under row-level security."""

    dependencies = [("seats", "0009_outcomes_and_weekly_mail")]

    operations = [
        secure_table("seats_outcomeentry"),
        secure_table("seats_outcomebaseline"),
        secure_table("seats_weeklymailreader", pipeline="SELECT"),
        secure_table("seats_weeklymail", pipeline="SELECT, UPDATE"),
    ]
