"""The Overview: the page that an admin lands on; it reads seats, usage and the forecast."""

from datetime import datetime
from typing import Any, Final, Literal

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.exports import table_response, wanted_format
from accounts.services.history import Actor
from accounts.templatetags.headroom import longdate, percent
from accounts.views.answers import done
from accounts.views.dates import day_and_month
from seats.selectors.people import waiting_people
from seats.selectors.seat_words import seat_sentences
from seats.selectors.usage import (
    LIVE_PEOPLE,
    SeatFigures,
    UtilizationPoint,
    group_usage,
    has_any_usage,
    seat_figures,
    utilization_history,
)
from signals.domain.insights import STAYS, InsightKind
from signals.domain.runout import RunOut
from signals.selectors.forecast import run_out_of_days, run_outs
from signals.selectors.insights import Insight, growth, insights, put_away, weekly
from signals.services.insights import put_insight_away, show_insights_again

_MOST_WAITING: Final = 5
_GROUPS: Final = {
    "department": gettext_lazy("Departments"),
    "region": gettext_lazy("Regions"),
    "level": gettext_lazy("Levels"),
}


@organization_page(Permission.OVERVIEW_READ, from_replica=True)
@require_safe
def overview(request: OrganizationRequest) -> HttpResponse:
    """Say in one sentence how full it is, show the year, and what to look at first."""
    now = timezone.now()
    organization_id = request.organization.pk
    figures = seat_figures(organization_id=organization_id, now=now)
    if not figures.seats.purchased and not has_any_usage(organization_id=organization_id):
        return render(request, "signals/overview.html", {"is_empty": True, "figures": figures})
    days = utilization_history(organization_id=organization_id, now=now)
    points = weekly(days)
    findings = insights(
        organization_id=organization_id,
        figures=figures,
        now=now,
        with_names=request.may(Permission.PEOPLE_READ),
    )
    by = _wanted_groups(request)
    waiting = list(waiting_people()[:_MOST_WAITING]) if figures.waiting else []
    in_use, *unseated = seat_sentences(figures.seats, figures.active_unseated)
    return render(
        request,
        "signals/overview.html",
        {
            "figures": figures,
            "meter": _meter(figures),
            "in_use": in_use,
            "outlook": " ".join(
                filter(None, (*unseated, _outlook(figures, _run_out(request, figures, days, now))))
            ),
            "chart_title": _chart_title(points),
            "chart_columns": [
                {"label": _("Active people"), "series": "active", "kind": "area"},
                {"label": _("Purchased seats"), "series": "purchased", "kind": "step"},
                {"label": _("Assigned seats"), "series": "other", "kind": "line"},
            ],
            "chart_rows": [
                {
                    "label": longdate(point.day),
                    "short": day_and_month(point.day),
                    "values": [point.active_28, point.purchased, point.assigned],
                }
                for point in points
            ],
            "departments": group_usage(organization_id=organization_id, now=now, by=by),
            "by": by,
            "group_tabs": [(name, label, name == by) for name, label in _GROUPS.items()],
            "insights": [_card(request, figures, finding) for finding in findings],
            "number_away": len(put_away(organization_id=organization_id, now=now)),
            "waiting": waiting,
        },
    )


@organization_page(Permission.PEOPLE_MANAGE)
@require_POST
def insight_away(request: OrganizationRequest) -> HttpResponse:
    """Put a card away for 30 days, or show all again."""
    organization, kind = request.organization, request.POST.get("kind", "")
    actor, now = Actor.of(request.user), timezone.now()
    back = reverse("overview", args=[organization.slug])
    if kind in set(InsightKind):
        put_insight_away(
            organization_id=organization.pk, kind=InsightKind(kind), actor=actor, now=now
        )
        return done(request, _("The card comes back in 30 days at the earliest."), back)
    show_insights_again(organization_id=organization.pk, actor=actor, now=now)
    return done(request, _("All cards are shown again."), back)


