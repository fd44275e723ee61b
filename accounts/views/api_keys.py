"""API keys, an organization's and the vendor's: issued once in the open, then only by prefix."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import (
    OrganizationRequest,
    UserRequest,
    VendorRequest,
    organization_page,
    vendor_page,
)
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.forms import ApiKeyForm, RotationForm
from accounts.models import ApiKey, Organization
from accounts.scope_words import scopes_in_words
from accounts.selectors.settings import live_api_keys
from accounts.services.api_keys import issue_api_key, revoke_api_key, rotate_api_key
from accounts.services.history import Actor
from accounts.views.answers import act


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose keys: an organization's, or the vendor's over all organizations."""

    organization: Organization | None = None

    @property
    def organization_id(self) -> int | None:
        """The organization's id; None means the vendor."""
        return self.organization.pk if self.organization else None

    @property
    def address(self) -> str:
        """Where the keys are listed and issued."""
        if self.organization is None:
            return reverse("vendor_keys")
        return reverse("settings_api_keys", args=[self.organization.slug])

    def address_of(self, action: str, api_key: ApiKey) -> str:
        """Return where the form of an action on one key goes."""
        if self.organization is None:
            return reverse(f"vendor_key_{action}", args=[api_key.pk])
        return reverse(f"api_key_{action}", args=[self.organization.slug, api_key.pk])


@organization_page(Permission.SETTINGS_MANAGE, recent=Recent.CHANGING)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def settings_api_keys(request: OrganizationRequest) -> HttpResponse:
    """List the live keys; a new one is shown in the answer to its form and never again."""
    return _list(request, Holder(request.organization))


@organization_page(Permission.SETTINGS_MANAGE, recent=Recent.CHANGING)
@never_cache
@require_POST
def api_key_rotate(request: OrganizationRequest, api_key_id: int) -> HttpResponse:
    """Give a key another secret, shown in the answer; the old one works on for a while."""
    return _rotate(request, Holder(request.organization), api_key_id)


@organization_page(Permission.SETTINGS_MANAGE, recent=Recent.CHANGING)
@require_POST
def api_key_revoke(request: OrganizationRequest, api_key_id: int) -> HttpResponse:
    """Stop a key; the page asked before."""
    return _revoke(request, Holder(request.organization), api_key_id)


@vendor_page(Permission.INTEGRATIONS_MANAGE, recent=Recent.CHANGING)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def vendor_keys(request: VendorRequest) -> HttpResponse:
    """List the vendor's own keys, which speak for every organization; issue one."""
    return _list(request, Holder())


@vendor_page(Permission.INTEGRATIONS_MANAGE, recent=Recent.CHANGING)
@never_cache
@require_POST
def vendor_key_rotate(request: VendorRequest, vendor_key_id: int) -> HttpResponse:
    """Give one of the vendor's keys another secret."""
    return _rotate(request, Holder(), vendor_key_id)


@vendor_page(Permission.INTEGRATIONS_MANAGE, recent=Recent.CHANGING)
@require_POST
def vendor_key_revoke(request: VendorRequest, vendor_key_id: int) -> HttpResponse:
    """Stop one of the vendor's keys; the page asked before."""
    return _revoke(request, Holder(), vendor_key_id)


def _list(request: UserRequest, holder: Holder) -> HttpResponse:
    form = ApiKeyForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, holder, form, status=422 if form.is_bound else 200)
    now, days = timezone.now(), form.cleaned_data["days"]
    new_key, secret = issue_api_key(
        name=form.cleaned_data["name"],
        actor=Actor.of(request.user),
        now=now,
        organization_id=holder.organization_id,
        created_by=request.user,
        expires_at=now + timedelta(days=days) if days else None,
        scopes=form.cleaned_data["scopes"],
    )
    return _page(request, holder, ApiKeyForm(), new_key=new_key, secret=secret)


def _rotate(request: UserRequest, holder: Holder, api_key_id: int) -> HttpResponse:
    form = RotationForm(request.POST)
    hours = form.cleaned_data["hours"] if form.is_valid() else 24
    try:
        api_key, secret = rotate_api_key(
            api_key_id=api_key_id,
            organization_id=holder.organization_id,
            overlap=timedelta(hours=hours),
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except ApiKey.DoesNotExist as error:
        raise Http404 from error
    return _page(request, holder, ApiKeyForm(), new_key=api_key, secret=secret, rotated=True)


def _revoke(request: UserRequest, holder: Holder, api_key_id: int) -> HttpResponse:
    def revoke() -> str:
        api_key = revoke_api_key(
            organization_id=holder.organization_id,
            api_key_id=api_key_id,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("The key “%(name)s” no longer works.") % {"name": api_key.name}

    return act(request, revoke, holder.address)


def _page(
    request: HttpRequest, holder: Holder, form: ApiKeyForm, *, status: int = 200, **shown: object
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
            "rotate_url": holder.address_of("rotate", key),
            "revoke_url": holder.address_of("revoke", key),
        }
        for key in live_api_keys(holder.organization_id)
    ]
    context = {
        "form": form,
        "rotation": RotationForm(auto_id=False),
        "rows": rows,
        "form_url": holder.address,
        "tab": "settings_api_keys",
        **shown,
    }
    own = "accounts/vendor_keys.html"
    template = own if holder.organization is None else "accounts/settings_api_keys.html"
    return render(request, template, context, status=status)
