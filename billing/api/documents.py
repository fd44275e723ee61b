"""Invoices and quotes as PDF for programs."""

import json
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import listed, ordered_by
from accounts.api.permissions import ANY_KEY
from accounts.api.tenancy import of_organization
from accounts.domain.scopes import Area
from accounts.errors import DomainError
from accounts.models import Organization
from billing.api.serializers import PdfAddressField
from billing.documents.invoices import (
    NotPaid,
    credit_note_document,
    invoice_document,
    receipt_document,
)
from billing.documents.layout import Document
from billing.documents.quotes import quote_document
from billing.documents.rendering import render_pdf
from billing.models import CreditNote, Invoice
from billing.services.quotes import find_quote

_LANGUAGES = [code for code, _label in settings.LANGUAGES]
LANGUAGE = OpenApiParameter(
    "language",
    OpenApiTypes.STR,
    OpenApiParameter.QUERY,
    enum=_LANGUAGES,
    description="Language of the document; without it the organization's own, or English.",
)


class InvoiceNotPaid(DomainError):
    """A receipt is for what is paid."""

    code: ClassVar[str] = "invoice_not_paid"


class PdfRenderer(BaseRenderer):
    """Lets a caller ask for `application/pdf`; what goes wrong is said as JSON all the same."""

    media_type = "application/pdf"
    format = "pdf"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        """Return a problem as JSON; a document never comes this way."""
        return json.dumps(data, default=str).encode()


def language_of(request: Request, organization: Organization | None = None) -> str:
    """Return the language that is asked for, or the organization's; raises ValidationError."""
    usual = organization.language if organization else settings.LANGUAGE_CODE
    language = request.query_params.get("language", usual)
    if language not in _LANGUAGES:
        raise exceptions.ValidationError({"language": f"Use one of {', '.join(_LANGUAGES)}."})
    return language


def pdf_answer(document: Document) -> HttpResponse:
    """Return a document."""
    response = HttpResponse(render_pdf(document), content_type="application/pdf")
    response["Content-Language"] = document.language
    response["Cache-Control"] = "private, no-cache"
    return response


class InvoicePdfView(ApiView):
    """One invoice as PDF."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING
    renderer_classes = (JSONRenderer, PdfRenderer)

    @extend_schema(
        operation_id="invoice_pdf",
        summary="An invoice as PDF",
        parameters=[LANGUAGE],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
        tags=["billing"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, invoice_id: int) -> Any:
        """Return the invoice; a draft has no document."""
        invoice = (
            Invoice.objects.filter(organization_id=organization.pk, pk=invoice_id)
            .exclude(status=Invoice.Status.DRAFT)
            .first()
        )
        if invoice is None:
            raise Http404
        return pdf_answer(invoice_document(invoice, language=language_of(request, organization)))


class QuotePdfView(ApiView):
    """One quote as PDF."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING
    renderer_classes = (JSONRenderer, PdfRenderer)

    @extend_schema(
        operation_id="quote_pdf",
        summary="A quote as PDF",
        parameters=[LANGUAGE],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
        tags=["billing"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, quote_id: UUID) -> Any:
        """Return the quote."""
        quote = find_quote(organization_id=organization.pk, quote_id=quote_id)
        return pdf_answer(quote_document(quote, language=language_of(request, organization)))


class ReceiptPdfView(ApiView):
    """The receipt of an invoice as PDF."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING
    renderer_classes = (JSONRenderer, PdfRenderer)

    @extend_schema(
        operation_id="receipt_pdf",
        summary="The receipt of a paid invoice as PDF",
        description="Before the payment it is 409 `invoice_not_paid`.",
        parameters=[LANGUAGE],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
        tags=["billing"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, invoice_id: int) -> Any:
        """Return the receipt."""
        invoice = get_object_or_404(
            Invoice.objects.exclude(status=Invoice.Status.DRAFT),
            organization=organization,
            pk=invoice_id,
        )
        language = language_of(request, organization)
        try:
            return pdf_answer(receipt_document(invoice, language=language))
        except NotPaid as error:
            raise InvoiceNotPaid(_("There is no receipt before the payment.")) from error


class CreditNoteSerializer(serializers.ModelSerializer[CreditNote]):
    """What was taken back of an invoice. Amounts are minor units and positive."""

    invoice_number = serializers.CharField(source="invoice.number")
    pdf_url = PdfAddressField("api_credit_note_pdf", "credit_note_id")

    class Meta:
        model = CreditNote
        fields = (
            *("id", "number", "invoice_number", "status", "reason", "memo", "currency"),
            *("subtotal_minor", "tax_minor", "total_minor", "refunded_minor", "to_balance_minor"),
            *("issued_at", "voided_at", "pdf_url"),
        )


class CreditNotesView(ApiView):
    """Credit notes of an organization."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING
    pagination_class = ordered_by("-issued_at", "-pk")

    @extend_schema(
        operation_id="credit_notes",
        summary="The credit notes of an organization",
        description="Newest first.",
        responses={200: CreditNoteSerializer(many=True)},
        tags=["billing"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of credit notes."""
        found = CreditNote.objects.filter(organization=organization).select_related("invoice")
        context = {"organization": organization}
        return listed(self, request, found, CreditNoteSerializer, context=context)


class CreditNotePdfView(ApiView):
    """One credit note as PDF."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING
    renderer_classes = (JSONRenderer, PdfRenderer)

    @extend_schema(
        operation_id="credit_note_pdf",
        summary="A credit note as PDF",
        parameters=[LANGUAGE],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
        tags=["billing"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, credit_note_id: int) -> Any:
        """Return the credit note."""
        note = get_object_or_404(
            CreditNote.objects.select_related("invoice"),
            organization=organization,
            pk=credit_note_id,
        )
        return pdf_answer(credit_note_document(note, language=language_of(request, organization)))
