"""Who asks for a seat, for those who may give or buy one: the list, one request, its answer."""

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.services.history import Actor
from accounts.views.answers import act, done, go_to, safe_next
from seats.domain.limits import FullLimitDecision
from seats.hooks import SeatSale, charge_of_return, orders_for, price_of_seats, sale_of_seats
from seats.selectors.offers import decision_path
from seats.selectors.people import annotated_rows, seat_room, waiting_people
from seats.selectors.requests import (
    RequestFilter,
    SeatDecision,
    answered_requests,
    request_counts,
    seat_decision,
)
from seats.services.limits import note_limit_decision
from seats.services.seats import assign_seat
from seats.services.waiting import (
    choose_seating,
    decline_seat_request,
    move_on_waiting_list,
)

PER_PAGE: Final = 25
_SENTENCES: Final = {
    RequestFilter.OPEN: gettext_lazy("Waiting"),
    RequestFilter.SEATED: gettext_lazy("Seated"),
    RequestFilter.DECLINED: gettext_lazy("Declined"),
    RequestFilter.WITHDRAWN: gettext_lazy("Withdrawn"),
    RequestFilter.ALL: gettext_lazy("All requests"),
}


def _filter(request: OrganizationRequest) -> RequestFilter:
    shown = request.GET.get("show", "")
    return RequestFilter(shown) if shown in set(RequestFilter) else RequestFilter.OPEN


@organization_page(Permission.REQUESTS_READ)
@require_safe
def requests(request: OrganizationRequest) -> HttpResponse:
    """List who waits, in the order in which seats are given, or how others were answered."""
    now = timezone.now()
    organization_id = request.organization.pk
    shown = _filter(request)
    counts = request_counts(organization_id=organization_id)
    address = reverse("requests", args=[request.organization.slug])
    room = seat_room(organization_id=organization_id)
    missing = room.missing_for(counts[RequestFilter.OPEN]) if counts[RequestFilter.OPEN] else 0
    may_buy = request.may(Permission.SEATS_BUY)
    context: dict[str, Any] = {
        "shown": shown,
        "filters": [
            {
                "label": sentence,
                "url": f"{address}?show={name.value}" if name.value else address,
                "current": name is shown,
                "count": counts[name],
            }
            for name, sentence in _SENTENCES.items()
            if counts[name] or name in (shown, RequestFilter.OPEN)
        ],
        "n_waiting": counts[RequestFilter.OPEN],
        "has_any": bool(counts[RequestFilter.ALL]),
        "room": room,
        "missing": missing,
        "price": price_of_seats(organization_id=organization_id, seats=missing, now=now)
        if missing and may_buy
        else None,
        "may_assign": request.may(Permission.SEATS_ASSIGN),
        "may_buy": may_buy,
    }
    if shown is RequestFilter.OPEN:
        entries = list(waiting_people())
        rows = annotated_rows(
            organization_id=organization_id,
            membership_ids=[entry.membership_id for entry in entries],
            now=now,
        )
        orders = orders_for(
            organization_id=organization_id, entry_ids=[entry.pk for entry in entries]
        )
        context["waiting"] = [
            (entry, rows[entry.membership_id], orders.get(entry.pk)) for entry in entries
        ]
    else:
        answered = answered_requests(shown, organization_id=organization_id)
        context["page_obj"] = Paginator(answered, PER_PAGE).get_page(request.GET.get("page"))
        context["params"] = f"show={shown.value}"
    return render(request, "seats/requests.html", context)


def _decision(request: OrganizationRequest, person_id: int) -> SeatDecision:
    try:
        return seat_decision(
            organization_id=request.organization.pk, membership_id=person_id, now=timezone.now()
        )
    except ObjectDoesNotExist as error:
        raise Http404("No such person") from error


