"""Row-level security of true-ups: finance and vendor admins read, the pipeline finds what is due."""

from django.db import migrations

from accounts.domain.roles import StaffScope
from accounts.row_security import secure_table

MONEY_ONLY = (StaffScope.BILLING, StaffScope.ALL)


class Migration(migrations.Migration):
    """Tables that hold rows of one organization."""

    dependencies = [
        ("trueups", "0001_initial"),
        ("accounts", "0002_row_security"),
        ("seats", "0004_usage_row_security"),
    ]

    operations = [
        secure_table("trueups_trueupterms", staff=MONEY_ONLY, pipeline="SELECT"),
        secure_table("trueups_trueup", staff=MONEY_ONLY, pipeline="SELECT"),
        secure_table("trueups_trueupnotice", staff=MONEY_ONLY, pipeline="SELECT"),
        secure_table("trueups_highwaterday", staff=MONEY_ONLY, pipeline="SELECT, INSERT, UPDATE"),
        secure_table("trueups_personevidence", staff=MONEY_ONLY),
        secure_table("trueups_lockout", staff=MONEY_ONLY, pipeline="SELECT"),
        secure_table("trueups_trueupline", staff=MONEY_ONLY, pipeline="SELECT"),
        secure_table("trueups_linecomment", staff=MONEY_ONLY),
    ]
