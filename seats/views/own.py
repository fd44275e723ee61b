"""What a member sees: their own usage, and how to ask for a seat."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.forms import SeatRequestForm, add_domain_error
from accounts.services.history import Actor
from accounts.views.answers import act, done
from seats.hooks import SeatOrder, orders_for
from seats.models import WaitingListEntry
from seats.selectors import member_usage
from seats.selectors.people import PersonRow, person_row, waiting_people
from seats.services.waiting import request_seat, withdraw_seat_request


def _own_row(request: OrganizationRequest) -> PersonRow:
    return person_row(
        organization_id=request.organization.pk,
        membership_id=request.membership.pk,
        now=timezone.now(),
        is_self=True,
    )


def _own_place(request: OrganizationRequest) -> tuple[int, WaitingListEntry] | None:
    """Return the reader's place on the waiting list, from 1, with the entry."""
    for place, entry in enumerate(waiting_people(), start=1):
        if entry.membership_id == request.membership.pk:
            return place, entry
    return None


def _own_order(request: OrganizationRequest, entry: WaitingListEntry) -> SeatOrder | None:
    """Return what was ordered so that the reader gets a seat."""
    orders = orders_for(organization_id=request.organization.pk, entry_ids=[entry.pk])
    return orders.get(entry.pk)


@organization_page(Permission.OWN_USAGE_READ)
@require_safe
def my_usage(request: OrganizationRequest) -> HttpResponse:
    """Show the reader's own totals and nobody else's."""
    now = timezone.now()
    return render(
        request,
        "seats/my_usage.html",
        {
            "row": _own_row(request),
            "own": member_usage.my_usage(membership=request.membership, now=now),
        },
    )


@organization_page(Permission.SEATS_REQUEST)
@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_seat(request: OrganizationRequest) -> HttpResponse:
    """Join the waiting list with a word on what the seat is for."""
    form = SeatRequestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            request_seat(
                organization_id=request.organization.pk,
                membership_id=request.membership.pk,
                actor=Actor.of(request.user),
                now=timezone.now(),
                note=form.cleaned_data["note"],
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return done(
                request,
                _("Your admins see that you ask for a seat."),
                reverse("ask_for_seat", args=[request.organization.slug]),
            )
    place = _own_place(request)
    return render(
        request,
        "seats/ask_for_seat.html",
        {
            "form": form,
            "row": _own_row(request),
            "place": place[0] if place else None,
            "entry": place[1] if place else None,
            "order": _own_order(request, place[1]) if place else None,
            "declined": WaitingListEntry.objects.filter(
                membership=request.membership, declined_at__isnull=False
            )
            .order_by("-declined_at")
            .first(),
        },
        status=422 if form.is_bound else 200,
    )


@organization_page(Permission.SEATS_REQUEST)
@require_POST
def ask_withdraw(request: OrganizationRequest) -> HttpResponse:
    """Leave the waiting list."""

    def withdraw() -> str:
        withdraw_seat_request(
            organization_id=request.organization.pk,
            membership_id=request.membership.pk,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("You no longer wait for a seat.")

    return act(request, withdraw, reverse("ask_for_seat", args=[request.organization.slug]))