@organization_page(Permission.REQUESTS_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def seat_for(request: OrganizationRequest, person_id: int) -> HttpResponse:
    """Decide about one person: give a free seat, buy the missing one, or say no.

    Mails and the answer of an entitlement check lead here.
    """
    decision = _decision(request, person_id)
    refusal = ""
    if request.method == "POST":
        try:
            return _answer(request, decision)
        except DomainError as error:
            refusal = str(error)
            decision = _decision(request, person_id)
    now = timezone.now()
    may_buy = request.may(Permission.SEATS_BUY)
    charge = charge_of_return(
        organization_id=request.organization.pk, membership_id=person_id, now=now
    )
    is_open = decision.order is not None and decision.order.is_open
    # Whoever comes back brings a charge and a seat of their own: buying another would be twice.
    sells = may_buy and decision.missing_alone > 0 and charge is None and not is_open

    def sale(seats: int) -> SeatSale | None:
        return sale_of_seats(
            organization_id=request.organization.pk,
            seats=seats,
            actor=Actor.of(request.user),
            now=now,
        )

    return render(
        request,
        "seats/seat_for.html",
        {
            "decision": decision,
            "person": decision.row.membership,
            "refusal": refusal,
            "sale": sale(decision.missing_in_order) if sells else None,
            "sale_alone": sale(decision.missing_alone) if sells and decision.ahead else None,
            "return_charge": charge,
            "may_assign": request.may(Permission.SEATS_ASSIGN),
            "may_buy": may_buy,
        },
        status=422 if refusal else 200,
    )


def _answer(request: OrganizationRequest, decision: SeatDecision) -> HttpResponse:
    slug = request.organization.slug
    person = decision.row.membership
    sent = request.POST.get("answer", "")
    if not request.may(Permission.SEATS_ASSIGN):
        raise PermissionDenied
    common: dict[str, Any] = {
        "organization_id": request.organization.pk,
        "membership_id": person.pk,
        "actor": Actor.of(request.user),
        "now": timezone.now(),
    }
    back = reverse("requests", args=[slug])
    if sent == "give":
        assign_seat(**common)
        return done(request, _("%(name)s has a seat.") % {"name": person.display_name}, back)
    if sent == "decline":
        decline_seat_request(reason=request.POST.get("reason", ""), **common)
        return done(
            request,
            _("The request was declined; %(name)s reads why.") % {"name": person.display_name},
            back,
        )
    messages.info(request, _("Choose what to do first."))
    return go_to(request, back)


@organization_page(Permission.SEATS_ASSIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def request_move(request: OrganizationRequest, person_id: int) -> HttpResponse:
    """Put somebody elsewhere on the waiting list, with a reason."""
    decision = _decision(request, person_id)
    slug = request.organization.slug
    refusal = ""
    if request.method == "POST":
        wanted = request.POST.get("place", "")
        place = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 9 else 1
        try:
            place = move_on_waiting_list(
                organization_id=request.organization.pk,
                membership_id=person_id,
                place=place,
                reason=request.POST.get("reason", ""),
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except DomainError as error:
            refusal = str(error)
        else:
            sentence = _("%(name)s is number %(place)s of the waiting list now.")
            return done(
                request,
                sentence % {"name": decision.row.membership.display_name, "place": place},
                reverse("requests", args=[slug]),
            )
    return render(
        request,
        "seats/request_move.html",
        {
            "decision": decision,
            "person": decision.row.membership,
            "refusal": refusal,
            "most": waiting_people().count(),
        },
        status=422 if refusal else 200,
    )


@organization_page(Permission.SEATS_ASSIGN)
@require_POST
def seating_choose(request: OrganizationRequest) -> HttpResponse:
    """Choose whether a released seat goes to the first who waits."""
    seats_next = request.POST.get("seats_next") == "yes"

    def choose() -> str:
        choose_seating(
            organization_id=request.organization.pk,
            seats_next=seats_next,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        if seats_next:
            return _("From now on a released seat goes to the first who waits.")
        return _("From now on a released seat stays free until you give it.")

    return act(request, choose, reverse("requests", args=[request.organization.slug]))


@organization_page(Permission.REQUESTS_READ)
@require_POST
def limit_decide(request: OrganizationRequest) -> HttpResponse:
    """Note what was decided at a full limit, and go where the decision leads."""
    chosen = request.POST.get("decision", "")
    if chosen not in set(FullLimitDecision):
        requests_page = reverse("requests", args=[request.organization.slug])
        return redirect(safe_next(request, requests_page))
    decision = FullLimitDecision(chosen)
    note_limit_decision(
        organization_id=request.organization.pk,
        decision=decision,
        actor=Actor.of(request.user),
        now=timezone.now(),
    )
    return redirect(decision_path(request.organization, decision))
