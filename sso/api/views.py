"""Single sign-on over the API: the domains, the connections as they stand, and what is required.

A connection is set up and tested by a person, who signs in through it: no key does that.
"""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import listed, ordered_by
from accounts.api.permissions import ANY_KEY
from accounts.api.reading import body_of
from accounts.api.tenancy import caller_of, find_organization, not_found, of_organization
from accounts.domain.rate_limits import DEAR_COST
from accounts.domain.scopes import Area
from accounts.models import Organization
from accounts.tenancy import organization_context
from sso.models import SsoConnection, VerifiedDomain
from sso.services import connections, domains


class SsoDomainSerializer(serializers.ModelSerializer[VerifiedDomain]):
    """A domain; it is the organization's own from `proven_at` on."""

    record = serializers.CharField(read_only=True, help_text="what its TXT record has to say")

    class Meta:
        model = VerifiedDomain
        fields = ("id", "name", "record", "proven_at", "checked_at", "failing_since", "created_at")


@extend_schema_field(
    {
        "type": "string",
        "format": "hostname",
        "pattern": r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$",
        "maxLength": 253,
        "example": "example.com",
    }
)
class _DomainField(serializers.CharField):
    """A domain. The service refuses another with its reason: 400 `domain_unfit`."""


class NewSsoDomainSerializer(serializers.Serializer[Any]):
    """A domain to prove."""

    name = _DomainField(max_length=253)


class SsoConnectionSerializer(serializers.ModelSerializer[SsoConnection]):
    """A connection to an identity provider, without its secret."""

    default_role = serializers.CharField(read_only=True)

    class Meta:
        model = SsoConnection
        fields = (
            *("id", "name", "protocol", "issuer", "entity_id", "is_on", "tested_at"),
            *("creates_members", "assigns_seat", "default_role", "created_at"),
        )


class SwitchedSerializer(serializers.Serializer[Any]):
    """Whether people sign in through it."""

    is_on = serializers.BooleanField()


class SsoRequirementSerializer(serializers.Serializer[Any]):
    """Whether people of the proven domains come in through the provider alone."""

    is_required = serializers.BooleanField()


