"""Departments and regions of an organization over the API."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import listed, ordered_by
from accounts.api.permissions import ANY_KEY
from accounts.api.reading import body_of
from accounts.api.tenancy import caller_of, not_found, of_organization
from accounts.domain.scopes import Area
from accounts.models import Department, Organization, Region
from accounts.selectors.settings import departments_with_people
from accounts.services.departments import (
    create_department,
    delete_department,
    rename_department,
)


class DepartmentSerializer(serializers.ModelSerializer[Department]):
    """A department; `people` are those who are not deactivated."""

    people = serializers.IntegerField(read_only=True, default=0)

    class Meta:
        model = Department
        fields = ("id", "name", "people", "created_at")
        read_only_fields = ("created_at",)


class DepartmentNameSerializer(serializers.Serializer[Any]):
    """A department's name."""

    name = serializers.CharField(max_length=120)


class RegionSerializer(serializers.ModelSerializer[Region]):
    """A region."""

    class Meta:
        model = Region
        fields = ("id", "name")


class DepartmentsView(ApiView):
    """The departments of an organization."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE
    pagination_class = ordered_by("name", "pk")

    @extend_schema(
        operation_id="departments_list",
        summary="List departments",
        description="In the order of their names, with how many people are in each.",
        responses={200: DepartmentSerializer(many=True)},
        tags=["people"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of departments."""
        found = departments_with_people().filter(organization=organization)
        return listed(self, request, found, DepartmentSerializer)

    @extend_schema(
        operation_id="departments_create",
        summary="Create a department",
        description="A name that is taken answers 409 `department_exists`.",
        request=DepartmentNameSerializer,
        responses={201: DepartmentSerializer},
        tags=["people"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Create a department."""
        department = create_department(
            organization_id=organization.pk,
            actor=caller_of(request).actor,
            now=timezone.now(),
            **body_of(request, DepartmentNameSerializer),
        )
        return Response(_body(department.pk), status=201)


class DepartmentView(ApiView):
    """One department."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE

    @extend_schema(
        operation_id="departments_read",
        summary="Read a department",
        responses={200: DepartmentSerializer},
        tags=["people"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, department_id: int) -> Response:
        """Return the department."""
        with not_found():
            return Response(_body(department_id))

    @extend_schema(
        operation_id="departments_change",
        summary="Rename a department",
        request=DepartmentNameSerializer,
        responses={200: DepartmentSerializer},
        tags=["people"],
    )
    @of_organization
    def patch(self, request: Request, organization: Organization, department_id: int) -> Response:
        """Give the department another name."""
        given = body_of(request, DepartmentNameSerializer, partial=True)
        with not_found():
            if given:
                rename_department(
                    organization_id=organization.pk,
                    department_id=department_id,
                    actor=caller_of(request).actor,
                    now=timezone.now(),
                    **given,
                )
            return Response(_body(department_id))

    @extend_schema(
        operation_id="departments_delete",
        summary="Remove a department",
        description="Its people stay, without a department.",
        responses={204: None},
        tags=["people"],
    )
    @of_organization
    def delete(self, request: Request, organization: Organization, department_id: int) -> Response:
        """Remove the department."""
        with not_found():
            delete_department(
                organization_id=organization.pk,
                department_id=department_id,
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
        return Response(status=204)


class RegionsView(ApiView):
    """The regions of an organization."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE
    pagination_class = ordered_by("name", "pk")

    @extend_schema(
        operation_id="regions_list",
        summary="List regions",
        description="In the order of their names. A region is made by putting somebody into it.",
        responses={200: RegionSerializer(many=True)},
        tags=["people"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of regions."""
        found = Region.objects.filter(organization=organization)
        return listed(self, request, found, RegionSerializer)


def _body(department_id: int) -> Any:
    return DepartmentSerializer(departments_with_people().get(pk=department_id)).data
