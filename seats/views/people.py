"""The People page: who is here, who has a seat and uses it; filters live in the address."""

from typing import Any, Final
from urllib.parse import urlsplit

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.roles import Permission
from accounts.models import Department, Region
from seats.hooks import may_need_approval, price_of_seats
from seats.selectors.people import seat_room
from seats.selectors.people_list import (
    MOST_COUNTED,
    People,
    PeopleFilter,
    PeopleOrder,
    PeoplePages,
    PeopleQuery,
    capped_people,
    levels_of,
    people_query,
)
from seats.selectors.saved_views import saved_views

PER_PAGE: Final = 25
_SENTENCES: Final = {
    PeopleFilter.ALL: gettext_lazy("Everybody"),
    PeopleFilter.SEATED: gettext_lazy("With a seat"),
    PeopleFilter.UNSEATED: gettext_lazy("Without a seat"),
    PeopleFilter.IDLE: gettext_lazy("Inactive with a seat"),
    PeopleFilter.WAITING: gettext_lazy("Waiting for a seat"),
    PeopleFilter.DISCOVERED: gettext_lazy("Seen in usage without a seat"),
    PeopleFilter.INVITED: gettext_lazy("Invited"),
    PeopleFilter.DEACTIVATED: gettext_lazy("Deactivated"),
}
_BY_USE: Final = {PeopleFilter.IDLE, PeopleFilter.DISCOVERED}
_ALWAYS_SHOWN: Final = {PeopleFilter.ALL, PeopleFilter.SEATED, PeopleFilter.UNSEATED}


INACTIVE_CHOICES: Final = (7, 14, 30, 60, 90)


@organization_page(Permission.PEOPLE_READ, from_replica=True, narrows=True)
@require_safe
def people(request: OrganizationRequest) -> HttpResponse:
    """List the people that the address asks for."""
    return render(request, "seats/people.html", people_context(request, request.GET))


def people_context(request: OrganizationRequest, params: QueryDict) -> dict[str, Any]:
    """Return what the list shows for the parameters of an address."""
    now = timezone.now()
    organization_id = request.organization.pk
    people = People(people_query(params), organization_id=organization_id, now=now)
    query = people.query
    everybody = capped_people(organization_id)
    is_large = everybody > MOST_COUNTED
    # Of very many, each count would read everybody; the filters stand without them.
    counts = {} if is_large else people.counts()
    pages = PeoplePages(people, PER_PAGE, counted=counts.get(query.filter))
    page = pages.get_page(params.get("page"))
    room = seat_room(organization_id=organization_id)
    address = reverse("people", args=[request.organization.slug])
    asks_for_price = room.is_full and request.may(Permission.SEATS_BUY)
    return {
        "address": address,
        "query": query,
        "params": _without(params, "page").urlencode(),
        "here": _here(address, params),
        "filters": people_filters(address, params, people, counts),
        "columns": people_columns(address, params, query),
        "departments": Department.objects.filter(organization=request.organization),
        "regions": Region.objects.filter(organization=request.organization),
        "levels": [] if is_large else levels_of(organization_id),
        "inactive_choices": sorted({*INACTIVE_CHOICES, query.inactive} - {0}),
        "views": saved_views(organization_id=organization_id, user_id=request.user.pk),
        "counts": {name.name.lower(): number for name, number in counts.items()},
        "everybody": min(everybody, MOST_COUNTED),
        "is_large": is_large,
        "is_shown": people.is_shown,
        "room": room,
        "activity_rule": people.activity_rule,
        "asks_approval": asks_for_price
        and may_need_approval(organization_id=organization_id, now=now),
        "price": price_of_seats(organization_id=organization_id, seats=1, now=now)
        if asks_for_price
        else None,
        "page_obj": page,
        "is_capped": pages.is_capped,
        "rows": people.rows(list(page.object_list)),
        "is_narrowed": query.is_narrowed,
        "may_manage": request.may(Permission.PEOPLE_MANAGE),
        "may_assign": request.may(Permission.SEATS_ASSIGN),
        "may_buy": request.may(Permission.SEATS_BUY),
    }


def people_region(
    request: OrganizationRequest, *, message: str, undo_url: str = "", status: int = 200
) -> HttpResponse:
    """Answer a press inside the list with the list as it is now, and say what happened.

    `undo_url` is the way back, offered for ten seconds.
    """
    page_address = urlsplit(request.headers.get("HX-Current-URL", ""))
    context = people_context(request, QueryDict(page_address.query))
    # The toast comes with the list: the button that asked may be gone when the answer arrives.
    context["toast"] = {"message": message, "undo_url": undo_url}
    return render(request, "seats/people_region.html", context, status=status)


def _without(params: QueryDict, *names: str) -> QueryDict:
    kept = params.copy()
    for name in names:
        kept.pop(name, None)
    return kept


def _with(address: str, params: QueryDict, **changes: str) -> str:
    changed = _without(params, "page", *changes)
    for name, value in changes.items():
        if value:
            changed[name] = value
    return f"{address}?{changed.urlencode()}" if changed else address


def _here(address: str, params: QueryDict) -> str:
    return f"{address}?{params.urlencode()}" if params else address


def people_filters(
    address: str, params: QueryDict, people: People, counts: dict[PeopleFilter, int]
) -> list[dict[str, Any]]:
    """Return the filters that the list at an address offers."""
    shown = [
        name
        for name in _SENTENCES
        if not counts or counts[name] or name is people.query.filter or name in _ALWAYS_SHOWN
    ]
    if not people.is_shown:
        shown = [name for name in shown if name not in _BY_USE]
    filters = [
        {
            "label": _SENTENCES[name],
            "url": _with(address, params, show=name.value),
            "current": name is people.query.filter and not people.query.is_power,
            "count": counts.get(name),
        }
        for name in shown
    ]
    if people.is_shown:
        is_on = people.query.is_power
        filters.append(
            {
                "label": _("Power users"),
                "url": _with(address, params, power="" if is_on else "1"),
                "current": is_on,
                "count": None,
            }
        )
    return filters


def people_columns(
    address: str, params: QueryDict, query: PeopleQuery
) -> dict[str, dict[str, Any]]:
    """Return for each sortable column its link and how it is sorted now."""
    columns = {}
    for order in PeopleOrder:
        is_current = order is query.order
        starts_descending = order in {
            PeopleOrder.FEATURES,
            PeopleOrder.LAST_ACTIVE,
            PeopleOrder.ACTIVE_DAYS,
        }
        descending = not query.is_descending if is_current else starts_descending
        columns[order.value] = {
            "url": _with(address, params, sort=f"-{order.value}" if descending else order.value),
            "sorted": ("descending" if query.is_descending else "ascending") if is_current else "",
        }
    return columns
