"""The history of an organization, and who of the vendor looked at its data."""

from typing import Any, Final

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.exports import table_response, wanted_format
from accounts.models import SupportAccess
from accounts.selectors.history import (
    history_line,
    last_check,
    organization_history,
    recorded_verbs,
    staff_accesses,
)

_PER_PAGE: Final = 50
_MOST_ROWS: Final = 50_000


class HistorySearch(forms.Form):
    """What the history is searched for; what makes no sense is left out of the search."""

    q = forms.CharField(required=False, max_length=200)
    verb = forms.CharField(required=False, max_length=80)
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)


def _searched(request: OrganizationRequest) -> dict[str, Any]:
    form = HistorySearch(request.GET)
    form.is_valid()
    found = form.cleaned_data
    return {
        "search": found.get("q", "").replace("\x00", ""),
        "verb": found.get("verb", ""),
        "since": found.get("since"),
        "until": found.get("until"),
    }


@organization_page(Permission.SETTINGS_READ)
@require_safe
def settings_history(request: OrganizationRequest) -> HttpResponse:
    """Show what happened in the organization, the latest first."""
    searched = _searched(request)
    organization_id = request.organization.pk
    entries = organization_history(organization_id=organization_id, **searched)
    page = Paginator(entries, _PER_PAGE).get_page(request.GET.get("page"))
    asked = request.GET.copy()
    asked.pop("page", None)
    return render(
        request,
        "accounts/settings_history.html",
        {
            "page_obj": page,
            "items": [history_line(entry) for entry in page],
            "searched": searched,
            "is_searched": any(searched.values()),
            "asked": asked.urlencode(),
            "verbs": recorded_verbs(organization_id=organization_id),
            "check": last_check(organization_id=organization_id),
            "tab": "settings_history",
        },
    )


@organization_page(Permission.SETTINGS_READ, recent=Recent.EXPORTING)
@require_safe
def settings_history_export(request: OrganizationRequest, format: str) -> HttpResponse:
    """Return the history as a file, within the search."""
    entries = organization_history(organization_id=request.organization.pk, **_searched(request))
    lines = (history_line(entry) for entry in entries[:_MOST_ROWS])
    return table_response(
        f"{request.organization.slug}-history",
        wanted_format(format),
        [
            *(_("Time"), _("Who"), _("What"), _("About"), _("Sentence"), _("Details")),
            _("Where from"),
        ],
        ([x.at, x.actor, x.verb, x.subject, x.title, x.text, x.origin] for x in lines),
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
        {
            "page_obj": page,
            "support": [
                (access, access.is_live(timezone.now()))
                for access in SupportAccess.objects.select_related("consented_by")[:20]
            ],
            "may_answer": request.may(Permission.SETTINGS_MANAGE),
            "tab": "settings_vendor_access",
        },
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
