"""The statement of an organization: its seat ledger with balances, and as a file."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.exports import table_response, wanted_format
from billing.domain.money import Money
from billing.selectors.statement import Statement, StatementRow, statement
from billing.views.lists import kept_query

_YEAR = timedelta(days=365)


def _day(request: OrganizationRequest, name: str) -> date | None:
    """Return the day that is asked for; what is no day counts as not asked."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None


def _statement(request: OrganizationRequest) -> Statement:
    organization = request.organization
    first, last = _day(request, "from"), _day(request, "to")
    if first and last and last < first:
        first, last = last, first
    # The last day there is has no day after it.
    last = min(last, date.max - timedelta(days=2)) if last else None
    return statement(
        organization.pk,
        currency=organization.currency,
        zone=ZoneInfo(organization.time_zone),
        first_day=first,
        last_day=last,
    )


def cause_words(row: StatementRow) -> str:
    """Return what a row is, with the reference of what was settled."""
    if row.credit_note is not None:
        return _("Credit note")
    if row.entry is None:
        return ""
    words = str(capfirst(row.entry.get_cause_display()))
    return f"{words} ({row.entry.note})" if row.entry.settlement_id else words


@organization_page(Permission.BILLING_READ)
@require_safe
def statement_page(request: OrganizationRequest) -> HttpResponse:
    """Show the ledger like a bank's statement."""
    found = _statement(request)
    today = timezone.localdate(timezone=ZoneInfo(request.organization.time_zone))
    query = kept_query(**{"from": str(found.first_day or ""), "to": str(found.last_day or "")})
    slug = request.organization.slug
    return render(
        request,
        "billing/statement.html",
        {
            "tab": "statement",
            "statement": found,
            "parts": [
                (part, [(row, cause_words(row)) for row in part.rows]) for part in found.parts
            ],
            "exports": [
                (label, f"{reverse('statement_export', args=[slug, format])}?{query}")
                for label, format in (("CSV", "csv"), ("Excel", "xlsx"), ("JSON", "json"))
            ],
            "ranges": [
                (_("This year"), kept_query(**{"from": str(today.replace(month=1, day=1))})),
                (_("Last twelve months"), kept_query(**{"from": str(today - _YEAR)})),
                (_("Everything"), ""),
            ],
        },
    )


@organization_page(Permission.BILLING_READ, recent=Recent.EXPORTING)
@require_safe
def statement_export(request: OrganizationRequest, format: str) -> HttpResponse:
    """Return the statement as a file."""
    found = _statement(request)
    name = f"{request.organization.slug}-statement"
    if format == "json":
        response = JsonResponse(_as_json(request, found), json_dumps_params={"indent": 2})
        response["Content-Disposition"] = f'attachment; filename="{name}.json"'
        response["Cache-Control"] = "no-store"
        return response
    return table_response(
        name,
        wanted_format(format),
        [
            _("Time"),
            _("Cause"),
            _("By"),
            _("Seats"),
            _("Seats after"),
            _("Amount"),
            _("Charged so far"),
            _("Currency"),
            _("Quote"),
            _("Invoice"),
            _("Credit note"),
        ],
        (
            [
                row.at,
                cause_words(row),
                row.by,
                row.seats_delta,
                row.seats_after,
                Money(row.amount_minor, found.currency).decimal,
                Money(row.money_after_minor, found.currency).decimal,
                found.currency,
                str(row.entry.quote or "") if row.entry else "",
                _invoice_of(row),
                str(row.credit_note or ""),
            ]
            for row in found.rows
        ),
    )


def _invoice_of(row: StatementRow) -> str:
    subject = row.entry or row.credit_note
    return str(subject.invoice or "") if subject else ""


def _as_json(request: OrganizationRequest, found: Statement) -> dict[str, Any]:
    """Return the statement with amounts in minor units and times in UTC."""
    return {
        "organization": request.organization.external_id,
        "currency": found.currency,
        "from": found.first_day,
        "to": found.last_day,
        "opening": {"seats": found.opening_seats, "charged_minor": found.opening_minor},
        "entries": [
            {
                "at": row.at.isoformat(),
                "cause": row.entry.cause if row.entry else "credit_note",
                "by": row.by,
                "sequence": row.entry.sequence if row.entry else None,
                "seats_delta": row.seats_delta,
                "seats_after": row.seats_after,
                "amount_minor": row.amount_minor,
                "charged_so_far_minor": row.money_after_minor,
                "quote": str(row.entry.quote_id) if row.entry and row.entry.quote_id else None,
                "purchase": (
                    str(row.entry.purchase_id) if row.entry and row.entry.purchase_id else None
                ),
                "invoice": _invoice_of(row),
                "credit_note": str(row.credit_note or ""),
            }
            for row in found.rows
        ],
        "closing": {"seats": found.closing_seats, "charged_minor": found.closing_minor},
    }
