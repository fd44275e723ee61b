"""Who pays, kept quotes, purchases and the statement of an organization over the API."""

from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import listed, ordered_by
from accounts.api.permissions import ANY_KEY
from accounts.api.reading import form_of, query_of
from accounts.api.tenancy import caller_of, find_organization, of_organization, signed
from accounts.domain.rate_limits import DEAR_COST
from accounts.domain.scopes import Area
from accounts.models import Organization
from accounts.tenancy import organization_context
from billing.api.serializers import PurchaseSerializer, QuoteSerializer
from billing.forms import PayerForm
from billing.gateways.stripe.errors import GatewayError
from billing.models import BillingAccount, Purchase, SavedQuote
from billing.selectors.quotes import QuoteState, listed_state, saved_quotes
from billing.selectors.statement import StatementRow, statement
from billing.services.charging import cancel_purchase
from billing.services.details import carry_out_details, change_details
from billing.services.saved_quotes import renew_quote, save_quote

logger = structlog.get_logger(__name__)


class BillingDetailsSerializer(serializers.ModelSerializer[BillingAccount]):
    """What invoices say about who pays."""

    class Meta:
        model = BillingAccount
        fields = PayerForm.Meta.fields
        extra_kwargs = {name: {"required": False} for name in PayerForm.Meta.fields}


class SavedQuoteSerializer(serializers.ModelSerializer[SavedQuote]):
    """A quote on the organization's list."""

    quote = QuoteSerializer()
    state = serializers.SerializerMethodField(help_text="open, expired, bought or replaced")
    saved_by = serializers.CharField(source="actor_label")

    class Meta:
        model = SavedQuote
        fields = ("quote", "state", "saved_by", "saved_at")

    def get_state(self, saved: SavedQuote) -> str:
        """Return where the quote stands."""
        return listed_state(saved, timezone.now()).value


class SavedQuotesQuerySerializer(serializers.Serializer[Any]):
    """Which quotes a list shows."""

    state = serializers.ChoiceField(
        choices=[state.value for state in QuoteState], required=False, default=""
    )


