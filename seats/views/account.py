"""What the vendor's staff see of a customer's usage; each look is in the customer's history."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.access import VendorRequest
from accounts.models import Organization
from accounts.services.history import record_staff_access


def account_of(request: VendorRequest, slug: str) -> Organization:
    """Return an organization that the reader may look at, and note the look. Raises Http404."""
    organization = get_object_or_404(Organization, slug=slug)
    record_staff_access(user=request.user, page=request.path, organization_id=organization.pk)
    return organization


def account_context(organization: Organization, tab: str) -> dict[str, Any]:
    """Return what the frame of an account's pages of usage shows."""
    return {
        "account": organization,
        "tab": tab,
        "staff_viewing": {"organization": organization.name, "exit_url": reverse("accounts")},
    }
