"""Whose rows an API key sees: its own organization's, or all for the vendor."""

from contextlib import AbstractContextManager

from rest_framework.request import Request

from accounts.api.tenancy import VENDOR_KEY_USER_ID, caller_of
from accounts.domain.roles import StaffScope
from accounts.tenancy import organization_context, staff_context


def context_of(request: Request) -> AbstractContextManager[None]:
    """Return the tenancy context of the key."""
    organization_id = caller_of(request).api_key.organization_id
    if organization_id is None:
        return staff_context(user_id=VENDOR_KEY_USER_ID, scope=StaffScope.ALL)
    return organization_context(organization_id)
