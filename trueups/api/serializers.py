"""True-ups and the close of a quarter as the API shows them. Amounts are minor units."""

from typing import Any

from django.db.models import Count, Q
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.models import InvoiceLine, SettlementLine
from trueups.models import PersonEvidence, TrueUp, TrueUpLine
from trueups.selectors.close import Close, CloseRow, CloseTotal
from trueups.selectors.sheet import sheet_of


class TrueUpSerializer(serializers.ModelSerializer[TrueUp]):
    """A true-up of one organization and quarter."""

    organization = serializers.SlugRelatedField[Any](slug_field="external_id", read_only=True)
    quarter = serializers.CharField(source="reference", help_text="such as `2026-Q3`")
    starts_at = serializers.DateTimeField(source="quarter.lower")
    ends_at = serializers.DateTimeField(source="quarter.upper", help_text="not included")

    class Meta:
        model = TrueUp
        fields = (
            "id",
            "organization",
            "quarter",
            "starts_at",
            "ends_at",
            "state",
            "policy",
            "currency",
            "purchased_seats",
            "peak_seats",
            "overage_seats",
            "overage_minor",
            "removal_minor",
            "total_minor",
            "review_until",
            "submitted_at",
            "signed_at",
            "second_signed_at",
            "settled_at",
            "stopped_at",
            "stop_reason",
        )
        extra_kwargs = {
            "total_minor": {"help_text": "net of tax, discount taken off; a credit is negative"},
        }


class TrueUpLineSerializer(serializers.ModelSerializer[TrueUpLine]):
    """One line with its arithmetic, tier by tier."""

    class Meta:
        model = TrueUpLine
        fields = (
            "id",
            "kind",
            "takes_effect",
            "seats_from",
            "seats_to",
            "share",
            "amount_minor",
            "currency",
            "arithmetic",
        )


class EvidenceCountsSerializer(serializers.Serializer[dict[str, int]]):
    """How many people the evidence holds, and what was decided about them."""

    people = serializers.IntegerField()
    inactive = serializers.IntegerField()
    kept = serializers.IntegerField()
    removed = serializers.IntegerField()
    undecided = serializers.IntegerField()


class SettledLineSerializer(serializers.ModelSerializer[SettlementLine]):
    """One line as it was signed."""

    class Meta:
        model = SettlementLine
        fields = ("kind", "seats", "amount_minor", "tax_minor", "description")


class InvoicedLineSerializer(serializers.ModelSerializer[InvoiceLine]):
    """One line of Stripe's invoice."""

    class Meta:
        model = InvoiceLine
        fields = ("stripe_line_id", "description", "amount_minor", "tax_minor")


class TrueUpInvoiceSerializer(serializers.Serializer[Any]):
    """Stripe's invoice."""

    stripe_invoice_id = serializers.CharField()
    number = serializers.CharField()
    status = serializers.CharField()
    tax_minor = serializers.IntegerField()
    total_minor = serializers.IntegerField()
    lines = InvoicedLineSerializer(many=True)


class TrueUpSettlementSerializer(serializers.Serializer[Any]):
    """What was signed, and how far it got."""

    reference = serializers.CharField()
    state = serializers.CharField()
    tax_minor = serializers.IntegerField()
    total_minor = serializers.IntegerField(help_text="with tax")
    lines = SettledLineSerializer(many=True)


