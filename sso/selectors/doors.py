"""Finds an organization's connection before anybody has signed in, and how it is spoken to."""

from django.conf import settings
from django.urls import reverse

from accounts.tenancy import door_context, organization_context
from sso.domain.domains import domain_of
from sso.gateways import oidc, saml
from sso.gateways.saml import read_certificates
from sso.gateways.sealing import unseal
from sso.models import SsoConnection, VerifiedDomain


def connection_by_key(key: str) -> SsoConnection | None:
    """Return the connection that addresses call `key`, with its organization."""
    with door_context(key):
        organization_id = (
            SsoConnection.objects.filter(key=key).values_list("organization_id", flat=True).first()
        )
    if organization_id is None:
        return None
    with organization_context(organization_id):
        return SsoConnection.objects.select_related("organization").filter(key=key).first()


def connection_for(email: str) -> SsoConnection | None:
    """Return the connection that people of an address's domain sign in through, if one is on."""
    domain = domain_of(email)
    if not domain:
        return None
    with door_context(domain):
        organization_id = (
            VerifiedDomain.objects.filter(name=domain)
            .values_list("organization_id", flat=True)
            .first()
        )
    return None if organization_id is None else connection_of(organization_id)


def connection_of(organization_id: int) -> SsoConnection | None:
    """Return the connection of an organization that is on."""
    with organization_context(organization_id):
        return SsoConnection.objects.select_related("organization").filter(is_on=True).first()


def client_of(connection: SsoConnection) -> oidc.Client:
    """Return what we are at an OpenID provider."""
    secret = connection.client_secret
    return oidc.Client(
        issuer=connection.issuer,
        client_id=connection.client_id,
        client_secret=unseal(secret) if secret else "",
        provider=connection.provider,
        redirect_uri=address("sso_callback", connection),
    )


def party_of(connection: SsoConnection) -> saml.Party:
    """Return our side of a SAML connection."""
    kept = (connection.our_key, connection.our_old_key)
    return saml.Party(
        entity_id=address("sso_metadata", connection),
        acs_url=address("sso_acs", connection),
        keys=tuple(unseal(key) for key in kept if key),
        certificate=connection.our_certificate,
    )


def provider_of(connection: SsoConnection) -> saml.Provider:
    """Return the other side of a SAML connection."""
    return saml.Provider(
        connection.entity_id, connection.sso_url, read_certificates(connection.certificates)
    )


def address(name: str, connection: SsoConnection) -> str:
    """Return a whole address of a connection, as its provider knows it."""
    base: str = settings.BASE_URL
    return base + reverse(name, args=[connection.key])
