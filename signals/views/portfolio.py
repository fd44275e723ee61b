"""The portfolio: accounts side by side, those that deserve a look first."""

from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.exports import Cell, table_response, wanted_format
from signals.models import BandChoice
from signals.selectors.portfolio import SHOWS, SORTS, PortfolioRow
from signals.selectors.portfolio import portfolio as portfolio_of
from signals.views.filters import chosen_of

_PER_PAGE: Final = 50
_MOST_ROWS: Final = 5_000
_LABELS: Final = {
    "all": gettext_lazy("All accounts"),
    "unpaid": gettext_lazy("With unpaid adoption"),
    "near": gettext_lazy("Near their limit"),
    "low": gettext_lazy("Low use"),
    "growing": gettext_lazy("Growing"),
}


def _sort(request: VendorRequest) -> str:
    sort = request.GET.get("sort", "rank")
    return sort if sort in SORTS else "rank"


@vendor_page(Permission.PORTFOLIO_READ)
@require_safe
def portfolio(request: VendorRequest) -> HttpResponse:
    """Show the accounts of the reader by unpaid adoption, limit and growth."""
    show, search = chosen_of(request, SHOWS, otherwise="all")
    sort = _sort(request)
    found = portfolio_of(now=timezone.now(), show=show, sort=sort, search=search)
    page = Paginator(found.rows, _PER_PAGE).get_page(request.GET.get("page"))
    query = {"sort": sort} | ({"q": search} if search else {})
    context: dict[str, Any] = {
        "page_obj": page,
        "rows": [(row, _band(row)) for row in page],
        "unpaid": found.unpaid,
        "accounts": found.counts["all"],
        "filters": [
            {
                "label": label,
                "url": "?" + urlencode({"show": name} | query),
                "current": name == show,
                "count": found.counts[name],
            }
            for name, label in _LABELS.items()
        ],
        "show": show,
        "search": search,
        "sort": sort,
        "keep": [{"name": "show", "value": show}, {"name": "sort", "value": sort}],
    }
    for format in ("csv", "xlsx"):
        address = reverse("portfolio_export", args=[format])
        context[f"{format}_url"] = f"{address}?{urlencode({'show': show} | query)}"
    return render(request, "signals/portfolio.html", context)


def _band(row: PortfolioRow) -> str:
    band = row.account.band
    return str(BandChoice(band.value).label) if band else ""


@vendor_page(Permission.PORTFOLIO_READ, recent=Recent.EXPORTING)
@require_safe
def portfolio_export(request: VendorRequest, format: str) -> HttpResponse:
    """Return the accounts of a filter as a file, with every part of the formula."""
    show, search = chosen_of(request, SHOWS, otherwise="all")
    found = portfolio_of(now=timezone.now(), show=show, sort=_sort(request), search=search)
    columns = [
        *(_("Place"), _("Account"), _("External id"), _("Account manager"), _("Band")),
        *(_("Paid seats"), _("Assigned"), _("Active with a seat"), _("Without a seat")),
        *(_("Estimated sharers"), _("Unpaid adoption"), _("In use")),
        *(_("Active people"), _("Active 90 days ago"), _("Growth")),
    ]
    return table_response(
        "portfolio",
        wanted_format(format),
        columns,
        (_cells(row) for row in found.rows[:_MOST_ROWS]),
    )


def _cells(row: PortfolioRow) -> list[Cell]:
    organization, seats = row.account.organization, row.account.seats
    use = seats.utilization
    return [
        *(row.place, organization.name, organization.external_id),
        *(str(organization.account_manager or ""), _band(row)),
        *(row.adoption.paid_seats, seats.assigned, row.adoption.active_seated),
        *(row.adoption.without_seat, row.adoption.estimated_sharers, row.adoption.unpaid),
        None if use is None else round(float(use), 4),
        *(row.growth.now, row.growth.before, row.growth.people),
    ]
