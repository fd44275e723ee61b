"""Quotes and purchases for programs, with the same services as the pages."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Prefetch
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.idempotency import service_key
from accounts.api.pagination import CreatedCursorPagination, CursorPages, listed
from accounts.api.permissions import ANY_KEY
from accounts.api.tenancy import caller_of, find_organization, of_organization, signed
from accounts.domain.rate_limits import DEAR_COST
from accounts.domain.scopes import Area
from accounts.models import Organization
from accounts.tenancy import organization_context
from billing.api.changes import QuoteRequestSerializer
from billing.api.serializers import (
    InvoiceSerializer,
    LedgerEntrySerializer,
    PlanSerializer,
    PurchaseRequestSerializer,
    PurchaseSerializer,
    QuoteSerializer,
)
from billing.models import Plan, Price, Purchase, SeatLedgerEntry
from billing.selectors.overview import organization_invoices
from billing.services.purchases import purchase_seats
from billing.services.quotes import find_quote, quote_seats


class PlansView(ApiView):
    """The plans on sale."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.CATALOG

    @extend_schema(
        operation_id="plans",
        summary="Plans and prices on sale",
        responses={200: PlanSerializer(many=True)},
        tags=["billing"],
    )
    def get(self, request: Request) -> Response:
        """Return the catalog; it is the same for every organization."""
        on_sale = Price.objects.on_sale().order_by("currency", "interval").prefetch_related("tiers")
        plans = Plan.objects.filter(retired_at__isnull=True).prefetch_related(
            Prefetch("prices", queryset=on_sale, to_attr="on_sale")
        )
        return Response(PlanSerializer(plans, many=True).data)


class QuotesView(ApiView):
    """Quotes of an organization."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING
    costs: ClassVar = {"post": DEAR_COST}

    @extend_schema(
        operation_id="quote_seats",
        summary="Quote more seats, a year at once or another plan",
        description=(
            "Computes what `quantity` seats in all are charged now, prorated to the second, and "
            "what the next invoice will be. With `price`, or `plan` and `interval`, under that "
            "price: a year at once begins a new term, another plan runs for the rest of the "
            "period. What waits for the renewal is 422 `change_not_now` with `possible_at`. "
            "The quote holds for 30 minutes."
        ),
        request=QuoteRequestSerializer,
        responses={201: QuoteSerializer},
        tags=["billing"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Return a quote."""
        asked = QuoteRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        quote = quote_seats(
            organization_id=organization.pk,
            quantity=asked.validated_data["quantity"],
            price=asked.chosen(organization.pk),
            **signed(request),
        )
        return Response(
            QuoteSerializer(quote, context={"request": request}).data,
            status=status.HTTP_201_CREATED,
        )


class QuoteView(ApiView):
    """One quote."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING

    @extend_schema(
        operation_id="quote",
        summary="A quote as it was made",
        responses={200: QuoteSerializer},
        tags=["billing"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, quote_id: UUID) -> Response:
        """Return the quote."""
        quote = find_quote(organization_id=organization.pk, quote_id=quote_id)
        return Response(QuoteSerializer(quote, context={"request": request}).data)


class PurchasesView(ApiView):
    """Purchases of an organization."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING
    commits_itself: ClassVar = True
    needs_key: ClassVar = frozenset({"post"})
    costs: ClassVar = {"post": DEAR_COST}
    pagination_class = CreatedCursorPagination

    @extend_schema(
        operation_id="purchases",
        summary="Purchases of an organization",
        description="Newest first.",
        responses={200: PurchaseSerializer(many=True)},
        tags=["billing"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of purchases."""
        found = Purchase.objects.filter(organization=organization).select_related("invoice")
        return listed(self, request, found, PurchaseSerializer)

    @extend_schema(
        operation_id="purchase_seats",
        summary="Buy the seats of a quote",
        description=(
            "Charges the card of the organization exactly `total_minor`; on terms (the quote's "
            "`collection` says so) an invoice is issued for it, or it is noted for the month. "
            "When the total has changed, nothing is charged and the answer is 409 "
            "`quote_changed` with a new quote. "
            "Above a safety limit it is 409 `purchase_needs_review` with the `reasons`: a person "
            "looks at the order, and once it is approved the same order goes through. "
            "The same Idempotency-Key returns the same purchase and never charges twice."
        ),
        request=PurchaseRequestSerializer,
        responses={201: PurchaseSerializer},
        tags=["billing"],
    )
    def post(self, request: Request, organization: str) -> Response:
        """Buy; the organization's context is entered by the service, around each step."""
        found = find_organization(api_key=caller_of(request).api_key, external_id=organization)
        asked = PurchaseRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        purchase = purchase_seats(
            organization_id=found.pk,
            quote_id=asked.validated_data["quote"],
            total_minor=asked.validated_data["total_minor"],
            idempotency_key=service_key(self.idempotency_key),
            **signed(request),
            po_number=asked.validated_data["po_number"],
        )
        with organization_context(found.pk):
            body: Any = PurchaseSerializer(purchase).data
        return Response(body, status=status.HTTP_201_CREATED)


class PurchaseView(ApiView):
    """One purchase."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING

    @extend_schema(
        operation_id="purchase",
        summary="How far a purchase is",
        description="Ask again while the state is reserved, awaiting_payment, requires_action, "
        "on_terms or paid. With requires_action the payer confirms at `hosted_invoice_url`.",
        responses={200: PurchaseSerializer},
        tags=["billing"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, purchase_id: UUID) -> Response:
        """Return the purchase."""
        purchase = (
            Purchase.objects.select_related("invoice")
            .filter(organization_id=organization.pk, pk=purchase_id)
            .first()
        )
        if purchase is None:
            raise Http404
        return Response(PurchaseSerializer(purchase).data)


class _NewestEntries(CursorPages):
    # An organization's entries are numbered as its ledger's sequence goes, under one lock.
    ordering = ("-pk",)


class _NewestInvoices(CursorPages):
    ordering = ("-issued_at", "-pk")


class LedgerView(ApiView):
    """The seat ledger of an organization."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING
    pagination_class = _NewestEntries

    @extend_schema(
        operation_id="seat_ledger",
        summary="The seat ledger",
        description="Newest first. Entries are never changed.",
        responses={200: LedgerEntrySerializer(many=True)},
        tags=["billing"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of entries."""
        paginator = self.pagination_class()
        entries = SeatLedgerEntry.objects.filter(organization_id=organization.pk).select_related(
            "invoice"
        )
        page: Any = paginator.paginate_queryset(entries, request, view=self) or []
        return paginator.get_paginated_response(LedgerEntrySerializer(page, many=True).data)


class InvoicesView(ApiView):
    """The invoices of an organization."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING
    pagination_class = _NewestInvoices

    @extend_schema(
        operation_id="invoices",
        summary="The invoices of an organization",
        description="Newest first, without drafts.",
        responses={200: InvoiceSerializer(many=True)},
        tags=["billing"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of invoices."""
        paginator = self.pagination_class()
        page: Any = (
            paginator.paginate_queryset(organization_invoices(organization.pk), request, view=self)
            or []
        )
        context = {"organization": organization, "request": request}
        return paginator.get_paginated_response(
            InvoiceSerializer(page, many=True, context=context).data
        )
