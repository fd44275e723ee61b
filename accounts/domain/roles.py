"""Who may do what: one matrix for customers' roles and one for the vendor's staff.

Views, API operations, navigation and the readable table in Settings all read it from here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class OrganizationRole(StrEnum):
    """What a membership may do inside its organization."""

    OWNER = "owner"
    ADMIN = "admin"
    BILLING = "billing"
    APPROVER = "approver"
    CHAMPION = "champion"
    MEMBER = "member"


class VendorRole(StrEnum):
    """What a person of the vendor may do over customers' data."""

    ACCOUNT_MANAGER = "account_manager"
    FINANCE = "finance"
    VENDOR_ADMIN = "vendor_admin"


class Permission(StrEnum):
    """One thing that a page or an API operation asks for."""

    # inside an organization
    OVERVIEW_READ = "overview.read"
    PEOPLE_READ = "people.read"
    PEOPLE_MANAGE = "people.manage"
    PERSON_DATA_MANAGE = "person_data.manage"
    SEATS_ASSIGN = "seats.assign"
    SEATS_BUY = "seats.buy"
    SEATS_REQUEST = "seats.request"
    USAGE_READ = "usage.read"
    OUTCOMES_MANAGE = "outcomes.manage"
    OWN_USAGE_READ = "own_usage.read"
    BILLING_READ = "billing.read"
    REQUESTS_READ = "requests.read"
    TRUE_UPS_READ = "true_ups.read"
    TRUE_UPS_REVIEW = "true_ups.review"
    REQUESTS_APPROVE = "requests.approve"
    SETTINGS_READ = "settings.read"
    SETTINGS_MANAGE = "settings.manage"
    SSO_MANAGE = "sso.manage"
    BUSINESS_CASE_READ = "business_case.read"
    # the vendor's staff
    PORTFOLIO_READ = "portfolio.read"
    TASKS_WORK = "tasks.work"
    INVOICES_READ = "invoices.read"
    RECONCILIATION_READ = "reconciliation.read"
    RECONCILIATION_MANAGE = "reconciliation.manage"
    CATALOG_READ = "catalog.read"
    CATALOG_MANAGE = "catalog.manage"
    CONTRACTS_READ = "contracts.read"
    CONTRACTS_MANAGE = "contracts.manage"
    TRUE_UPS_MANAGE = "true_ups.manage"
    POLICIES_READ = "policies.read"
    POLICIES_MANAGE = "policies.manage"
    RULES_READ = "rules.read"
    RULES_MANAGE = "rules.manage"
    JOBS_READ = "jobs.read"
    USAGE_REPAIR = "usage.repair"
    INTEGRATIONS_MANAGE = "integrations.manage"
    HISTORY_READ = "history.read"
    STAFF_SEARCH = "staff.search"


_MEMBER = frozenset({Permission.OWN_USAGE_READ, Permission.SEATS_REQUEST})
_CHAMPION = _MEMBER | {Permission.BUSINESS_CASE_READ, Permission.OVERVIEW_READ}
_BILLING = _MEMBER | {
    Permission.OVERVIEW_READ,
    Permission.BILLING_READ,
    Permission.SEATS_BUY,
    Permission.REQUESTS_READ,
    Permission.TRUE_UPS_READ,
    Permission.REQUESTS_APPROVE,
    Permission.SETTINGS_READ,
}
_APPROVER = _MEMBER | {
    Permission.OVERVIEW_READ,
    Permission.REQUESTS_READ,
    Permission.REQUESTS_APPROVE,
}
_ADMIN = (
    _CHAMPION
    | _BILLING
    | {
        Permission.PEOPLE_READ,
        Permission.PEOPLE_MANAGE,
        Permission.SEATS_ASSIGN,
        Permission.USAGE_READ,
        Permission.OUTCOMES_MANAGE,
        Permission.TRUE_UPS_REVIEW,
        Permission.SETTINGS_MANAGE,
        Permission.SSO_MANAGE,
    }
)

ORGANIZATION_MATRIX: dict[OrganizationRole, frozenset[Permission]] = {
    OrganizationRole.OWNER: _ADMIN | {Permission.PERSON_DATA_MANAGE},
    OrganizationRole.ADMIN: frozenset(_ADMIN),
    OrganizationRole.BILLING: frozenset(_BILLING),
    OrganizationRole.APPROVER: frozenset(_APPROVER),
    OrganizationRole.CHAMPION: frozenset(_CHAMPION),
    OrganizationRole.MEMBER: _MEMBER,
}

_STAFF = frozenset({Permission.STAFF_SEARCH})

VENDOR_MATRIX: dict[VendorRole, frozenset[Permission]] = {
    VendorRole.ACCOUNT_MANAGER: _STAFF
    | {Permission.PORTFOLIO_READ, Permission.TASKS_WORK, Permission.RULES_READ},
    VendorRole.FINANCE: _STAFF
    | {
        Permission.INVOICES_READ,
        Permission.RECONCILIATION_READ,
        Permission.RECONCILIATION_MANAGE,
        Permission.CONTRACTS_READ,
        Permission.CONTRACTS_MANAGE,
        Permission.TRUE_UPS_MANAGE,
        Permission.POLICIES_READ,
        Permission.HISTORY_READ,
    },
    VendorRole.VENDOR_ADMIN: _STAFF
    | {
        Permission.PORTFOLIO_READ,
        Permission.TASKS_WORK,
        Permission.INVOICES_READ,
        Permission.RECONCILIATION_READ,
        Permission.RECONCILIATION_MANAGE,
        Permission.CATALOG_READ,
        Permission.CATALOG_MANAGE,
        Permission.CONTRACTS_READ,
        Permission.CONTRACTS_MANAGE,
        Permission.TRUE_UPS_MANAGE,
        Permission.POLICIES_READ,
        Permission.POLICIES_MANAGE,
        Permission.RULES_READ,
        Permission.RULES_MANAGE,
        Permission.JOBS_READ,
        Permission.USAGE_REPAIR,
        Permission.INTEGRATIONS_MANAGE,
        Permission.HISTORY_READ,
    },
}


