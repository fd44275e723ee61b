"""Acme with a proven domain and its own provider; what a browser does between the two."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, override_settings
from django.utils import timezone

from accounts.domain.roles import OrganizationRole
from accounts.models import Membership, Organization
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from demo.identity_provider import CLIENT_ID, CLIENT_SECRET, Person, SamlRequest
from sso.models import SsoConnection, VerifiedDomain
from sso.services.connections import (
    Rules,
    add_connection,
    given_oidc,
    given_saml,
    note_test,
    turn_on,
)
from tests.support.identity_provider import LiveProvider, live_provider, query
from tests.support.people import make_organization

BASE = "http://testserver"


@dataclass
class Acme:
    """An organization, its provider and the connection between them."""

    organization: Organization
    provider: LiveProvider
    connection: SsoConnection

    def path(self, name: str) -> str:
        """Return an address of the connection."""
        return f"/sso/{self.connection.key}/{name}/"

    def sign_in(self, client: Client, person: Person, *, next: str = "") -> HttpResponse:
        """Go there as a person and come back; return what the product answers at the end."""
        away = client.get(self.path("start"), {"next": next} if next else {})
        address = away.headers["Location"]
        if self.connection.protocol == SsoConnection.Protocol.OIDC:
            back = self.path("callback") + query(self.provider.sign_in(address, person))
            return client.get(back)  # type: ignore[return-value]
        encoded = self.provider.saml_response(person, saml_request(address))
        return self.post(client, encoded)

    def post(self, client: Client, encoded: str) -> HttpResponse:
        """Post a SAML response as the provider's site does, and follow to where it is fetched."""
        # Another site's post carries no session (SameSite=Lax).
        answer = Client().post(self.path("acs"), {"SAMLResponse": encoded})
        if answer.status_code != 302:
            return answer  # type: ignore[return-value]
        return client.get(answer.headers["Location"])  # type: ignore[return-value]

    def members(self) -> dict[str, Membership]:
        """Return the organization's people by address."""
        with organization_context(self.organization.pk):
            people = Membership.objects.select_related("user", "department")
            return {person.email: person for person in people}


def saml_request(address: str) -> SamlRequest:
    """Return what a redirect to a SAML provider asks."""
    return SamlRequest.read(parse_qs(urlsplit(address).query)["SAMLRequest"][0])


@pytest.fixture(autouse=True)
def addresses() -> Iterator[None]:
    """The product is where the test client calls it; no key of another test is remembered."""
    cache.clear()
    with override_settings(BASE_URL=BASE):
        yield


@pytest.fixture
def provider() -> Iterator[LiveProvider]:
    with live_provider() as running:
        yield running


def prove(organization: Organization, name: str) -> VerifiedDomain:
    """Give an organization a proven domain."""
    with organization_context(organization.pk):
        return VerifiedDomain.objects.create(
            organization=organization, name=name, token="t", proven_at=timezone.now()
        )


def connect(
    organization: Organization,
    provider: LiveProvider,
    *,
    protocol: str = "oidc",
    is_on: bool = True,
    **rules: Any,
) -> Acme:
    """Set a tested connection up through the services, and turn it on."""
    given = (
        given_oidc(issuer=provider.issuer, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
        if protocol == "oidc"
        else given_saml(metadata_url=f"{provider.issuer}/saml/metadata")
    )
    now, pk = timezone.now(), organization.pk
    connection = add_connection(
        organization_id=pk,
        name="Okta",
        protocol=protocol,
        given=given,
        rules=Rules(**rules),
        granter=OrganizationRole.OWNER,
        actor=SYSTEM,
        now=now,
    )
    note_test(organization_id=pk, connection_id=connection.pk, claims={}, actor=SYSTEM, now=now)
    if is_on:
        turn_on(organization_id=pk, connection_id=connection.pk, actor=SYSTEM, now=now)
    return Acme(organization, provider, connection)


@pytest.fixture
def acme(db: None, provider: LiveProvider) -> Acme:
    """Acme, whose domain is example.com, with an OpenID provider."""
    organization = make_organization("acme")
    prove(organization, "example.com")
    return connect(organization, provider)


@pytest.fixture
def saml_acme(db: None, provider: LiveProvider) -> Acme:
    """Acme with a SAML provider."""
    organization = make_organization("acme")
    prove(organization, "example.com")
    return connect(organization, provider, protocol="saml")
