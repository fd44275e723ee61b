"""The People page: who is here, who has a seat and uses it; filters live in the address."""

from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.roles import Permission
from accounts.exports import table_response, wanted_format
from accounts.models import Department, Membership
from seats.hooks import activity_rule, may_need_approval, price_of_seats
from seats.selectors.people import (
    PeopleFilter,
    PeopleOrder,
    PeopleQuery,
    filter_counts,
    filtered_people,
    person_rows,
    seat_room,
)

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
_ALWAYS_SHOWN: Final = {PeopleFilter.ALL, PeopleFilter.SEATED, PeopleFilter.UNSEATED}


def people_query(params: QueryDict) -> PeopleQuery:
    """Return what an address asks for; what it says wrongly is as if it were not said."""
    order = params.get("sort", "")
    department = params.get("department", "")
    return PeopleQuery(
        filter=_member_of(PeopleFilter, params.get("show", ""), PeopleFilter.ALL),
        department=int(department) if department.isascii() and department[:9].isdigit() else None,
        search=params.get("q", "").replace("\x00", "")[:200],
        order=_member_of(PeopleOrder, order.removeprefix("-"), PeopleOrder.NAME),
        is_descending=order.startswith("-"),
    )


@organization_page(Permission.PEOPLE_READ)
@require_safe
def people(request: OrganizationRequest) -> HttpResponse:
    """List the people that the address asks for."""
    return render(request, "seats/people.html", people_context(request, request.GET))


@organization_page(Permission.PEOPLE_READ)
@require_safe
def people_export(request: OrganizationRequest, format: str) -> HttpResponse:
    """Return the same list, whole, as a file."""
    now = timezone.now()
    rows = person_rows(
        filtered_people(
            people_query(request.GET), organization_id=request.organization.pk, now=now
        ),
        now=now,
    )
    return table_response(
        f"{request.organization.slug}-people",
        wanted_format(format),
        [
            _("Name"),
            _("Email"),
            _("Member id"),
            _("Title"),
            _("Department"),
            _("Role"),
            _("State"),
            _("Seat since"),
            _("Waiting"),
            _("Inactive"),
            _("Last active"),
            _("Active days in 12 weeks"),
            _("Features used in 12 weeks"),
        ],
        (
            [
                row.membership.name,
                row.membership.email,
                row.membership.external_id,
                row.membership.title,
                row.membership.department.name if row.membership.department else "",
                row.membership.get_role_display(),
                row.membership.get_state_display(),
                row.seated_since,
                _("yes") if row.is_waiting else "",
                _("yes") if row.is_idle else "",
                row.last_active_at,
                row.active_days,
                row.features,
            ]
            for row in rows
        ),
    )


def people_context(request: OrganizationRequest, params: QueryDict) -> dict[str, Any]:
    """Return what the list shows for the parameters of an address."""
    now = timezone.now()
    query = people_query(params)
    counts = filter_counts(query, organization_id=request.organization.pk, now=now)
    page = Paginator(
        filtered_people(query, organization_id=request.organization.pk, now=now), PER_PAGE
    ).get_page(params.get("page"))
    room = seat_room(organization_id=request.organization.pk)
    address = reverse("people", args=[request.organization.slug])
    everybody = (
        counts[PeopleFilter.ALL]
        if query.department is None and not query.search
        else Membership.objects.filter(organization=request.organization)
        .exclude(state=Membership.State.DEACTIVATED)
        .count()
    )
    asks_for_price = room.is_full and request.may(Permission.SEATS_BUY)
    return {
        "address": address,
        "query": query,
        "params": _without(params, "page").urlencode(),
        "here": _here(address, params),
        "filters": _filters(address, params, query, counts),
        "columns": _columns(address, params, query),
        "departments": Department.objects.all(),
        "counts": {name.name.lower(): number for name, number in counts.items()},
        "everybody": everybody,
        "room": room,
        "activity_rule": activity_rule(organization_id=request.organization.pk, now=now),
        "asks_approval": asks_for_price
        and may_need_approval(organization_id=request.organization.pk, now=now),
        "price": price_of_seats(organization_id=request.organization.pk, seats=1, now=now)
        if asks_for_price
        else None,
        "page_obj": page,
        "rows": person_rows(page.object_list, now=now),
        "is_narrowed": query != replace(PeopleQuery(), order=query.order)
        and query != replace(PeopleQuery(), order=query.order, is_descending=True),
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


def _member_of[E: (PeopleFilter, PeopleOrder)](kind: type[E], value: str, otherwise: E) -> E:
    return kind(value) if value in set(kind) else otherwise


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


def _filters(
    address: str, params: QueryDict, query: PeopleQuery, counts: dict[PeopleFilter, int]
) -> list[dict[str, Any]]:
    return [
        {
            "label": sentence,
            "url": _with(address, params, show=name.value),
            "current": name is query.filter,
            "count": counts[name],
        }
        for name, sentence in _SENTENCES.items()
        if counts[name] or name is query.filter or name in _ALWAYS_SHOWN
    ]


def _columns(address: str, params: QueryDict, query: PeopleQuery) -> dict[str, dict[str, Any]]:
    """Return for each sortable column its link and how it is sorted now."""
    columns = {}
    for order in PeopleOrder:
        is_current = order is query.order
        starts_descending = order in {PeopleOrder.FEATURES, PeopleOrder.LAST_ACTIVE}
        descending = not query.is_descending if is_current else starts_descending
        columns[order.value] = {
            "url": _with(address, params, sort=f"-{order.value}" if descending else order.value),
            "sorted": ("descending" if query.is_descending else "ascending") if is_current else "",
        }
    return columns
