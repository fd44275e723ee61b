"""The catalog for vendor operations: what is on sale, one price and who pays it, retiring."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission, may
from accounts.errors import DomainError
from accounts.exports import Cell, table_response, wanted_format
from accounts.selectors.history import history_line
from accounts.services.history import Actor
from billing.domain.money import Money
from billing.domain.period import Interval
from billing.domain.price_design import curve, curve_end
from billing.domain.pricing import PriceTable
from billing.models import Plan, Price
from billing.selectors.catalog import (
    catalog,
    counterpart_table,
    find_price,
    newer_version,
    price_history,
    subscribers_of,
)
from billing.selectors.designer import analyse
from billing.selectors.price_moves import migrations_from
from billing.services.catalog import add_plan, retire_plan, retire_price

_MOST_POINTS: Final = 10_000
_LATEST: Final = 20


@vendor_page(Permission.CATALOG_READ)
@require_safe
def prices(request: VendorRequest) -> HttpResponse:
    """Show the plans: prices on sale, drafts, and earlier versions with who still pays them."""
    return render(
        request,
        "billing/prices.html",
        {"offers": catalog(), "may_manage": _may_manage(request)},
    )


def _may_manage(request: VendorRequest) -> bool:
    return may(request.vendor_role, Permission.CATALOG_MANAGE)


def _price(price_id: int) -> Price:
    found = find_price(price_id)
    if found is None:
        raise Http404("No such price")
    return found


@vendor_page(Permission.CATALOG_READ)
@require_safe
def price(request: VendorRequest, price_id: int) -> HttpResponse:
    """Show the terms of a price, its curve, who pays it and what happened to it."""
    found = _price(price_id)
    table = found.table()
    return render(
        request,
        "billing/price.html",
        {
            "price": found,
            "table": table,
            "analysis": analyse(
                table, Interval(found.interval), counterpart=counterpart_table(found)
            ),
            "subscribers": subscribers_of(found),
            "newer": newer_version(found),
            "migrations": migrations_from(found),
            "history": [history_line(entry) for entry in price_history(found)[:_LATEST]],
            "may_manage": _may_manage(request),
        },
    )


@vendor_page(Permission.CATALOG_READ)
@require_safe
def price_curve(request: VendorRequest, price_id: int, format: str) -> HttpResponse:
    """Return the curve of a price as a file."""
    found = _price(price_id)
    return curve_response(f"price-{found.plan.code}-v{found.version}", format, found.table())


def curve_response(filename: str, format: str, table: PriceTable) -> HttpResponse:
    """Return total and average of every quantity that the curve shows."""

    def rows() -> Any:
        for point in curve(table, curve_end(table), most_points=_MOST_POINTS):
            row: list[Cell] = [
                point.quantity,
                Money(point.total_minor, table.currency).decimal,
                Money(point.average_minor, table.currency).decimal,
                table.currency,
                _("yes") if point.is_on_cliff else "",
            ]
            yield row

    columns = [
        _("Seats"),
        _("Total"),
        _("Per seat on average"),
        _("Currency"),
        _("More seats cost less"),
    ]
    return table_response(filename, wanted_format(format), columns, rows())


@vendor_page(Permission.CATALOG_MANAGE)
@require_http_methods(["GET", "POST"])
def price_retire(request: VendorRequest, price_id: int) -> HttpResponse:
    """Ask, then take a price off sale; who pays it keeps it."""
    found = _price(price_id)
    context: dict[str, Any] = {"price": found}
    if request.method == "POST":
        try:
            retire_price(price_id=price_id, actor=Actor.of(request.user), now=timezone.now())
        except DomainError as error:
            return render(
                request,
                "billing/price_retire.html",
                context | {"error": error},
                status=error.status,
            )
        messages.success(request, _("%(price)s is off sale.") % {"price": found})
        return redirect("prices")
    return render(request, "billing/price_retire.html", context)


@vendor_page(Permission.CATALOG_MANAGE)
@require_http_methods(["GET", "POST"])
def plan_new(request: VendorRequest) -> HttpResponse:
    """Ask for a name, then make a plan without prices."""
    name = request.POST.get("name", "").replace("\x00", "").strip()[:120]
    description = request.POST.get("description", "").replace("\x00", "").strip()[:300]
    error = ""
    if request.method == "POST":
        try:
            plan = add_plan(
                name=name,
                description=description,
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except DomainError as refusal:
            error = str(refusal)
        else:
            messages.success(request, _("%(plan)s is there. Draft its prices.") % {"plan": plan})
            return redirect("prices")
    return render(
        request,
        "billing/plan_new.html",
        {"name": name, "description": description, "error": error},
        status=422 if error else 200,
    )


@vendor_page(Permission.CATALOG_MANAGE)
@require_http_methods(["GET", "POST"])
def plan_retire(request: VendorRequest, plan_id: int) -> HttpResponse:
    """Ask, then take a plan off sale with all its prices."""
    plan = get_object_or_404(Plan, pk=plan_id)
    context: dict[str, Any] = {
        "plan": plan,
        "on_sale": next(offer for offer in catalog() if offer.plan == plan).on_sale,
    }
    if request.method == "POST":
        try:
            retire_plan(plan_id=plan_id, actor=Actor.of(request.user), now=timezone.now())
        except DomainError as error:
            return render(
                request, "billing/plan_retire.html", context | {"error": error}, status=error.status
            )
        messages.success(request, _("%(plan)s is off sale.") % {"plan": plan})
        return redirect("prices")
    return render(request, "billing/plan_retire.html", context)
