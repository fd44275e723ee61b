"""Finance's queue: the true-ups of all organizations by state, quarter and amount."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.exports import table_response, wanted_format
from billing.domain.money import Money
from billing.views.lists import MOST_ROWS, PER_PAGE, kept_query, search_of
from trueups.models import TrueUp
from trueups.selectors import register
from trueups.selectors.document import quarter_days
from trueups.views.parts import row_of, text_of


@vendor_page(Permission.TRUE_UPS_MANAGE)
@require_safe
def vendor_true_ups(request: VendorRequest) -> HttpResponse:
    """List the true-ups, what waits for finance first."""
    given = _given(request)
    found = register.true_ups(**given)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    counts = register.state_counts(quarter=given["quarter"], search=given["search"])
    query = kept_query(
        state=given["state"], quarter=given["quarter"], q=given["search"], sort=given["sort"]
    )
    return render(
        request,
        "trueups/vendor_true_ups.html",
        {
            "page_obj": page,
            "rows": [row_of(true_up) for true_up in page],
            "waiting": register.state_counts()[register.WAITING],
            "totals": register.totals(found),
            "filters": _filters(given, counts),
            "quarters": register.quarters(),
            "quarter": given["quarter"],
            "sort": given["sort"],
            "search": given["search"],
            "state": given["state"],
            "csv_url": f"{reverse('vendor_true_ups_export', args=['csv'])}?{query}",
            "xlsx_url": f"{reverse('vendor_true_ups_export', args=['xlsx'])}?{query}",
        },
    )


def _given(request: VendorRequest) -> dict[str, str]:
    return {
        "state": text_of(request, "state", 20),
        "quarter": text_of(request, "quarter", 20),
        "search": search_of(request),
        "sort": text_of(request, "sort", 20),
    }


def _filters(given: dict[str, str], counts: dict[str, int]) -> list[dict[str, Any]]:
    everything = sum(n for state, n in counts.items() if state != register.WAITING)
    choices = [
        ("", _("All"), everything),
        (register.WAITING, _("Waiting for finance"), counts[register.WAITING]),
        *(
            (value, capfirst(str(label)), counts.get(value, 0))
            for value, label in TrueUp.State.choices
        ),
    ]
    return [
        {
            "label": label,
            "count": count,
            "current": value == given["state"],
            "url": "?"
            + kept_query(
                state=value, quarter=given["quarter"], q=given["search"], sort=given["sort"]
            ),
        }
        for value, label, count in choices
        if count or not value or value in (register.WAITING, given["state"])
    ]


@vendor_page(Permission.TRUE_UPS_MANAGE, recent=Recent.EXPORTING)
@require_safe
def vendor_true_ups_export(request: VendorRequest, format: str) -> HttpResponse:
    """Return the true-ups of the filter as a file."""
    found = register.true_ups(**_given(request))[:MOST_ROWS]
    return table_response(
        "true-ups",
        wanted_format(format),
        [
            _("Organization"),
            _("Quarter"),
            _("First day"),
            _("Last day"),
            _("State"),
            _("Review until"),
            _("Seats purchased"),
            _("Most seats at once"),
            _("Beyond what was bought"),
            _("Overage"),
            _("Credit for removals"),
            _("Total"),
            _("Currency"),
        ],
        (_cells(true_up) for true_up in found),
    )


def _cells(true_up: TrueUp) -> list[Any]:
    first, last = quarter_days(true_up)
    row: list[Any] = [
        true_up.organization.name,
        true_up.reference,
        first,
        last,
        true_up.get_state_display(),
        true_up.review_until,
    ]
    if true_up.snapshot_at is None:
        return [*row, "", "", "", "", "", "", true_up.currency]
    return [
        *row,
        true_up.purchased_seats,
        true_up.peak_seats,
        true_up.overage_seats,
        Money(true_up.overage_minor, true_up.currency).decimal,
        Money(true_up.removal_minor, true_up.currency).decimal,
        Money(true_up.total_minor, true_up.currency).decimal,
        true_up.currency,
    ]
