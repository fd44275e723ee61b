"""The limit of an organization over the API: read by any key, set with the vendor's."""

from typing import Any, ClassVar

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import listed, ordered_by
from accounts.api.permissions import ANY_KEY, VENDOR_KEY
from accounts.api.reading import body_of
from accounts.api.tenancy import caller_of, not_found, of_organization, signed
from accounts.domain.scopes import Area
from accounts.models import Organization
from seats.domain.limits import AtEnd, FullLimitDecision, LimitMode, LimitPolicy
from seats.models import LimitChange, SeatPool
from seats.selectors.limits import limit_changes, pool_of
from seats.selectors.offers import decision_path, seat_offer
from seats.services.limits import (
    LARGEST_ALLOWANCE_SEATS,
    LONGEST_ALLOWANCE_DAYS,
    note_limit_decision,
    set_limit,
    undo_limit_change,
)

LIMITS_TO_SET = [choice for choice in SeatPool.Limit.choices if choice[0] != LimitMode.CLOSED]

DECISIONS = [each.value for each in FullLimitDecision]


class PriceNowSerializer(serializers.Serializer[Any]):
    """An amount that would be charged now, tax included."""

    minor = serializers.IntegerField(help_text="in the currency's smallest unit")
    currency = serializers.CharField()


class SeatOfferSerializer(serializers.Serializer[Any]):
    """What would help: the missing seats, their price, where an admin buys and a member asks."""

    missing_seats = serializers.IntegerField()
    price_now = PriceNowSerializer(allow_null=True, help_text="null where nothing can be bought")
    purchase_url = serializers.URLField()
    request_url = serializers.URLField()


class LimitSerializer(serializers.Serializer[SeatPool]):
    """How the limit of an organization stands."""

    limit = serializers.ChoiceField(
        choices=SeatPool.Limit.choices,
        help_text="closed: a hard limit under which more sit than seats were purchased",
    )
    allowance_seats = serializers.IntegerField()
    allowance_days = serializers.IntegerField()
    at_end = serializers.ChoiceField(choices=SeatPool.AtEnd.choices)
    purchased_seats = serializers.IntegerField()
    assigned_seats = serializers.IntegerField()
    overage_since = serializers.DateTimeField(allow_null=True)
    overage_until = serializers.DateTimeField(
        allow_null=True, help_text="when the present overage ends under a soft limit"
    )
    offer = serializers.SerializerMethodField(
        help_text="what buying the overage, or one more seat at a full limit, costs; else null"
    )

    @extend_schema(responses=SeatOfferSerializer)
    def get_offer(self, pool: SeatPool) -> dict[str, Any] | None:
        return self.context.get("offer")


class PolicySerializer(serializers.Serializer[Any]):
    """A limit. A hard one takes neither seats nor days."""

    limit = serializers.ChoiceField(choices=LIMITS_TO_SET)
    allowance_seats = serializers.IntegerField(
        min_value=0, max_value=LARGEST_ALLOWANCE_SEATS, default=0
    )
    allowance_days = serializers.IntegerField(
        min_value=0, max_value=LONGEST_ALLOWANCE_DAYS, default=0
    )
    at_end = serializers.ChoiceField(choices=SeatPool.AtEnd.choices, default=AtEnd.HARD.value)


class SetLimitSerializer(PolicySerializer):
    """A limit to be set, and why."""

    reason = serializers.CharField(max_length=300)


def policy_of_body(given: dict[str, Any]) -> LimitPolicy:
    """Return the limit that a body asks for."""
    mode = LimitMode(given["limit"])
    if mode is LimitMode.HARD:
        return LimitPolicy(mode)
    seats, days = given["allowance_seats"], given["allowance_days"]
    return LimitPolicy(mode, seats, days, AtEnd(given["at_end"]))


