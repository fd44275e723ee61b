"""The usage of an organization: people over time, features, departments."""

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.exports import table_response, wanted_format
from accounts.templatetags.headroom import longdate
from accounts.views.dates import day_and_month
from seats.hooks import activity_rule
from seats.selectors.counted import counted_at
from seats.selectors.features import FeatureTable, feature_table
from seats.selectors.usage import (
    department_usage,
    has_any_usage,
    seat_figures,
    usage_by_feature,
    usage_by_week,
)

_CHARTED_FEATURES: Final = 6


@organization_page(Permission.USAGE_READ, from_replica=True, narrows=True)
@require_safe
def usage(request: OrganizationRequest) -> HttpResponse:
    """Show who uses what, of the last 28 days and over twelve weeks."""
    now = timezone.now()
    organization_id = request.organization.pk
    if not has_any_usage(organization_id=organization_id):
        return render(request, "seats/usage.html", {"tab": "usage", "is_empty": True})
    features = usage_by_feature(organization_id=organization_id, now=now)
    weeks = usage_by_week(organization_id=organization_id, now=now)
    return render(
        request,
        "seats/usage.html",
        {
            "tab": "usage",
            "counted_at": counted_at(organization_id),
            "activity_rule": activity_rule(organization_id=organization_id, now=now),
            "figures": seat_figures(organization_id=organization_id, now=now),
            "features": features,
            "departments": department_usage(organization_id=organization_id, now=now),
            "week_columns": [{"label": _("Active people"), "series": "active", "kind": "bars"}],
            "week_rows": [
                {
                    "label": _("Week from %(day)s") % {"day": longdate(day)},
                    "short": day_and_month(day),
                    "values": [people],
                }
                for day, people, _actions in weeks
            ],
            "most_in_a_week": max(people for _day, people, _actions in weeks),
            "feature_columns": [{"label": _("People"), "series": "active", "kind": "bars"}],
            "feature_rows": [
                {"label": feature.name, "values": [feature.people]}
                for feature in features[:_CHARTED_FEATURES]
            ],
        },
    )


@organization_page(Permission.USAGE_READ, recent=Recent.EXPORTING, from_replica=True, narrows=True)
@require_safe
def usage_export(request: OrganizationRequest, format: str) -> HttpResponse:
    """Return features by departments as a file."""
    table = feature_table(organization_id=request.organization.pk, now=timezone.now())
    return table_response(
        f"{request.organization.slug}-usage",
        wanted_format(format),
        [_("Feature"), _("Times in 28 days"), _("People"), *_department_names(table)],
        ([row.name, row.events, row.people, *row.by_department] for row in table.rows),
    )


def _department_names(table: FeatureTable) -> list[Any]:
    rest = _("Everybody else") if table.is_folded else _("Without a department")
    return [department.name if department else rest for department in table.departments]