def _wanted_groups(request: OrganizationRequest) -> Literal["department", "region", "level"]:
    match request.GET.get("by"):
        case "region":
            return "region"
        case "level":
            return "level"
        case _:
            return "department"


@organization_page(Permission.OVERVIEW_READ, recent=Recent.EXPORTING)
@require_safe
def overview_export(request: OrganizationRequest, format: str) -> HttpResponse:
    """Return the days of twelve months as a file."""
    days = utilization_history(organization_id=request.organization.pk, now=timezone.now())
    return table_response(
        f"{request.organization.slug}-seats",
        wanted_format(format),
        [
            _("Day"),
            _("Purchased seats"),
            _("Assigned seats"),
            _("Active in 28 days"),
            _("Active in 7 days"),
            _("Active on the day"),
            _("Waiting"),
        ],
        (
            [
                point.day,
                point.purchased,
                point.assigned,
                point.active_28,
                point.active_7,
                point.active_1,
                point.waiting,
            ]
            for point in days
        ),
    )


def _run_out(
    request: OrganizationRequest,
    figures: SeatFigures,
    days: list[UtilizationPoint],
    now: datetime,
) -> RunOut | None:
    organization_id = request.organization.pk
    today = timezone.localtime(now).date()
    if figures.seats.assigned > LIVE_PEOPLE:
        return run_out_of_days(days, figures.seats, today)
    return run_outs({organization_id: figures.seats}, at=now, on=today)[organization_id]


def _meter(figures: SeatFigures) -> dict[str, int]:
    """Return the cells of the meter: overage stands beyond the purchased seats, not inside."""
    seats = figures.seats
    idle = max(0, figures.idle_seated - seats.overage)
    return {
        "purchased": seats.purchased,
        "active": seats.purchased - seats.free - idle,
        "idle": idle,
        "free": seats.free,
        "overage": seats.overage,
    }


def _outlook(figures: SeatFigures, run_out: RunOut | None) -> str:
    """Return when the seats are full, as a range; or how many are left when nobody can tell."""
    seats = figures.seats
    if seats.is_over:
        return ngettext(
            "%(over)s more is assigned than purchased.",
            "%(over)s more are assigned than purchased.",
            seats.overage,
        ) % {"over": seats.overage}
    if seats.is_full:
        return _("Every seat is assigned; the next person waits.")
    if run_out is None or run_out.earliest_on is None:
        return (
            ngettext("%(free)s is free.", "%(free)s are free.", seats.free) % {"free": seats.free}
            if seats.purchased
            else ""
        )
    if run_out.latest_on is None:
        return _("At this pace full %(day)s at the earliest.") % {
            "day": longdate(run_out.earliest_on)
        }
    return _("At this pace full between %(earliest)s and %(latest)s.") % {
        "earliest": longdate(run_out.earliest_on),
        "latest": longdate(run_out.latest_on),
    }


def _chart_title(points: list[UtilizationPoint]) -> str:
    change = growth(points)
    if change is None:
        return _("Active people and purchased seats")
    before, after, day = change
    shown = {"before": before, "after": after, "day": longdate(day)}
    if after > before:
        return _("Active people grew from %(before)s to %(after)s since %(day)s") % shown
    if after < before:
        return _("Active people fell from %(before)s to %(after)s since %(day)s") % shown
    return _("As many people are active as on %(day)s: %(after)s") % shown


