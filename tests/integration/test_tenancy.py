"""Row-level security: the catalog is walked, and rows of another tenant are tried."""

import pytest
from django.db import ProgrammingError, connections, transaction

from accounts import tenancy
from accounts.domain.roles import StaffScope
from accounts.models import Department, Membership, Organization
from tests.support.people import make_membership, make_user

# Tables without a tenant: the vendor's own, and the framework's.
SHARED_TABLES = {
    "accounts_retentionrun",
    "accounts_user",
    "accounts_user_groups",
    "accounts_user_user_permissions",
    "identity_knownbrowser",
    "billing_approvalamount",
    "billing_dunningpolicy",
    "billing_plan",
    "billing_price",
    "billing_pricedraft",
    "billing_pricemigration",
    "billing_pricetier",
    "billing_seller",
    "billing_taxrate",
    "billing_taxrule",
    "billing_webhookevent",
    "billing_reconciliationrun",
    "billing_stranger",
    "billing_vendorlimits",
    "billing_amountlimit",
    "seats_driftcheck",
    "seats_limitdefault",
    "integrations_slacklink",
    "integrations_usedonce",
    "procurement_vendoranswer",
    "procurement_vendorcontact",
    "seats_rollupwatermark",
    "signals_crmexport",
    "signals_crmmapping",
    "signals_jobrun",
    "signals_noticechoice",
    "signals_noticedigest",
    "signals_noticetiming",
    "signals_ownerrule",
    "signals_ownerrule_managers",
    "signals_playversion",
    "signals_rulemute",
    "signals_staffprofile",
    "signals_vendorview",
}
FRAMEWORK_PREFIXES = ("django_", "auth_", "account_", "mfa_", "usersessions_")


def make_organization(slug: str) -> Organization:
    with tenancy.staff_context(user_id=0, scope=StaffScope.ALL):
        return Organization.objects.create(name=slug, slug=slug, external_id=slug)


@pytest.fixture
def acme() -> Organization:
    return make_organization("acme")


@pytest.fixture
def other() -> Organization:
    return make_organization("other")


@pytest.mark.django_db
class TestRows:
    def test_are_invisible_without_a_tenant(self, acme: Organization) -> None:
        with tenancy.organization_context(acme.pk):
            Department.objects.create(organization=acme, name="Marketing")
        assert not Department.objects.exists()

    def test_of_another_tenant_are_invisible(self, acme: Organization, other: Organization) -> None:
        with tenancy.organization_context(acme.pk):
            Department.objects.create(organization=acme, name="Marketing")
        with tenancy.organization_context(other.pk):
            assert not Department.objects.exists()

    def test_of_another_tenant_are_refused(self, acme: Organization, other: Organization) -> None:
        with (
            tenancy.organization_context(acme.pk),
            pytest.raises(ProgrammingError, match="row-level security"),
            transaction.atomic(),
        ):
            Department.objects.create(organization=other, name="Marketing")

    def test_are_visible_again_after_a_nested_context(
        self, acme: Organization, other: Organization
    ) -> None:
        with tenancy.organization_context(acme.pk):
            Department.objects.create(organization=acme, name="Marketing")
            with tenancy.organization_context(other.pk):
                assert not Department.objects.exists()
            assert Department.objects.count() == 1
        assert not Department.objects.exists()

    def test_are_visible_again_after_a_nested_context_that_failed(
        self, acme: Organization, other: Organization
    ) -> None:
        with tenancy.organization_context(acme.pk):
            Department.objects.create(organization=acme, name="Marketing")
            with pytest.raises(ValueError, match="broken"), tenancy.organization_context(other.pk):
                raise ValueError("broken")
            assert Department.objects.count() == 1

    def test_are_read_only_for_staff(self, acme: Organization) -> None:
        with tenancy.organization_context(acme.pk):
            Department.objects.create(organization=acme, name="Marketing")
        with tenancy.staff_context(user_id=0, scope=StaffScope.ALL):
            assert Department.objects.count() == 1
            assert Department.objects.update(name="Sales") == 0

    def test_outside_the_portfolio_are_invisible_to_an_account_manager(
        self, acme: Organization, other: Organization
    ) -> None:
        for organization in (acme, other):
            with tenancy.organization_context(organization.pk):
                Department.objects.create(organization=organization, name="Marketing")
        with tenancy.staff_context(user_id=0, scope=StaffScope.PORTFOLIO, portfolio=[acme.pk]):
            assert [d.organization_id for d in Department.objects.all()] == [acme.pk]


@pytest.mark.django_db
class TestOwnMemberships:
    def test_are_visible_before_an_organization_is_entered(
        self, acme: Organization, other: Organization
    ) -> None:
        ada = make_user("ada")
        for organization in (acme, other):
            make_membership(organization, user=ada)
        with tenancy.user_context(ada.pk):
            assert Membership.objects.count() == 2
            assert Organization.objects.count() == 2

    def test_elsewhere_are_invisible_from_inside(
        self, acme: Organization, other: Organization
    ) -> None:
        ada = make_user("ada")
        for organization in (acme, other):
            make_membership(organization, user=ada)
        with tenancy.organization_context(acme.pk, user_id=ada.pk):
            assert [m.organization_id for m in Membership.objects.all()] == [acme.pk]
            assert list(Organization.objects.all()) == [acme]


@pytest.mark.django_db(databases=["default", "pipeline", "owner"])
class TestCatalog:
    def test_every_tenant_table_is_under_forced_row_security(self) -> None:
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity, c.relispartition, "
                "EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid) "
                "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')"
            )
            tables = cursor.fetchall()
        unsafe = [
            name
            for name, forced, is_partition, has_policy in tables
            if name not in SHARED_TABLES
            and not name.startswith(FRAMEWORK_PREFIXES)
            and not (forced and (has_policy or is_partition))
        ]
        assert len(tables) > 10
        assert unsafe == []

    @pytest.mark.parametrize("alias", ["default", "pipeline"])
    def test_the_working_roles_cannot_step_around_it(self, alias: str) -> None:
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb "
                "FROM pg_roles WHERE rolname = current_user"
            )
            assert cursor.fetchone() == (False,)
            cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
            assert cursor.fetchone() == (0,)
