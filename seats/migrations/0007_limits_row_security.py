"""Row-level security of limits, and the end of overages that run already."""

from django.db import migrations

from accounts.domain.roles import StaffScope
from accounts.row_security import secure_table

EVERYONE = (StaffScope.PORTFOLIO, StaffScope.BILLING, StaffScope.ALL)

# The owner of the tables is held by row security too, as long as it is forced.
_ENDS_OF_RUNNING_OVERAGES = """
ALTER TABLE seats_seatpool NO FORCE ROW LEVEL SECURITY;
UPDATE seats_seatpool
SET overage_until = overage_since + allowance_days * interval '24 hours'
WHERE "limit" = 'soft' AND overage_since IS NOT NULL AND assigned_seats > purchased_seats;
ALTER TABLE seats_seatpool FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """Put the tables of limits under row-level security."""

    dependencies = [("seats", "0006_limits_with_a_way_out")]

    operations = [
        secure_table("seats_limitchange", staff=EVERYONE),
        secure_table("seats_limitnotice", staff=EVERYONE, pipeline="SELECT"),
        migrations.RunSQL(_ENDS_OF_RUNNING_OVERAGES, reverse_sql=migrations.RunSQL.noop),
    ]