class LimitChangeSerializer(serializers.ModelSerializer[LimitChange]):
    """One change of a limit, with what held before."""

    changed_by = serializers.CharField(source="actor_label")

    class Meta:
        model = LimitChange
        fields = ("id", "at", "cause", "before", "after", "reason", "changed_by", "undone_at")


class LimitView(ApiView):
    """The limit of an organization."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SEATS

    @extend_schema(
        operation_id="limit_read",
        summary="Limit of an organization",
        description="The limit, how it stands, and what would help at a full one.",
        responses={200: LimitSerializer},
        tags=["limits"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the limit as it stands."""
        return _answer(organization, 200)


class LimitDecisionSerializer(serializers.Serializer[Any]):
    """What was decided at a full limit."""

    decision = serializers.ChoiceField(choices=DECISIONS)


class NotedLimitDecisionSerializer(LimitDecisionSerializer):
    """The decision, and where it is carried out."""

    page = serializers.URLField()


class LimitDecisionView(ApiView):
    """What to do at a full limit."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SEATS

    @extend_schema(
        operation_id="limit_decide",
        summary="Note what was decided at a full limit",
        description=(
            "Add seats, reassign those that nobody uses, ask for approval, or wait. It stands in "
            "the history and changes nothing else: the answer names the page that does."
        ),
        request=LimitDecisionSerializer,
        responses={200: NotedLimitDecisionSerializer},
        tags=["limits"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Note the decision."""
        decision = FullLimitDecision(body_of(request, LimitDecisionSerializer)["decision"])
        note_limit_decision(organization_id=organization.pk, decision=decision, **signed(request))
        page = settings.BASE_URL + decision_path(organization, decision)
        return Response({"decision": decision, "page": page})


class LimitChangesView(ApiView):
    """Changes of an organization's limit, made by the vendor."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SEATS
    pagination_class = ordered_by("-at", "-id")

    @extend_schema(
        operation_id="limit_changes_list",
        summary="How the limit of an organization was changed",
        description="The latest first. Takes a vendor-wide key.",
        responses={200: LimitChangeSerializer(many=True)},
        tags=["limits"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of changes."""
        return listed(self, request, limit_changes(organization.pk), LimitChangeSerializer)

    @extend_schema(
        operation_id="limit_set",
        summary="Set the limit of an organization",
        description=(
            "From now on, with a reason for the history. Takes a vendor-wide key. Nobody loses a "
            "seat: a hard limit under which more people sit than seats were purchased is "
            "`closed` until seats are bought or released. Answers 422 `limit_not_possible`, naming "
            "the field in `about`, for a limit that makes no sense or needs true-ups that the "
            "contract does not have."
        ),
        request=SetLimitSerializer,
        responses={201: LimitSerializer},
        tags=["limits"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Set the limit from now on."""
        serializer = SetLimitSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        set_limit(
            organization_id=organization.pk,
            policy=policy_of_body(given),
            reason=given["reason"],
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return _answer(organization, 201)


class LimitUndoView(ApiView):
    """Taking the latest change back."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SEATS

    @extend_schema(
        operation_id="limit_undo",
        summary="Bring back the limit from before the latest change",
        description="Takes a vendor-wide key. Answers 409 `nothing_to_undo` where it was changed "
        "since.",
        request=None,
        responses={200: LimitSerializer},
        tags=["limits"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization, limit_change_id: int) -> Response:
        """Undo the change."""
        with not_found():
            undo_limit_change(
                organization_id=organization.pk,
                change_id=limit_change_id,
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
        return _answer(organization, 200)


def _answer(organization: Organization, status: int) -> Response:
    pool = pool_of(organization.pk)
    overage = max(0, pool.assigned_seats - pool.purchased_seats)
    missing = overage or (1 if pool.assigned_seats == pool.purchased_seats else 0)
    offer = (
        seat_offer(organization=organization, missing_seats=missing, now=timezone.now()).as_data()
        if missing
        else None
    )
    data: Any = LimitSerializer(pool, context={"offer": offer}).data
    return Response(data, status=status)