class DaysQuerySerializer(serializers.Serializer[Any]):
    """Days of the organization's time zone, both included; without one there is no bound."""

    first_day = serializers.DateField(required=False, default=None)
    last_day = serializers.DateField(required=False, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse days out of order, and the last day there is."""
        first, last = attrs["first_day"], attrs["last_day"]
        if last and (last.year > 9998 or (first and last < first)):
            raise serializers.ValidationError({"last_day": "Give a day on or after the first."})
        return attrs


class StatementRowSerializer(serializers.Serializer[StatementRow]):
    """One entry of the ledger, or a credit note, with the balances after it."""

    at = serializers.DateTimeField()
    cause = serializers.CharField(source="entry.cause", default="credit_note")
    note = serializers.CharField(source="entry.note", default="")
    by = serializers.CharField()
    seats_delta = serializers.IntegerField()
    seats_after = serializers.IntegerField()
    amount_minor = serializers.IntegerField()
    money_after_minor = serializers.IntegerField(help_text="invoiced less credited, tax included")


class StatementSerializer(serializers.Serializer[Any]):
    """The ledger between two days; the balances at its ends follow from its rows."""

    first_day = serializers.DateField(allow_null=True)
    last_day = serializers.DateField(allow_null=True)
    currency = serializers.CharField()
    opening_seats = serializers.IntegerField()
    opening_minor = serializers.IntegerField()
    rows = StatementRowSerializer(many=True)
    closing_seats = serializers.IntegerField()
    closing_minor = serializers.IntegerField()


class PayerView(ApiView):
    """Who pays."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING
    commits_itself: ClassVar = True
    needs_match: ClassVar = frozenset({"patch"})

    @extend_schema(
        operation_id="billing_details_read",
        summary="Who pays, and what invoices say about them",
        responses={200: BillingDetailsSerializer},
        tags=["billing"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the details."""
        return Response(BillingDetailsSerializer(_account(organization)).data)

    @extend_schema(
        operation_id="billing_details_change",
        summary="Change who pays",
        description="What is left out stays as it is. Invoices from now on carry the details; "
        "where Stripe does not answer it is told within minutes.",
        request=BillingDetailsSerializer,
        responses={200: BillingDetailsSerializer},
        tags=["billing"],
    )
    def patch(self, request: Request, organization: str) -> Response:
        """Write the details, then tell Stripe outside of the transaction."""
        found = find_organization(api_key=caller_of(request).api_key, external_id=organization)
        with organization_context(found.pk):
            given = form_of(request, PayerForm, _account(found))
        change_details(
            organization_id=found.pk,
            details={name: str(value) for name, value in given.items()},
            **signed(request),
        )
        try:
            carry_out_details(organization_id=found.pk)
        except GatewayError:
            # The sweeper tells Stripe later.
            logger.warning("details_not_told_yet", exc_info=True)
        with organization_context(found.pk):
            return Response(BillingDetailsSerializer(_account(found)).data)


class SavedQuotesView(ApiView):
    """Kept quotes."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING
    pagination_class = ordered_by("-saved_at", "-pk")

    @extend_schema(
        operation_id="saved_quotes",
        summary="Quotes that were kept",
        description="Newest first.",
        parameters=[SavedQuotesQuerySerializer],
        responses={200: SavedQuoteSerializer(many=True)},
        tags=["billing"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of quotes."""
        state = query_of(request, SavedQuotesQuerySerializer)["state"]
        found = saved_quotes(organization.pk, timezone.now(), state=state)
        return listed(self, request, found, SavedQuoteSerializer)


class QuoteSaveView(ApiView):
    """Keeping a quote."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING

    @extend_schema(
        operation_id="save_quote",
        summary="Keep a quote on the organization's list",
        description="Saving it again changes nothing.",
        request=None,
        responses={200: SavedQuoteSerializer},
        tags=["billing"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization, quote_id: UUID) -> Response:
        """Save the quote."""
        saved = save_quote(
            organization_id=organization.pk,
            quote_id=quote_id,
            **signed(request),
        )
        return Response(SavedQuoteSerializer(saved, context={"request": request}).data)


class QuoteRenewView(ApiView):
    """Renewing a quote."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING

    @extend_schema(
        operation_id="renew_quote",
        summary="Quote the same seats at today's price",
        description="The fresh quote replaces the one given; while its price holds it is returned.",
        request=None,
        responses={200: SavedQuoteSerializer},
        tags=["billing"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization, quote_id: UUID) -> Response:
        """Renew the quote."""
        saved = renew_quote(
            organization_id=organization.pk,
            quote_id=quote_id,
            **signed(request),
        )
        return Response(SavedQuoteSerializer(saved, context={"request": request}).data)


class PurchaseCancelView(ApiView):
    """Giving a purchase up."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING
    commits_itself: ClassVar = True
    costs: ClassVar = {"post": DEAR_COST}

    @extend_schema(
        operation_id="cancel_purchase",
        summary="Give up a purchase that waits for the payer",
        description="Its invoice is voided. What is paid stays paid: the purchase is returned as "
        "it is.",
        request=None,
        responses={200: PurchaseSerializer},
        tags=["billing"],
    )
    def post(self, request: Request, organization: str, purchase_id: UUID) -> Response:
        """Cancel; the service enters the organization's context around each step."""
        found = find_organization(api_key=caller_of(request).api_key, external_id=organization)
        with organization_context(found.pk):
            get_object_or_404(Purchase, organization=found, pk=purchase_id)
        cancel_purchase(
            organization_id=found.pk,
            purchase_id=purchase_id,
            **signed(request),
        )
        with organization_context(found.pk):
            after = Purchase.objects.select_related("invoice").get(pk=purchase_id)
            return Response(PurchaseSerializer(after).data)


class StatementView(ApiView):
    """The statement."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING

    @extend_schema(
        operation_id="statement",
        summary="The seat ledger as a statement with balances",
        description="Oldest first, in days of the organization's time zone.",
        parameters=[DaysQuerySerializer],
        responses={200: StatementSerializer},
        tags=["billing"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the statement."""
        found = statement(
            organization.pk,
            currency=organization.currency,
            zone=ZoneInfo(organization.time_zone),
            **query_of(request, DaysQuerySerializer),
        )
        return Response(StatementSerializer(found).data)


def _account(organization: Organization) -> BillingAccount:
    return BillingAccount.objects.filter(organization_id=organization.pk).first() or BillingAccount(
        organization=organization, payer_name=organization.name, country=organization.country
    )
