"""What the vendor decides for everybody: dunning, limits, amounts for two people, tax, seller."""

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.pagination import listed, ordered_by
from accounts.api.persons import refuse_keys
from accounts.api.reading import all_of, body_of, form_of
from accounts.api.tenancy import of_organization, of_vendor, signed
from accounts.models import Organization
from billing.api.documents import LANGUAGE, PdfRenderer, language_of, pdf_answer
from billing.api.vendor import FinanceView
from billing.documents.sample import sample_invoice
from billing.domain.dunning import MOST_DAYS, MOST_REMINDERS, End, ImpossiblePolicy, Policy
from billing.domain.four_eyes import Subject
from billing.forms import SellerForm
from billing.models import DunningPolicy, Seller, TaxRule, VendorLimits
from billing.selectors.bounds import limits_of, own_limits, vendor_limits
from billing.selectors.catalog import sold_currencies
from billing.selectors.dunning import policy_in_force, policy_sentence
from billing.selectors.four_eyes import approval_amount
from billing.selectors.sheets import current_seller
from billing.services.dunning_policy import change_policy
from billing.services.seller import change_seller
from billing.services.tax import set_tax_rule
from billing.tasks import apply_tax_rule


class DunningPolicySerializer(serializers.Serializer[Any]):
    """Days after an invoice became overdue."""

    reminder_days = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=MOST_DAYS),
        min_length=1,
        max_length=MOST_REMINDERS,
        help_text="In rising order, such as 0, 3, 7.",
    )
    restrict_after_days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS)
    end_after_days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS)
    end = serializers.ChoiceField(choices=DunningPolicy.End.choices)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "three reminders",
            {
                "reminder_days": [0, 3, 7],
                "restrict_after_days": 14,
                "end_after_days": 30,
                "end": "past_due",
                "reason": "As agreed with finance",
            },
        )
    ]
)
class ChangedDunningPolicySerializer(DunningPolicySerializer):
    """The policy for cases from now on, and why."""

    reason = serializers.CharField(max_length=300, default="", allow_blank=True)


class AmountLimitsSerializer(serializers.Serializer[Any]):
    """The most that passes without a person, in minor units of one currency; null is no limit."""

    currency = serializers.CharField()
    purchase_minor = serializers.IntegerField(allow_null=True)
    day_minor = serializers.IntegerField(allow_null=True)


class VendorLimitsSerializer(serializers.Serializer[Any]):
    """Above what an order or a renewal waits for a person; null is no limit."""

    seats = serializers.IntegerField(allow_null=True, help_text="Added in one purchase.")
    factor_percent = serializers.IntegerField(
        allow_null=True, help_text="Seats after a purchase, in percent of those before."
    )
    renewal_percent = serializers.IntegerField(
        allow_null=True, help_text="A renewal above the expected, in percent."
    )
    repairs_need_two = serializers.BooleanField()
    amounts = AmountLimitsSerializer(many=True)


class LimitsSerializer(serializers.Serializer[Any]):
    """Limits of one organization, in minor units of its currency; null is no limit."""

    seats = serializers.IntegerField(allow_null=True)
    factor_percent = serializers.IntegerField(allow_null=True)
    purchase_minor = serializers.IntegerField(allow_null=True)
    day_minor = serializers.IntegerField(allow_null=True)
    renewal_percent = serializers.IntegerField(allow_null=True)


class OrganizationLimitsSerializer(serializers.Serializer[Any]):
    """What differs for an organization, and what holds for it."""

    currency = serializers.CharField()
    own = LimitsSerializer(help_text="null is the vendor's own limit.")
    in_force = LimitsSerializer()


class ApprovalAmountSerializer(serializers.Serializer[Any]):
    """The most that one person may decide, in minor units; null is no limit."""

    currency = serializers.CharField()
    credit_minor = serializers.IntegerField(allow_null=True)
    true_up_minor = serializers.IntegerField(allow_null=True)


