"""What the coming true-up of an organization would be today, under each policy, side by side."""

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission
from accounts.models import Organization
from accounts.services.history import record_staff_access
from accounts.tenancy import organization_context
from billing.views.lists import search_of
from trueups.models import TrueUp, TrueUpTerms
from trueups.selectors.document import chart_days
from trueups.selectors.simulation import what_if
from trueups.views.parts import text_of

_MOST_FOUND = 20


@vendor_page(Permission.TRUE_UPS_MANAGE)
@require_safe
def true_up_simulation(request: VendorRequest) -> HttpResponse:
    """Find an organization, and show its coming true-up under each policy."""
    named, search = text_of(request, "organization", 60), search_of(request)
    context: dict[str, Any] = {"search": search, "found": _found(search, named)}
    if named:
        organization = get_object_or_404(Organization, slug=named)
        record_staff_access(user=request.user, page=request.path, organization_id=organization.pk)
        # Activity is not in the scope of finance: what is counted from it is read inside.
        with organization_context(organization.pk, user_id=request.user.pk):
            simulation = what_if(organization_id=organization.pk, now=timezone.now())
        context |= {
            "account": organization,
            "simulation": simulation,
            "stored": TrueUpTerms.objects.filter(organization=organization).first(),
        }
        if simulation:
            quarter = (simulation.quarter.start, simulation.quarter.end)
            context["chart_rows"] = chart_days(organization.pk, quarter, organization.time_zone)
    return render(request, "trueups/simulation.html", context)


def _found(search: str, named: str) -> list[Organization]:
    """Return organizations by name; without a search those that have true-ups."""
    organizations = Organization.objects.order_by("name")
    if search:
        for word in search.split():
            organizations = organizations.filter(
                Q(name__icontains=word) | Q(external_id__icontains=word)
            )
    elif named:
        return []
    else:
        agreed = TrueUpTerms.objects.filter(is_enabled=True).values("organization_id")
        known = TrueUp.objects.values("organization_id")
        organizations = organizations.filter(Q(pk__in=agreed) | Q(pk__in=known))
    return list(organizations[:_MOST_FOUND])
