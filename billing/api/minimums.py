"""Minimums of plans over the API: waived for one organization, and who left because of one."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.pagination import listed, ordered_by
from accounts.api.reading import body_of
from accounts.api.tenancy import of_organization, of_vendor, signed
from accounts.models import Organization
from billing.api.vendor import FinanceView
from billing.models import (
    MinimumAbandoned,
    MinimumWaiver,
    Plan,
)
from billing.selectors.minimums import abandoned_minimums, running_waivers
from billing.services.minimums import end_waiver, waive_minimum


class MinimumWaiverSerializer(serializers.ModelSerializer[MinimumWaiver]):
    """A smaller minimum of a plan for one organization."""

    organization = serializers.SlugRelatedField[Any](slug_field="external_id", read_only=True)
    plan = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)
    granted_by = serializers.CharField(source="granted_by_label", read_only=True)

    class Meta:
        model = MinimumWaiver
        fields = (
            *("id", "organization", "plan", "minimum_seats", "reason", "granted_by"),
            *("granted_at", "ends_at", "ended_at"),
        )


class NewMinimumWaiverSerializer(serializers.Serializer[Any]):
    """From how many seats on a plan is sold to the organization, and until which day."""

    plan = serializers.SlugRelatedField[Any](slug_field="code", queryset=Plan.objects.all())
    minimum_seats = serializers.IntegerField(min_value=1, max_value=100_000)
    ends_on = serializers.DateField(
        help_text="The last day on which it holds, in the organization's time zone."
    )
    reason = serializers.CharField(max_length=300)

    def validate_ends_on(self, value: Any) -> Any:
        """Refuse the last day there is: the day after it is asked for."""
        if value.year > 9998:
            raise serializers.ValidationError("Give a day before the year 9999.")
        return value


class AbandonedSerializer(serializers.ModelSerializer[MinimumAbandoned]):
    """Somebody wanted fewer seats than a plan sells, and left."""

    organization = serializers.SlugRelatedField[Any](slug_field="external_id", read_only=True)
    plan = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)

    class Meta:
        model = MinimumAbandoned
        fields = ("organization", "plan", "wanted_seats", "minimum_seats", "at")


class WaiversView(FinanceView):
    """Minimums that are waived."""

    pagination_class = ordered_by("-granted_at", "-pk")

    @extend_schema(
        operation_id="minimum_waivers_list",
        summary="List the minimums of plans that are waived now",
        description="The latest first.",
        responses={200: MinimumWaiverSerializer(many=True)},
        tags=["agreements"],
    )
    @of_vendor
    def get(self, request: Request) -> Response:
        """Return one page of waivers."""
        return listed(self, request, running_waivers(timezone.now()), MinimumWaiverSerializer)


class WaiverView(FinanceView):
    """One waiver."""

    @extend_schema(
        operation_id="minimum_waivers_end",
        summary="Let a plan's own minimum hold again",
        description="Seats that are there stay. Ended twice is ended once.",
        responses={204: None},
        tags=["agreements"],
    )
    @of_vendor
    def delete(self, request: Request, waiver_id: int) -> Response:
        """End the waiver."""
        waiver = get_object_or_404(MinimumWaiver, pk=waiver_id)
        end_waiver(organization_id=waiver.organization_id, waiver_id=waiver_id, **signed(request))
        return Response(status=204)


class OrganizationWaiversView(FinanceView):
    """Waiving for one organization."""

    pagination_class = ordered_by("-granted_at", "-pk")

    @extend_schema(
        operation_id="organization_minimum_waivers_list",
        summary="List the minimums that are waived for an organization",
        description="The latest first, with those that ended.",
        responses={200: MinimumWaiverSerializer(many=True)},
        tags=["agreements"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of waivers."""
        return listed(self, request, _waivers(organization), MinimumWaiverSerializer)

    @extend_schema(
        operation_id="minimum_waivers_grant",
        summary="Sell a plan to an organization from fewer seats on",
        description="Replaces a running waiver of the same plan. A day that is over is 422 "
        "`waiver_not_possible`.",
        request=NewMinimumWaiverSerializer,
        responses={201: MinimumWaiverSerializer},
        tags=["agreements"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Waive the minimum."""
        given = body_of(request, NewMinimumWaiverSerializer)
        after = given.pop("ends_on") + timedelta(days=1)
        waiver = waive_minimum(
            organization_id=organization.pk,
            ends_at=datetime.combine(after, time(), ZoneInfo(organization.time_zone)),
            **given,
            **signed(request),
        )
        found = _waivers(organization).get(pk=waiver.pk)
        return Response(MinimumWaiverSerializer(found).data, status=201)


class AbandonedMinimumsView(FinanceView):
    """Who left because of a minimum."""

    pagination_class = ordered_by("-at", "-pk")

    @extend_schema(
        operation_id="minimums_abandoned_list",
        summary="List who needed fewer seats than a plan sells",
        description="The latest first; waiving the minimum takes them off the list.",
        responses={200: AbandonedSerializer(many=True)},
        tags=["agreements"],
    )
    @of_vendor
    def get(self, request: Request) -> Response:
        """Return one page of them."""
        return listed(self, request, abandoned_minimums(), AbandonedSerializer)


def _waivers(organization: Organization) -> QuerySet[MinimumWaiver]:
    return MinimumWaiver.objects.filter(organization=organization).select_related(
        "organization", "plan"
    )
