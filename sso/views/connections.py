"""One connection: set up, shown with what the provider has to be told, changed, tested."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import OrganizationRole, Permission
from accounts.errors import DomainError
from accounts.forms import add_domain_error
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from accounts.views.answers import done
from sso.forms import OidcForm, SamlForm
from sso.models import SsoConnection
from sso.selectors.settings import certificates_of, key_ends_at, our_addresses, state_of
from sso.services.connections import (
    WARN_BEFORE,
    add_connection,
    change_connection,
    given_oidc,
    given_saml,
)
from sso.views.flow import begin

_FORMS: dict[str, type[OidcForm] | type[SamlForm]] = {
    SsoConnection.Protocol.OIDC: OidcForm,
    SsoConnection.Protocol.SAML: SamlForm,
}


@organization_page(Permission.SSO_MANAGE, recent=Recent.CHANGING, transaction=False)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def connection_new(request: OrganizationRequest, protocol: str) -> HttpResponse:
    """Set a connection up; its provider is looked at before anything is stored."""
    form = _FORMS[protocol](request.POST or None, request.FILES or None, granter=_role(request))
    if request.method == "POST" and form.is_valid():
        try:
            connection = add_connection(
                organization_id=request.organization.pk,
                name=form.cleaned_data["name"],
                protocol=protocol,
                given=_given(form),
                rules=form.rules,
                granter=_role(request),
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return done(
                request,
                _("The connection is set up. Tell the provider about us, then test it."),
                _address(request, connection),
            )
    return render(
        request,
        "sso/connection_new.html",
        {"form": form, "protocol": SsoConnection.Protocol(protocol), "tab": "sso_settings"},
        status=422 if form.errors else 200,
    )


@organization_page(Permission.SSO_MANAGE, recent=Recent.CHANGING, transaction=False)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def connection_page(request: OrganizationRequest, connection_id: int) -> HttpResponse:
    """Show a connection step by step; change it."""
    connection = _connection(request, connection_id)
    form_class = _FORMS[connection.protocol]
    form = form_class(
        request.POST or None, request.FILES or None, granter=_role(request), connection=connection
    )
    if request.method == "POST" and form.is_valid():
        try:
            changed = change_connection(
                organization_id=request.organization.pk,
                connection_id=connection.pk,
                name=form.cleaned_data["name"],
                given=_given(form),
                rules=form.rules,
                granter=_role(request),
                actor=Actor.of(request.user),
                now=timezone.now(),
                kept_session=request.session.session_key or "",
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            is_another = changed.tested_at is None and connection.tested_at is not None
            return done(
                request,
                _("The provider is another one now: test the connection again.")
                if is_another
                else _("The connection is changed."),
                _address(request, connection),
            )
    label, kind = state_of(connection)
    return render(
        request,
        "sso/connection.html",
        {
            "connection": connection,
            "is_saml": connection.protocol == SsoConnection.Protocol.SAML,
            "label": label,
            "kind": kind,
            "addresses": our_addresses(connection),
            "key_ends_at": key_ends_at(connection),
            "certificates": certificates_of(
                connection, now=timezone.now(), warn_before=WARN_BEFORE
            ),
            "form": form,
            "tab": "sso_settings",
        },
        status=422 if form.errors else 200,
    )


@organization_page(Permission.SSO_MANAGE, transaction=False)
@never_cache
@require_POST
def connection_test(request: OrganizationRequest, connection_id: int) -> HttpResponse:
    """Sign in through a connection without being signed in by it: see what the provider says."""
    connection = _connection(request, connection_id)
    address = begin(request, connection, now=timezone.now(), tester=request.user)
    return render(request, "sso/leaving.html", {"connection": connection, "address": address})


def _connection(request: OrganizationRequest, connection_id: int) -> SsoConnection:
    with organization_context(request.organization.pk, user_id=request.user.pk):
        return get_object_or_404(
            SsoConnection.objects.select_related("organization"), pk=connection_id
        )


def _address(request: OrganizationRequest, connection: SsoConnection) -> str:
    return reverse("sso_connection", args=[request.organization.slug, connection.pk])


def _role(request: OrganizationRequest) -> OrganizationRole:
    return OrganizationRole(request.membership.role)


def _given(form: OidcForm | SamlForm) -> dict[str, Any]:
    """What was entered about the provider, looked at; nothing where nothing of it changed."""
    values = form.cleaned_data
    if isinstance(form, OidcForm):
        return given_oidc(
            issuer=values["issuer"],
            client_id=values["client_id"],
            client_secret=values["client_secret"],
        )
    return given_saml(
        metadata_url=values["metadata_url"],
        metadata=values["metadata"],
        entity_id=values["entity_id"],
        sso_url=values["sso_url"],
        certificates=values["certificates"],
    )
