"""The close of a quarter for finance: a page, a workbook and a table."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission
from accounts.exports import table_response, wanted_format
from billing.views.lists import kept_query
from trueups.documents.close import close_columns, close_row, close_workbook
from trueups.documents.tables import workbook_response
from trueups.selectors import register
from trueups.selectors.close import Close, Days, close_of, closed_at
from trueups.selectors.document import badge_of
from trueups.views.exports import plain_cells
from trueups.views.parts import text_of


def _close(request: VendorRequest) -> Close:
    """Return the close that is asked for; else of the latest quarter that is counted anywhere."""
    quarter = text_of(request, "quarter", 20) or register.latest_counted_quarter()
    return close_of(quarter, Days.read(text_of(request, "days", 21)))


@vendor_page(Permission.TRUE_UPS_MANAGE)
@require_safe
def true_up_close(request: VendorRequest) -> HttpResponse:
    """Show a quarter over all organizations, with what it still waits for."""
    close = _close(request)
    quarter = close.quarter
    query = kept_query(quarter=quarter, days=str(close.days or ""))
    return render(
        request,
        "trueups/close.html",
        {
            "close": close,
            "closed_at": closed_at(close),
            "quarter": quarter,
            "quarters": register.quarters(),
            "rows": [{"row": row, "badge": badge_of(row.true_up.state)} for row in close.rows],
            "csv_url": f"{reverse('true_up_close_export', args=['csv'])}?{query}",
            "xlsx_url": f"{reverse('true_up_close_export', args=['xlsx'])}?{query}",
        },
    )


@vendor_page(Permission.TRUE_UPS_MANAGE)
@require_safe
def true_up_close_export(request: VendorRequest, format: str) -> HttpResponse:
    """Return the close as a workbook with its sums, or as a table of its rows."""
    close = _close(request)
    name = f"{_('close')}-{close.quarter}"
    if wanted_format(format) == "xlsx":
        return workbook_response(name, close_workbook(close))
    return table_response(
        name, "csv", close_columns(), [plain_cells(close_row(row)) for row in close.rows]
    )
