"""A removed person comes back: what that charges stands before it is done."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.roles import Permission
from accounts.services.history import Actor
from accounts.views.answers import act
from billing.views.words import amount_with_code
from seats.hooks import SeatSale, sale_of_seats
from seats.selectors.people import seat_room
from seats.services.seats import assign_seat
from trueups.models import LockOut
from trueups.selectors.returning import charge_with_tax
from trueups.services.lock_outs import bring_back


@organization_page(Permission.SEATS_ASSIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def removed_return(request: OrganizationRequest, lock_out_id: int) -> HttpResponse:
    """Say what a return charges; then give the free seat, or the one that is charged.

    Whose removal credited nothing brings no seat back: where none is free, one is bought.
    """
    lock_out = get_object_or_404(
        LockOut.objects.select_related("membership", "true_up"),
        pk=lock_out_id,
        organization=request.organization,
    )
    back = reverse("true_up", args=[request.organization.slug, lock_out.true_up_id])
    room = seat_room(organization_id=request.organization.pk)
    if request.method != "POST":
        context = {
            "lock_out": lock_out,
            "comes_back": [lock_out.membership],
            "amount": amount_with_code(charge_with_tax(lock_out), lock_out.currency),
            "room": room,
            "back": back,
            "here": request.path,
            "sale": _sale(request) if room.is_full and not lock_out.seats else None,
        }
        return render(request, "trueups/return.html", context)
    name = lock_out.membership.display_name

    def come_back() -> str:
        given: dict[str, Any] = {
            "organization_id": request.organization.pk,
            "membership_id": lock_out.membership_id,
            "actor": Actor.of(request.user),
            "now": timezone.now(),
        }
        if room.is_full and lock_out.seats:
            bring_back(**given)
            return _("%(name)s gets the seat as soon as it is paid.") % {"name": name}
        assign_seat(**given)
        return _("%(name)s has a seat.") % {"name": name}

    return act(request, come_back, back)


def _sale(request: OrganizationRequest) -> SeatSale | None:
    """Return what one press buys for a person whose return brings no seat."""
    if not request.may(Permission.SEATS_BUY):
        return None
    return sale_of_seats(
        organization_id=request.organization.pk,
        seats=seat_room(organization_id=request.organization.pk).missing_for(1),
        actor=Actor.of(request.user),
        now=timezone.now(),
    )
