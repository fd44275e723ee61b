"""The search of an organization: people, what other apps know, and pages.

It answers with a fragment for the palette, or with a page.
"""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.roles import Permission
from accounts.selectors.search import found_pages, found_people
from accounts.views.answers import asked_by_htmx
from accounts.views.finders import finders

_MOST: Final = 8


@organization_page(Permission.OWN_USAGE_READ)
@require_safe
def search(request: OrganizationRequest) -> HttpResponse:
    """Find what the reader's role may see."""
    asked = request.GET.get("q", "").replace("\x00", "").strip()
    people, groups = [], []
    if asked and request.may(Permission.PEOPLE_READ):
        people = found_people(organization_id=request.organization.pk, search=asked, limit=_MOST)
    if asked:
        groups = [
            {"heading": finder.heading, "icon": finder.icon, "found": found}
            for finder in finders()
            if request.may(finder.permission)
            and (found := finder.find(organization=request.organization, search=asked, limit=_MOST))
        ]
    context = {
        "asked": asked,
        "people": people,
        "groups": groups,
        "pages": found_pages(
            search=asked,
            powers=request.membership.powers,
            slug=request.organization.slug,
        ),
    }
    template = "search_results" if asked_by_htmx(request) else "search"
    return render(request, f"accounts/{template}.html", context)
