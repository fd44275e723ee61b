"""How an organization pays, for programs: the contract, what is open, what follows when."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.permissions import ANY_KEY
from accounts.api.tenancy import of_organization
from accounts.domain.scopes import Area
from accounts.models import Organization
from billing.models import Contract, DunningCase
from billing.selectors.payment import payment_of


class StepSerializer(serializers.Serializer[Any]):
    """One step of a case."""

    kind = serializers.ChoiceField(choices=["reminder", "restrict", "end"])
    at = serializers.DateTimeField()
    is_taken = serializers.BooleanField()


class OverdueSerializer(serializers.Serializer[Any]):
    """An overdue invoice with what happens when."""

    invoice_number = serializers.CharField()
    amount_remaining_minor = serializers.IntegerField()
    overdue_since = serializers.DateTimeField()
    overdue_stage = serializers.ChoiceField(choices=DunningCase.Stage.choices)
    paused_until = serializers.DateTimeField(allow_null=True)
    steps = StepSerializer(many=True)


class CardSerializer(serializers.Serializer[Any]):
    """The card on file."""

    brand = serializers.CharField()
    last4 = serializers.CharField()
    exp_month = serializers.IntegerField()
    exp_year = serializers.IntegerField()


class ContractSerializer(serializers.ModelSerializer[Contract]):
    """What was agreed about paying; `applied_at` is null until Stripe collects that way."""

    class Meta:
        model = Contract
        fields = [
            "collection",
            "net_days",
            "credit_limit_minor",
            "needs_po_number",
            "cadence",
            "monthly_below_minor",
            "approved_at",
            "applied_at",
        ]


class BillingSerializer(serializers.Serializer[Any]):
    """How an organization pays. Amounts are minor units of `currency`, tax included."""

    currency = serializers.CharField()
    payer_name = serializers.CharField()
    payer_email = serializers.CharField()
    card = CardSerializer(allow_null=True)
    contract = ContractSerializer(allow_null=True)
    open_minor = serializers.IntegerField(help_text="Open on invoices, due or not.")
    noted_minor = serializers.IntegerField(help_text="Collected for the next monthly invoice.")
    noted_on = serializers.DateField(help_text="The day of that invoice, or the renewal before it.")
    room_minor = serializers.IntegerField(help_text="What may still be bought on terms.")
    overdue = OverdueSerializer(many=True)


class BillingView(ApiView):
    """How an organization pays."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING

    @extend_schema(
        operation_id="billing",
        summary="How an organization pays",
        description="Card, contract, what is open, and of overdue invoices what happens when.",
        responses={200: BillingSerializer},
        tags=["billing"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the payment settings."""
        payment = payment_of(organization, timezone.now())
        account = payment.account
        card = None
        if account is not None and account.has_card:
            card = {
                "brand": account.card_brand,
                "last4": account.card_last4,
                "exp_month": account.card_exp_month,
                "exp_year": account.card_exp_year,
            }
        body = {
            "currency": payment.currency,
            "payer_name": account.payer_name if account else "",
            "payer_email": account.payer_email if account else "",
            "card": card,
            "contract": payment.contract,
            "open_minor": payment.open_minor,
            "noted_minor": payment.noted_minor,
            "noted_on": payment.noted_on,
            "room_minor": payment.room_minor,
            "overdue": [
                {
                    "invoice_number": str(found.case.invoice),
                    "amount_remaining_minor": found.case.invoice.amount_remaining_minor,
                    "overdue_since": found.case.overdue_since,
                    "overdue_stage": found.case.stage,
                    "paused_until": found.case.paused_until,
                    "steps": [
                        {
                            "kind": step.kind.value,
                            "at": step.at,
                            "is_taken": step.name in found.taken,
                        }
                        for step in found.steps
                        if step.name not in found.skipped
                    ],
                }
                for found in payment.cases
            ],
        }
        return Response(BillingSerializer(body).data)
