"""Seats and billing of an organization: what it has, pays and paid."""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.exports import table_response, wanted_format
from billing.domain.money import Money
from billing.selectors.changing import planned_rows
from billing.selectors.discounts import balance_movements
from billing.selectors.overview import (
    billing_overview,
    open_purchase,
    organization_invoices,
    seat_statement,
)
from billing.selectors.starting import open_start, refused_trial_ends
from billing.views.words import card_words
from seats.selectors.people import seat_room, waiting_people

_SHOWN_INVOICES: Final = 3
_SHOWN_ENTRIES: Final = 5


@organization_page(Permission.BILLING_READ)
@require_safe
def seats(request: OrganizationRequest) -> HttpResponse:
    """Show plan, seats, card, next invoice, invoices and the seat ledger."""
    organization_id = request.organization.pk
    overview = billing_overview(organization_id, timezone.now())
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
            "waiting_start": open_start(organization_id),
            "refused_trial_ends": refused_trial_ends(organization_id),
            "invoices": invoices[:_SHOWN_INVOICES],
            "movements": balance_movements(organization_id) if overview else [],
            "entries": entries[:_SHOWN_ENTRIES],
            "may_buy": request.may(Permission.SEATS_BUY),
            "rows": planned_rows(overview.renewal) if overview and overview.renewal else [],
        },
    )


@organization_page(Permission.BILLING_READ, recent=Recent.EXPORTING)
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
