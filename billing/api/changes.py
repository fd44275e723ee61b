"""Changes that wait for the renewal, for programs, with the same services as the pages."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.permissions import ANY_KEY
from accounts.api.tenancy import caller_of, find_organization, of_organization, signed
from accounts.domain.scopes import Area
from accounts.models import Organization
from accounts.tenancy import organization_context
from billing.models import Price, ScheduledChange
from billing.selectors.changing import (
    PlannedChange,
    coming_renewal,
    find_price,
    planned_rows,
)
from billing.selectors.terms import current_subscription
from billing.services.scheduling import (
    schedule_cancellation,
    schedule_price_change,
    schedule_seats,
    undo_scheduled_change,
)


class PriceChoiceSerializer(serializers.Serializer[Any]):
    """Another price: by its id, or as plan and interval in the subscription's currency."""

    price = serializers.IntegerField(
        required=False, min_value=1, max_value=2**31 - 1, help_text="The id of a price on sale."
    )
    plan = serializers.CharField(
        required=False, max_length=60, help_text="The code of a plan; without it, today's."
    )
    interval = serializers.ChoiceField(
        required=False,
        choices=Price.Interval.choices,
        help_text="month or year; without it, today's.",
    )

    def names_price(self) -> bool:
        """Tell whether another price was asked for at all."""
        return bool(self.validated_data.keys() & {"price", "plan", "interval"})

    def chosen(self, organization_id: int) -> Price | None:
        """Return the price that was asked for, if one was; raises PriceNotFound."""
        return self.wanted(organization_id) if self.names_price() else None

    def wanted(self, organization_id: int) -> Price:
        """Return the price that was asked for; raises PriceNotFound."""
        given = self.validated_data
        return find_price(
            organization_id,
            price_id=given.get("price"),
            plan=given.get("plan"),
            interval=given.get("interval"),
        )


class QuoteRequestSerializer(PriceChoiceSerializer):
    """What to quote: the seats in all, not those to add, and another price if it shall change."""

    quantity = serializers.IntegerField(
        min_value=1, max_value=9_999_999, help_text="Seats in all after the purchase."
    )


class ChangeRequestSerializer(PriceChoiceSerializer):
    """What to plan for the renewal."""

    kind = serializers.ChoiceField(choices=ScheduledChange.Kind.choices)
    quantity = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=9_999_999,
        help_text="Seats in all from the renewal on; needed for seats, possible for price.",
    )
    reason = serializers.CharField(required=False, max_length=500, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for what the kind needs."""
        if attrs["kind"] == ScheduledChange.Kind.SEATS and "quantity" not in attrs:
            raise serializers.ValidationError({"quantity": "Say how many seats shall renew."})
        if attrs["kind"] == ScheduledChange.Kind.PRICE and not attrs.keys() & {
            "price",
            "plan",
            "interval",
        }:
            raise serializers.ValidationError({"price": "Name a price, or a plan or interval."})
        return attrs


class ChangeSerializer(serializers.ModelSerializer[ScheduledChange]):
    """One change that waits, waited or was taken back."""

    plan = serializers.CharField(source="price_to.plan.code", default="", read_only=True)
    interval = serializers.CharField(source="price_to.interval", default="", read_only=True)

    class Meta:
        model = ScheduledChange
        fields = [
            "id",
            "kind",
            "state",
            "quantity_from",
            "quantity_to",
            "price_to",
            "plan",
            "interval",
            "effective_at",
            "reason",
            "created_at",
            "created_label",
            "ended_at",
        ]


class PlannedChangeSerializer(serializers.Serializer[PlannedChange]):
    """A planned change with its effect on the next invoice, tax included."""

    change = ChangeSerializer()
    effective_at = serializers.DateTimeField(source="at")
    seats_from = serializers.IntegerField()
    seats_to = serializers.IntegerField(help_text="What renews with everything that is planned.")
    next_invoice_minor = serializers.IntegerField(source="with_minor")
    next_invoice_without_minor = serializers.IntegerField(source="without_minor")
    currency = serializers.CharField()


class ChangesSerializer(serializers.Serializer[Any]):
    """The coming renewal: what is committed, what was added to it, what is planned."""

    renews_at = serializers.DateTimeField()
    purchased_seats = serializers.IntegerField()
    next_term_seats = serializers.IntegerField()
    committed_baseline_seats = serializers.IntegerField()
    co_terming_seats = serializers.IntegerField()
    planned = PlannedChangeSerializer(many=True)


class ChangesView(ApiView):
    """What is planned for the renewal."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING
    commits_itself: ClassVar = True

    @extend_schema(
        operation_id="changes",
        summary="What is planned for the renewal",
        responses={200: ChangesSerializer},
        tags=["billing"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the plans with their effect in seats and money."""
        subscription = current_subscription(organization.pk)
        renewal = coming_renewal(subscription)
        return Response(
            ChangesSerializer(
                {
                    "renews_at": renewal.at if renewal else None,
                    "purchased_seats": subscription.purchased_seats,
                    "next_term_seats": subscription.next_term_seats,
                    "committed_baseline_seats": subscription.committed_baseline_seats,
                    "co_terming_seats": subscription.co_terming_seats,
                    "planned": planned_rows(renewal) if renewal else [],
                }
            ).data
        )

    @extend_schema(
        operation_id="plan_change",
        summary="Plan a change for the renewal",
        description=(
            "Seats (fewer or more), another price, or the end. Nothing is charged before the "
            "renewal. A plan of the same kind is replaced; planning the end replaces all."
        ),
        request=ChangeRequestSerializer,
        responses={201: ChangeSerializer},
        tags=["billing"],
    )
    def post(self, request: Request, organization: str) -> Response:
        """Plan; the organization's context is entered by the service, around each step."""
        found = find_organization(api_key=caller_of(request).api_key, external_id=organization)
        asked = ChangeRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        common: dict[str, Any] = {
            "organization_id": found.pk,
            "actor": caller_of(request).actor,
            "now": timezone.now(),
            "reason": given.get("reason", ""),
        }
        if given["kind"] == ScheduledChange.Kind.SEATS:
            change = schedule_seats(seats=given["quantity"], **common)
        elif given["kind"] == ScheduledChange.Kind.PRICE:
            with organization_context(found.pk):
                price = asked.wanted(found.pk)
            change = schedule_price_change(price=price, seats=given.get("quantity"), **common)
        else:
            change = schedule_cancellation(**common)
        return Response(_body(found, change), status=status.HTTP_201_CREATED)


class ChangeUndoView(ApiView):
    """Taking a plan back."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING
    commits_itself: ClassVar = True

    @extend_schema(
        operation_id="undo_change",
        summary="Take a planned change back",
        description="Costs nothing; the renewal is as it was before the plan.",
        request=None,
        responses={200: ChangeSerializer},
        tags=["billing"],
    )
    def post(self, request: Request, organization: str, change_id: UUID) -> Response:
        """Undo; the organization's context is entered by the service, around each step."""
        found = find_organization(api_key=caller_of(request).api_key, external_id=organization)
        change = undo_scheduled_change(
            organization_id=found.pk,
            change_id=change_id,
            **signed(request),
        )
        return Response(_body(found, change))


def _body(organization: Organization, change: ScheduledChange) -> Any:
    with organization_context(organization.pk):
        return ChangeSerializer(change).data
