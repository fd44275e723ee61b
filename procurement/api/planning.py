"""Planned expansions and how an organization buys, for programs."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import listed, ordered_by
from accounts.api.permissions import ANY_KEY, VENDOR_KEY
from accounts.api.reading import all_of, body_of, query_of
from accounts.api.tenancy import of_organization, of_vendor, signed
from accounts.domain.scopes import Area
from accounts.models import Organization
from procurement.domain.calendar import LONGEST_LEAD, SHORTEST_LEAD, NoOpenDay, outlook
from procurement.domain.planning import PlanState
from procurement.models import Paper, PlannedExpansion
from procurement.models.profile import ProfileProposal
from procurement.selectors.calendar import buying_calendar, today_of
from procurement.selectors.planning import portfolio_plans
from procurement.services.planning import MOST_SEATS, change_plan, move_plan, plan_expansion
from procurement.services.profile import (
    FreezeDetails,
    ProfileDetails,
    answer_proposal,
    change_profile,
    current_details,
)

_MOST_FREEZES = 4
_LAST_YEAR = 9990


class DayField(serializers.DateField):
    """A day that days can be counted from."""

    def to_internal_value(self, value: Any) -> date:
        """Return the day."""
        day: date = super().to_internal_value(value)
        if not 2000 <= day.year <= _LAST_YEAR:
            raise serializers.ValidationError("Give a day of this century.")
        return day


class ExpansionSerializer(serializers.ModelSerializer[PlannedExpansion]):
    """Seats that are wanted by a day; `start_by_on` follows from how the organization buys."""

    planned_by = serializers.CharField(source="actor_label")

    class Meta:
        model = PlannedExpansion
        fields = (
            *("id", "seats", "wanted_on", "reason", "state", "start_by_on", "close_by_on"),
            *("started_on", "planned_by", "created_at", "changed_at", "purchase"),
        )


class NewExpansionSerializer(serializers.Serializer[Any]):
    """What is planned."""

    seats = serializers.IntegerField(min_value=1, max_value=MOST_SEATS, help_text="More than now.")
    wanted_on = DayField()
    reason = serializers.CharField(max_length=300)


class ExpansionMoveSerializer(serializers.Serializer[Any]):
    """The state that a plan is to have."""

    to = serializers.ChoiceField(choices=PlannedExpansion.State.choices)


class WantedDaySerializer(serializers.Serializer[Any]):
    """A day that is thought of."""

    wanted_on = DayField()


class ExpansionOutlookSerializer(serializers.Serializer[Any]):
    """What a wanted day means: when to start, and when it closes if it is begun now."""

    wanted_on = serializers.DateField(source="dates.wanted_on")
    start_by_on = serializers.DateField(source="dates.start_by")
    realistic_start_on = serializers.DateField(source="realistic_start")
    realistic_close_on = serializers.DateField(source="realistic_close")
    days_left = serializers.IntegerField(help_text="Below zero when the day has passed.")
    is_late = serializers.BooleanField()


class PortfolioPlanSerializer(serializers.Serializer[Any]):
    """What a customer plans, and when it closes."""

    organization = serializers.CharField(source="organization.external_id")
    plan = ExpansionSerializer(source="row.plan")
    closes_on = serializers.DateField(source="row.closes_on")
    quarter = serializers.CharField(source="row.quarter.name")
    is_late = serializers.BooleanField(source="row.is_late")


class BuyingFreezeSerializer(serializers.Serializer[Any]):
    """A time in which nothing is bought; both days are included."""

    name = serializers.CharField(max_length=80)
    first_on = DayField()
    last_on = DayField()
    every_year = serializers.BooleanField(default=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse days out of order."""
        if attrs["last_on"] < attrs["first_on"]:
            raise serializers.ValidationError({"last_on": "The last day is before the first."})
        return attrs


