"""Requests for purchases: the list, one as a document, and what a reader may do with it."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.exports import table_response, wanted_format
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from accounts.views.answers import act
from billing.domain.money import Money
from billing.views.lists import MOST_ROWS, PER_PAGE, filters, kept_query, search_of
from billing.views.words import amount_with_code
from procurement.domain.request import RequestState
from procurement.models import PurchaseRequest, RequestAttachment
from procurement.selectors.document import request_document
from procurement.selectors.requests import (
    FOR_ME,
    MINE,
    counts_by_state,
    own_decision_right,
    requests_of,
    waiting_for,
)
from procurement.selectors.words import what_is_asked
from procurement.services.buying import carry_out, retry
from procurement.services.contributing import attach, comment
from procurement.services.requests import may_withdraw, withdraw
from procurement.views.uploads import read_upload

_BADGES = {
    RequestState.WAITING: "accent",
    RequestState.APPROVED: "accent",
    RequestState.BUYING: "accent",
    RequestState.BOUGHT: "good",
    RequestState.SENT_BACK: "warn",
    RequestState.DECLINED: "bad",
}


def state_badge(request: PurchaseRequest) -> dict[str, str | None]:
    """Return a state as the badge shows it."""
    return {
        "label": capfirst(request.get_state_display()),
        "kind": _BADGES.get(RequestState(request.state)),
    }


def find_request(request: OrganizationRequest, request_id: UUID) -> PurchaseRequest:
    """Return a request of the organization with what its document shows, or raise Http404."""
    found: PurchaseRequest = get_object_or_404(
        PurchaseRequest.objects.select_related(
            "requester__user", "organization", "price__plan", "quote", "purchase", "policy"
        ),
        pk=request_id,
        organization_id=request.organization.pk,
    )
    return found


@organization_page(Permission.REQUESTS_READ)
@require_safe
def purchase_requests(request: OrganizationRequest) -> HttpResponse:
    """List requests: those that wait for the reader first, then all by state."""
    now, organization_id = timezone.now(), request.organization.pk
    search, state = search_of(request), request.GET.get("state", "")
    for_me = waiting_for(organization_id, request.membership.pk, now)
    whose = request.membership.pk if state == MINE else None
    named = state if state in PurchaseRequest.State.values else ""
    if state == FOR_ME:
        rows = requests_of(organization_id, search=search).filter(pk__in=[one.pk for one in for_me])
    else:
        rows = requests_of(organization_id, state=named, search=search, requester_id=whose)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    query = kept_query(state=state, q=search)
    address = reverse("purchase_requests_export", args=[request.organization.slug, "xlsx"])
    return render(
        request,
        "procurement/requests.html",
        {
            "tab": "purchases",
            "for_me": [(one, what_is_asked(one)) for one in for_me],
            "page_obj": page,
            "rows": [(one, what_is_asked(one), state_badge(one)) for one in page],
            "filters": filters(
                "state",
                [(value, label) for value, label in PurchaseRequest.State.choices],
                state,
                counts_by_state(organization_id),
                search,
            ),
            "search": search,
            "state": state,
            "keep": [{"name": "state", "value": state}] if state else [],
            "export_url": f"{address}?{query}" if query else address,
            "may_buy": request.may(Permission.SEATS_BUY),
            "may_manage": request.may(Permission.SETTINGS_MANAGE),
        },
    )


@organization_page(Permission.REQUESTS_READ, recent=Recent.EXPORTING)
@require_safe
def purchase_requests_export(request: OrganizationRequest, format: str) -> HttpResponse:
    """Return the list as a file."""
    wanted = wanted_format(format)
    state = request.GET.get("state", "")
    found = requests_of(
        request.organization.pk,
        state=state if state in PurchaseRequest.State.values else "",
        search=search_of(request),
        requester_id=request.membership.pk if state == MINE else None,
    )
    columns = [
        _("Number"),
        _("Asked"),
        _("By"),
        _("What"),
        _("State"),
        _("Currency"),
        _("To pay now"),
        _("Invoice from the renewal on"),
        _("More a year"),
        _("Cost centre"),
        _("Purchase order number"),
        _("Reason"),
    ]
    rows = (
        (
            str(one),
            one.created_at,
            one.requester.display_name,
            what_is_asked(one),
            one.get_state_display(),
            one.currency,
            Money(one.now_minor, one.currency).decimal,
            Money(one.recurring_minor, one.currency).decimal,
            Money(one.annual_minor, one.currency).decimal,
            one.cost_centre,
            one.po_number,
            one.reason,
        )
        for one in found[:MOST_ROWS]
    )
    return table_response(f"requests-{request.organization.slug}", wanted, columns, rows)


@organization_page(Permission.REQUESTS_READ)
@require_safe
def purchase_request(request: OrganizationRequest, purchase_request_id: UUID) -> HttpResponse:
    """Show one request as a document, with what the reader may do."""
    now = timezone.now()
    found = find_request(request, purchase_request_id)
    right = own_decision_right(found, request.membership.pk, now)
    return render(
        request,
        "procurement/request.html",
        {
            "document": request_document(found, now),
            "asked": found,
            "badge": state_badge(found),
            "amount": amount_with_code(found.now_minor, found.currency),
            "right": right,
            "is_last_step": found.step == len(found.chain) - 1,
            "may_withdraw": found.state in ("waiting", "approved", "sent_back")
            and may_withdraw(found, request.membership),
            "may_contribute": not found.is_ended,
            "may_buy": request.may(Permission.SEATS_BUY),
            "may_read_billing": request.may(Permission.BILLING_READ),
        },
    )


@organization_page(Permission.REQUESTS_READ)
@require_POST
def request_withdraw(request: OrganizationRequest, purchase_request_id: UUID) -> HttpResponse:
    """Take a request back."""
    found = find_request(request, purchase_request_id)
    if not may_withdraw(found, request.membership):
        raise Http404("Not one's own request")

    def take_back() -> str:
        withdraw(
            organization_id=request.organization.pk,
            request_id=found.pk,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("%(number)s is withdrawn. Nothing was bought.") % {"number": found}

    return act(request, take_back, _address(request, found.pk))


@organization_page(Permission.SEATS_BUY, recent=Recent.BUYING, transaction=False)
@require_POST
def request_retry(request: OrganizationRequest, purchase_request_id: UUID) -> HttpResponse:
    """Buy an approved request again, after what stood in the way was put right."""
    organization_id = request.organization.pk
    with organization_context(organization_id, user_id=request.user.pk):
        find_request(request, purchase_request_id)

    def again() -> str:
        now = timezone.now()
        retry(
            organization_id=organization_id,
            request_id=purchase_request_id,
            actor=Actor.of(request.user),
            now=now,
        )
        after = carry_out(organization_id=organization_id, request_id=purchase_request_id, now=now)
        return _("Tried again: the request is %(state)s.") % {"state": after.get_state_display()}

    return act(request, again, _address(request, purchase_request_id))


@organization_page(Permission.REQUESTS_READ)
@require_POST
def request_comment(request: OrganizationRequest, purchase_request_id: UUID) -> HttpResponse:
    """Write something about a request."""

    def write() -> str:
        comment(
            organization_id=request.organization.pk,
            request_id=purchase_request_id,
            member_id=request.membership.pk,
            text=request.POST.get("text", "").replace("\x00", ""),
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("Your comment is there, and those who take part have a mail.")

    find_request(request, purchase_request_id)
    return act(request, write, _address(request, purchase_request_id) + "#comments")


@organization_page(Permission.REQUESTS_READ)
@require_POST
def request_attach(request: OrganizationRequest, purchase_request_id: UUID) -> HttpResponse:
    """Put a file to a request."""
    uploaded = request.FILES.get("file")

    def keep() -> str:
        row = attach(
            organization_id=request.organization.pk,
            request_id=purchase_request_id,
            member_id=request.membership.pk,
            name=(uploaded.name or "") if uploaded else "",
            content=read_upload(uploaded),
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("%(name)s is attached.") % {"name": row.name}

    find_request(request, purchase_request_id)
    return act(request, keep, _address(request, purchase_request_id) + "#files")


@organization_page(Permission.REQUESTS_READ)
@require_safe
def request_attachment(
    request: OrganizationRequest, purchase_request_id: UUID, attachment_id: int
) -> HttpResponse:
    """Hand a file out, as a download and never to be shown in the page."""
    row = get_object_or_404(
        RequestAttachment,
        pk=attachment_id,
        request_id=purchase_request_id,
        organization_id=request.organization.pk,
    )
    return HttpResponse(
        bytes(row.content),
        headers={
            "Content-Type": row.content_type,
            "Content-Disposition": content_disposition_header(True, row.name) or "attachment",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox",
            "Cache-Control": "private, no-store",
        },
    )


def _address(request: OrganizationRequest, request_id: UUID) -> str:
    return reverse("purchase_request", args=[request.organization.slug, request_id])
