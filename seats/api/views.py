"""Reads of seats and usage for the vendor's tools and an organization's own."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import CreatedCursorPagination
from accounts.api.permissions import ANY_KEY
from accounts.api.tenancy import of_organization
from accounts.domain.scopes import Area
from accounts.models import Organization
from seats.api.members import PeopleQuerySerializer, asked_people
from seats.api.serializers import MemberSerializer, UtilizationSerializer
from seats.selectors.member_usage import member_usage
from seats.selectors.usage import seat_figures


class UtilizationView(ApiView):
    """Seats purchased, assigned and in use."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.USAGE

    @extend_schema(
        operation_id="organization_utilization",
        summary="Utilization of an organization",
        description=(
            "Active people count once, with a seat or without; the window is 28 days. Pages and "
            "mails say the same: `active_people` of `purchased_seats` seats in use, and beside it "
            "how many of these people have no seat (`active_without_seat`)."
        ),
        responses={200: UtilizationSerializer},
        tags=["usage"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the figures as they stand."""
        figures = seat_figures(organization_id=organization.pk, now=timezone.now())
        return Response(UtilizationSerializer(figures).data)


class MembersView(ApiView):
    """The people of an organization with their seats and their activity."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE
    pagination_class = CreatedCursorPagination

    @extend_schema(
        operation_id="organization_members",
        summary="People of an organization",
        description=(
            "Newest first. People seen in usage alone are there too, in state discovered. Where "
            "the organization shows totals only, nobody is found by usage."
        ),
        parameters=[PeopleQuerySerializer],
        responses={200: MemberSerializer(many=True)},
        tags=["usage"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of people."""
        paginator = self.pagination_class()
        people = asked_people(request, organization)
        page: Any = paginator.paginate_queryset(people, request, view=self) or []
        rows: Any = member_usage(
            organization_id=organization.pk, now=timezone.now(), memberships=page
        )
        return paginator.get_paginated_response(MemberSerializer(rows, many=True).data)
