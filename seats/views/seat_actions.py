"""Giving, taking and moving seats: in the row with an undo, or in bulk after a question."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import ClassVar, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.models import Membership
from accounts.services.history import Actor
from accounts.views.answers import act, asked_by_htmx, done, safe_next
from seats.hooks import charge_of_return, sale_of_seats
from seats.selectors.offers import missing_seats
from seats.selectors.people import people_without_a_seat, person_row, seat_room
from seats.services.people import (
    BulkResult,
    assign_seats,
    reassign_seat,
    release_seats,
    undo_assignment,
    undo_release,
)
from seats.services.seats import assign_seat, release_seat
from seats.services.waiting import put_on_waiting_list, request_seat, withdraw_seat_request
from seats.views.people import people_region

_MOST_AT_ONCE: Final = 200


class NobodyChosen(DomainError):
    """The form does not say to whom the seat goes."""

    code: ClassVar[str] = "nobody_chosen"
    status: ClassVar[int] = 422


def _answer(
    request: OrganizationRequest, action: Callable[[], str], undo_url: str = ""
) -> HttpResponse:
    """Do it; answer with the list and a toast, or go back to the page that asked."""
    back = safe_next(request, reverse("people", args=[request.organization.slug]))
    try:
        message = action()
    except ObjectDoesNotExist as error:
        raise Http404("No such person") from error
    except DomainError as error:
        if asked_by_htmx(request):
            return people_region(request, message=str(error), status=409)
        messages.error(request, str(error))
        return redirect(back)
    if asked_by_htmx(request):
        return people_region(request, message=message, undo_url=undo_url)
    return done(request, message, back)


def _address(request: OrganizationRequest, name: str, person_id: int, query: str = "") -> str:
    return reverse(name, args=[request.organization.slug, person_id]) + query


def _name(request: OrganizationRequest, person_id: int) -> str:
    return Membership.objects.get(pk=person_id, organization=request.organization).display_name


@organization_page(Permission.SEATS_ASSIGN, narrows=True)
@require_POST
def seat_assign(request: OrganizationRequest, person_id: int) -> HttpResponse:
    """Give a person a seat; as the undo of a release, the one they had.

    A person who was removed against a credit brings it back: that is said first.
    """
    is_undo = "undo" in request.GET
    if charge_of_return(
        organization_id=request.organization.pk, membership_id=person_id, now=timezone.now()
    ):
        return _say_what_comes_back(request, person_id)

    def assign() -> str:
        give = undo_release if is_undo else assign_seat
        assignment = give(
            organization_id=request.organization.pk,
            membership_id=person_id,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("%(name)s has a seat.") % {"name": assignment.membership.display_name}

    undo_url = "" if is_undo else _address(request, "seat_release", person_id, "?undo=1")
    return _answer(request, assign, undo_url)


def _say_what_comes_back(request: OrganizationRequest, person_id: int) -> HttpResponse:
    """Ask on a page of its own, with the charge beside the name, before the seat is given."""
    back = safe_next(request, reverse("people", args=[request.organization.slug]))
    asked = urlencode({"action": "assign", "person": person_id, "next": back})
    address = f"{reverse('people_bulk', args=[request.organization.slug])}?{asked}"
    if asked_by_htmx(request):
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


@organization_page(Permission.SEATS_ASSIGN, narrows=True)
@require_POST
def seat_release(request: OrganizationRequest, person_id: int) -> HttpResponse:
    """Take a person's seat; as the undo of an assignment, put them back where they waited."""
    is_undo = "undo" in request.GET

    def release() -> str:
        take = undo_assignment if is_undo else partial(release_seat, tells=True)
        take(
            organization_id=request.organization.pk,
            membership_id=person_id,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("The seat of %(name)s is free.") % {"name": _name(request, person_id)}

    undo_url = "" if is_undo else _address(request, "seat_assign", person_id, "?undo=1")
    return _answer(request, release, undo_url)


@organization_page(Permission.SEATS_ASSIGN, narrows=True)
@require_http_methods(["GET", "HEAD", "POST"])
def seat_reassign(request: OrganizationRequest, person_id: int) -> HttpResponse:
    """Move a person's seat to somebody without one; the panel offers who.

    Whose return brings a charge back is asked about once more, with the amount.
    """
    slug = request.organization.slug
    chosen = request.POST.get("to", "")
    is_number = chosen.isascii() and chosen.isdigit() and len(chosen) < 19
    charge = None
    if is_number and "accepted" not in request.POST:
        charge = charge_of_return(
            organization_id=request.organization.pk,
            membership_id=int(chosen),
            now=timezone.now(),
        )
    if request.method == "POST" and charge is None:

        def reassign() -> str:
            if not is_number:
                raise NobodyChosen(_("Choose who gets the seat first."))
            names = {"name": _name(request, person_id), "other": _name(request, int(chosen))}
            reassign_seat(
                organization_id=request.organization.pk,
                from_membership_id=person_id,
                to_membership_id=int(chosen),
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
            return _("The seat of %(name)s went to %(other)s.") % names

        return _answer(request, reassign)
    now = timezone.now()
    try:
        row = person_row(organization_id=request.organization.pk, membership_id=person_id, now=now)
    except Membership.DoesNotExist as error:
        raise Http404("No such person") from error
    candidates = people_without_a_seat(organization_id=request.organization.pk, now=now)
    if charge is not None:
        candidates = [one for one in candidates if one.membership.pk == charge.membership_id]
    return render(
        request,
        "seats/seat_reassign.html",
        {
            "row": row,
            "candidates": candidates,
            "charge": charge,
            "next": safe_next(request, reverse("people", args=[slug])),
        },
    )


@organization_page(Permission.SEATS_ASSIGN, narrows=True)
@require_POST
def seat_wait(request: OrganizationRequest, person_id: int) -> HttpResponse:
    """Put a person on the waiting list, or take them off it."""
    is_leaving = "leave" in request.GET

    def change() -> str:
        service = withdraw_seat_request if is_leaving else request_seat
        service(
            organization_id=request.organization.pk,
            membership_id=person_id,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        sentence = (
            _("%(name)s no longer waits for a seat.")
            if is_leaving
            else _("%(name)s is on the waiting list and gets the next free seat you buy.")
        )
        return sentence % {"name": _name(request, person_id)}

    undo_url = _address(request, "seat_wait", person_id, "" if is_leaving else "?leave=1")
    return _answer(request, change, undo_url)


@organization_page(Permission.SEATS_ASSIGN, narrows=True)
@require_http_methods(["GET", "HEAD", "POST"])
def people_bulk(request: OrganizationRequest) -> HttpResponse:
    """Give or take the seats of several people: ask first, then do it in one go.

    For whom no seat was left is shown next, with the price of exactly theirs.
    """
    sent = request.POST if request.method == "POST" else request.GET
    action = sent.get("action", "")
    ids = [int(x) for x in sent.getlist("person") if x.isascii() and x.isdigit() and len(x) < 19]
    back = safe_next(request, reverse("people", args=[request.organization.slug]))
    chosen = Membership.objects.filter(
        organization=request.organization, pk__in=ids[:_MOST_AT_ONCE]
    ).select_related("department")
    if action not in {"assign", "release", "missing", "wait"} or not chosen:
        messages.info(request, _("Choose at least one person first."))
        return redirect(back)
    if action == "missing" and request.method != "POST":
        return _missing(request, ids, back)
    if action in {"missing", "wait"}:
        return _let_wait(request, ids, back)
    if request.method != "POST":
        return render(
            request,
            "seats/people_bulk.html",
            {
                "action": action,
                "people": _with_returns(request, chosen) if action == "assign" else chosen,
                "next": back,
                "room": seat_room(organization_id=request.organization.pk),
            },
        )
    service = assign_seats if action == "assign" else release_seats
    try:
        result = service(
            organization_id=request.organization.pk,
            membership_ids=ids[:_MOST_AT_ONCE],
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    _say(request, action, result)
    if result.without_seat:
        return redirect(missing_address(request.organization.slug, result.without_seat, back))
    return redirect(back)


def missing_address(slug: str, people: Sequence[Membership], back: str) -> str:
    """Return the page that shows for whom no seat was left, and what buys exactly theirs."""
    asked = [("action", "missing"), *(("person", person.pk) for person in people), ("next", back)]
    return f"{reverse('people_bulk', args=[slug])}?{urlencode(asked)}"


def _missing(request: OrganizationRequest, ids: list[int], back: str) -> HttpResponse:
    """Show for whom no seat was left and the one press that buys exactly theirs."""
    found = missing_seats(
        organization_id=request.organization.pk,
        membership_ids=ids[:_MOST_AT_ONCE],
        now=timezone.now(),
    )
    if not found.people:
        return redirect(back)
    sale = None
    if request.may(Permission.SEATS_BUY) and found.to_buy_for:
        sale = sale_of_seats(
            organization_id=request.organization.pk,
            seats=found.seats,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    return render(
        request,
        "seats/people_missing.html",
        {
            "found": found,
            "sale": sale,
            "here": missing_address(request.organization.slug, found.people, back),
            "next": back,
        },
    )


def _let_wait(request: OrganizationRequest, ids: list[int], back: str) -> HttpResponse:
    """Put several people on the waiting list, in the order in which they were chosen."""

    def wait() -> str:
        entries = put_on_waiting_list(
            organization_id=request.organization.pk,
            membership_ids=ids[:_MOST_AT_ONCE],
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return ngettext(
            "%(n)s person waits for the next free seat.",
            "%(n)s people wait for the next free seats.",
            len(entries),
        ) % {"n": len(entries)}

    return act(request, wait, back)


def _with_returns(request: OrganizationRequest, people: Iterable[Membership]) -> list[Membership]:
    """Return the people, each with what is charged for their return, where something is."""
    found = list(people)
    for person in found:
        person.comes_back = charge_of_return(  # type: ignore[attr-defined]
            organization_id=request.organization.pk, membership_id=person.pk, now=timezone.now()
        )
    return found


def _say(request: OrganizationRequest, action: str, result: BulkResult) -> None:
    number = len(result.done)
    if number:
        sentence = (
            ngettext("%(n)s person has a seat now.", "%(n)s people have a seat now.", number)
            if action == "assign"
            else ngettext("%(n)s seat is free now.", "%(n)s seats are free now.", number)
        )
        messages.success(request, sentence % {"n": number})
    if result.unchanged:
        messages.info(
            request,
            ngettext(
                "For %(n)s person nothing had to change.",
                "For %(n)s people nothing had to change.",
                len(result.unchanged),
            )
            % {"n": len(result.unchanged)},
        )