def _card(request: OrganizationRequest, figures: SeatFigures, found: Insight) -> dict[str, Any]:
    """Return an insight as its component takes it, with the one action that the reader may do."""
    slug = request.organization.slug
    number = found.number
    people_url = reverse("people", args=[slug])
    may_see, may_buy = request.may(Permission.PEOPLE_READ), request.may(Permission.SEATS_BUY)
    missing = max(1, number - figures.seats.free)
    buy = {
        "action_label": ngettext("Add %(n)s seat", "Add %(n)s seats", missing) % {"n": missing},
        "action_url": f"{reverse('add_seats', args=[slug])}?seats={missing}",
        "action_panel": True,
    }
    card: dict[str, Any] = {"text": _names(found)}
    if found.kind not in STAYS and request.may(Permission.PEOPLE_MANAGE):
        card["away"] = found.kind.value
    if found.kind is InsightKind.OVER:
        card |= {
            "kind_label": _("Over the limit"),
            "icon": "warning",
            "title": ngettext(
                "%(n)s seat more is assigned than purchased",
                "%(n)s seats more are assigned than purchased",
                number,
            ),
        }
        card |= buy if may_buy else {}
    elif found.kind is InsightKind.WAITING:
        card |= {
            "kind_label": _("Waiting"),
            "icon": "person-add",
            "title": ngettext(
                "%(n)s person waits for a seat", "%(n)s people wait for a seat", number
            ),
        }
        if figures.seats.free and may_see:
            card |= {"action_label": _("Seat them"), "action_url": reverse("requests", args=[slug])}
        elif may_buy:
            card |= buy
    elif found.kind is InsightKind.UNSEATED:
        card |= {
            "kind_label": _("Without a seat"),
            "icon": "people",
            "title": ngettext(
                "%(n)s person uses the product without a seat",
                "%(n)s people use the product without a seat",
                number,
            ),
        }
        if may_see:
            card |= {"action_label": _("See who"), "action_url": f"{people_url}?show=discovered"}
    elif found.kind is InsightKind.SHARING:
        card |= {
            "kind_label": _("Shared sign-ins"),
            "icon": "device",
            "title": ngettext("%(n)s account looks shared", "%(n)s accounts look shared", number),
            "action_label": _("See the evidence"),
            "action_url": reverse("shared_accounts", args=[slug]),
        }
    elif found.kind is InsightKind.BUDDY and found.department is not None:
        newcomer, buddy = found.names
        shown = {"newcomer": newcomer, "buddy": buddy, "department": found.department}
        card |= {
            "kind_label": _("New"),
            "icon": "person-add",
            "title": _("%(buddy)s could show %(newcomer)s around") % shown,
            "text": _("%(newcomer)s is new in %(department)s, where %(buddy)s is a power user.")
            % shown,
            "action_label": _("See who is there"),
            "action_url": f"{people_url}?department={found.department.pk}",
        }
    elif found.kind is InsightKind.HEAVY and found.heavy is not None:
        shown = {"feature": found.feature, "department": found.department}
        card |= {
            "kind_label": _("Used by a few"),
            "icon": "usage",
            "title": _("%(department)s relies on %(feature)s") % shown,
            "text": _("%(here)s of its active people use it, of the others %(elsewhere)s.")
            % {
                "here": percent(float(found.heavy.here.share)),
                "elsewhere": percent(float(found.heavy.elsewhere.share)),
            },
        }
        if request.may(Permission.USAGE_READ):
            card |= {
                "action_label": _("Compare the departments"),
                "action_url": reverse("features", args=[slug]),
            }
    else:
        card |= {
            "kind_label": _("Idle"),
            "icon": "clock",
            "title": ngettext(
                "%(n)s seat is held by somebody inactive",
                "%(n)s seats are held by inactive people",
                number,
            ),
        }
        if may_see:
            card |= {
                "action_label": _("Review idle seats"),
                "action_url": f"{people_url}?show=idle",
            }
    if "%(n)s" in card["title"]:
        card["title"] %= {"n": number}
    return card


def _names(found: Insight) -> str:
    names = ", ".join(found.names)
    if names and found.others > 0:
        return ngettext("%(names)s and %(n)s more.", "%(names)s and %(n)s more.", found.others) % {
            "names": names,
            "n": found.others,
        }
    return f"{names}." if names else ""