class BuyingProfileSerializer(serializers.Serializer[Any]):
    """How an organization buys; months are 1 to 12, without `budget_months` any month will do."""

    fiscal_start_month = serializers.IntegerField(min_value=1, max_value=12)
    budget_months = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=12), max_length=12
    )
    lead_days = serializers.IntegerField(min_value=SHORTEST_LEAD, max_value=LONGEST_LEAD)
    contact_name = serializers.CharField(max_length=200, allow_blank=True)
    contact_email = serializers.EmailField(allow_blank=True)
    contact_phone = serializers.CharField(max_length=60, allow_blank=True)
    cost_centres = serializers.ListField(child=serializers.CharField(max_length=60), max_length=200)
    papers = serializers.ListField(
        child=serializers.ChoiceField(choices=Paper.choices), max_length=len(Paper)
    )
    freezes = BuyingFreezeSerializer(many=True)

    def validate_freezes(self, value: list[Any]) -> list[Any]:
        """Refuse more than the page has room for."""
        if len(value) > _MOST_FREEZES:
            raise serializers.ValidationError(f"Send at most {_MOST_FREEZES}.")
        return value


class ProfileProposalSerializer(serializers.ModelSerializer[ProfileProposal]):
    """What the account manager proposes; `proposed` is a whole profile."""

    proposed = BuyingProfileSerializer()
    proposed_by = serializers.CharField(source="proposed_by_label")

    class Meta:
        model = ProfileProposal
        fields = ("id", "state", "proposed", "note", "proposed_by", "proposed_at", "answered_at")


class ProposalAnswerSerializer(serializers.Serializer[Any]):
    """Whether the proposal is taken over."""

    accept = serializers.BooleanField()


