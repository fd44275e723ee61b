"""Accounts: which are near their limit, and one account on one page."""

from typing import Final

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
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
from accounts.models import Organization
from accounts.services.history import record_staff_access
from accounts.templatetags.headroom import exponent
from procurement.models import PurchaseRequest
from signals.domain.growth import GrowthPattern
from signals.models import BandChoice
from signals.selectors.account_map import departments, increases, people_map
from signals.selectors.account_page import account_page
from signals.selectors.accounts import SHOWS, AccountFilter, AccountRow, account_list, fill_in
from signals.selectors.notes import notes_of
from signals.selectors.sharing_sums import sharing_sums
from signals.selectors.task_detail import run_out_text
from signals.views.filters import chosen_of, filter_links

_PER_PAGE: Final = 50
_MOST_ROWS: Final = 5_000
_OPEN_REQUESTS: Final = (
    PurchaseRequest.State.WAITING,
    PurchaseRequest.State.APPROVED,
    PurchaseRequest.State.BUYING,
    PurchaseRequest.State.SENT_BACK,
)
GROWTH_LABELS: Final = {
    GrowthPattern.DEPARTMENT: gettext_lazy("in its departments"),
    GrowthPattern.CROSS_DEPARTMENT: gettext_lazy("across departments"),
    GrowthPattern.HIERARCHICAL: gettext_lazy("along the hierarchy"),
    GrowthPattern.GEOGRAPHIC: gettext_lazy("into a region"),
    GrowthPattern.UNKNOWN: gettext_lazy("not known"),
}
_LABELS = {
    "all": gettext_lazy("All accounts"),
    "near": gettext_lazy("Near their limit"),
    "signals": gettext_lazy("With an open alert"),
    "unseated": gettext_lazy("People without a seat"),
    "low": gettext_lazy("Low use"),
}


def _chosen(request: VendorRequest) -> AccountFilter:
    show, search = chosen_of(request, SHOWS, otherwise="all")
    return AccountFilter(show=show, search=search)


@vendor_page(Permission.PORTFOLIO_READ, from_replica=True)
@require_safe
def accounts(request: VendorRequest) -> HttpResponse:
    """List the accounts of a filter, those nearest to their limit first."""
    now, chosen = timezone.now(), _chosen(request)
    found = account_list(chosen, now=now)
    page = Paginator(found.rows, _PER_PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    fill_in(rows, now=now)
    query = urlencode(chosen.as_query())
    context = {
        "page_obj": page,
        "rows": [(row, run_out_text(row.run_out), band_label(row)) for row in rows],
        "filters": filter_links(_LABELS, chosen.show, found.counts, search=chosen.search),
        "chosen": chosen,
        "keep": [{"name": "show", "value": chosen.show}],
        "csv_url": f"{reverse('accounts_export', args=['csv'])}?{query}",
        "xlsx_url": f"{reverse('accounts_export', args=['xlsx'])}?{query}",
    }
    return render(request, "signals/accounts.html", context)


def band_label(row: AccountRow) -> str:
    """Return the band that an account is in, in words."""
    return str(BandChoice(row.band.value).label) if row.band else ""


@vendor_page(Permission.PORTFOLIO_READ, recent=Recent.EXPORTING, from_replica=True)
@require_safe
def accounts_export(request: VendorRequest, format: str) -> HttpResponse:
    """Return the accounts of a filter as a file."""
    now = timezone.now()
    rows = account_list(_chosen(request), now=now).rows[:_MOST_ROWS]
    fill_in(rows, now=now)
    return table_response(
        "accounts",
        wanted_format(format),
        [
            _("Account"),
            _("External id"),
            _("Account manager"),
            _("Band"),
            _("Purchased"),
            _("Assigned"),
            _("Active"),
            _("In use"),
            _("Without a seat"),
            _("Full"),
            _("Annual recurring revenue"),
            _("Currency"),
        ],
        (_exported(row) for row in rows),
    )


def _exported(row: AccountRow) -> list[Cell]:
    use = row.seats.utilization
    return [
        row.organization.name,
        row.organization.external_id,
        str(row.organization.account_manager or ""),
        band_label(row),
        row.seats.purchased,
        row.seats.assigned,
        row.seats.active,
        None if use is None else round(float(use), 4),
        row.counts.unseated,
        run_out_text(row.run_out),
        None if row.arr_minor is None else row.arr_minor / 10 ** exponent(row.arr_currency),
        row.arr_currency,
    ]


@vendor_page(Permission.PORTFOLIO_READ)
@require_safe
def account(request: VendorRequest, account: str) -> HttpResponse:
    """Show one account."""
    organization = get_object_or_404(
        Organization.objects.select_related("account_manager"), slug=account
    )
    record_staff_access(user=request.user, page=request.path, organization_id=organization.pk)
    now = timezone.now()
    context = {
        "account": account_page(organization, now=now),
        "departments": departments(organization.pk, now=now),
        "people": people_map(organization.pk),
        "increases": [
            (each, str(GROWTH_LABELS[each.pattern])) for each in increases(organization.pk)
        ],
        "patterns": [(each.value, str(label)) for each, label in GROWTH_LABELS.items()],
        "requests": list(
            PurchaseRequest.objects.filter(
                organization=organization, state__in=_OPEN_REQUESTS
            ).order_by("-pk")[:10]
        ),
        "sharing": sharing_sums(organization.pk),
        "notes": notes_of(organization.pk),
        "staff_viewing": {"organization": organization.name, "exit_url": reverse("accounts")},
    }
    return render(request, "signals/account.html", context)
