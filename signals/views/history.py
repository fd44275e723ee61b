"""The history over all organizations that a person of the vendor may see."""

from typing import Final

from django.core.paginator import Paginator
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
from accounts.selectors.history import history_line
from signals.selectors.history import SHOWS, vendor_entries
from signals.views.filters import chosen_of, filter_links

_PER_PAGE: Final = 100
_MOST_ROWS: Final = 50_000
_LABELS = {
    "all": gettext_lazy("Everything"),
    "seats": gettext_lazy("Seats"),
    "people": gettext_lazy("People"),
    "signals": gettext_lazy("Signals"),
    "money": gettext_lazy("Money"),
}


@vendor_page(Permission.HISTORY_READ)
@require_safe
def vendor_history(request: VendorRequest) -> HttpResponse:
    """Show what happened, the latest first."""
    show, search = chosen_of(request, SHOWS, otherwise="all")
    page = Paginator(vendor_entries(show, search), _PER_PAGE).get_page(request.GET.get("page"))
    query = urlencode({"show": show} | ({"q": search} if search else {}))
    context = {
        "page_obj": page,
        "rows": [(entry, history_line(entry)) for entry in page],
        "filters": filter_links(_LABELS, show, {}, search=search),
        "search": search,
        "keep": [{"name": "show", "value": show}],
        "csv_url": f"{reverse('vendor_history_export', args=['csv'])}?{query}",
        "xlsx_url": f"{reverse('vendor_history_export', args=['xlsx'])}?{query}",
    }
    return render(request, "signals/history.html", context)


@vendor_page(Permission.HISTORY_READ, recent=Recent.EXPORTING)
@require_safe
def vendor_history_export(request: VendorRequest, format: str) -> HttpResponse:
    """Return the history of a filter as a file."""
    show, search = chosen_of(request, SHOWS, otherwise="all")
    return table_response(
        "history",
        wanted_format(format),
        [
            _("Time"),
            _("Organization"),
            _("Who"),
            _("What"),
            _("About"),
            _("Sentence"),
            _("Details"),
        ],
        (
            [
                entry.at,
                entry.organization.name if entry.organization else "",
                line.actor,
                line.verb,
                line.subject,
                line.title,
                line.text,
            ]
            for entry in vendor_entries(show, search)[:_MOST_ROWS]
            for line in (history_line(entry),)
        ),
    )
