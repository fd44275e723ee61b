"""The days to start by in the account manager's portfolio."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission
from accounts.exports import table_response, wanted_format
from procurement.selectors.planning import portfolio_plans
from procurement.views.planning_words import row_words


@vendor_page(Permission.PORTFOLIO_READ)
@require_safe
def vendor_planning(request: VendorRequest) -> HttpResponse:
    """List what customers plan, by the day to start."""
    found = portfolio_plans(timezone.now())
    rows = [(one.organization, one.row, row_words(one.row)) for one in found]
    return render(
        request,
        "procurement/vendor_planning.html",
        {
            "rows": rows,
            "soon": sum(
                row.plan.state == "planned" and row.days_left <= 14 for _o, row, _w in rows
            ),
        },
    )


@vendor_page(Permission.PORTFOLIO_READ)
@require_safe
def vendor_planning_export(request: VendorRequest, format: str) -> HttpResponse:
    """Return the list as a file."""
    return table_response(
        "planning",
        wanted_format(format),
        [
            _("Organization"),
            _("Seats"),
            _("What for"),
            _("State"),
            _("Start by"),
            _("Wanted by"),
            _("Forecast"),
            _("Quarter"),
            _("Late"),
        ],
        [
            [
                one.organization.name,
                one.row.plan.seats,
                one.row.plan.reason,
                str(one.row.plan.get_state_display()),
                one.row.plan.start_by_on,
                one.row.plan.wanted_on,
                one.row.closes_on,
                one.row.quarter.name,
                one.row.is_late,
            ]
            for one in portfolio_plans(timezone.now())
        ],
    )
