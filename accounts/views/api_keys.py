"""API keys of an organization: issued once in the open, then only by their prefix."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.forms import ApiKeyForm
from accounts.selectors.settings import live_api_keys
from accounts.services.api_keys import issue_api_key, revoke_api_key
from accounts.services.history import Actor
from accounts.views.answers import act


@organization_page(Permission.SETTINGS_MANAGE, recent=Recent.CHANGING)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def settings_api_keys(request: OrganizationRequest) -> HttpResponse:
    """List the live keys; a new one is shown in the answer to its form and never again."""
    form = ApiKeyForm(request.POST or None)
    new_key, secret = None, ""
    if request.method == "POST" and form.is_valid():
        new_key, secret = issue_api_key(
            name=form.cleaned_data["name"],
            actor=Actor.of(request.user),
            now=timezone.now(),
            organization_id=request.organization.pk,
            created_by=request.user,
        )
        form = ApiKeyForm()
    return render(
        request,
        "accounts/settings_api_keys.html",
        {
            "form": form,
            "api_keys": live_api_keys(),
            "new_key": new_key,
            "secret": secret,
            "tab": "settings_api_keys",
        },
        status=422 if form.is_bound else 200,
    )


@organization_page(Permission.SETTINGS_MANAGE, recent=Recent.CHANGING)
@require_POST
def api_key_revoke(request: OrganizationRequest, api_key_id: int) -> HttpResponse:
    """Stop a key; the page asked before."""

    def revoke() -> str:
        api_key = revoke_api_key(
            organization_id=request.organization.pk,
            api_key_id=api_key_id,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("The key “%(name)s” no longer works.") % {"name": api_key.name}

    return act(request, revoke, reverse("settings_api_keys", args=[request.organization.slug]))
