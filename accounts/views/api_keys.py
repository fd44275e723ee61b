"""API keys of an organization: issued once in the open, then only by their prefix."""

from datetime import timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.forms import ApiKeyForm, RotationForm
from accounts.models import ApiKey
from accounts.scope_words import scopes_in_words
from accounts.selectors.settings import live_api_keys
from accounts.services.api_keys import issue_api_key, revoke_api_key, rotate_api_key
from accounts.services.history import Actor
from accounts.views.answers import act


@organization_page(Permission.SETTINGS_MANAGE, recent=Recent.CHANGING)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def settings_api_keys(request: OrganizationRequest) -> HttpResponse:
    """List the live keys; a new one is shown in the answer to its form and never again."""
    form = ApiKeyForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, status=422 if form.is_bound else 200)
    now, days = timezone.now(), form.cleaned_data["days"]
    new_key, secret = issue_api_key(
        name=form.cleaned_data["name"],
        actor=Actor.of(request.user),
        now=now,
        organization_id=request.organization.pk,
        created_by=request.user,
        expires_at=now + timedelta(days=days) if days else None,
        scopes=form.cleaned_data["scopes"],
    )
    return _page(request, ApiKeyForm(), new_key=new_key, secret=secret)


@organization_page(Permission.SETTINGS_MANAGE, recent=Recent.CHANGING)
@never_cache
@require_POST
def api_key_rotate(request: OrganizationRequest, api_key_id: int) -> HttpResponse:
    """Give a key another secret, shown in the answer; the old one works on for a while."""
    form = RotationForm(request.POST)
    hours = form.cleaned_data["hours"] if form.is_valid() else 24
    try:
        api_key, secret = rotate_api_key(
            api_key_id=api_key_id,
            organization_id=request.organization.pk,
            overlap=timedelta(hours=hours),
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except ApiKey.DoesNotExist as error:
        raise Http404 from error
    return _page(request, ApiKeyForm(), new_key=api_key, secret=secret, rotated=True)


def _page(
    request: OrganizationRequest, form: ApiKeyForm, *, status: int = 200, **shown: object
) -> HttpResponse:
    now = timezone.now()
    rows = [
        {
            "key": key,
            "may": scopes_in_words(key.scopes),
            "is_expired": key.expires_at is not None and key.expires_at <= now,
            "old_until": key.previous_secret_until
            if key.previous_secret_until and key.previous_secret_until > now
            else None,
        }
        for key in live_api_keys()
    ]
    context = {
        "form": form,
        "rotation": RotationForm(auto_id=False),
        "rows": rows,
        "tab": "settings_api_keys",
        **shown,
    }
    return render(request, "accounts/settings_api_keys.html", context, status=status)


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
