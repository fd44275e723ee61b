"""Usage by group, by feature, over time and by cohort. Ratios are decimal numbers, days UTC."""

from fractions import Fraction
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.permissions import ANY_KEY
from accounts.api.reading import all_of, query_of
from accounts.api.tenancy import of_organization
from accounts.domain.scopes import Area
from accounts.models import Organization
from seats.domain.cohorts import Cohort, Retention
from seats.selectors.cohorts import cohorts
from seats.selectors.features import FeatureAdoption, feature_adoption, feature_table
from seats.selectors.usage import (
    MONTHS_OF_HISTORY,
    DepartmentUsage,
    FeatureUsage,
    UtilizationPoint,
    group_usage,
    usage_by_feature,
    usage_by_week,
    utilization_history,
)

_GROUPS = ["department", "region", "level"]


class GroupQuerySerializer(serializers.Serializer[Any]):
    """By what people are grouped."""

    by = serializers.ChoiceField(choices=_GROUPS, default="department")


class GroupUsageSerializer(serializers.Serializer[DepartmentUsage]):
    """The people and seats of one group in the last 28 days."""

    id = serializers.IntegerField(source="department_id", allow_null=True)
    name = serializers.CharField(help_text="empty for people without one")
    people = serializers.IntegerField()
    seated = serializers.IntegerField()
    active = serializers.IntegerField()
    active_without_seat = serializers.IntegerField(source="active_unseated")
    idle_seats = serializers.IntegerField(source="idle_seated")
    waiting = serializers.IntegerField()
    is_folded = serializers.BooleanField(
        help_text="several groups too small to be shown by themselves"
    )


class DaysSerializer(serializers.Serializer[Any]):
    """How many days to count."""

    days = serializers.IntegerField(min_value=1, max_value=366, default=28)


class FeatureUsageSerializer(serializers.Serializer[FeatureUsage]):
    """How a feature was used in a window of days."""

    feature = serializers.CharField(source="name")
    people = serializers.IntegerField()
    share = serializers.SerializerMethodField(help_text="of all active people")
    events = serializers.IntegerField()
    quantity = serializers.IntegerField()
    last_day = serializers.DateField()

    def get_share(self, row: FeatureUsage) -> float:
        """Return the part of the active people."""
        return round(row.share, 4)


class FeatureDepartmentSerializer(serializers.Serializer[Any]):
    """One department's people."""

    department = serializers.CharField(allow_null=True, help_text="null for everybody else")
    people = serializers.IntegerField(help_text="used the feature")
    active = serializers.IntegerField(help_text="were active at all")


class FeatureGroupsSerializer(serializers.Serializer[Any]):
    """One feature by departments, of the last 28 days."""

    feature = serializers.CharField()
    people = serializers.IntegerField()
    events = serializers.IntegerField()
    departments = FeatureDepartmentSerializer(many=True)


class AdoptionPointSerializer(serializers.Serializer[Any]):
    """The end of one week since a feature was first seen."""

    week = serializers.IntegerField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    users = serializers.IntegerField()
    people = serializers.IntegerField(help_text="had been active at all by then")


class AdoptionSerializer(serializers.Serializer[FeatureAdoption]):
    """How a feature spread among everybody who was ever active."""

    feature = serializers.CharField(source="name")
    first_seen_on = serializers.DateField()
    points = AdoptionPointSerializer(many=True)


class RetentionSerializer(serializers.Serializer[Retention]):
    """Who stayed, of those whose seven days are over."""

    people = serializers.IntegerField()
    kept = serializers.IntegerField()


class CohortSerializer(serializers.Serializer[Cohort]):
    """The newcomers of one month. Days to first value are null while too few have got there."""

    month = serializers.DateField(help_text="its first day")
    people = serializers.IntegerField()
    reached = serializers.IntegerField(help_text="had their first value")
    first_quartile_days = serializers.IntegerField(source="first_quartile", allow_null=True)
    median_days = serializers.IntegerField(source="median", allow_null=True)
    third_quartile_days = serializers.IntegerField(source="third_quartile", allow_null=True)
    day_7 = RetentionSerializer()
    day_28 = RetentionSerializer()


class MonthsSerializer(serializers.Serializer[Any]):
    """How many months to return."""

    months = serializers.IntegerField(min_value=1, max_value=36, default=MONTHS_OF_HISTORY)


