"""The vendor's policies: one address for all, which leads to the first of them."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission


@vendor_page(Permission.POLICIES_READ)
@require_safe
def policies(request: VendorRequest) -> HttpResponse:
    """Go to the first policy."""
    return redirect("seller")