class SsoDomainsView(ApiView):
    """The domains of an organization."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SETTINGS
    pagination_class = ordered_by("name", "pk")

    @extend_schema(
        operation_id="sso_domains_list",
        summary="Domains of an organization",
        description="In the order of their names, with the records that prove them.",
        responses={200: SsoDomainSerializer(many=True)},
        tags=["sso"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of domains."""
        found = VerifiedDomain.objects.filter(organization=organization)
        return listed(self, request, found, SsoDomainSerializer)

    @extend_schema(
        operation_id="sso_domains_add",
        summary="Add a domain to be proven",
        description=(
            "Publish its `record`, then check it. What no organization can prove is 400 "
            "`domain_unfit`, a domain of the list 409 `domain_known`."
        ),
        request=NewSsoDomainSerializer,
        responses={201: SsoDomainSerializer},
        tags=["sso"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Add a domain."""
        added = domains.add_domain(
            organization_id=organization.pk,
            name=body_of(request, NewSsoDomainSerializer)["name"],
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return Response(SsoDomainSerializer(added).data, status=201)


class SsoDomainView(ApiView):
    """One domain."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SETTINGS

    @extend_schema(
        operation_id="sso_domains_read",
        summary="A domain of an organization",
        description="With the record that proves it.",
        responses={200: SsoDomainSerializer},
        tags=["sso"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, domain_id: int) -> Response:
        """Return the domain."""
        with not_found():
            found = VerifiedDomain.objects.get(pk=domain_id, organization=organization)
        return Response(SsoDomainSerializer(found).data)

    @extend_schema(
        operation_id="sso_domains_remove",
        summary="Take a domain out of the list",
        description="The last one while single sign-on is required is 409 `domain_in_use`.",
        responses={204: None},
        tags=["sso"],
    )
    @of_organization
    def delete(self, request: Request, organization: Organization, domain_id: int) -> Response:
        """Remove the domain."""
        with not_found():
            domains.remove_domain(
                organization_id=organization.pk,
                domain_id=domain_id,
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
        return Response(status=204)


class SsoDomainCheckView(ApiView):
    """The proof of a domain; it asks name servers, so that no transaction is open meanwhile."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SETTINGS
    commits_itself: ClassVar = True
    costs: ClassVar = {"post": DEAR_COST}

    @extend_schema(
        operation_id="sso_domains_check",
        summary="Look for the record of a domain",
        description=(
            "Proves the domain by it. Without it, or an answer of the name servers, 409 "
            "`record_missing`; proven by another organization, 409 `domain_taken`."
        ),
        request=None,
        responses={200: SsoDomainSerializer},
        tags=["sso"],
    )
    def post(self, request: Request, organization: str, domain_id: int) -> Response:
        """Check the domain."""
        caller = caller_of(request)
        found = find_organization(api_key=caller.api_key, external_id=organization)
        with not_found():
            checked = domains.check_domain(
                organization_id=found.pk,
                domain_id=domain_id,
                actor=caller.actor,
                now=timezone.now(),
            )
        return Response(SsoDomainSerializer(checked).data)


class SsoConnectionsView(ApiView):
    """The connections of an organization."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SETTINGS
    pagination_class = ordered_by("name", "pk")

    @extend_schema(
        operation_id="sso_connections_list",
        summary="Connections to identity providers",
        description="In the order of their names. They are set up by a person on the page.",
        responses={200: SsoConnectionSerializer(many=True)},
        tags=["sso"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of connections."""
        found = SsoConnection.objects.filter(organization=organization)
        return listed(self, request, found, SsoConnectionSerializer)


class SsoConnectionView(ApiView):
    """One connection."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SETTINGS

    @extend_schema(
        operation_id="sso_connections_read",
        summary="A connection to an identity provider",
        description="Without its secret.",
        responses={200: SsoConnectionSerializer},
        tags=["sso"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, connection_id: int) -> Response:
        """Return the connection."""
        return Response(SsoConnectionSerializer(_connection(organization, connection_id)).data)

    @extend_schema(
        operation_id="sso_connections_switch",
        summary="Turn a connection on or off",
        description=(
            "On, another one goes off; off, single sign-on is not required either. Before somebody "
            "signed in through it 409 `not_tested`, without a proven domain 409 `no_proven_domain`."
        ),
        request=SwitchedSerializer,
        responses={200: SsoConnectionSerializer},
        tags=["sso"],
    )
    @of_organization
    def put(self, request: Request, organization: Organization, connection_id: int) -> Response:
        """Switch the connection."""
        _connection(organization, connection_id)
        is_on = body_of(request, SwitchedSerializer)["is_on"]
        switch = connections.turn_on if is_on else connections.turn_off
        switched = switch(
            organization_id=organization.pk,
            connection_id=connection_id,
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return Response(SsoConnectionSerializer(switched).data)

    @extend_schema(
        operation_id="sso_connections_remove",
        summary="Remove a connection",
        description="With who is who at its provider; then it is not required either.",
        responses={204: None},
        tags=["sso"],
    )
    @of_organization
    def delete(self, request: Request, organization: Organization, connection_id: int) -> Response:
        """Remove the connection."""
        _connection(organization, connection_id)
        connections.remove_connection(
            organization_id=organization.pk,
            connection_id=connection_id,
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return Response(status=204)


class SsoRequirementView(ApiView):
    """What is required."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SETTINGS

    @extend_schema(
        operation_id="sso_requirement_read",
        summary="Whether single sign-on is required",
        description="Of people whose address is of a proven domain.",
        responses={200: SsoRequirementSerializer},
        tags=["sso"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return what is required."""
        return _requirement(organization)

    @extend_schema(
        operation_id="sso_requirement_change",
        summary="Require single sign-on, or require it no more",
        description=(
            "Answers 409 `sso_not_on`, `no_proven_domain`, and `no_owner_could_enter` where no "
            "owner could come in afterwards."
        ),
        request=SsoRequirementSerializer,
        responses={200: SsoRequirementSerializer},
        tags=["sso"],
    )
    @of_organization
    def put(self, request: Request, organization: Organization) -> Response:
        """Change what is required."""
        is_required = body_of(request, SsoRequirementSerializer)["is_required"]
        change = connections.require_sso if is_required else connections.stop_requiring_sso
        change(organization_id=organization.pk, actor=caller_of(request).actor, now=timezone.now())
        return _requirement(organization)


def _connection(organization: Organization, connection_id: int) -> SsoConnection:
    with not_found():
        return SsoConnection.objects.get(pk=connection_id, organization=organization)


def _requirement(organization: Organization) -> Response:
    with organization_context(organization.pk):
        organization.refresh_from_db(fields=["sso_enforced"])
    return Response({"is_required": organization.sso_enforced})
