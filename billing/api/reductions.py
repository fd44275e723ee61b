"""What the vendor gives an organization over the API: a percentage off, or money as credit."""

from typing import Any, ClassVar

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import service_key
from accounts.api.pagination import listed, ordered_by
from accounts.api.reading import body_of
from accounts.api.tenancy import of_organization, signed
from accounts.models import Organization
from billing.api.vendor import FinanceView
from billing.models import CreditGrant, SubscriptionDiscount
from billing.services.credit import grant_credit
from billing.services.discounts import LONGEST_MONTHS, end_discount, grant_discount
from billing.tasks import carry_out_grants

_MOST_MINOR = 10**15


class NewDiscountSerializer(serializers.Serializer[Any]):
    """A percentage off, for how long, and why."""

    basis_points = serializers.IntegerField(
        min_value=1, max_value=10_000, help_text="Hundredths of a percent: 1250 is 12.5 %."
    )
    months = serializers.IntegerField(
        min_value=1,
        max_value=LONGEST_MONTHS,
        allow_null=True,
        default=None,
        help_text="For how long; null until it is ended.",
    )
    reason = serializers.CharField(max_length=300)


class DiscountSerializer(serializers.ModelSerializer[SubscriptionDiscount]):
    """A percentage off a subscription; without `starts_at` Stripe does not know it yet."""

    granted_by = serializers.CharField(source="actor_label")

    class Meta:
        model = SubscriptionDiscount
        fields = (
            *("id", "basis_points", "months", "reason", "granted_by", "created_at", "starts_at"),
            *("ends_at", "end_asked_at", "ended_at"),
        )


class NewCreditSerializer(serializers.Serializer[Any]):
    """An amount in minor units of the organization's currency, and why."""

    amount_minor = serializers.IntegerField(min_value=1, max_value=_MOST_MINOR)
    reason = serializers.CharField(
        max_length=300, help_text="The customer reads it in the history of the credit balance."
    )


class CreditSerializer(serializers.ModelSerializer[CreditGrant]):
    """Money on the credit balance; without `done_at` it is not booked yet."""

    granted_by = serializers.CharField(source="actor_label")

    class Meta:
        model = CreditGrant
        fields = (
            *("id", "amount_minor", "currency", "reason", "approval", "granted_by", "created_at"),
            *("decided_at", "decision_note", "done_at"),
        )


class DiscountsView(FinanceView):
    """Discounts of an organization."""

    pagination_class = ordered_by("-created_at", "-pk")

    @extend_schema(
        operation_id="discounts_list",
        summary="List the discounts of an organization, past ones too",
        description="The latest first.",
        responses={200: DiscountSerializer(many=True)},
        tags=["agreements"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of discounts."""
        found = SubscriptionDiscount.objects.filter(organization=organization)
        return listed(self, request, found, DiscountSerializer)

    @extend_schema(
        operation_id="discounts_grant",
        summary="Grant a percentage off an organization's subscription",
        description="One at a time: 409 `discount_in_force`. Stripe is told after the commit.",
        request=NewDiscountSerializer,
        responses={201: DiscountSerializer},
        tags=["agreements"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Grant the discount."""
        given = body_of(request, NewDiscountSerializer)
        discount = grant_discount(organization_id=organization.pk, **given, **signed(request))
        transaction.on_commit(lambda: carry_out_grants.delay())
        return Response(DiscountSerializer(discount).data, status=201)


class DiscountEndView(FinanceView):
    """Ending a discount."""

    @extend_schema(
        operation_id="discounts_end",
        summary="End the discount that is in force",
        description="Later invoices are not reduced. Without one, nothing is done.",
        responses={204: None},
        tags=["agreements"],
    )
    @of_organization
    def delete(self, request: Request, organization: Organization) -> Response:
        """End the discount."""
        live = SubscriptionDiscount.objects.filter(organization=organization, ended_at=None)
        for discount in live:
            end_discount(
                organization_id=organization.pk, discount_id=discount.pk, **signed(request)
            )
        transaction.on_commit(lambda: carry_out_grants.delay())
        return Response(status=204)


class CreditsView(FinanceView):
    """Credits of an organization."""

    needs_key: ClassVar = frozenset({"post"})
    pagination_class = ordered_by("-created_at", "-pk")

    @extend_schema(
        operation_id="credits_list",
        summary="List the credits of an organization",
        description="The latest first. One with `approval` waiting is decided by a second person.",
        responses={200: CreditSerializer(many=True)},
        tags=["agreements"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of credits."""
        found = CreditGrant.objects.filter(organization=organization)
        return listed(self, request, found, CreditSerializer)

    @extend_schema(
        operation_id="credits_grant",
        summary="Put money on an organization's credit balance",
        description="In minor units of its currency. Above the amount of `approval_amounts_read` "
        "it waits until a person of finance approves it.",
        request=NewCreditSerializer,
        responses={201: CreditSerializer},
        tags=["agreements"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Grant the credit."""
        grant = grant_credit(
            organization_id=organization.pk,
            idempotency_key=service_key(self.idempotency_key),
            **body_of(request, NewCreditSerializer),
            **signed(request),
        )
        transaction.on_commit(lambda: carry_out_grants.delay())
        return Response(CreditSerializer(grant).data, status=201)
