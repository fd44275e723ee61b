"""The search of an organization: people and pages, as a fragment for the palette or a page."""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.roles import OrganizationRole, Permission
from accounts.selectors.search import found_pages, found_people
from accounts.views.answers import asked_by_htmx

_MOST: Final = 8


@organization_page(Permission.OWN_USAGE_READ)
@require_safe
def search(request: OrganizationRequest) -> HttpResponse:
    """Find people, for those who may see them, and pages of the reader's role."""
    asked = request.GET.get("q", "").replace("\x00", "").strip()
    people = []
    if asked and request.may(Permission.PEOPLE_READ):
        people = found_people(organization_id=request.organization.pk, search=asked, limit=_MOST)
    context = {
        "asked": asked,
        "people": people,
        "pages": found_pages(
            search=asked,
            role=OrganizationRole(request.membership.role),
            slug=request.organization.slug,
        ),
    }
    template = "search_results" if asked_by_htmx(request) else "search"
    return render(request, f"accounts/{template}.html", context)
