"""One person: facts, seats, features, changes; and the forms that change them."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import OrganizationRole, Permission, may_grant
from accounts.errors import DomainError
from accounts.forms import PersonChangeForm, PersonForm, add_domain_error
from accounts.models import Department, Membership, Region
from accounts.selectors.history import history_line
from accounts.services.history import Actor
from accounts.services.people import (
    add_person,
    change_person,
    change_role,
    deactivate_person,
    reactivate_person,
)
from accounts.templatetags.headroom import longdate
from accounts.views.answers import act, done, safe_next
from accounts.views.dates import day_and_month
from identity.step_up import ask_unless_recent
from seats.selectors.member_usage import devices_of, features_used, weeks_of
from seats.selectors.people import (
    open_deletion,
    person_history,
    person_row,
    seat_history,
    seat_room,
)


@organization_page(Permission.PEOPLE_READ, from_replica=True, narrows=True)
@require_safe
def person(request: OrganizationRequest, person_id: int) -> HttpResponse:
    """Show everything about one person that the organization may know."""
    now = timezone.now()
    try:
        row = person_row(organization_id=request.organization.pk, membership_id=person_id, now=now)
    except Membership.DoesNotExist as error:
        raise Http404("No such person") from error
    granter = request.membership.granter
    return render(
        request,
        "seats/person.html",
        {
            "row": row,
            "features": features_used(membership=row.membership, now=now),
            "devices": devices_of(membership=row.membership, now=now),
            "week_columns": [{"label": _("Active days"), "series": "active", "kind": "bars"}],
            "week_rows": [
                {
                    "label": _("Week from %(day)s") % {"day": longdate(week.first_day)},
                    "short": day_and_month(week.first_day),
                    "values": [week.active_days],
                }
                for week in weeks_of(membership=row.membership, now=now)
            ],
            "seats": seat_history(membership_id=person_id),
            "history": [
                history_line(entry)
                for entry in person_history(membership_id=person_id)
                if not (row.is_hidden and entry.verb == "member_discovered")
            ],
            "room": seat_room(organization_id=request.organization.pk),
            "may_manage": request.may(Permission.PEOPLE_MANAGE)
            and may_grant(granter, OrganizationRole(row.membership.role)),
            "may_assign": request.may(Permission.SEATS_ASSIGN),
            "is_self": row.membership.pk == request.membership.pk,
            "deletion": open_deletion(row.membership),
        },
    )


@organization_page(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def person_add(request: OrganizationRequest) -> HttpResponse:
    """Add somebody without a mail, in a panel."""
    granter = request.membership.granter
    form = PersonForm(request.POST or None, granter=granter, initial={"role": "member"})
    if request.method == "POST" and form.is_valid():
        try:
            added = add_person(
                organization_id=request.organization.pk,
                granter=granter,
                actor=Actor.of(request.user),
                now=timezone.now(),
                **form.cleaned_data,
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return done(
                request,
                _("%(name)s is in the list.") % {"name": added.display_name},
                reverse("people", args=[request.organization.slug]),
            )
    return _form_page(request, "seats/person_add.html", form)


@organization_page(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def person_change(request: OrganizationRequest, person_id: int) -> HttpResponseBase:
    """Change name, title, department, region and role, in a panel."""
    membership = _membership(request, person_id)
    granter = request.membership.granter
    form = PersonChangeForm(
        request.POST or None,
        granter=granter,
        role=membership.role,
        initial={
            "name": membership.name,
            "title": membership.title,
            "department": membership.department.name if membership.department else "",
            "region": membership.region.name if membership.region else "",
            "role": membership.role,
        },
    )
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        role = facts.pop("role", membership.role)
        if role != membership.role:
            stopped = ask_unless_recent(request, Recent.CHANGING)
            if stopped is not None:
                return stopped
        common: dict[str, Any] = {
            "organization_id": request.organization.pk,
            "membership_id": person_id,
            "actor": Actor.of(request.user),
            "now": timezone.now(),
        }
        try:
            change_role(role=role, granter=granter, **common)
            change_person(**facts, **common)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return done(
                request,
                _("The details are saved."),
                safe_next(request, _person_address(request, person_id)),
            )
    return _form_page(request, "seats/person_change.html", form, person=membership)


@organization_page(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def person_deactivate(request: OrganizationRequest, person_id: int) -> HttpResponse:
    """Ask, then shut a person out and free their seat."""
    membership = _membership(request, person_id)
    if request.method != "POST":
        return render(
            request,
            "seats/person_deactivate.html",
            {"person": membership, "next": safe_next(request, "")},
        )

    def deactivate() -> str:
        deactivate_person(
            organization_id=request.organization.pk,
            membership_id=person_id,
            granter=request.membership.granter,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("%(name)s is deactivated; the seat is free.") % {"name": membership.display_name}

    return act(request, deactivate, safe_next(request, _person_address(request, person_id)))


@organization_page(Permission.PEOPLE_MANAGE)
@require_POST
def person_reactivate(request: OrganizationRequest, person_id: int) -> HttpResponse:
    """Let a person in again."""

    def reactivate() -> str:
        membership = reactivate_person(
            organization_id=request.organization.pk,
            membership_id=person_id,
            granter=request.membership.granter,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("%(name)s is back, without a seat so far.") % {"name": membership.display_name}

    return act(request, reactivate, safe_next(request, _person_address(request, person_id)))


def _membership(request: OrganizationRequest, person_id: int) -> Membership:
    try:
        return Membership.objects.select_related("department", "region").get(
            pk=person_id, organization=request.organization
        )
    except ObjectDoesNotExist as error:
        raise Http404("No such person") from error


def _person_address(request: OrganizationRequest, person_id: int) -> str:
    return reverse("person", args=[request.organization.slug, person_id])


def _form_page(
    request: OrganizationRequest, template: str, form: Any, **context: object
) -> HttpResponse:
    return render(
        request,
        template,
        {
            "form": form,
            "departments": Department.objects.all(),
            "regions": Region.objects.all(),
            "next": safe_next(request, ""),
            **context,
        },
        status=422 if form.is_bound else 200,
    )
