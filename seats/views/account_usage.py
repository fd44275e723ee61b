"""People and outcomes of one account, for the vendor's staff: as its own admins see them.

Features are in `seats.views.features`. Where the customer shows totals only, nobody's use is told
here either: the selectors see to that.
"""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.exports import table_response, wanted_format
from accounts.models import Department
from seats.selectors.people import seat_room
from seats.selectors.people_list import (
    MOST_COUNTED,
    People,
    PeoplePages,
    capped_people,
    people_query,
)
from seats.selectors.people_table import cells_of, columns_of
from seats.views.account import account_context, account_of
from seats.views.outcomes import outcomes_context, outcomes_file
from seats.views.people import PER_PAGE, people_columns, people_filters

_MOST_EXPORTED: Final = 2_000


@vendor_page(Permission.PORTFOLIO_READ)
@require_safe
def account_people(request: VendorRequest, account: str) -> HttpResponse:
    """List the people of an account; nothing can be changed here."""
    organization, now = account_of(request, account), timezone.now()
    people = People(people_query(request.GET), organization_id=organization.pk, now=now)
    everybody = capped_people(organization.pk)
    is_large = everybody > MOST_COUNTED
    counts = {} if is_large else people.counts()
    pages = PeoplePages(people, PER_PAGE, counted=counts.get(people.query.filter))
    page = pages.get_page(request.GET.get("page"))
    address = reverse("account_people", args=[account])
    params = request.GET.copy()
    params.pop("page", None)
    files = [reverse("account_people_export", args=[account, each]) for each in ("csv", "xlsx")]
    context = account_context(organization, "people") | {
        "address": address,
        "query": people.query,
        "filters": people_filters(address, request.GET, people, counts),
        "columns": people_columns(address, request.GET, people.query),
        "departments": Department.objects.filter(organization=organization),
        "everybody": min(everybody, MOST_COUNTED),
        "is_large": is_large,
        "is_shown": people.is_shown,
        "room": seat_room(organization_id=organization.pk),
        "page_obj": page,
        "is_capped": pages.is_capped,
        "rows": people.rows(list(page.object_list)),
        "csv_url": f"{files[0]}?{params.urlencode()}",
        "xlsx_url": f"{files[1]}?{params.urlencode()}",
        "most_exported": _MOST_EXPORTED,
    }
    return render(request, "seats/account_people.html", context)


@vendor_page(Permission.PORTFOLIO_READ, recent=Recent.EXPORTING)
@require_safe
def account_people_export(request: VendorRequest, account: str, format: str) -> HttpResponse:
    """Return the first people of the list as a file."""
    wanted, organization = wanted_format(format), account_of(request, account)
    people = People(people_query(request.GET), organization_id=organization.pk, now=timezone.now())
    return table_response(
        f"{organization.slug}-people",
        wanted,
        columns_of(is_shown=people.is_shown),
        cells_of(people.rows(people.ids(0, _MOST_EXPORTED))),
    )


@vendor_page(Permission.PORTFOLIO_READ)
@require_safe
def account_outcomes(request: VendorRequest, account: str) -> HttpResponse:
    """Show an account's outcomes against their baselines."""
    organization = account_of(request, account)
    context = outcomes_context(request, organization)
    files = [reverse("account_outcomes_export", args=[account, each]) for each in ("csv", "xlsx")]
    context |= account_context(organization, "outcomes") | {
        "may_manage": False,
        "csv_url": f"{files[0]}?period={context['period']}",
        "xlsx_url": f"{files[1]}?period={context['period']}",
    }
    return render(request, "seats/account_outcomes.html", context)


@vendor_page(Permission.PORTFOLIO_READ, recent=Recent.EXPORTING)
@require_safe
def account_outcomes_export(request: VendorRequest, account: str, format: str) -> HttpResponse:
    """Return the outcomes of a period as a file."""
    return outcomes_file(request, account_of(request, account), format)
