"""Settings > Single sign-on: the domains, the connections, and what is required."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.forms import add_domain_error
from accounts.services.history import Actor
from accounts.views.answers import act, done
from sso.forms import DomainForm
from sso.models import SsoConnection
from sso.selectors.people import concerned, owners_who_could_enter
from sso.selectors.settings import domain_rows, state_of
from sso.services import connections, domains


@organization_page(Permission.SSO_MANAGE)
@require_safe
def sso_settings(request: OrganizationRequest) -> HttpResponse:
    """Show the domains, the connections, and whether single sign-on is required."""
    return _page(request, DomainForm())


@organization_page(Permission.SSO_MANAGE, recent=Recent.CHANGING)
@require_http_methods(["GET", "HEAD", "POST"])
def domain_add(request: OrganizationRequest) -> HttpResponse:
    """Put a domain into the list."""
    form = DomainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            domain = domains.add_domain(
                organization_id=request.organization.pk,
                name=form.cleaned_data["name"],
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return done(
                request,
                _("Now prove %(name)s with the record below.") % {"name": domain.name},
                _home(request),
            )
    return _page(request, form)


@organization_page(Permission.SSO_MANAGE, recent=Recent.CHANGING, transaction=False)
@require_POST
def domain_check(request: OrganizationRequest, domain_id: int) -> HttpResponse:
    """Look for the record of a domain."""

    def check() -> str:
        domain = domains.check_domain(
            organization_id=request.organization.pk,
            domain_id=domain_id,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("%(name)s is proven.") % {"name": domain.name}

    return act(request, check, _home(request))


@organization_page(Permission.SSO_MANAGE, recent=Recent.CHANGING)
@require_POST
def domain_remove(request: OrganizationRequest, domain_id: int) -> HttpResponse:
    """Take a domain out of the list; the page asked before."""

    def remove() -> str:
        name = domains.remove_domain(
            organization_id=request.organization.pk,
            domain_id=domain_id,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("%(name)s is removed.") % {"name": name}

    return act(request, remove, _home(request))


type Change = Callable[..., Any]


def _switch(change: Change, sentence: Callable[[str], str]) -> Any:
    """Return a page that changes a connection and says so on the page of all."""

    @organization_page(Permission.SSO_MANAGE, recent=Recent.CHANGING)
    @require_POST
    def switch(request: OrganizationRequest, connection_id: int) -> HttpResponse:
        def run() -> str:
            changed = change(
                organization_id=request.organization.pk,
                connection_id=connection_id,
                actor=Actor.of(request.user),
                now=timezone.now(),
                kept_session=request.session.session_key or "",
            )
            return sentence(str(changed))

        return act(request, run, _home(request))

    return switch


connection_on = _switch(
    connections.turn_on, lambda name: _("People sign in through %(name)s now.") % {"name": name}
)
connection_off = _switch(
    connections.turn_off,
    lambda name: (
        _("%(name)s is off. Who came in through it signs in with what they have here.")
        % {"name": name}
    ),
)
connection_remove = _switch(
    connections.remove_connection, lambda name: _("%(name)s is removed.") % {"name": name}
)


@organization_page(Permission.SSO_MANAGE, recent=Recent.CHANGING, transaction=False)
@require_POST
def connection_key(request: OrganizationRequest, connection_id: int) -> HttpResponse:
    """Make a new key for what the provider encrypts."""

    def run() -> str:
        with_key = connections.renew_key(
            organization_id=request.organization.pk,
            connection_id=connection_id,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("%(name)s has a new key. Give the provider our metadata again.") % {
            "name": with_key
        }

    return act(
        request, run, reverse("sso_connection", args=[request.organization.slug, connection_id])
    )


@organization_page(Permission.SSO_MANAGE, recent=Recent.CHANGING)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def require(request: OrganizationRequest) -> HttpResponse:
    """Name whom requiring single sign-on concerns, and require it."""
    connection = SsoConnection.objects.filter(is_on=True).first()
    if connection is None:
        raise Http404("No connection is on")
    if request.method == "POST":

        def run() -> str:
            connections.require_sso(
                organization_id=request.organization.pk,
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
            return _("Single sign-on is required now.")

        return act(request, run, _home(request))
    return render(
        request,
        "sso/require.html",
        {
            "connection": connection,
            "concerned": concerned(connection),
            "could_enter": owners_who_could_enter(connection),
            "tab": "sso_settings",
        },
    )


@organization_page(Permission.SSO_MANAGE, recent=Recent.CHANGING)
@require_POST
def stop_requiring(request: OrganizationRequest) -> HttpResponse:
    """Allow other ways to sign in again."""

    def run() -> str:
        connections.stop_requiring_sso(
            organization_id=request.organization.pk,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("Other ways to sign in are allowed again.")

    return act(request, run, _home(request))


def _home(request: OrganizationRequest) -> str:
    return reverse("sso_settings", args=[request.organization.slug])


def _page(request: OrganizationRequest, form: DomainForm) -> HttpResponse:
    found = list(SsoConnection.objects.all())
    rows = domain_rows()
    return render(
        request,
        "sso/settings.html",
        {
            "form": form,
            "domains": rows,
            "is_proven": any(row.domain.proven_at for row in rows),
            "connections": [(connection, *state_of(connection)) for connection in found],
            "is_on": any(connection.is_on for connection in found),
            "tab": "sso_settings",
        },
        status=422 if form.errors else 200,
    )
