"""Who may do what."""

import pytest

from accounts.domain.roles import (
    ORGANIZATION_MATRIX,
    VENDOR_MATRIX,
    OrganizationRole,
    Permission,
    VendorRole,
    may,
    may_grant,
)

ADMIN_ONLY = {Permission.PEOPLE_MANAGE, Permission.SEATS_ASSIGN, Permission.SETTINGS_MANAGE}


class TestOrganizationRoles:
    def test_every_role_is_in_the_matrix(self) -> None:
        assert set(ORGANIZATION_MATRIX) == set(OrganizationRole)

    @pytest.mark.parametrize(
        ("role", "buys"),
        [
            (OrganizationRole.OWNER, True),
            (OrganizationRole.ADMIN, True),
            (OrganizationRole.BILLING, True),
            (OrganizationRole.APPROVER, False),
            (OrganizationRole.CHAMPION, False),
            (OrganizationRole.MEMBER, False),
        ],
    )
    def test_seats_are_bought_by_those_who_answer_for_the_money(
        self, role: OrganizationRole, buys: bool
    ) -> None:
        assert may(role, Permission.SEATS_BUY) is buys

    def test_people_are_managed_by_owners_and_admins_alone(self) -> None:
        for role in (OrganizationRole.BILLING, OrganizationRole.CHAMPION, OrganizationRole.MEMBER):
            assert not ADMIN_ONLY & ORGANIZATION_MATRIX[role]

    def test_a_person_s_data_is_the_owner_s_alone_to_hand_out(self) -> None:
        able = [role for role in OrganizationRole if may(role, Permission.PERSON_DATA_MANAGE)]
        assert able == [OrganizationRole.OWNER]

    def test_a_customer_has_no_permission_of_the_vendor(self) -> None:
        customers = frozenset().union(*ORGANIZATION_MATRIX.values())
        vendors = frozenset().union(*VENDOR_MATRIX.values())
        assert not customers & vendors


class TestGranting:
    def test_only_owners_make_owners(self) -> None:
        assert may_grant(OrganizationRole.OWNER, OrganizationRole.OWNER)
        assert not may_grant(OrganizationRole.ADMIN, OrganizationRole.OWNER)

    @pytest.mark.parametrize("role", list(OrganizationRole))
    def test_a_member_grants_nothing(self, role: OrganizationRole) -> None:
        assert not may_grant(OrganizationRole.MEMBER, role)


class TestVendorRoles:
    def test_every_role_is_in_the_matrix(self) -> None:
        assert set(VENDOR_MATRIX) == set(VendorRole)

    def test_finance_reads_money_and_no_portfolio(self) -> None:
        assert may(VendorRole.FINANCE, Permission.INVOICES_READ)
        assert not may(VendorRole.FINANCE, Permission.PORTFOLIO_READ)
