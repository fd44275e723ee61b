"""Signals: what is open, what was held back and why, what ended."""

from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.exports import table_response, wanted_format
from signals.selectors.signals import (
    SHOWS,
    counts_of_signals,
    filtered_signals,
    held_back_rows,
    row_of,
    sentence_of,
    state_of,
    title_of,
)
from signals.views.filters import chosen_of, filter_links

_PER_PAGE: Final = 50
_MOST_ROWS: Final = 50_000
_LABELS = {
    "open": gettext_lazy("Open alerts"),
    "held_back": gettext_lazy("Held back"),
    "findings": gettext_lazy("Findings"),
    "resolved": gettext_lazy("Ended"),
    "all": gettext_lazy("All"),
}


@vendor_page(Permission.PORTFOLIO_READ)
@require_safe
def signals(request: VendorRequest) -> HttpResponse:
    """List the signals of a filter."""
    show, search = chosen_of(request, SHOWS, otherwise="open")
    is_held_back = show == "held_back"
    number = request.GET.get("page")
    page: Page[Any]
    if is_held_back:
        page = Paginator(held_back_rows(search), _PER_PAGE).get_page(number)
        rows: list[Any] = list(page)
    else:
        page = Paginator(filtered_signals(show, search), _PER_PAGE).get_page(number)
        rows = [row_of(signal) for signal in page]
    query = urlencode({"show": show} | ({"q": search} if search else {}))
    context = {
        "page_obj": page,
        "rows": rows,
        "is_held_back": is_held_back,
        "filters": filter_links(_LABELS, show, counts_of_signals(), search=search),
        "search": search,
        "keep": [{"name": "show", "value": show}],
        "csv_url": f"{reverse('signals_export', args=['csv'])}?{query}",
        "xlsx_url": f"{reverse('signals_export', args=['xlsx'])}?{query}",
    }
    return render(request, "signals/signals.html", context)


@vendor_page(Permission.PORTFOLIO_READ, recent=Recent.EXPORTING)
@require_safe
def signals_export(request: VendorRequest, format: str) -> HttpResponse:
    """Return the signals of a filter as a file."""
    show, search = chosen_of(request, SHOWS, otherwise="open")
    if show == "held_back":
        return table_response(
            "signals-held-back",
            wanted_format(format),
            [_("Account"), _("Band"), _("Reasons"), _("Evaluated on")],
            (
                [row.organization, row.band, "; ".join(row.reasons), row.on]
                for row in held_back_rows(search)[:_MOST_ROWS]
            ),
        )
    return table_response(
        "signals",
        wanted_format(format),
        [_("Account"), _("Signal"), _("Why"), _("State"), _("Opened"), _("Ended")],
        (
            [
                signal.organization.name,
                title_of(signal),
                sentence_of(signal),
                state_of(signal),
                signal.created_at,
                signal.resolved_at,
            ]
            for signal in filtered_signals(show, search)[:_MOST_ROWS]
        ),
    )
