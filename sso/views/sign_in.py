"""Signing in through an organization's provider: out to it, and back."""

import hashlib
from typing import Final

import structlog
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import public
from accounts.domain.rate_limits import Bucket
from accounts.errors import DomainError
from accounts.gateways.rate_limits import charge
from sso.domain.claims import read_claims
from sso.forms import AddressForm
from sso.gateways import oidc, saml
from sso.gateways.fetching import ProviderFailed
from sso.models import SsoConnection
from sso.selectors.doors import (
    client_of,
    connection_by_key,
    connection_for,
    party_of,
    provider_of,
)
from sso.services.arrivals import keep_arrival, take_arrival
from sso.services.sessions import end_sessions_by_provider
from sso.views.flow import (
    Attempt,
    arrive,
    begin,
    failed_test,
    own_address,
    refused,
    take_attempt,
)

# A wrong token costs a look at the provider's keys.
_SIGNED_OUT_A_MINUTE: Final = 300
_log = structlog.get_logger(__name__)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def entrance(request: HttpRequest) -> HttpResponse:
    """Ask for the address; its domain says where its owner signs in.

    The answer to the form is a page that goes on by itself: the policy on forms would not let
    the form's own redirect lead to a provider.
    """
    wanted = own_address(request, request.POST.get("next") or request.GET.get("next") or "")
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        connection = connection_for(email)
        if connection is not None:
            query = urlencode({"next": wanted, "hint": email})
            start = reverse("sso_start", args=[connection.key])
            return render(
                request,
                "sso/leaving.html",
                {"connection": connection, "address": f"{start}?{query}"},
            )
        form.add_error(
            "email",
            _("There is no single sign-on for this address. Sign in with your password."),
        )
    return render(
        request,
        "sso/entrance.html",
        {"form": form, "next": wanted},
        status=422 if form.errors else 200,
    )


@public
@never_cache
@require_safe
def hint(request: HttpRequest) -> HttpResponse:
    """Offer the way of an address's organization below the address on the sign-in page.

    It says which domains have single sign-on, and nothing about people.
    """
    email = request.GET.get("login", "")[:254]
    connection = connection_for(email)
    wanted = own_address(request, request.GET.get("next", ""))
    return render(
        request,
        "sso/hint.html",
        {"connection": connection, "query": urlencode({"next": wanted, "hint": email})},
    )


@public
@never_cache
@require_safe
def start(request: HttpRequest, connection_key: str) -> HttpResponse:
    """Go to the provider."""
    connection = _connection(connection_key)
    if not connection.is_on:
        return refused(request, connection, _("This connection is turned off."))
    return redirect(
        begin(
            request,
            connection,
            now=timezone.now(),
            next_address=request.GET.get("next", ""),
            hint=request.GET.get("hint", "")[:254],
            anew=request.GET.get("anew") == "1",
        )
    )


@public
@never_cache
@require_safe
def callback(request: HttpRequest, connection_key: str) -> HttpResponseBase:
    """Come back from an OpenID provider."""
    connection, now = _connection(connection_key, SsoConnection.Protocol.OIDC), timezone.now()
    attempt = take_attempt(request, request.GET.get("state", ""), connection, now=now)
    if attempt is None:
        return refused(request, connection, _stale())
    said, issuer = request.GET.get("error"), request.GET.get("iss")
    try:
        if said:
            raise ProviderFailed(f"The provider answered {said[:60]}.")
        if issuer is not None and issuer != connection.issuer:
            raise oidc.TokenRefused("The answer comes from another issuer.")
        claims = oidc.claims_of(
            client_of(connection),
            code=request.GET.get("code", ""),
            verifier=attempt.verifier,
            nonce=attempt.nonce,
            signed_in_since=attempt.at if attempt.anew else None,
        )
    except (ProviderFailed, oidc.TokenRefused) as error:
        return _not_believed(request, connection, attempt, str(error))
    asserted = read_claims(str(claims["sub"]), claims, connection.claim_names)
    return arrive(request, connection, asserted, attempt, now=now, name=str(claims.get("sid", "")))


