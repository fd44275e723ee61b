"""Seats and billing of an organization: what it has, pays and paid."""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.roles import Permission
from accounts.exports import table_response, wanted_format
from billing.domain.money import Money
from billing.models import Invoice
from billing.selectors.discounts import balance_movements
from billing.selectors.overview import (
    billing_overview,
    open_purchase,
    organization_invoices,
    seat_statement,
)
from billing.views.words import card_words
from seats.selectors.people import seat_room, waiting_people

_SHOWN_INVOICES: Final = 12
_SHOWN_ENTRIES: Final = 24


@organization_page(Permission.BILLING_READ)
@require_safe
def seats(request: OrganizationRequest) -> HttpResponse:
    """Show plan, seats, card, next invoice, invoices and the seat ledger."""
    organization_id = request.organization.pk
    overview = billing_overview(organization_id)
    invoices = organization_invoices(organization_id)
    entries = seat_statement(organization_id)
    room = seat_room(organization_id=organization_id)
    return render(
        request,
        "billing/seats.html",
        {
            "tab": "seats",
            "overview": overview,
            "card": card_words(overview.account) if overview else "",
            "room": room,
            "free": max(0, room.purchased - room.assigned),
            "waiting": waiting_people().count(),
            "open_purchase": open_purchase(organization_id),
            "invoices": invoices[:_SHOWN_INVOICES],
            "more_invoices": invoices.count() > _SHOWN_INVOICES,
            "movements": balance_movements(organization_id) if overview else [],
            "entries": entries[:_SHOWN_ENTRIES],
            "more_entries": entries.count() > _SHOWN_ENTRIES,
            "may_buy": request.may(Permission.SEATS_BUY),
        },
    )


@organization_page(Permission.BILLING_READ)
@require_safe
def ledger_export(request: OrganizationRequest, format: str) -> HttpResponse:
    """Return the seat ledger as a file."""
    return table_response(
        f"{request.organization.slug}-seats",
        wanted_format(format),
        [
            _("Time"),
            _("Cause"),
            _("Seats"),
            _("Seats after"),
            _("Amount"),
            _("Charged so far"),
            _("Currency"),
            _("Invoice"),
            _("By"),
        ],
        (
            [
                entry.effective_at,
                entry.get_cause_display(),
                entry.seats_delta,
                entry.seats_after,
                Money(entry.amount_minor, entry.currency).decimal,
                Money(entry.charged_so_far_minor, entry.currency).decimal,  # type: ignore[attr-defined]
                entry.currency,
                str(entry.invoice or ""),
                entry.actor_label,
            ]
            for entry in seat_statement(request.organization.pk)
        ),
    )


@organization_page(Permission.BILLING_READ)
@require_safe
def invoices_export(request: OrganizationRequest, format: str) -> HttpResponse:
    """Return the invoices as a file."""
    return table_response(
        f"{request.organization.slug}-invoices",
        wanted_format(format),
        [_("Number"), _("Issued"), _("State"), _("Net"), _("Tax"), _("Total"), _("Currency")],
        (
            [
                str(invoice),
                invoice.issued_at,
                invoice.get_status_display(),
                Money(invoice.subtotal_minor, invoice.currency).decimal,
                Money(invoice.tax_minor, invoice.currency).decimal,
                Money(invoice.total_minor, invoice.currency).decimal,
                invoice.currency,
            ]
            for invoice in organization_invoices(request.organization.pk)
        ),
    )


@organization_page(Permission.BILLING_READ)
@require_safe
def invoice(request: OrganizationRequest, invoice_id: int) -> HttpResponse:
    """Show one invoice with its lines and payments, as a document that prints."""
    found = get_object_or_404(
        Invoice.objects.prefetch_related("lines", "payments").select_related("subscription"),
        pk=invoice_id,
        organization_id=request.organization.pk,
    )
    overview = billing_overview(request.organization.pk)
    return render(
        request,
        "billing/invoice.html",
        {
            "invoice": found,
            "account": overview.account if overview else None,
            "payments": [payment for payment in found.payments.all() if payment.status == "paid"],
            "from_balance_minor": found.starting_balance_minor - found.ending_balance_minor,
            "entries": found.ledger_entries.all(),
        },
    )
