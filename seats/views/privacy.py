"""Settings of privacy: what changes is said first, then switched."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.roles import Permission
from accounts.services.history import Actor
from accounts.views.answers import done
from seats.domain.privacy import LEAST_GROUP, Visibility
from seats.services.privacy import LONGEST_REASON, ReasonNeeded, choose_visibility


@organization_page(Permission.SETTINGS_READ)
@require_safe
def settings_privacy(request: OrganizationRequest) -> HttpResponse:
    """Say whose usage is shown, and what the switch would change."""
    return _page(request)


@organization_page(Permission.SETTINGS_MANAGE)
@require_POST
def settings_privacy_change(request: OrganizationRequest) -> HttpResponse:
    """Switch between each person's usage and totals."""
    wanted = request.POST.get("visibility", "")
    if wanted not in set(Visibility):
        return _page(request, status=422)
    try:
        choose_visibility(
            organization_id=request.organization.pk,
            visibility=Visibility(wanted),
            reason=request.POST.get("reason", "").replace("\x00", ""),
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except ReasonNeeded as error:
        return _page(request, error=str(error), status=422)
    said = (
        _("From now on only totals of usage are shown.")
        if wanted == Visibility.TOTALS
        else _("From now on each person's usage is shown to owners and admins.")
    )
    return done(request, said, reverse("settings_privacy", args=[request.organization.slug]))


def _page(request: OrganizationRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    return render(
        request,
        "seats/settings_privacy.html",
        {
            "is_totals": request.organization.usage_visibility == Visibility.TOTALS,
            "least": LEAST_GROUP,
            "longest": LONGEST_REASON,
            "error": error,
            "may_change": request.may(Permission.SETTINGS_MANAGE),
            "tab": "settings_privacy",
        },
        status=status,
    )
