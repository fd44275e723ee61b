"""Row-level security of signals, tasks and notifications."""

from django.db import migrations

from accounts.row_security import secure_table


class Migration(migrations.Migration):
    """Put every tenant table of this app under row-level security."""

    dependencies = [
        ("signals", "0001_initial"),
        ("accounts", "0002_row_security"),
        ("seats", "0004_usage_row_security"),
        ("billing", "0002_row_security"),
    ]

    operations = [
        secure_table("signals_alertmemory", pipeline="SELECT, INSERT, UPDATE"),
        secure_table("signals_signal", pipeline="SELECT, UPDATE"),
        secure_table("signals_signalevaluation", pipeline="SELECT, INSERT, UPDATE"),
        secure_table("signals_expansiontask", pipeline="SELECT"),
        secure_table("signals_taskevent", insert_only=True),
        secure_table("signals_notification", pipeline="SELECT, UPDATE"),
    ]
