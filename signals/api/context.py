"""Whose rows an API key sees: its own organization's, or all for the vendor."""

from contextlib import AbstractContextManager

from rest_framework.request import Request

from accounts.api.tenancy import caller_of
from accounts.tenancy import key_context


def context_of(request: Request) -> AbstractContextManager[None]:
    """Return the tenancy context of the key."""
    return key_context(caller_of(request).api_key.organization_id)
