"""What the API of billing takes and answers. Amounts are minor units of `currency`."""

from typing import Any

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.models import Invoice, Plan, Price, PriceTier, Purchase, Quote, SeatLedgerEntry


class TierSerializer(serializers.ModelSerializer[PriceTier]):
    """One tier; `up_to` is null for the open end."""

    class Meta:
        model = PriceTier
        fields = ["up_to", "unit_amount_minor", "flat_amount_minor"]


class PriceSerializer(serializers.ModelSerializer[Price]):
    """One price that is on sale."""

    tiers = TierSerializer(many=True, read_only=True)

    class Meta:
        model = Price
        fields = [
            "id",
            "version",
            "currency",
            "interval",
            "scheme",
            "minimum_seats",
            "maximum_seats",
            "step",
            "tiers",
        ]


class PlanSerializer(serializers.ModelSerializer[Plan]):
    """A plan with the prices that are on sale."""

    prices = PriceSerializer(source="on_sale", many=True, read_only=True)

    class Meta:
        model = Plan
        fields = ["code", "name", "description", "prices"]


class QuoteLineSerializer(serializers.Serializer[Any]):
    """One line: the price of the whole period times `fraction` of it; a term is a whole one."""

    kind = serializers.ChoiceField(choices=["credit", "debit", "term"])
    quantity = serializers.IntegerField()
    full_minor = serializers.IntegerField()
    fraction = serializers.CharField(help_text="Share of the period, such as 3/7.")
    amount_minor = serializers.IntegerField(help_text="Before the discount and tax.")
    discount_minor = serializers.IntegerField(
        default=0, help_text="Taken off a debit; a credit is of what was paid already."
    )
    tax_minor = serializers.IntegerField()


class PdfAddressField(serializers.Field[Any, Any, str, Any]):
    """Where an object's PDF is, for the same key; the object's id goes into the address."""

    def __init__(self, url_name: str, id_name: str) -> None:
        super().__init__(source="*", read_only=True)
        self.url_name, self.id_name = url_name, id_name

    def to_representation(self, value: Any) -> str:
        """Return the address, whole where the request is known."""
        organization = self.context.get("organization") or value.organization
        path = reverse(
            self.url_name,
            kwargs={"organization": organization.external_id, self.id_name: value.pk},
        )
        request = self.context.get("request")
        return request.build_absolute_uri(path) if request else path


extend_schema_field(OpenApiTypes.URI)(PdfAddressField)


class QuoteSerializer(serializers.ModelSerializer[Quote]):
    """A quote: every figure of a change at one second. `price` is the one after the change."""

    lines = QuoteLineSerializer(source="figures.lines", many=True, read_only=True)
    annual_delta_minor = serializers.IntegerField(
        source="figures.annual_delta_minor", read_only=True
    )
    pdf_url = PdfAddressField("api_quote_pdf", "quote_id")

    class Meta:
        model = Quote
        fields = [
            "id",
            "number",
            "kind",
            "price",
            "quantity_from",
            "quantity_to",
            "currency",
            "total_now_minor",
            "tax_now_minor",
            "next_invoice_minor",
            "next_invoice_at",
            "annual_delta_minor",
            "collection",
            "net_days",
            "invoice_on",
            "due_on",
            "prorated_at",
            "lines",
            "created_at",
            "expires_at",
            "pdf_url",
        ]


class PurchaseRequestSerializer(serializers.Serializer[Any]):
    """What to buy, and the total that was shown."""

    quote = serializers.UUIDField()
    total_minor = serializers.IntegerField(min_value=0, max_value=2**62)
    po_number = serializers.CharField(
        max_length=30,
        required=False,
        allow_blank=True,
        default="",
        help_text="Purchase order number that the invoice is to name.",
    )


class PurchaseSerializer(serializers.ModelSerializer[Purchase]):
    """A purchase as far as it got. Seats are there when its state is `provisioned`."""

    seated_members = serializers.ListField(
        source="seated_membership_ids", child=serializers.IntegerField(), read_only=True
    )
    invoice_number = serializers.CharField(source="invoice.number", default="", read_only=True)

    class Meta:
        model = Purchase
        fields = [
            "id",
            "quote",
            "state",
            "quantity_from",
            "quantity_to",
            "currency",
            "total_minor",
            "collection",
            "po_number",
            "invoice_number",
            "hosted_invoice_url",
            "failure_code",
            "failure_message",
            "seated_members",
            "created_at",
            "paid_at",
            "provisioned_at",
        ]


class LedgerEntrySerializer(serializers.ModelSerializer[SeatLedgerEntry]):
    """One entry of the seat ledger."""

    invoice_number = serializers.CharField(source="invoice.number", default="", read_only=True)

    class Meta:
        model = SeatLedgerEntry
        fields = [
            "sequence",
            "cause",
            "seats_delta",
            "seats_after",
            "next_term_seats_after",
            "amount_minor",
            "currency",
            "effective_at",
            "recorded_at",
            "actor_label",
            "purchase",
            "invoice_number",
        ]


class InvoiceSerializer(serializers.ModelSerializer[Invoice]):
    """One invoice as Stripe issued it."""

    pdf_url = PdfAddressField("api_invoice_pdf", "invoice_id")

    class Meta:
        model = Invoice
        fields = [
            "id",
            "number",
            "status",
            "currency",
            "subtotal_minor",
            "tax_minor",
            "total_minor",
            "amount_due_minor",
            "amount_paid_minor",
            "amount_remaining_minor",
            "issued_at",
            "due_at",
            "paid_at",
            "hosted_invoice_url",
            "pdf_url",
        ]
