"""Where each role can go, and where it starts."""

import pytest

from accounts.domain.roles import OrganizationRole, VendorRole, may
from accounts.navigation import organization_navigation, vendor_navigation


class TestOrganizationNavigation:
    @pytest.mark.parametrize(
        ("role", "first"),
        [
            (OrganizationRole.OWNER, "overview"),
            (OrganizationRole.ADMIN, "overview"),
            (OrganizationRole.BILLING, "overview"),
            (OrganizationRole.APPROVER, "purchase_requests"),
            (OrganizationRole.CHAMPION, "my_usage"),
            (OrganizationRole.MEMBER, "my_usage"),
        ],
    )
    def test_starts_where_the_role_works(self, role: OrganizationRole, first: str) -> None:
        assert organization_navigation(role)[0].url_name == first

    @pytest.mark.parametrize("role", list(OrganizationRole))
    def test_has_six_entries_at_most_and_none_that_is_refused(self, role: OrganizationRole) -> None:
        entries = organization_navigation(role)
        assert 0 < len(entries) <= 6
        assert all(may(role, entry.permission) for entry in entries)


class TestVendorNavigation:
    @pytest.mark.parametrize(
        ("role", "first"),
        [
            (VendorRole.ACCOUNT_MANAGER, "today"),
            (VendorRole.FINANCE, "vendor_true_ups"),
            (VendorRole.VENDOR_ADMIN, "rules"),
        ],
    )
    def test_starts_where_the_role_works(self, role: VendorRole, first: str) -> None:
        assert vendor_navigation(role)[0].url_name == first

    @pytest.mark.parametrize("role", list(VendorRole))
    def test_has_six_entries_at_most_and_none_that_is_refused(self, role: VendorRole) -> None:
        entries = vendor_navigation(role)
        assert 0 < len(entries) <= 6
        assert all(may(role, entry.permission) for entry in entries)
