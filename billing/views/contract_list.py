"""The contracts of all organizations, for the vendor's finance."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.exports import table_response, wanted_format
from accounts.services.history import record_staff_access
from billing.domain.money import Money
from billing.selectors.contracts import (
    BY_CARD,
    BY_INVOICE,
    MONTHLY,
    contract_counts,
    contract_row,
    contracts,
)
from billing.views.lists import MOST_ROWS, PER_PAGE, filters, kept_query, search_of


def _choices() -> list[tuple[str, str]]:
    return [
        (BY_CARD, _("By card")),
        (BY_INVOICE, _("By invoice")),
        (MONTHLY, _("Small additions once a month")),
    ]


@vendor_page(Permission.CONTRACTS_READ)
@require_safe
def contract_list(request: VendorRequest) -> HttpResponse:
    """List how organizations pay; each leads to its contract."""
    search, collection = search_of(request), request.GET.get("collection", "")
    query = kept_query(collection=collection, q=search)
    page = Paginator(contracts(collection=collection, search=search), PER_PAGE).get_page(
        request.GET.get("page")
    )
    record_staff_access(user=request.user, page=request.path)
    return render(
        request,
        "billing/contracts.html",
        {
            "page_obj": page,
            "rows": [contract_row(subscription) for subscription in page],
            "filters": filters(
                "collection", _choices(), collection, contract_counts(search=search), search
            ),
            "search": search,
            "keep": [{"name": "collection", "value": collection}] if collection else [],
            "csv_url": f"{reverse('contracts_export', args=['csv'])}?{query}",
            "xlsx_url": f"{reverse('contracts_export', args=['xlsx'])}?{query}",
        },
    )


@vendor_page(Permission.CONTRACTS_READ, recent=Recent.EXPORTING)
@require_safe
def contracts_export(request: VendorRequest, format: str) -> HttpResponse:
    """Return the contracts of the filter as a file."""
    found = contracts(collection=request.GET.get("collection", ""), search=search_of(request))
    rows = (contract_row(subscription) for subscription in found[:MOST_ROWS])
    return table_response(
        "contracts",
        wanted_format(format),
        [
            _("Organization"),
            _("Plan"),
            _("Interval"),
            _("Seats"),
            _("Collection"),
            _("Days to pay an invoice"),
            _("Credit limit"),
            _("Discount in percent"),
            _("Open"),
            _("Currency"),
        ],
        (
            [
                row.subscription.organization.name,
                row.subscription.price.plan.name,
                row.subscription.price.get_interval_display(),
                row.subscription.purchased_seats,
                row.contract.get_collection_display() if row.contract else _("by card"),
                row.contract.net_days if row.contract else "",
                Money(
                    row.contract.credit_limit_minor if row.contract else 0,
                    row.subscription.price.currency,
                ).decimal,
                row.discount_basis_points / 100,
                Money(row.open_minor, row.subscription.price.currency).decimal,
                row.subscription.price.currency,
            ]
            for row in rows
        ),
    )