class NewTaxRuleSerializer(serializers.Serializer[Any]):
    """What is charged to buyers of one country from now on."""

    country = serializers.CharField(max_length=2, min_length=2, help_text="Such as DE.")
    basis_points = serializers.IntegerField(
        min_value=0, max_value=10_000, help_text="Hundredths of a percent: 1900 is 19 %."
    )
    name = serializers.CharField(max_length=40, help_text="On invoices, such as VAT.")


class TaxRuleSerializer(serializers.ModelSerializer[TaxRule]):
    """What is charged to buyers of one country."""

    class Meta:
        model = TaxRule
        fields = ("country", "basis_points", "name", "changed_at")


class SellerSerializer(serializers.ModelSerializer[Seller]):
    """Who sells, as it stands on every document."""

    class Meta:
        model = Seller
        fields = SellerForm.Meta.fields
        extra_kwargs = {name: {"required": False} for name in SellerForm.Meta.fields}


class DunningPolicyView(FinanceView):
    """The dunning policy."""

    @extend_schema(
        operation_id="dunning_policy_read",
        summary="Read what happens with an overdue invoice, and when",
        responses={200: DunningPolicySerializer},
        tags=["policies"],
    )
    @of_vendor
    def get(self, request: Request) -> Response:
        """Return the policy."""
        return Response(DunningPolicySerializer(policy_in_force()).data)

    @extend_schema(
        operation_id="dunning_policy_change",
        summary="Change what happens with an overdue invoice",
        description="Whole; cases that are open keep the days that they began under.",
        request=ChangedDunningPolicySerializer,
        responses={200: DunningPolicySerializer},
        tags=["policies"],
    )
    @of_vendor
    def put(self, request: Request) -> Response:
        """Change the policy."""
        given = body_of(request, ChangedDunningPolicySerializer)
        try:
            policy = Policy(
                tuple(given["reminder_days"]),
                given["restrict_after_days"],
                given["end_after_days"],
                End(given["end"]),
            )
        except ImpossiblePolicy as fault:
            raise serializers.ValidationError({fault.about: policy_sentence(fault)}) from fault
        change_policy(policy=policy, reason=given["reason"], **signed(request))
        return Response(DunningPolicySerializer(policy).data)


class LimitsView(FinanceView):
    """The limits of everybody."""

    @extend_schema(
        operation_id="limits_read",
        summary="Read above what an order or a renewal waits for a person",
        responses={200: VendorLimitsSerializer},
        tags=["policies"],
    )
    @of_vendor
    def get(self, request: Request) -> Response:
        """Return the limits."""
        amounts = {currency: vendor_limits(currency) for currency in sold_currencies()}
        general = vendor_limits("")
        return Response(
            VendorLimitsSerializer(
                {
                    "seats": general.seats,
                    "factor_percent": general.factor_percent,
                    "renewal_percent": general.renewal_percent,
                    "repairs_need_two": VendorLimits.objects.filter(repairs_need_two=True).exists(),
                    "amounts": [
                        {
                            "currency": currency,
                            "purchase_minor": limits.purchase_minor,
                            "day_minor": limits.day_minor,
                        }
                        for currency, limits in amounts.items()
                    ],
                }
            ).data
        )

    @extend_schema(
        operation_id="limits_set",
        summary="Set the limits (always refused)",
        description="Always 409 `decided_by_a_person` with the `page` where a person sets them: a "
        "key that buys could otherwise lift what stops it.",
        request=None,
        responses={409: OpenApiTypes.OBJECT},
        tags=["policies"],
    )
    @of_vendor
    def put(self, request: Request) -> Response:
        """Refuse, and say where they are set."""
        raise refuse_keys(reverse("limits"))


