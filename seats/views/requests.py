"""Who asks for a seat, for those who may give or buy one."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.roles import Permission
from seats.hooks import price_of_seats
from seats.selectors.people import annotated_rows, seat_room, waiting_people


@organization_page(Permission.REQUESTS_READ)
@require_safe
def requests(request: OrganizationRequest) -> HttpResponse:
    """List who waits, in the order in which seats are given."""
    now = timezone.now()
    entries = list(waiting_people())
    rows = annotated_rows(
        organization_id=request.organization.pk,
        membership_ids=[entry.membership_id for entry in entries],
        now=now,
    )
    room = seat_room(organization_id=request.organization.pk)
    missing = max(0, len(entries) - max(0, room.purchased - room.assigned))
    may_buy = request.may(Permission.SEATS_BUY)
    return render(
        request,
        "seats/requests.html",
        {
            "waiting": [(entry, rows[entry.membership_id]) for entry in entries],
            "room": room,
            "missing": missing,
            "price": price_of_seats(organization_id=request.organization.pk, seats=missing, now=now)
            if missing and may_buy
            else None,
            "may_assign": request.may(Permission.SEATS_ASSIGN),
            "may_buy": may_buy,
        },
    )
