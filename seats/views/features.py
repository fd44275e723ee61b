"""Features: who uses which, how they spread, what becomes of newcomers; as a page and as files.

The same figures serve the customer's admins and the vendor's account manager.
"""

from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import OrganizationRequest, VendorRequest, organization_page, vendor_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.exports import Cell, table_response, wanted_format
from accounts.models import Organization
from accounts.templatetags.headroom import longdate, month
from seats.domain.cohorts import Cohort
from seats.selectors.cohorts import cohorts
from seats.selectors.counted import counted_at
from seats.selectors.features import FeatureAdoption, feature_adoption, feature_table
from seats.selectors.usage import has_any_usage
from seats.views.account import account_context, account_of

_MOST_WEEKS: Final = 104


@organization_page(Permission.USAGE_READ, from_replica=True, narrows=True)
@require_safe
def features(request: OrganizationRequest) -> HttpResponse:
    """Show features by department, how each spreads, and the newcomers of twelve months."""
    context = _features(request, request.organization, timezone.now())
    slug = request.organization.slug
    context |= {
        "tab": "features",
        "csv_url": reverse("features_export", args=[slug, "csv"]),
        "xlsx_url": reverse("features_export", args=[slug, "xlsx"]),
    }
    return render(request, "seats/features.html", context)


@organization_page(Permission.USAGE_READ, recent=Recent.EXPORTING, from_replica=True, narrows=True)
@require_safe
def features_export(request: OrganizationRequest, format: str) -> HttpResponse:
    """Return one of the page's tables as a file."""
    return _file(request, request.organization, format)


@vendor_page(Permission.PORTFOLIO_READ)
@require_safe
def account_features(request: VendorRequest, account: str) -> HttpResponse:
    """Show the staff what the customer's admins see of features."""
    organization = account_of(request, account)
    context = _features(request, organization, timezone.now())
    context |= {
        **account_context(organization, "features"),
        "csv_url": reverse("account_features_export", args=[account, "csv"]),
        "xlsx_url": reverse("account_features_export", args=[account, "xlsx"]),
    }
    return render(request, "seats/account_features.html", context)


@vendor_page(Permission.PORTFOLIO_READ, recent=Recent.EXPORTING)
@require_safe
def account_features_export(request: VendorRequest, account: str, format: str) -> HttpResponse:
    """Return one of the page's tables as a file."""
    return _file(request, account_of(request, account), format)


def _features(request: HttpRequest, organization: Organization, now: datetime) -> dict[str, Any]:
    if not has_any_usage(organization_id=organization.pk):
        return {"is_empty": True}
    adoption = feature_adoption(organization_id=organization.pk, now=now)
    wanted = request.GET.get("feature", "")
    first = adoption[0] if adoption else None
    chosen = next((each for each in adoption if str(each.feature_id) == wanted), first)
    joined = cohorts(organization_id=organization.pk, now=now)
    return {
        "counted_at": counted_at(organization.pk),
        "table": feature_table(organization_id=organization.pk, now=now),
        "adoption": adoption,
        "chosen": chosen,
        "curve_columns": [{"label": _("Have used it"), "series": "active", "kind": "area"}],
        "curve_rows": _curve(chosen) if chosen else [],
        "cohorts": joined,
        "stay_columns": [
            {"label": _("Day 7"), "series": "active", "kind": "line"},
            {"label": _("Day 28"), "series": "other", "kind": "line"},
        ],
        "stay_rows": [_stay(cohort) for cohort in joined if cohort.day_7.people],
    }


def _curve(chosen: FeatureAdoption) -> list[dict[str, Any]]:
    return [
        {
            "label": _("Week %(week)s, up to %(day)s")
            % {"week": point.week, "day": longdate(point.ends_on)},
            "short": str(point.week),
            "values": [_percentage(point.share)],
        }
        for point in chosen.points[:_MOST_WEEKS]
    ]


def _stay(cohort: Cohort) -> dict[str, Any]:
    return {
        "label": month(cohort.month),
        "short": month(cohort.month),
        "values": [_percentage(cohort.day_7.share), _percentage(cohort.day_28.share)],
    }


def _percentage(share: Fraction | None) -> float | None:
    return None if share is None else round(float(share * 100), 1)


def _share(share: Fraction | None) -> float | None:
    return None if share is None else round(float(share), 4)


def _file(request: HttpRequest, organization: Organization, format: str) -> HttpResponse:
    now, part = timezone.now(), request.GET.get("table", "departments")
    tables = {"departments": _departments, "adoption": _adoption, "newcomers": _newcomers}
    if part not in tables:
        raise Http404("No such table")
    columns, rows = tables[part](organization.pk, now)
    return table_response(f"{organization.slug}-{part}", wanted_format(format), columns, rows)


type _Table = tuple[list[str], list[list[Cell]]]


def _departments(organization_id: int, now: datetime) -> _Table:
    table = feature_table(organization_id=organization_id, now=now)
    columns = [_("Feature"), _("Department"), _("People"), _("Active people"), _("Share")]
    rows: list[list[Cell]] = []
    for row in table.rows:
        rows.append(
            [row.name, _("Everybody"), row.people, table.active_people, _share(row.whole.share)]
        )
        for department, cell in zip(table.departments, row.cells, strict=True):
            rest = _("Everybody else") if table.is_folded else _("Without a department")
            name = department.name if department else rest
            rows.append([row.name, name, cell.people, cell.active, _share(cell.share)])
    return columns, rows


def _adoption(organization_id: int, now: datetime) -> _Table:
    columns = [
        *(_("Feature"), _("Week"), _("First day"), _("Last day")),
        *(_("Have used it"), _("Ever active"), _("Share")),
    ]
    rows: list[list[Cell]] = [
        [
            *(each.name, point.week, point.starts_on, point.ends_on),
            *(point.users, point.people, _share(point.share)),
        ]
        for each in feature_adoption(organization_id=organization_id, now=now)
        for point in each.points
    ]
    return columns, rows


def _newcomers(organization_id: int, now: datetime) -> _Table:
    columns = [
        *(_("Joined in"), _("People"), _("Reached their first value")),
        *(_("Days until a quarter"), _("Days until half"), _("Days until three quarters")),
        *(_("Day 7: people"), _("Day 7: active"), _("Day 28: people"), _("Day 28: active")),
    ]
    rows: list[list[Cell]] = [
        [
            *(each.month, each.people, each.reached),
            *(each.first_quartile, each.median, each.third_quartile),
            *(each.day_7.people, each.day_7.kept, each.day_28.people, each.day_28.kept),
        ]
        for each in cohorts(organization_id=organization_id, now=now)
    ]
    return columns, rows