class OrganizationLimitsView(FinanceView):
    """The limits of one organization."""

    @extend_schema(
        operation_id="organization_limits_read",
        summary="Read the limits that hold for an organization",
        responses={200: OrganizationLimitsSerializer},
        tags=["policies"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the limits."""
        return Response(
            OrganizationLimitsSerializer(
                {
                    "currency": organization.currency,
                    "own": own_limits(organization.pk),
                    "in_force": limits_of(organization.pk, organization.currency),
                }
            ).data
        )


class ApprovalAmountsView(FinanceView):
    """Amounts above which two people decide."""

    @extend_schema(
        operation_id="approval_amounts_read",
        summary="Read above which amounts two people decide",
        description="In each currency of the catalog.",
        responses={200: ApprovalAmountSerializer(many=True)},
        tags=["policies"],
    )
    @of_vendor
    def get(self, request: Request) -> Response:
        """Return the amounts."""
        return all_of(
            ApprovalAmountSerializer,
            [
                {
                    "currency": currency,
                    "credit_minor": approval_amount(Subject.CREDIT, currency),
                    "true_up_minor": approval_amount(Subject.TRUE_UP, currency),
                }
                for currency in sold_currencies()
            ],
        )

    @extend_schema(
        operation_id="approval_amounts_set",
        summary="Set the amounts (always refused)",
        description="Always 409 `decided_by_a_person` with the `page` where a person sets them.",
        request=None,
        responses={409: OpenApiTypes.OBJECT},
        tags=["policies"],
    )
    @of_vendor
    def put(self, request: Request) -> Response:
        """Refuse, and say where they are set."""
        raise refuse_keys(reverse("approval_policy"))


class TaxRulesView(FinanceView):
    """Tax rates by country."""

    pagination_class = ordered_by("country", "pk")

    @extend_schema(
        operation_id="tax_rules_list",
        summary="List the tax rates by the buyer's country",
        responses={200: TaxRuleSerializer(many=True)},
        tags=["policies"],
    )
    @of_vendor
    def get(self, request: Request) -> Response:
        """Return one page of rates."""
        return listed(self, request, TaxRule.objects.all(), TaxRuleSerializer)

    @extend_schema(
        operation_id="tax_rules_set",
        summary="Set the tax rate of a country",
        description="Later invoices to its buyers carry it.",
        request=NewTaxRuleSerializer,
        responses={200: TaxRuleSerializer},
        tags=["policies"],
    )
    @of_vendor
    def put(self, request: Request) -> Response:
        """Set the rate."""
        rule = set_tax_rule(**body_of(request, NewTaxRuleSerializer), **signed(request))
        transaction.on_commit(lambda: apply_tax_rule.delay(rule.country))
        return Response(TaxRuleSerializer(rule).data)


class SellerView(FinanceView):
    """Who sells."""

    @extend_schema(
        operation_id="seller_read",
        summary="Read who sells, as it stands on documents",
        responses={200: SellerSerializer},
        tags=["policies"],
    )
    @of_vendor
    def get(self, request: Request) -> Response:
        """Return the details."""
        return Response(SellerSerializer(current_seller()).data)

    @extend_schema(
        operation_id="seller_change",
        summary="Change who sells",
        description="What is left out stays as it is. Documents from now on carry the details; "
        "those that were issued keep theirs.",
        request=SellerSerializer,
        responses={200: SellerSerializer},
        tags=["policies"],
    )
    @of_vendor
    def patch(self, request: Request) -> Response:
        """Change the details."""
        given = form_of(request, SellerForm, current_seller())
        seller = change_seller(details=given, **signed(request))
        return Response(SellerSerializer(seller).data)


class SellerPreviewView(FinanceView):
    """A sample document."""

    renderer_classes = (JSONRenderer, PdfRenderer)

    @extend_schema(
        operation_id="seller_preview",
        summary="A sample invoice with the seller's details as PDF",
        parameters=[LANGUAGE],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
        tags=["policies"],
    )
    def get(self, request: Request) -> HttpResponse:
        """Return the sample."""
        return pdf_answer(sample_invoice(current_seller(), language=language_of(request)))