class PlanningView(ApiView):
    """An operation on what an organization plans."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.REQUESTS


class PlansView(PlanningView):
    """Planned expansions."""

    pagination_class = ordered_by("-created_at", "-pk")

    @extend_schema(
        operation_id="plans_of_expansion",
        summary="List planned expansions",
        description="The latest first, with those that are done or dropped.",
        responses={200: ExpansionSerializer(many=True)},
        tags=["procurement"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of plans."""
        found = PlannedExpansion.objects.filter(organization=organization)
        return listed(self, request, found, ExpansionSerializer)

    @extend_schema(
        operation_id="plan_expansion",
        summary="Plan an expansion",
        description="A day that is over, or too far ahead, is 422 `plan_not_possible` with "
        "`about`.",
        request=NewExpansionSerializer,
        responses={201: ExpansionSerializer},
        tags=["procurement"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Plan it."""
        plan = plan_expansion(
            organization_id=organization.pk,
            today=_today(organization),
            **body_of(request, NewExpansionSerializer),
            **signed(request),
        )
        return Response(ExpansionSerializer(plan).data, status=201)


class PlanView(PlanningView):
    """One plan."""

    @extend_schema(
        operation_id="plan_of_expansion",
        summary="Read a planned expansion",
        responses={200: ExpansionSerializer},
        tags=["procurement"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, expansion_id: UUID) -> Response:
        """Return the plan."""
        return _plan(organization, expansion_id)

    @extend_schema(
        operation_id="change_expansion",
        summary="Change a planned expansion",
        description="Whole. One that is over is 409 `plan_has_moved_on`.",
        request=NewExpansionSerializer,
        responses={200: ExpansionSerializer},
        tags=["procurement"],
    )
    @of_organization
    def put(self, request: Request, organization: Organization, expansion_id: UUID) -> Response:
        """Change the plan."""
        change_plan(
            organization_id=organization.pk,
            plan_id=expansion_id,
            today=_today(organization),
            **body_of(request, NewExpansionSerializer),
            **signed(request),
        )
        return _plan(organization, expansion_id)


class PlanMoveView(PlanningView):
    """Bringing a plan on."""

    @extend_schema(
        operation_id="move_expansion",
        summary="Start, finish, drop or take up a planned expansion",
        description="What its state does not allow any more is 409 `plan_has_moved_on`.",
        request=ExpansionMoveSerializer,
        responses={200: ExpansionSerializer},
        tags=["procurement"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization, expansion_id: UUID) -> Response:
        """Move the plan."""
        move_plan(
            organization_id=organization.pk,
            plan_id=expansion_id,
            to=PlanState(body_of(request, ExpansionMoveSerializer)["to"]),
            today=_today(organization),
            **signed(request),
        )
        return _plan(organization, expansion_id)


class OutlookView(PlanningView):
    """What a day means."""

    @extend_schema(
        operation_id="planning_outlook",
        summary="Read by when an expansion has to begin for a day",
        parameters=[OpenApiParameter("wanted_on", date, required=True)],
        responses={200: ExpansionOutlookSerializer},
        tags=["procurement"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the outlook."""
        day = query_of(request, WantedDaySerializer)["wanted_on"]
        try:
            view = outlook(day, buying_calendar(organization.pk), today=_today(organization))
        except (NoOpenDay, OverflowError) as error:
            message = "Nothing can be bought before this day."
            raise serializers.ValidationError({"wanted_on": message}) from error
        return Response(ExpansionOutlookSerializer(view).data)


class PortfolioPlansView(ApiView):
    """What all customers plan."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.REQUESTS

    @extend_schema(
        operation_id="planned_expansions_list",
        summary="List what customers plan, by the day to start",
        description="Those that are planned or started. Takes a vendor-wide key.",
        responses={200: PortfolioPlanSerializer(many=True)},
        tags=["procurement"],
    )
    @of_vendor
    def get(self, request: Request) -> Response:
        """Return the plans."""
        return all_of(PortfolioPlanSerializer, portfolio_plans(timezone.now()))


class ProfileView(PlanningView):
    """How an organization buys."""

    @extend_schema(
        operation_id="buying_profile_read",
        summary="Read how an organization buys",
        responses={200: BuyingProfileSerializer},
        tags=["procurement"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the profile."""
        return Response(BuyingProfileSerializer(current_details(organization.pk)).data)

    @extend_schema(
        operation_id="buying_profile_change",
        summary="Write how an organization buys",
        description="Whole; open plans get their new days. What nobody could buy by is 422 "
        "`profile_not_possible` with `about`.",
        request=BuyingProfileSerializer,
        responses={200: BuyingProfileSerializer},
        tags=["procurement"],
    )
    @of_organization
    def put(self, request: Request, organization: Organization) -> Response:
        """Write the profile."""
        given = body_of(request, BuyingProfileSerializer)
        change_profile(
            organization_id=organization.pk,
            details=details_of(given),
            today=_today(organization),
            **signed(request),
        )
        return Response(BuyingProfileSerializer(current_details(organization.pk)).data)


class ProposalsView(PlanningView):
    """What the account manager proposes."""

    pagination_class = ordered_by("-proposed_at", "-pk")

    @extend_schema(
        operation_id="profile_proposals_list",
        summary="List what the account manager proposed about how the organization buys",
        description="The latest first; at most one is open.",
        responses={200: ProfileProposalSerializer(many=True)},
        tags=["procurement"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of proposals."""
        found = ProfileProposal.objects.filter(organization=organization)
        return listed(self, request, found, ProfileProposalSerializer)


class ProposalAnswerView(PlanningView):
    """Answering a proposal."""

    @extend_schema(
        operation_id="profile_proposals_answer",
        summary="Take a proposal over, or decline it",
        description="One that was answered already is 409 `proposal_not_open`.",
        request=ProposalAnswerSerializer,
        responses={200: ProfileProposalSerializer},
        tags=["procurement"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization, proposal_id: int) -> Response:
        """Answer."""
        accept = body_of(request, ProposalAnswerSerializer)["accept"]
        get_object_or_404(ProfileProposal, pk=proposal_id, organization=organization)
        after = answer_proposal(
            organization_id=organization.pk,
            proposal_id=proposal_id,
            accept=accept,
            today=_today(organization),
            **signed(request),
        )
        return Response(ProfileProposalSerializer(after).data)


def details_of(given: dict[str, Any]) -> ProfileDetails:
    """Return a checked body as the services take it."""
    freezes = sorted(
        (FreezeDetails(**part) for part in given["freezes"]),
        key=lambda freeze: (freeze.first_on, freeze.last_on),
    )
    return ProfileDetails(
        **{
            **given,
            "budget_months": tuple(sorted(set(given["budget_months"]))),
            "cost_centres": tuple(dict.fromkeys(given["cost_centres"])),
            "papers": tuple(dict.fromkeys(given["papers"])),
            "freezes": tuple(freezes),
        }
    )


def _today(organization: Organization) -> date:
    return today_of(organization, timezone.now())


def _plan(organization: Organization, expansion_id: UUID) -> Response:
    found = get_object_or_404(PlannedExpansion, pk=expansion_id, organization=organization)
    return Response(ExpansionSerializer(found).data)
