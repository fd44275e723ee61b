"""Row-level security of seats."""

from django.db import migrations

from accounts.domain.roles import StaffScope
from accounts.row_security import secure_table

EVERYONE = (StaffScope.PORTFOLIO, StaffScope.BILLING, StaffScope.ALL)


class Migration(migrations.Migration):
    """Put the seat tables under row-level security."""

    dependencies = [("seats", "0001_initial"), ("accounts", "0002_row_security")]

    operations = [
        secure_table("seats_seatpool", staff=EVERYONE, pipeline="SELECT"),
        secure_table("seats_seatassignment", staff=EVERYONE, pipeline="SELECT"),
        secure_table("seats_waitinglistentry", staff=EVERYONE, pipeline="SELECT"),
    ]
