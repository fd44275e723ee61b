"""Organizations over the API: made by the vendor, read by the vendor and by themselves."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import CreatedCursorPagination
from accounts.api.permissions import ANY_KEY, VENDOR_KEY
from accounts.api.reading import body_of
from accounts.api.serializers import (
    ChangedOrganizationSerializer,
    NewOrganizationSerializer,
    OrganizationSerializer,
)
from accounts.api.tenancy import VENDOR_KEY_USER_ID, caller_of, of_organization
from accounts.domain.roles import StaffScope
from accounts.domain.scopes import Area
from accounts.models import Organization
from accounts.services.organizations import create_organization
from accounts.services.preferences import change_organization
from accounts.tenancy import staff_context


class OrganizationsView(ApiView):
    """All organizations, for vendor-wide keys."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.ORGANIZATIONS
    pagination_class = CreatedCursorPagination

    @extend_schema(
        operation_id="organizations_list",
        summary="List organizations",
        description="Newest first.",
        responses={200: OrganizationSerializer(many=True)},
        tags=["organizations"],
    )
    def get(self, request: Request) -> Response:
        """Return one page of organizations."""
        paginator = self.pagination_class()
        with staff_context(user_id=VENDOR_KEY_USER_ID, scope=StaffScope.ALL):
            organizations = Organization.objects.select_related("account_manager")
            page = paginator.paginate_queryset(organizations, request, view=self)
            data: Any = OrganizationSerializer(page, many=True).data
        return paginator.get_paginated_response(data)

    @extend_schema(
        operation_id="organizations_create",
        summary="Create an organization",
        description="An `external_id` that is taken answers 409 `organization_exists`.",
        request=NewOrganizationSerializer,
        responses={201: OrganizationSerializer},
        tags=["organizations"],
    )
    def post(self, request: Request) -> Response:
        """Create an organization."""
        serializer = NewOrganizationSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        organization = create_organization(
            actor=caller_of(request).actor, now=timezone.now(), **serializer.validated_data
        )
        return Response(OrganizationSerializer(organization).data, status=201)


class OrganizationView(ApiView):
    """One organization."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.ORGANIZATIONS
    needs_match: ClassVar = frozenset({"patch"})

    @extend_schema(
        operation_id="organizations_read",
        summary="Read an organization",
        responses={200: OrganizationSerializer},
        tags=["organizations"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the organization."""
        return Response(OrganizationSerializer(organization).data)

    @extend_schema(
        operation_id="organizations_change",
        summary="Change an organization",
        description="Its name, time zone and language. Currency and keys stay as they are.",
        request=ChangedOrganizationSerializer,
        responses={200: OrganizationSerializer},
        tags=["organizations"],
    )
    @of_organization
    def patch(self, request: Request, organization: Organization) -> Response:
        """Change what is sent."""
        before = {name: getattr(organization, name) for name in ("name", "time_zone", "language")}
        changed = change_organization(
            organization_id=organization.pk,
            actor=caller_of(request).actor,
            now=timezone.now(),
            **before | body_of(request, ChangedOrganizationSerializer),
        )
        return Response(OrganizationSerializer(changed).data)
