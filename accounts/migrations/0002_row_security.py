"""Row-level security of people and organizations."""

from django.db import migrations

from accounts.domain.roles import StaffScope
from accounts.row_security import APP_ROLE, secure_table

EVERYONE = (StaffScope.PORTFOLIO, StaffScope.BILLING, StaffScope.ALL)

USER = "(select nullif(current_setting('app.user_id', true), '')::bigint)"
SCOPE = "(select current_setting('app.staff_scope', true))"
KEY_PREFIX = "(select nullif(current_setting('app.api_key_prefix', true), ''))"

# Nobody has entered an organization, and nobody reads as staff.
OUTSIDE = (
    "(select nullif(current_setting('app.organization_id', true), '') IS NULL "
    "AND coalesce(current_setting('app.staff_scope', true), '') = '')"
)

# A user sees the organizations they belong to before entering one, but not from inside another; an
# account manager the portfolio before it is known as a list of ids. Organizations are made by
# staff of scope `all`.
ORGANIZATION_POLICIES = f"""
CREATE POLICY own_memberships ON accounts_membership FOR SELECT USING (
    user_id = {USER} AND {OUTSIDE});
CREATE POLICY own_organizations ON accounts_organization FOR SELECT USING (
    {OUTSIDE} AND id IN (SELECT organization_id FROM accounts_membership WHERE user_id = {USER}));
CREATE POLICY own_portfolio ON accounts_organization FOR SELECT USING (
    {SCOPE} = 'portfolio' AND account_manager_id = {USER});
CREATE POLICY created_by_staff ON accounts_organization FOR INSERT WITH CHECK ({SCOPE} = 'all');
CREATE POLICY changed_by_staff ON accounts_organization FOR UPDATE
    USING ({SCOPE} = 'all') WITH CHECK ({SCOPE} = 'all');
REVOKE DELETE ON accounts_organization FROM {APP_ROLE};
CREATE POLICY presented ON accounts_apikey FOR SELECT USING (prefix = {KEY_PREFIX});
CREATE POLICY own_reads ON accounts_staffaccess FOR SELECT USING (
    user_id = {USER} AND {SCOPE} <> '');
CREATE POLICY logged_by_staff ON accounts_staffaccess FOR INSERT WITH CHECK (
    user_id = {USER} AND {SCOPE} <> '');
"""


class Migration(migrations.Migration):
    """Put every tenant table of this app under row-level security."""

    dependencies = [("accounts", "0001_initial")]

    operations = [
        secure_table(
            "accounts_organization", column="id", staff=EVERYONE, pipeline="SELECT, INSERT"
        ),
        secure_table("accounts_membership", staff=EVERYONE, pipeline="SELECT, INSERT"),
        secure_table("accounts_department", pipeline="SELECT"),
        secure_table("accounts_region", pipeline="SELECT"),
        secure_table("accounts_invitation"),
        secure_table("accounts_apikey", pipeline="SELECT", vendor_rows=True),
        secure_table(
            "accounts_historyentry",
            staff=EVERYONE,
            pipeline="INSERT",
            vendor_rows=True,
            insert_only=True,
        ),
        secure_table("accounts_staffaccess", staff=(StaffScope.ALL,), insert_only=True),
        migrations.RunSQL(ORGANIZATION_POLICIES, migrations.RunSQL.noop),
    ]
