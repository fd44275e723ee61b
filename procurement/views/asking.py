"""Asking for an approval: what, why, and who will decide, before it is sent."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.forms import add_domain_error
from accounts.services.history import Actor
from billing.hooks import OrderKind
from billing.models import Price
from billing.selectors.terms import current_terms
from billing.services.quotes import QuoteNotFound, find_quote, quote_seats
from procurement.forms import RequestForm
from procurement.selectors.chain import names_of, step_words
from procurement.services.consent import needed_steps
from procurement.services.contributing import attach
from procurement.services.request_errors import RequestNotFound, RequestOpenAlready
from procurement.services.requests import Wanted, ask_again, make_request, price_wanted
from procurement.views.requests import find_request
from procurement.views.uploads import read_upload

_LONGEST_NUMBER = 7


def _number(text: str) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return int(text) if is_number else 0


def _wanted(request: OrganizationRequest) -> Wanted:
    """Return what the address asks for; a quote that ran out is made anew for the same seats.

    Raises Http404 when the address names nothing, and what `quote_seats` raises.
    """
    given, organization_id, now = request.GET, request.organization.pk, timezone.now()
    kind, seats = given.get("kind", ""), _number(given.get("seats", ""))
    price = None
    if given.get("price"):
        price = (
            Price.objects.filter(published_at__isnull=False, pk=_number(given["price"]))
            .select_related("plan")
            .prefetch_related("tiers")
            .first()
        )
    if kind == OrderKind.START and price is not None and seats:
        return Wanted(OrderKind.START, seats=seats, price=price)
    if kind == OrderKind.RENEWAL and seats:
        return Wanted(OrderKind.RENEWAL, seats=seats, price=price)
    actor = Actor.of(request.user)
    if given.get("quote"):
        try:
            quote = find_quote(organization_id=organization_id, quote_id=UUID(given["quote"]))
        except (ValueError, QuoteNotFound) as error:
            raise Http404("No such quote") from error
        if not quote.is_open(now):
            quote = quote_seats(
                organization_id=organization_id,
                quantity=quote.quantity_to,
                price=quote.price,
                actor=actor,
                now=now,
            )
        return Wanted(OrderKind.PURCHASE, quote_id=quote.pk)
    added = max(seats, 1)
    terms = current_terms(organization_id, now)
    quote = quote_seats(
        organization_id=organization_id, quantity=terms.quantity + added, actor=actor, now=now
    )
    return Wanted(OrderKind.PURCHASE, quote_id=quote.pk)


def _same_address(wanted: Wanted) -> str:
    """Return the query that asks for the same again, with the quote that was shown."""
    if wanted.quote_id is not None:
        return urlencode({"quote": wanted.quote_id})
    query: dict[str, object] = {"kind": wanted.kind.value, "seats": wanted.seats}
    if wanted.price is not None:
        query["price"] = wanted.price.pk
    return urlencode(query)


@organization_page(Permission.SEATS_BUY)
@require_http_methods(["GET", "HEAD", "POST"])
def request_new(request: OrganizationRequest) -> HttpResponse:
    """Show what is asked for and who will decide; send the request."""
    organization_id, slug, now = request.organization.pk, request.organization.slug, timezone.now()
    form = RequestForm(request.POST or None, request.FILES or None)
    try:
        wanted = _wanted(request)
        found = price_wanted(organization_id, wanted, now)
    except DomainError as refusal:
        return render(request, "procurement/request_new.html", {"refusal": refusal}, status=409)
    if request.method == "POST" and form.is_valid():
        answer = _send(request, form, wanted)
        if answer is not None:
            return answer
    _policy, steps = needed_steps(found.order)
    names = names_of(organization_id, steps)
    return render(
        request,
        "procurement/request_new.html",
        {
            "tab": "purchases",
            "form": form,
            "order": found.order,
            "priced": found.priced,
            "price": wanted.price,
            "added": found.order.quantity_to - found.order.quantity_from,
            "steps": [step_words(step, names) for step in steps],
            "action": f"?{_same_address(wanted)}",
            "slug": slug,
        },
        status=422 if form.is_bound else 200,
    )


def _send(request: OrganizationRequest, form: RequestForm, wanted: Wanted) -> HttpResponse | None:
    """Make the request and go to it; None where the form shows what is wrong."""
    organization_id, slug, now = request.organization.pk, request.organization.slug, timezone.now()
    actor, given = Actor.of(request.user), form.cleaned_data
    try:
        made = make_request(
            organization_id=organization_id,
            requester_id=request.membership.pk,
            wanted=wanted,
            reason=given["reason"],
            cost_centre=given["cost_centre"],
            po_number=given["po_number"],
            actor=actor,
            now=now,
        )
    except RequestOpenAlready as other:
        messages.info(request, str(other))
        return redirect("purchase_request", slug, other.details["request"])
    except DomainError as error:
        add_domain_error(form, error)
        return None
    messages.success(
        request, _("%(number)s is sent. You get a mail when it is decided.") % {"number": made}
    )
    if given["file"] is not None:
        try:
            attach(
                organization_id=organization_id,
                request_id=made.pk,
                member_id=request.membership.pk,
                name=given["file"].name,
                content=read_upload(given["file"]),
                actor=actor,
                now=now,
            )
        except DomainError as error:
            messages.warning(request, _("The file was not kept. %(why)s") % {"why": error})
    return redirect("purchase_request", slug, made.pk)


@organization_page(Permission.SEATS_BUY)
@require_POST
def request_again(request: OrganizationRequest, purchase_request_id: UUID) -> HttpResponse:
    """Ask for a request that was sent back anew, with the price of today."""
    organization_id, now = request.organization.pk, timezone.now()
    found = find_request(request, purchase_request_id)
    actor = Actor.of(request.user)
    try:
        quote = None
        if found.quote_id is not None:
            quote = quote_seats(
                organization_id=organization_id,
                quantity=found.quantity_to,
                price=found.price,
                actor=actor,
                now=now,
            )
        ask_again(
            organization_id=organization_id,
            request_id=found.pk,
            quote=quote,
            actor=actor,
            now=now,
        )
    except RequestNotFound as error:
        raise Http404("No such request") from error
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Sent again with the price of today."))
    return redirect("purchase_request", request.organization.slug, found.pk)
