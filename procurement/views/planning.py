"""Planned expansions of the customer: the year at a glance, a plan, what its day follows from."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.services.history import Actor
from accounts.views.answers import act, done
from procurement.domain.calendar import NoOpenDay, outlook
from procurement.domain.planning import PlanState
from procurement.models import CalendarFeed, PlannedExpansion
from procurement.models.profile import ProfileProposal
from procurement.planning_forms import PlanForm
from procurement.selectors.calendar import buying_calendar, profile_of, today_of
from procurement.selectors.planning import (
    coming_quarter,
    ended_plans,
    picture,
    plan_rows,
    quarter_warning,
)
from procurement.services.planning import change_plan, move_plan, plan_expansion
from procurement.views.planning_words import (
    outlook_sentences,
    quarter_sentence,
    row_words,
)


def organization_today(request: OrganizationRequest) -> date:
    """Return the organization's day."""
    return today_of(request.organization, timezone.now())


@organization_page(Permission.REQUESTS_READ)
@require_safe
def planning(request: OrganizationRequest) -> HttpResponse:
    """Show what is planned and by when it has to begin."""
    today, organization_id = organization_today(request), request.organization.pk
    calendar = buying_calendar(organization_id)
    rows = plan_rows(organization_id, calendar, today)
    warning = quarter_warning(coming_quarter(calendar, today))
    return render(
        request,
        "procurement/planning.html",
        {
            "tab": "planning",
            "rows": [(row, row_words(row)) for row in rows],
            "first": rows[0] if rows else None,
            "picture": picture(rows, calendar, today),
            "today": today,
            "quarter_sentence": quarter_sentence(warning) if warning and rows else "",
            "profile": profile_of(organization_id),
            "calendar": calendar,
            "ended": ended_plans(organization_id),
            "proposal": ProfileProposal.objects.filter(
                organization_id=organization_id, state=ProfileProposal.State.OPEN
            ).first(),
            "may_plan": request.may(Permission.SEATS_BUY),
            "has_feed": CalendarFeed.objects.filter(
                membership=request.membership, revoked_at=None
            ).exists(),
        },
    )


def _form_page(
    request: OrganizationRequest, form: PlanForm, plan: PlannedExpansion | None, status: int = 200
) -> HttpResponse:
    wanted = form["wanted_on"].value()
    try:
        day = date.fromisoformat(str(wanted)) if wanted else None
    except ValueError:
        day = None
    return render(
        request,
        "procurement/plan.html",
        {"form": form, "plan": plan, **_outlook_context(request, day)},
        status=status,
    )


def _outlook_context(request: OrganizationRequest, day: date | None) -> dict[str, Any]:
    if day is None:
        return {"sentences": [], "is_late": False}
    calendar = buying_calendar(request.organization.pk)
    try:
        view = outlook(day, calendar, today=organization_today(request))
    except (NoOpenDay, OverflowError):
        return {"sentences": [], "is_late": False}
    return {"sentences": outlook_sentences(view), "is_late": view.is_late}


@organization_page(Permission.SEATS_BUY)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_new(request: OrganizationRequest) -> HttpResponse:
    """Plan an expansion."""
    form = PlanForm(request.POST or None, initial={"seats": request.GET.get("seats", "")})
    if request.method == "POST" and form.is_valid():
        try:
            plan_expansion(
                organization_id=request.organization.pk,
                actor=Actor.of(request.user),
                now=timezone.now(),
                today=organization_today(request),
                **form.cleaned_data,
            )
        except DomainError as error:
            form.add_error(error.details.get("about"), str(error))
        else:
            return done(
                request,
                _("The plan is on your calendar."),
                reverse("planning", args=[request.organization.slug]),
            )
    return _form_page(request, form, None, 422 if form.errors else 200)


@organization_page(Permission.SEATS_BUY)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_change(request: OrganizationRequest, expansion_id: UUID) -> HttpResponse:
    """Change a plan."""
    plan = get_object_or_404(
        PlannedExpansion, pk=expansion_id, organization_id=request.organization.pk
    )
    initial = {"seats": plan.seats, "wanted_on": plan.wanted_on, "reason": plan.reason}
    form = PlanForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_plan(
                organization_id=request.organization.pk,
                plan_id=plan.pk,
                actor=Actor.of(request.user),
                now=timezone.now(),
                today=organization_today(request),
                **form.cleaned_data,
            )
        except DomainError as error:
            form.add_error(error.details.get("about"), str(error))
        else:
            return done(
                request,
                _("The plan is changed."),
                reverse("planning", args=[request.organization.slug]),
            )
    return _form_page(request, form, plan, 422 if form.errors else 200)


@organization_page(Permission.SEATS_BUY)
@require_safe
def plan_preview(request: OrganizationRequest) -> HttpResponse:
    """Show what a wanted day means, while it is being chosen."""
    try:
        day = date.fromisoformat(request.GET.get("wanted_on", ""))
    except ValueError:
        day = None
    return render(request, "procurement/plan_outlook.html", _outlook_context(request, day))


@organization_page(Permission.SEATS_BUY)
@require_POST
def plan_move(request: OrganizationRequest, expansion_id: UUID) -> HttpResponse:
    """Start a plan (which leads to the purchase), finish, drop or take it up again."""
    slug = request.organization.slug
    plan = get_object_or_404(
        PlannedExpansion, pk=expansion_id, organization_id=request.organization.pk
    )
    try:
        to = PlanState(request.POST.get("to", ""))
    except ValueError:
        return HttpResponseBadRequest(_("There is no such state."))

    def move() -> str:
        move_plan(
            organization_id=request.organization.pk,
            plan_id=plan.pk,
            to=to,
            actor=Actor.of(request.user),
            now=timezone.now(),
            today=organization_today(request),
        )
        return {
            PlanState.PLANNED: _("The plan is open again."),
            PlanState.STARTED: _("Started. Order the seats, or ask for their approval."),
            PlanState.DONE: _("The plan is done."),
            PlanState.DROPPED: _("The plan is dropped. You can take it up again."),
        }[to]

    if to is PlanState.STARTED:
        address = f"{reverse('add_seats', args=[slug])}?seats={plan.seats}"
    else:
        address = reverse("planning", args=[slug])
    return act(request, move, address)
