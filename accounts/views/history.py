"""The history of an organization, and who of the vendor looked at its data."""

from typing import Final

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.exports import table_response, wanted_format
from accounts.selectors.history import history_line, organization_history, staff_accesses

_PER_PAGE: Final = 50
_MOST_ROWS: Final = 50_000


@organization_page(Permission.SETTINGS_READ)
@require_safe
def settings_history(request: OrganizationRequest) -> HttpResponse:
    """Show what happened in the organization, the latest first."""
    search = request.GET.get("q", "").replace("\x00", "")
    page = Paginator(
        organization_history(organization_id=request.organization.pk, search=search), _PER_PAGE
    ).get_page(request.GET.get("page"))
    return render(
        request,
        "accounts/settings_history.html",
        {
            "page_obj": page,
            "items": [history_line(entry) for entry in page],
            "search": search,
            "tab": "settings_history",
        },
    )


@organization_page(Permission.SETTINGS_READ, recent=Recent.EXPORTING)
@require_safe
def settings_history_export(request: OrganizationRequest, format: str) -> HttpResponse:
    """Return the history as a file, within the search."""
    entries = organization_history(
        organization_id=request.organization.pk, search=request.GET.get("q", "").replace("\x00", "")
    )[:_MOST_ROWS]
    lines = (history_line(entry) for entry in entries)
    return table_response(
        f"{request.organization.slug}-history",
        wanted_format(format),
        [_("Time"), _("Who"), _("What"), _("About"), _("Sentence"), _("Details")],
        ([x.at, x.actor, x.verb, x.subject, x.title, x.text] for x in lines),
    )


@organization_page(Permission.SETTINGS_READ)
@require_safe
def settings_vendor_access(request: OrganizationRequest) -> HttpResponse:
    """Show which page about the organization who of the vendor opened."""
    page = Paginator(staff_accesses(organization_id=request.organization.pk), _PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(
        request,
        "accounts/settings_vendor_access.html",
        {"page_obj": page, "tab": "settings_vendor_access"},
    )


@organization_page(Permission.SETTINGS_READ, recent=Recent.EXPORTING)
@require_safe
def settings_vendor_access_export(request: OrganizationRequest, format: str) -> HttpResponse:
    """Return the vendor's accesses as a file."""
    return table_response(
        f"{request.organization.slug}-vendor-access",
        wanted_format(format),
        [_("Time"), _("Who"), _("Page")],
        (
            [x.at, x.actor_label, x.page]
            for x in staff_accesses(organization_id=request.organization.pk)[:_MOST_ROWS]
        ),
    )
