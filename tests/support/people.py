"""The actors of the tests: ada (admin), ben (member), cleo (admin of another organization),
max (account manager), fin (finance), olga (vendor admin).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from accounts.domain.roles import StaffScope
from accounts.domain.scopes import EVERYTHING
from accounts.models import Membership, Organization, User
from accounts.services.api_keys import issue_api_key
from accounts.services.history import SYSTEM
from accounts.services.organizations import create_organization
from accounts.tenancy import organization_context, staff_context

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
PASSWORD = "a password for tests"


def make_user(name: str, *, vendor_role: str = "") -> User:
    """Return a user `<name>@example.com` whose password is PASSWORD and address is verified."""
    user = User.objects.create_user(
        f"{name}@example.com", PASSWORD, name=name.capitalize(), vendor_role=vendor_role
    )
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)  # type: ignore[attr-defined]
    return user


def make_organization(
    name: str = "acme", *, account_manager: User | None = None, **fields: Any
) -> Organization:
    """Return a new organization whose slug and external id are `name`."""
    return create_organization(
        external_id=name,
        name=name.capitalize(),
        actor=SYSTEM,
        now=fields.pop("now", NOW),
        account_manager=account_manager,
        **fields,
    )


def make_membership(
    organization: Organization, *, user: User | None = None, role: str = "member", **fields: Any
) -> Membership:
    """Return a membership; without a user it is a person known by their external id."""
    if user is not None:
        fields = {"email": user.email, "name": user.name, "external_id": user.email} | fields
    with organization_context(organization.pk):
        return Membership.objects.create(organization=organization, user=user, role=role, **fields)


def make_admin(name: str, organization: Organization) -> User:
    """Return a user who is an admin of `organization`."""
    user = make_user(name)
    make_membership(organization, user=user, role="admin")
    return user


def make_api_key(
    organization: Organization | None = None, scopes: Sequence[str] = (EVERYTHING,)
) -> str:
    """Return a full API key of an organization, or a vendor-wide one."""
    made: dict[str, Any] = {"actor": SYSTEM, "now": NOW, "scopes": scopes}
    if organization is None:
        with staff_context(user_id=0, scope=StaffScope.ALL):
            return issue_api_key(name="vendor", **made)[1]
    with organization_context(organization.pk):
        return issue_api_key(name="tests", organization_id=organization.pk, **made)[1]
