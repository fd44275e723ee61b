"""Recorded outcomes and baselines over the API: listed, corrected, removed."""

from typing import ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import listed, ordered_by
from accounts.api.permissions import ANY_KEY
from accounts.api.reading import body_of, query_of
from accounts.api.tenancy import caller_of, not_found, of_organization
from accounts.domain.scopes import Area
from accounts.models import Organization
from seats.api.outcomes import (
    BaselineFactsSerializer,
    OutcomeFactsSerializer,
    OutcomeSerializer,
    PeriodSerializer,
    facts_of,
)
from seats.models import OutcomeBaseline
from seats.selectors.outcomes import recorded_outcomes
from seats.services.outcomes import (
    change_outcome,
    delete_outcome,
    remove_baseline,
    set_baseline,
)


class BaselineSerializer(serializers.ModelSerializer[OutcomeBaseline]):
    """What outcomes of a kind were before."""

    department = serializers.CharField(source="department.name", default=None, allow_null=True)
    first_day = serializers.DateField(source="starts_on")
    last_day = serializers.DateField(source="ends_on")

    class Meta:
        model = OutcomeBaseline
        fields = ("id", "kind", "unit", "department", "first_day", "last_day", "amount")


class OutcomeEntriesView(ApiView):
    """Outcomes that were recorded by hand or over the API."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SEATS
    pagination_class = ordered_by("-ends_on", "-id")

    @extend_schema(
        operation_id="outcome_entries_list",
        summary="Outcomes as they were recorded",
        description="Those whose last day lies in the period, the latest first.",
        parameters=[PeriodSerializer],
        responses={200: OutcomeSerializer(many=True)},
        tags=["outcomes"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of entries."""
        days = query_of(request, PeriodSerializer)
        found = recorded_outcomes(
            organization_id=organization.pk, starts_on=days["first_day"], ends_on=days["last_day"]
        )
        return listed(self, request, found, OutcomeSerializer)


class OutcomeEntryView(ApiView):
    """One recorded outcome."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SEATS

    @extend_schema(
        operation_id="outcome_entries_change",
        summary="Correct an outcome",
        description="All of it is replaced; its `reference` stays. Answers 422 "
        "`outcome_not_possible`, naming the field in `about`.",
        request=OutcomeFactsSerializer,
        responses={200: OutcomeSerializer},
        tags=["outcomes"],
    )
    @of_organization
    def put(self, request: Request, organization: Organization, outcome_id: int) -> Response:
        """Replace the facts."""
        given = body_of(request, OutcomeFactsSerializer)
        with not_found():
            entry = change_outcome(
                organization_id=organization.pk,
                entry_id=outcome_id,
                facts=facts_of(organization, given),
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
        return Response(OutcomeSerializer(entry).data)

    @extend_schema(
        operation_id="outcome_entries_delete",
        summary="Delete an outcome",
        description="What it said stays in the history.",
        responses={204: None},
        tags=["outcomes"],
    )
    @of_organization
    def delete(self, request: Request, organization: Organization, outcome_id: int) -> Response:
        """Delete the outcome."""
        with not_found():
            delete_outcome(
                organization_id=organization.pk,
                entry_id=outcome_id,
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
        return Response(status=204)


class BaselinesView(ApiView):
    """What outcomes are held against."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SEATS
    pagination_class = ordered_by("kind", "id")

    @extend_schema(
        operation_id="baselines_list",
        summary="Baselines of outcomes",
        responses={200: BaselineSerializer(many=True)},
        tags=["outcomes"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of baselines."""
        found = OutcomeBaseline.objects.filter(organization=organization)
        return listed(self, request, found.select_related("department"), BaselineSerializer)

    @extend_schema(
        operation_id="baselines_set",
        summary="Set a baseline",
        description="In place of an earlier one of the same kind, unit and department.",
        request=BaselineFactsSerializer,
        responses={201: BaselineSerializer},
        tags=["outcomes"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Set the baseline."""
        made = set_baseline(
            organization_id=organization.pk,
            facts=facts_of(organization, body_of(request, BaselineFactsSerializer)),
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return Response(BaselineSerializer(made).data, status=201)


class BaselineView(ApiView):
    """One baseline."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SEATS

    @extend_schema(
        operation_id="baselines_remove",
        summary="Remove a baseline",
        responses={204: None},
        tags=["outcomes"],
    )
    @of_organization
    def delete(self, request: Request, organization: Organization, baseline_id: int) -> Response:
        """Hold outcomes against nothing again."""
        with not_found():
            remove_baseline(
                organization_id=organization.pk,
                baseline_id=baseline_id,
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
        return Response(status=204)
