"""An organization's own roles over the API; a key hands out what an admin may, or an owner."""

from typing import Any, ClassVar

from django.db.models import Count, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import listed, ordered_by
from accounts.api.permissions import ANY_KEY
from accounts.api.reading import body_of, query_of
from accounts.api.tenancy import caller_of, granter_of, not_found, of_organization
from accounts.domain.roles import CUSTOM_PERMISSIONS, OrganizationRole, Permission
from accounts.domain.scopes import Area
from accounts.models import CustomRole, Organization
from accounts.services.roles import RoleChoice, change_custom_role, create_role, delete_role

_PERMISSIONS = [permission.value for permission in Permission if permission in CUSTOM_PERMISSIONS]


class RoleSerializer(serializers.ModelSerializer[CustomRole]):
    """A role of the organization's own; `people` hold it."""

    people = serializers.IntegerField(read_only=True)
    permissions = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = CustomRole
        fields = ("id", "name", "permissions", "people", "created_at")


class NewRoleSerializer(serializers.Serializer[Any]):
    """What a role is called and includes."""

    name = serializers.CharField(max_length=60)
    permissions = serializers.ListField(
        child=serializers.ChoiceField(choices=_PERMISSIONS), min_length=1, max_length=60
    )


class ReplacementSerializer(serializers.Serializer[Any]):
    """What the people of a removed role hold afterwards: a role's name, or the id of one."""

    replacement = serializers.ChoiceField(
        choices=[role.value for role in OrganizationRole], required=False
    )
    replacement_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse two answers to one question."""
        if len(attrs) > 1:
            raise serializers.ValidationError({"replacement_id": "Name one of both."})
        return attrs


class RolesView(ApiView):
    """The roles that an organization made."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE
    pagination_class = ordered_by("name", "pk")

    @extend_schema(
        operation_id="roles_list",
        summary="List the organization's own roles",
        description="In the order of their names; the built-in ones are in docs/roles.md.",
        responses={200: RoleSerializer(many=True)},
        tags=["people"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of roles."""
        return listed(self, request, _roles(organization), RoleSerializer)

    @extend_schema(
        operation_id="roles_create",
        summary="Make a role",
        description="A name that is taken answers 409 `role_name_taken`.",
        request=NewRoleSerializer,
        responses={201: RoleSerializer},
        tags=["people"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Make a role."""
        given = body_of(request, NewRoleSerializer)
        role = create_role(
            organization_id=organization.pk,
            name=given["name"],
            permissions=[Permission(value) for value in given["permissions"]],
            granter=granter_of(request),
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return Response(RoleSerializer(_roles(organization).get(pk=role.pk)).data, status=201)


class RoleView(ApiView):
    """One role."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE
    needs_match: ClassVar = frozenset({"put"})

    @extend_schema(
        operation_id="roles_read",
        summary="Read a role",
        responses={200: RoleSerializer},
        tags=["people"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, role_id: int) -> Response:
        """Return the role."""
        with not_found():
            return Response(RoleSerializer(_roles(organization).get(pk=role_id)).data)

    @extend_schema(
        operation_id="roles_change",
        summary="Change a role",
        description="At once for everybody who holds it. Name and permissions are given whole.",
        request=NewRoleSerializer,
        responses={200: RoleSerializer},
        tags=["people"],
    )
    @of_organization
    def put(self, request: Request, organization: Organization, role_id: int) -> Response:
        """Change the role."""
        given = body_of(request, NewRoleSerializer)
        change_custom_role(
            organization_id=organization.pk,
            role_id=role_id,
            name=given["name"],
            permissions=[Permission(value) for value in given["permissions"]],
            granter=granter_of(request),
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return Response(RoleSerializer(_roles(organization).get(pk=role_id)).data)

    @extend_schema(
        operation_id="roles_delete",
        summary="Remove a role",
        description="While people hold it, 409 `replacement_needed` without what they get instead.",
        parameters=[ReplacementSerializer],
        responses={204: None},
        tags=["people"],
    )
    @of_organization
    def delete(self, request: Request, organization: Organization, role_id: int) -> Response:
        """Remove the role."""
        asked = query_of(request, ReplacementSerializer)
        choice = None
        if "replacement_id" in asked:
            choice = RoleChoice(OrganizationRole.MEMBER, asked["replacement_id"])
        elif "replacement" in asked:
            choice = RoleChoice(OrganizationRole(asked["replacement"]))
        delete_role(
            organization_id=organization.pk,
            role_id=role_id,
            replacement=choice,
            granter=granter_of(request),
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return Response(status=204)


def _roles(organization: Organization) -> QuerySet[CustomRole]:
    return CustomRole.objects.filter(organization=organization).annotate(people=Count("holders"))