class StaffScope(StrEnum):
    """Which organizations' rows the database shows to a person of the vendor."""

    NONE = ""
    PORTFOLIO = "portfolio"
    BILLING = "billing"
    ALL = "all"


STAFF_SCOPES: dict[VendorRole, StaffScope] = {
    VendorRole.ACCOUNT_MANAGER: StaffScope.PORTFOLIO,
    VendorRole.FINANCE: StaffScope.BILLING,
    VendorRole.VENDOR_ADMIN: StaffScope.ALL,
}


def may(role: OrganizationRole | VendorRole, permission: Permission) -> bool:
    """Tell whether `role` includes `permission`."""
    if isinstance(role, VendorRole):
        return permission in VENDOR_MATRIX[role]
    return permission in ORGANIZATION_MATRIX[role]


# Who may hand out which role: nobody grants more than they hold; only owners make owners.
GRANTABLE_ROLES: dict[OrganizationRole, tuple[OrganizationRole, ...]] = {
    OrganizationRole.OWNER: tuple(OrganizationRole),
    OrganizationRole.ADMIN: (
        OrganizationRole.ADMIN,
        OrganizationRole.BILLING,
        OrganizationRole.APPROVER,
        OrganizationRole.CHAMPION,
        OrganizationRole.MEMBER,
    ),
}


# What an organization may put into a role of its own: all of its own permissions but those that
# stay with owners.
CUSTOM_PERMISSIONS: tuple[Permission, ...] = tuple(
    permission
    for permission in Permission
    if permission in ORGANIZATION_MATRIX[OrganizationRole.ADMIN] - _MEMBER
)
EVERYBODYS = _MEMBER  # every role has these

# What remains of a role that reaches some departments only. People are narrowed by row security;
# who may buy buys for everybody, since seats belong to no department.
DEPARTMENT_PERMISSIONS = _MEMBER | {
    Permission.PEOPLE_READ,
    Permission.SEATS_ASSIGN,
    Permission.USAGE_READ,
    Permission.BILLING_READ,
    Permission.SEATS_BUY,
}
# Of these, pages that show people say by themselves that they show those in reach only.
_SHOWING_PEOPLE = frozenset(
    {Permission.PEOPLE_READ, Permission.SEATS_ASSIGN, Permission.USAGE_READ}
)


# What support by the vendor may do inside an organization that let it in: read, and, where the
# consent says so, change a little. Never buying, keys, roles, sign-in, or files of people.
SUPPORT_READS = frozenset(
    {
        Permission.OVERVIEW_READ,
        Permission.PEOPLE_READ,
        Permission.USAGE_READ,
        Permission.BILLING_READ,
        Permission.REQUESTS_READ,
        Permission.TRUE_UPS_READ,
        Permission.SETTINGS_READ,
    }
)
SUPPORT_CHANGES = frozenset({Permission.SEATS_ASSIGN, Permission.OUTCOMES_MANAGE})


def support_permissions(*, may_change: bool) -> frozenset[Permission]:
    """Return what support may do, as the consent says."""
    return SUPPORT_READS | SUPPORT_CHANGES if may_change else SUPPORT_READS


@dataclass(frozen=True, slots=True)
class Powers:
    """What one membership may do: its role's permissions, or its custom role's, and their reach.

    `departments` holds the ids that it reaches; None means the whole organization.
    """

    role: OrganizationRole
    custom: frozenset[Permission] | None = None
    departments: frozenset[int] | None = None

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything that the membership may do."""
        held = ORGANIZATION_MATRIX[self.role] if self.custom is None else self.custom
        return held if self.departments is None else held & DEPARTMENT_PERMISSIONS

    def may(self, permission: Permission) -> bool:
        """Tell whether the membership may do something."""
        return permission in self.permissions

    def may_open(self, permission: Permission, *, narrows: bool) -> bool:
        """Tell whether the membership may open a page; `narrows`: it shows people in reach only."""
        closed = self.departments is not None and permission in _SHOWING_PEOPLE and not narrows
        return self.may(permission) and not closed

    @property
    def granter(self) -> "Granter":
        """What `may_grant` takes: the role itself, or what it was changed to."""
        if self.custom is None and self.departments is None:
            return self.role
        return self.permissions


type Granter = OrganizationRole | frozenset[Permission]


def known_permissions(names: Iterable[str]) -> frozenset[Permission]:
    """Return the permissions that a stored custom role names; what there is no more is left out."""
    return frozenset(p for p in CUSTOM_PERMISSIONS if p.value in set(names)) | _MEMBER


def held_by(granter: Granter) -> frozenset[Permission]:
    """Return what somebody who hands out roles may do."""
    return ORGANIZATION_MATRIX[granter] if isinstance(granter, OrganizationRole) else granter


def may_hand_out(granter: Granter, permissions: frozenset[Permission]) -> bool:
    """Tell whether who holds `granter` may give `permissions`: nobody gives more than they hold."""
    held = held_by(granter)
    return Permission.PEOPLE_MANAGE in held and permissions <= held


def may_grant(granter: Granter, role: OrganizationRole) -> bool:
    """Tell whether a membership that holds `granter` may give `role` to somebody."""
    if isinstance(granter, OrganizationRole):
        return role in GRANTABLE_ROLES.get(granter, ())
    return role is not OrganizationRole.OWNER and may_hand_out(granter, ORGANIZATION_MATRIX[role])
