"""The invoices of an organization: the list, the page of one, and the list as a file."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.exports import table_response, wanted_format
from billing.documents.words import line_words, party_lines, tax_words, vat_words
from billing.domain.money import Money
from billing.models import Invoice
from billing.selectors.invoices import (
    found_invoices,
    invoice_counts,
    organization_credit_notes,
)
from billing.selectors.sheets import invoice_sheet
from billing.views.documents import issued_invoices
from billing.views.lists import MOST_ROWS, PER_PAGE, filters, kept_query, search_of

_STATES = [choice for choice in Invoice.Status.choices if choice[0] != Invoice.Status.DRAFT]


@organization_page(Permission.BILLING_READ)
@require_safe
def invoices(request: OrganizationRequest) -> HttpResponse:
    """List the organization's invoices and credit notes."""
    organization = request.organization
    search, status = search_of(request), request.GET.get("status", "")
    found = found_invoices(organization.pk, status=status, search=search)
    query = kept_query(status=status, q=search)

    def export(format: str) -> str:
        return f"{reverse('invoices_export', args=[organization.slug, format])}?{query}"

    return render(
        request,
        "billing/invoices.html",
        {
            "tab": "invoices",
            "page_obj": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
            "filters": filters(
                "status", _STATES, status, invoice_counts(organization.pk, search=search), search
            ),
            "search": search,
            "status": status,
            "keep": [{"name": "status", "value": status}] if status else [],
            "csv_url": export("csv"),
            "xlsx_url": export("xlsx"),
            "credit_notes": organization_credit_notes(organization.pk)[:PER_PAGE],
        },
    )


@organization_page(Permission.BILLING_READ, recent=Recent.EXPORTING)
@require_safe
def invoices_export(request: OrganizationRequest, format: str) -> HttpResponse:
    """Return the invoices of the filter as a file."""
    found = found_invoices(
        request.organization.pk, status=request.GET.get("status", ""), search=search_of(request)
    )
    return table_response(
        f"{request.organization.slug}-invoices",
        wanted_format(format),
        [
            _("Number"),
            _("Issued"),
            _("State"),
            _("Net"),
            _("Tax"),
            _("Total"),
            _("Open"),
            _("Credited"),
            _("Currency"),
            _("Due"),
            _("Paid"),
            _("Purchase order"),
        ],
        (
            [
                str(invoice),
                invoice.issued_at,
                invoice.get_status_display(),
                Money(invoice.total_minor - invoice.tax_minor, invoice.currency).decimal,
                Money(invoice.tax_minor, invoice.currency).decimal,
                Money(invoice.total_minor, invoice.currency).decimal,
                Money(invoice.amount_remaining_minor, invoice.currency).decimal,
                Money(
                    invoice.credited_before_payment_minor + invoice.credited_after_payment_minor,
                    invoice.currency,
                ).decimal,
                invoice.currency,
                invoice.due_at,
                invoice.paid_at,
                invoice.po_number,
            ]
            for invoice in found[:MOST_ROWS]
        ),
    )


@organization_page(Permission.BILLING_READ)
@require_safe
def invoice(request: OrganizationRequest, invoice_id: int) -> HttpResponse:
    """Show one invoice with its lines, payments and credit notes, as a document that prints."""
    found = get_object_or_404(
        issued_invoices(), pk=invoice_id, organization_id=request.organization.pk
    )
    sheet = invoice_sheet(found)
    return render(
        request,
        "billing/invoice.html",
        {
            "sheet": sheet,
            "invoice": found,
            "buyer": (*party_lines(sheet.buyer), vat_words(sheet.buyer.vat_id)),
            "lines": line_words(sheet.lines, sheet.prices, found.currency),
            "taxes": [(tax_words(row), row.tax_minor) for row in sheet.taxes],
            "purchase": found.purchases.order_by("created_at").last(),
            "entries": found.ledger_entries.order_by("sequence"),
        },
    )
