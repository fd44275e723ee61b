"""What the vendor's finance agrees with an organization: contract, discount, credit, minimum."""

from typing import Any, ClassVar

from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.pagination import listed, ordered_by
from accounts.api.reading import body_of, query_of
from accounts.api.tenancy import not_found, of_organization, of_vendor, signed
from accounts.models import Organization
from billing.api.vendor import FinanceView
from billing.models import (
    BillingAccount,
    Contract,
    Subscription,
)
from billing.selectors.contracts import BY_CARD, BY_INVOICE, MONTHLY, contracts
from billing.services.contracts import Agreement, approve_contract
from billing.services.tax import set_tax_exempt
from billing.tasks import apply_contract, sweep_starts

_MOST_MINOR = 10**15
_COLLECTIONS = (BY_CARD, BY_INVOICE, MONTHLY)


class ContractRowSerializer(serializers.ModelSerializer[Subscription]):
    """What an organization has and how it pays. Amounts are minor units of `currency`."""

    organization = serializers.SlugRelatedField[Any](slug_field="external_id", read_only=True)
    plan = serializers.CharField(source="price.plan.code")
    interval = serializers.CharField(source="price.interval")
    currency = serializers.CharField(source="price.currency")
    collection = serializers.CharField(source="organization.contract.collection", default="card")
    net_days = serializers.IntegerField(
        source="organization.contract.net_days", default=None, allow_null=True
    )
    credit_limit_minor = serializers.IntegerField(
        source="organization.contract.credit_limit_minor", default=0
    )
    discount_basis_points = serializers.IntegerField(allow_null=True)
    open_minor = serializers.IntegerField(allow_null=True, help_text="Of issued invoices.")

    class Meta:
        model = Subscription
        fields = (
            *("organization", "plan", "interval", "purchased_seats", "collection", "net_days"),
            *("credit_limit_minor", "discount_basis_points", "open_minor", "currency"),
        )


class ContractsQuerySerializer(serializers.Serializer[Any]):
    """Which contracts a list shows."""

    collection = serializers.ChoiceField(choices=_COLLECTIONS, required=False, default="")
    search = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class AgreementSerializer(serializers.ModelSerializer[Contract]):
    """How an organization is to pay. Amounts are minor units of its currency."""

    net_days = serializers.IntegerField(min_value=1, max_value=180)
    credit_limit_minor = serializers.IntegerField(
        min_value=0, max_value=_MOST_MINOR, help_text="The most that may be open before it is paid."
    )
    monthly_below_minor = serializers.IntegerField(
        min_value=0,
        max_value=_MOST_MINOR,
        help_text="Smaller additions wait for one invoice at the end of the month.",
    )

    class Meta:
        model = Contract
        fields: tuple[str, ...] = (
            *("collection", "net_days", "credit_limit_minor", "needs_po_number", "cadence"),
            *("monthly_below_minor", "reason"),
        )
        extra_kwargs: ClassVar = {
            name: {"required": True} for name in ("collection", "cadence", "needs_po_number")
        }


class ApprovedContractSerializer(AgreementSerializer):
    """How an organization pays; `applied_at` is empty until Stripe collects the same way."""

    currency = serializers.CharField(source="organization.currency")
    approved_by = serializers.CharField(source="approved_by_label")
    approved_at = serializers.DateTimeField(allow_null=True)

    class Meta(AgreementSerializer.Meta):
        fields = (
            *AgreementSerializer.Meta.fields,
            *("currency", "approved_by", "approved_at", "applied_at"),
        )


class ExemptSerializer(serializers.Serializer[Any]):
    """Whether an organization is to pay no tax."""

    is_tax_exempt = serializers.BooleanField()


class ExemptionSerializer(serializers.ModelSerializer[BillingAccount]):
    """Whether an organization pays no tax, and the rate of its later invoices."""

    class Meta:
        model = BillingAccount
        fields = ("is_tax_exempt", "tax_rate_basis_points", "tax_pending_since")
        read_only_fields = fields


class ContractsView(FinanceView):
    """Contracts of all organizations."""

    pagination_class = ordered_by("pk")

    @extend_schema(
        operation_id="contracts_list",
        summary="List how organizations with a subscription pay",
        description="The oldest subscription first. Takes a vendor-wide key.",
        parameters=[
            OpenApiParameter("collection", str, enum=_COLLECTIONS),
            OpenApiParameter("search", str, description="Of the organization's or plan's name."),
        ],
        responses={200: ContractRowSerializer(many=True)},
        tags=["agreements"],
    )
    @of_vendor
    def get(self, request: Request) -> Response:
        """Return one page of contracts."""
        asked = query_of(request, ContractsQuerySerializer)
        return listed(self, request, contracts(**asked), ContractRowSerializer)


class ContractView(FinanceView):
    """The contract of one organization."""

    @extend_schema(
        operation_id="contract_read",
        summary="Read how an organization pays",
        description="Without an approved contract: by card, `approved_at` is null.",
        responses={200: ApprovedContractSerializer},
        tags=["agreements"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the contract."""
        return _contract(organization)

    @extend_schema(
        operation_id="contract_approve",
        summary="Approve how an organization pays from now on",
        description="Whole. Stripe follows it after the commit; until `applied_at` nothing is "
        "bought. What contradicts itself, or comes while a purchase is under way, is 422 "
        "`contract_not_possible` with `about`, the field at fault.",
        request=AgreementSerializer,
        responses={200: ApprovedContractSerializer},
        tags=["agreements"],
    )
    @of_organization
    def put(self, request: Request, organization: Organization) -> Response:
        """Approve the contract."""
        given = body_of(request, AgreementSerializer)
        reason = given.pop("reason")
        approve_contract(
            organization_id=organization.pk,
            agreement=Agreement(**given),
            reason=reason,
            **signed(request),
        )
        transaction.on_commit(lambda: apply_contract.delay(organization.pk))
        return _contract(organization)


class TaxExemptionView(FinanceView):
    """Exemption from tax."""

    @extend_schema(
        operation_id="tax_exemption_read",
        summary="Read whether an organization is exempt from tax",
        description="404 until the organization has billing details.",
        responses={200: ExemptionSerializer},
        tags=["agreements"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the exemption."""
        account = get_object_or_404(BillingAccount, organization=organization)
        return Response(ExemptionSerializer(account).data)

    @extend_schema(
        operation_id="tax_exemption_set",
        summary="Exempt an organization from tax, or end that",
        description="Later invoices follow; `tax_pending_since` is empty once Stripe knows.",
        request=ExemptSerializer,
        responses={200: ExemptionSerializer},
        tags=["agreements"],
    )
    @of_organization
    def put(self, request: Request, organization: Organization) -> Response:
        """Set the exemption."""
        wanted = body_of(request, ExemptSerializer)["is_tax_exempt"]
        with not_found():
            set_tax_exempt(organization_id=organization.pk, is_exempt=wanted, **signed(request))
        transaction.on_commit(lambda: sweep_starts.delay())
        account = BillingAccount.objects.get(organization=organization)
        return Response(ExemptionSerializer(account).data)


def _contract(organization: Organization) -> Response:
    found = Contract.objects.filter(organization=organization).select_related("organization")
    shown = found.first() or Contract(organization=organization)
    return Response(ApprovedContractSerializer(shown).data)
