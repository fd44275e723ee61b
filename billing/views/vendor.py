"""The vendor's finance: incidents, invoices, ledger."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import VendorRequest, staff_scope, vendor_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.exports import table_response, wanted_format
from accounts.services.history import Actor
from billing.domain.money import Money
from billing.gateways.stripe import GatewayError
from billing.models import Incident, Invoice, Purchase, SeatLedgerEntry
from billing.selectors import vendor
from billing.services.incidents import close_incident
from billing.services.noted_repairs import repair_noted
from billing.views.lists import MOST_ROWS, PER_PAGE, filters, kept_query, search_of


@vendor_page(Permission.RECONCILIATION_MANAGE)
@require_POST
def incident_close(request: VendorRequest, incident_id: int) -> HttpResponse:
    """Close an incident with what was found."""
    incident = Incident.objects.filter(pk=incident_id).first()
    if incident is None:
        raise Http404("No such incident")
    note = request.POST.get("note", "").replace("\x00", "").strip()
    if not note:
        messages.error(request, _("Say what you found before you close it."))
        return redirect("reconciliation")
    close_incident(
        organization_id=incident.organization_id,
        incident_id=incident.pk,
        note=note,
        actor=Actor.of(request.user),
        now=timezone.now(),
    )
    messages.success(request, _("The incident is closed."))
    return redirect("reconciliation")


@vendor_page(Permission.RECONCILIATION_MANAGE, transaction=False)
@require_POST
def noted_repair(request: VendorRequest, incident_id: int) -> HttpResponse:
    """Make what Stripe noted for a monthly addition what was quoted, as the person chose."""
    with staff_scope(request):
        incident = get_object_or_404(Incident, pk=incident_id)
    chosen = request.POST.get("repair", "")
    if chosen not in Purchase.NotedRepair.values or not chosen:
        messages.error(request, _("Choose what to do."))
        return redirect("reconciliation")
    try:
        after = repair_noted(
            organization_id=incident.organization_id,
            incident_id=incident.pk,
            repair=Purchase.NotedRepair(chosen),
            note=request.POST.get("note", "").replace("\x00", ""),
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    except GatewayError:
        messages.error(request, _("Stripe did not answer. Nothing is lost: try again in a moment."))
    else:
        messages.success(
            request,
            _("The amounts are what was quoted, and the seats are there.")
            if after.is_finished
            else _("The repair is under way; it goes on by itself."),
        )
    return redirect("reconciliation")


@vendor_page(Permission.INVOICES_READ)
@require_safe
def vendor_invoices(request: VendorRequest) -> HttpResponse:
    """List the invoices of all organizations."""
    search, status = search_of(request), request.GET.get("status", "")
    query = kept_query(status=status, q=search)
    return render(
        request,
        "billing/vendor_invoices.html",
        {
            "page_obj": Paginator(vendor.invoices(status=status, search=search), PER_PAGE).get_page(
                request.GET.get("page")
            ),
            "filters": filters(
                "status",
                Invoice.Status.choices,
                status,
                vendor.invoice_counts(search=search),
                search,
            ),
            "search": search,
            "keep": [{"name": "status", "value": status}] if status else [],
            "csv_url": f"{reverse('vendor_invoices_export', args=['csv'])}?{query}",
            "xlsx_url": f"{reverse('vendor_invoices_export', args=['xlsx'])}?{query}",
        },
    )


@vendor_page(Permission.INVOICES_READ, recent=Recent.EXPORTING)
@require_safe
def vendor_invoices_export(request: VendorRequest, format: str) -> HttpResponse:
    """Return the invoices of the filter as a file."""
    found = vendor.invoices(status=request.GET.get("status", ""), search=search_of(request))
    return table_response(
        "invoices",
        wanted_format(format),
        [
            _("Organization"),
            _("Number"),
            _("Issued"),
            _("State"),
            _("Net"),
            _("Tax"),
            _("Total"),
            _("Open"),
            _("Currency"),
        ],
        (
            [
                invoice.organization.name,
                str(invoice),
                invoice.issued_at,
                invoice.get_status_display(),
                Money(invoice.subtotal_minor, invoice.currency).decimal,
                Money(invoice.tax_minor, invoice.currency).decimal,
                Money(invoice.total_minor, invoice.currency).decimal,
                Money(invoice.amount_remaining_minor, invoice.currency).decimal,
                invoice.currency,
            ]
            for invoice in found[:MOST_ROWS]
        ),
    )


@vendor_page(Permission.INVOICES_READ)
@require_safe
def vendor_ledger(request: VendorRequest) -> HttpResponse:
    """List the seat ledger of all organizations."""
    search, cause = search_of(request), request.GET.get("cause", "")
    query = kept_query(cause=cause, q=search)
    return render(
        request,
        "billing/vendor_ledger.html",
        {
            "page_obj": Paginator(vendor.ledger(cause=cause, search=search), PER_PAGE).get_page(
                request.GET.get("page")
            ),
            "filters": filters(
                "cause",
                SeatLedgerEntry.Cause.choices,
                cause,
                vendor.ledger_counts(search=search),
                search,
            ),
            "search": search,
            "keep": [{"name": "cause", "value": cause}] if cause else [],
            "csv_url": f"{reverse('vendor_ledger_export', args=['csv'])}?{query}",
            "json_url": f"{reverse('vendor_ledger_export', args=['json'])}?{query}",
            "xlsx_url": f"{reverse('vendor_ledger_export', args=['xlsx'])}?{query}",
        },
    )


@vendor_page(Permission.INVOICES_READ, recent=Recent.EXPORTING)
@require_safe
def vendor_ledger_export(request: VendorRequest, format: str) -> HttpResponse:
    """Return the ledger entries of the filter as a file."""
    found = vendor.ledger(cause=request.GET.get("cause", ""), search=search_of(request))
    if format == "json":
        return _ledger_as_json(found)
    return table_response(
        "seat-ledger",
        wanted_format(format),
        [
            _("Organization"),
            _("Time"),
            _("Cause"),
            _("Seats"),
            _("Seats after"),
            _("Seats next term"),
            _("Amount"),
            _("Currency"),
            _("Invoice"),
            _("By"),
        ],
        (
            [
                entry.organization.name,
                entry.effective_at,
                entry.get_cause_display(),
                entry.seats_delta,
                entry.seats_after,
                entry.next_term_seats_after,
                Money(entry.amount_minor, entry.currency).decimal,
                entry.currency,
                str(entry.invoice or ""),
                entry.actor_label,
            ]
            for entry in found[:MOST_ROWS]
        ),
    )


def _ledger_as_json(found: QuerySet[SeatLedgerEntry]) -> HttpResponse:
    """Return ledger entries with amounts in minor units and times in UTC."""
    response = JsonResponse(
        {
            "entries": [
                {
                    "organization": entry.organization.external_id,
                    "sequence": entry.sequence,
                    "cause": entry.cause,
                    "by": entry.actor_label,
                    "effective_at": entry.effective_at,
                    "recorded_at": entry.recorded_at,
                    "seats_delta": entry.seats_delta,
                    "seats_after": entry.seats_after,
                    "next_term_seats_after": entry.next_term_seats_after,
                    "amount_minor": entry.amount_minor,
                    "currency": entry.currency,
                    "quote": entry.quote_id,
                    "purchase": entry.purchase_id,
                    "invoice": str(entry.invoice or ""),
                }
                for entry in found[:MOST_ROWS]
            ]
        }
    )
    response["Content-Disposition"] = 'attachment; filename="seat-ledger.json"'
    response["Cache-Control"] = "no-store"
    return response