class HistoryPointSerializer(serializers.Serializer[UtilizationPoint]):
    """One day."""

    day = serializers.DateField()
    purchased = serializers.IntegerField()
    assigned = serializers.IntegerField()
    active_1 = serializers.IntegerField(help_text="active on the day")
    active_7 = serializers.IntegerField()
    active_28 = serializers.IntegerField()
    waiting = serializers.IntegerField()
    people = serializers.IntegerField()
    utilization = serializers.SerializerMethodField(help_text="null while no seat was purchased")

    def get_utilization(self, point: UtilizationPoint) -> float | None:
        """Return active people / purchased seats."""
        ratio: Fraction | None = point.seats.utilization
        return None if ratio is None else round(float(ratio), 4)


class WeekSerializer(serializers.Serializer[Any]):
    """One week of the last twelve."""

    first_day = serializers.DateField()
    active_people = serializers.IntegerField()
    actions = serializers.IntegerField()


class GroupUsageView(ApiView):
    """Usage by group."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.USAGE

    @extend_schema(
        operation_id="usage_by_group",
        summary="Usage by department, region or level",
        description="The group with most active people first. Where the organization shows totals "
        "only, groups of fewer than five are one.",
        parameters=[GroupQuerySerializer],
        responses={200: GroupUsageSerializer(many=True)},
        tags=["usage"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return every group with people."""
        by = query_of(request, GroupQuerySerializer)["by"]
        found = group_usage(organization_id=organization.pk, now=timezone.now(), by=by)
        return all_of(GroupUsageSerializer, found)


class FeatureUsageView(ApiView):
    """Usage by feature."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.USAGE

    @extend_schema(
        operation_id="usage_by_feature",
        summary="Usage by feature",
        description="The feature with most people first.",
        parameters=[DaysSerializer],
        responses={200: FeatureUsageSerializer(many=True)},
        tags=["usage"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return every feature in use."""
        days = query_of(request, DaysSerializer)["days"]
        found = usage_by_feature(organization_id=organization.pk, now=timezone.now(), days=days)
        return all_of(FeatureUsageSerializer, found)


class FeatureGroupsView(ApiView):
    """Features by departments."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.USAGE

    @extend_schema(
        operation_id="usage_features_by_department",
        summary="Features by departments",
        description="Who used what in 28 days, in all and in each department.",
        responses={200: FeatureGroupsSerializer(many=True)},
        tags=["usage"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the heat map."""
        table = feature_table(organization_id=organization.pk, now=timezone.now())
        rows = [
            {
                "feature": row.name,
                "people": row.people,
                "events": row.events,
                "departments": [
                    {
                        "department": department.name if department else None,
                        "people": cell.people,
                        "active": cell.active,
                    }
                    for department, cell in zip(table.departments, row.cells, strict=True)
                ],
            }
            for row in table.rows
        ]
        return all_of(FeatureGroupsSerializer, rows)


class AdoptionView(ApiView):
    """How features spread."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.USAGE

    @extend_schema(
        operation_id="usage_adoption",
        summary="How features spread, week by week",
        description="The feature with most users first.",
        responses={200: AdoptionSerializer(many=True)},
        tags=["usage"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the curves."""
        found = feature_adoption(organization_id=organization.pk, now=timezone.now())
        return all_of(AdoptionSerializer, found)


class CohortsView(ApiView):
    """Newcomers by month."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.USAGE

    @extend_schema(
        operation_id="usage_cohorts",
        summary="Newcomers by the month they joined",
        description="How soon they got something out of it, and whether they stayed.",
        responses={200: CohortSerializer(many=True)},
        tags=["usage"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the cohorts."""
        found = cohorts(organization_id=organization.pk, now=timezone.now())
        return all_of(CohortSerializer, found)


class UsageHistoryView(ApiView):
    """Seats and active people by day."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.USAGE

    @extend_schema(
        operation_id="usage_history",
        summary="Seats and active people by day",
        description="Oldest first; days without a snapshot are not there.",
        parameters=[MonthsSerializer],
        responses={200: HistoryPointSerializer(many=True)},
        tags=["usage"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the snapshots."""
        months = query_of(request, MonthsSerializer)["months"]
        found = utilization_history(
            organization_id=organization.pk, now=timezone.now(), months=months
        )
        return all_of(HistoryPointSerializer, found)


class WeeksView(ApiView):
    """Active people by week."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.USAGE

    @extend_schema(
        operation_id="usage_weeks",
        summary="Active people of the last twelve weeks",
        responses={200: WeekSerializer(many=True)},
        tags=["usage"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the weeks, oldest first."""
        found = usage_by_week(organization_id=organization.pk, now=timezone.now())
        return Response(
            [
                {"first_day": day, "active_people": people, "actions": actions}
                for day, people, actions in found
            ]
        )
