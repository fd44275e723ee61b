"""Single sign-on of an organization, without a provider behind it: for walks over routes."""

from typing import Any

from django.utils import timezone

from accounts.models import Organization
from accounts.tenancy import organization_context
from sso.models import SsoConnection, VerifiedDomain
from tests.support.identity_provider import signing_key


def sso_objects(organization: Organization) -> dict[str, Any]:
    """Return what routes of single sign-on name: a connection by SAML that is on, and a domain."""
    with organization_context(organization.pk):
        domain = VerifiedDomain.objects.create(
            organization=organization, name="acme.example", token="t", proven_at=timezone.now()
        )
        connection = SsoConnection.objects.create(
            organization=organization,
            key="matrix",
            name="Okta",
            protocol=SsoConnection.Protocol.SAML,
            entity_id="https://okta.example/entity",
            sso_url="https://okta.example/sign-in",
            certificates=signing_key(0).certificate,
            tested_at=timezone.now(),
            is_on=True,
        )
    return {
        "domain_id": domain.pk,
        "connection_id": connection.pk,
        "connection_key": connection.key,
        "ticket": "nonsense",
    }