class TrueUpDetailSerializer(TrueUpSerializer):
    """A true-up with its lines, its evidence in numbers, and both sides of its settlement."""

    lines = TrueUpLineSerializer(many=True)
    evidence = serializers.SerializerMethodField()
    settlement = serializers.SerializerMethodField()
    invoice = serializers.SerializerMethodField()
    agrees = serializers.SerializerMethodField()

    class Meta:
        model = TrueUp
        extra_kwargs = TrueUpSerializer.Meta.extra_kwargs
        fields = (
            *TrueUpSerializer.Meta.fields,
            "lines",
            "evidence",
            "settlement",
            "invoice",
            "agrees",
        )

    def to_representation(self, instance: TrueUp) -> dict[str, Any]:
        """Read what belongs to it once."""
        self._sheet = sheet_of(instance, with_people=False)
        return super().to_representation(instance)

    @extend_schema_field(EvidenceCountsSerializer)
    def get_evidence(self, true_up: TrueUp) -> dict[str, int]:
        """Return the evidence in numbers."""
        offered = Q(is_offered=True)
        decisions = PersonEvidence.Decision
        return true_up.people.aggregate(
            people=Count("pk"),
            inactive=Count("pk", filter=Q(is_inactive=True)),
            kept=Count("pk", filter=offered & Q(decision=decisions.KEEP)),
            removed=Count("pk", filter=offered & Q(decision=decisions.REMOVE)),
            undecided=Count("pk", filter=offered & Q(decision=decisions.UNDECIDED)),
        )

    @extend_schema_field(TrueUpSettlementSerializer(allow_null=True))
    def get_settlement(self, true_up: TrueUp) -> Any:
        """Return what was signed, or null before."""
        settlement = self._sheet.settlement
        if settlement is None:
            return None
        return {
            "reference": settlement.reference,
            "state": settlement.state,
            "tax_minor": settlement.tax_minor,
            "total_minor": settlement.total_minor,
            "lines": SettledLineSerializer(self._sheet.settled_lines, many=True).data,
        }

    @extend_schema_field(TrueUpInvoiceSerializer(allow_null=True))
    def get_invoice(self, true_up: TrueUp) -> Any:
        """Return Stripe's invoice, or null before there is one."""
        invoice = self._sheet.invoice
        if invoice is None:
            return None
        return {
            "stripe_invoice_id": invoice.stripe_invoice_id,
            "number": invoice.number,
            "status": invoice.status,
            "tax_minor": invoice.tax_minor,
            "total_minor": invoice.total_minor,
            "lines": InvoicedLineSerializer(self._sheet.invoice_lines, many=True).data,
        }

    def get_agrees(self, true_up: TrueUp) -> bool:
        """Tell whether what was signed, Stripe's invoice and the ledger are equal to the cent."""
        return self._sheet.agrees


class CloseRowSerializer(serializers.Serializer[CloseRow]):
    """One organization of a close."""

    id = serializers.UUIDField(source="true_up.pk")
    organization = serializers.CharField(source="true_up.organization.external_id")
    first_day = serializers.DateField(source="days.first")
    last_day = serializers.DateField(source="days.last")
    state = serializers.CharField(source="true_up.state")
    currency = serializers.CharField(source="true_up.currency")
    overage_minor = serializers.IntegerField(source="true_up.overage_minor")
    removal_minor = serializers.IntegerField(source="true_up.removal_minor")
    total_minor = serializers.IntegerField(source="true_up.total_minor")
    tax_minor = serializers.IntegerField()
    invoiced_minor = serializers.IntegerField(help_text="with tax; 0 before it is signed")
    invoice = serializers.CharField(source="number")
    is_equal = serializers.BooleanField(
        allow_null=True, help_text="whether Stripe's invoice has our total; null without one"
    )


class CloseTotalSerializer(serializers.Serializer[CloseTotal]):
    """The sums of a currency over quarters of the same days; settled and open make up the total."""

    first_day = serializers.DateField(source="days.first")
    last_day = serializers.DateField(source="days.last")
    currency = serializers.CharField()
    number = serializers.IntegerField()
    overage_minor = serializers.IntegerField()
    removal_minor = serializers.IntegerField()
    total_minor = serializers.IntegerField()
    settled_minor = serializers.IntegerField()
    open_minor = serializers.IntegerField()
    tax_minor = serializers.IntegerField()
    invoiced_minor = serializers.IntegerField()


class CloseSerializer(serializers.Serializer[Close]):
    """A quarter over all organizations."""

    quarter = serializers.CharField()
    is_closed = serializers.BooleanField()
    rows = CloseRowSerializer(many=True)
    totals = CloseTotalSerializer(many=True)