@public
@csrf_exempt
@never_cache
@require_POST
def signed_out(request: HttpRequest, connection_key: str) -> HttpResponse:
    """Hear from an OpenID provider that somebody signed out there (back-channel logout)."""
    connection, now = _connection(connection_key, SsoConnection.Protocol.OIDC), timezone.now()
    levels = charge((Bucket(f"sso-signed-out:{connection.pk}", _SIGNED_OUT_A_MINUTE),), cost=1)
    if levels and levels[0].wait:
        return HttpResponse(status=429, headers={"Retry-After": str(levels[0].wait)})
    try:
        subject, name, token_id = oidc.signed_out(
            client_of(connection), request.POST.get("logout_token", "")
        )
    except (ProviderFailed, oidc.TokenRefused) as error:
        _log.warning("sso_signed_out_refused", connection=connection.pk, reason=str(error))
        return JsonResponse({"error": "invalid_request"}, status=400)
    heard = hashlib.sha256(f"{connection.pk}:{token_id}".encode()).hexdigest()
    if cache.add(f"sso:signed-out:{heard}", True, oidc.LOGOUT_SECONDS + oidc.LEEWAY_SECONDS):
        end_sessions_by_provider(connection=connection, subject=subject, name=name, now=now)
    return HttpResponse(status=200)


@public
@csrf_exempt
@never_cache
@require_POST
def acs(request: HttpRequest, connection_key: str) -> HttpResponse:
    """Take the answer of a SAML provider, and send the browser to fetch it with its session.

    The post comes from the provider's site, so it carries no session of ours (SameSite).
    """
    connection, now = _connection(connection_key, SsoConnection.Protocol.SAML), timezone.now()
    try:
        statement = saml.statement_of(
            party_of(connection),
            provider_of(connection),
            request.POST.get("SAMLResponse", ""),
            now=now,
        )
        asserted = read_claims(statement.subject, _attributes(statement), connection.claim_names)
        ticket = keep_arrival(
            connection=connection, statement=statement, asserted=asserted, now=now
        )
    except saml.AssertionRefused as error:
        return _not_believed(request, connection, None, str(error))
    except DomainError as error:
        return refused(request, connection, error)
    return redirect("sso_finish", connection.key, ticket)


@public
@never_cache
@require_safe
def finish(request: HttpRequest, connection_key: str, ticket: str) -> HttpResponseBase:
    """Fetch what a SAML provider said, in the browser that asked for it."""
    connection, now = _connection(connection_key, SsoConnection.Protocol.SAML), timezone.now()
    try:
        answered, asserted = take_arrival(connection=connection, ticket=ticket, now=now)
    except DomainError as error:
        return refused(request, connection, error)
    if answered:
        attempt = take_attempt(request, answered, connection, now=now)
        if attempt is None:
            return refused(request, connection, _stale())
    elif connection.allows_idp_initiated:
        attempt = Attempt(key=connection.key, at=now.timestamp())
    else:
        return refused(
            request,
            connection,
            _("Begin here and not at your identity provider: this organization asks for that."),
        )
    return arrive(request, connection, asserted, attempt, now=now)


@public
@require_safe
def metadata(request: HttpRequest, connection_key: str) -> HttpResponse:
    """Tell a SAML provider who we are."""
    connection = _connection(connection_key, SsoConnection.Protocol.SAML)
    return HttpResponse(
        saml.our_metadata(party_of(connection)),
        content_type="application/samlmetadata+xml",
        headers={"Content-Disposition": 'attachment; filename="headroom-metadata.xml"'},
    )


def _connection(key: str, protocol: str = "") -> SsoConnection:
    connection = connection_by_key(key)
    if connection is None or (protocol and connection.protocol != protocol):
        raise Http404("No such connection")
    return connection


def _attributes(statement: saml.Statement) -> dict[str, object]:
    """The attributes, and the subject as the address where it has the form of one."""
    attributes = dict(statement.attributes)
    if "@" in statement.subject:
        attributes.setdefault("email", statement.subject)
    return attributes


def _not_believed(
    request: HttpRequest, connection: SsoConnection, attempt: Attempt | None, reason: str
) -> HttpResponse:
    """Say little to a stranger, all to the admin who tests, and keep it in the log."""
    _log.warning("sso_answer_refused", connection=connection.pk, reason=reason)
    return failed_test(request, connection, attempt, reason) or refused(
        request,
        connection,
        _("The answer of your identity provider could not be believed. Try again."),
    )


def _stale() -> str:
    return _("This sign-in was begun elsewhere, or too long ago. Begin again.")
