"""Documents to keep: invoices, receipts, credit notes and quotes as PDF."""

import re
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.access import OrganizationRequest, VendorRequest, organization_page, vendor_page
from accounts.domain.roles import Permission
from accounts.services.history import record_staff_access
from billing.documents.invoices import (
    NotPaid,
    credit_note_document,
    invoice_document,
    receipt_document,
)
from billing.documents.layout import Document
from billing.documents.quotes import quote_document
from billing.documents.rendering import render_pdf
from billing.models import CreditNote, Invoice, Quote


def pdf_response(document: Document) -> HttpResponse:
    """Return a document as a PDF that only its reader may keep."""
    response = HttpResponse(render_pdf(document), content_type="application/pdf")
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", document.filename)
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Content-Language"] = document.language
    patch_cache_control(response, private=True, no_cache=True)
    return response


def reader_language() -> str:
    """Return the language of the page's reader."""
    return get_language() or "en"


def issued_invoices() -> QuerySet[Invoice]:
    """Return the invoices that there is a document of; a draft has none."""
    return Invoice.objects.exclude(status=Invoice.Status.DRAFT)


@organization_page(Permission.BILLING_READ)
@require_safe
def invoice_pdf(request: OrganizationRequest, invoice_id: int) -> HttpResponse:
    """Return an invoice."""
    found = get_object_or_404(
        issued_invoices(), pk=invoice_id, organization_id=request.organization.pk
    )
    return pdf_response(invoice_document(found, language=reader_language()))


@organization_page(Permission.BILLING_READ)
@require_safe
def receipt_pdf(request: OrganizationRequest, invoice_id: int) -> HttpResponse:
    """Return the receipt of a paid invoice."""
    found = get_object_or_404(
        issued_invoices(), pk=invoice_id, organization_id=request.organization.pk
    )
    try:
        document = receipt_document(found, language=reader_language())
    except NotPaid as error:
        raise Http404("There is no receipt before the payment") from error
    return pdf_response(document)


@organization_page(Permission.BILLING_READ)
@require_safe
def credit_note_pdf(request: OrganizationRequest, credit_note_id: int) -> HttpResponse:
    """Return a credit note."""
    found = get_object_or_404(
        CreditNote.objects.select_related("invoice"),
        pk=credit_note_id,
        organization_id=request.organization.pk,
    )
    return pdf_response(credit_note_document(found, language=reader_language()))


@organization_page(Permission.OVERVIEW_READ)
@require_safe
def quote_pdf(request: OrganizationRequest, quote_id: UUID) -> HttpResponse:
    """Return a quote."""
    found = get_object_or_404(Quote.objects, pk=quote_id, organization_id=request.organization.pk)
    return pdf_response(quote_document(found, language=reader_language()))


def _note(request: VendorRequest, found: Model) -> None:
    """Name the organization in the log of what the vendor's people look at."""
    organization_id: int = found.organization_id  # type: ignore[attr-defined]
    record_staff_access(user=request.user, page=request.path, organization_id=organization_id)


@vendor_page(Permission.INVOICES_READ)
@require_safe
def vendor_invoice_pdf(request: VendorRequest, invoice_id: int) -> HttpResponse:
    """Return an invoice of any organization."""
    found = get_object_or_404(issued_invoices(), pk=invoice_id)
    _note(request, found)
    return pdf_response(invoice_document(found, language=reader_language()))


@vendor_page(Permission.INVOICES_READ)
@require_safe
def vendor_credit_note_pdf(request: VendorRequest, credit_note_id: int) -> HttpResponse:
    """Return a credit note of any organization."""
    found = get_object_or_404(CreditNote.objects.select_related("invoice"), pk=credit_note_id)
    _note(request, found)
    return pdf_response(credit_note_document(found, language=reader_language()))


@vendor_page(Permission.INVOICES_READ)
@require_safe
def vendor_quote_pdf(request: VendorRequest, quote_id: UUID) -> HttpResponse:
    """Return a quote of any organization."""
    found = get_object_or_404(Quote.objects, pk=quote_id)
    _note(request, found)
    return pdf_response(quote_document(found, language=reader_language()))
