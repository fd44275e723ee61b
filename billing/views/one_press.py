"""Seats for certain people in one press: the exact price on the button, and what the press does."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.models import Organization
from accounts.services.history import Actor
from accounts.templatetags.headroom import longdate
from accounts.views.answers import safe_next
from billing.hooks import consent_for, request_consent
from billing.models import Quote
from billing.models.purchase import LONGEST_PO_NUMBER
from billing.selectors.terms import Terms, current_terms
from billing.services.bounds import PurchaseNeedsReview
from billing.services.consent import ApprovalNeeded, order_of
from billing.services.purchases import (
    CardMissing,
    PurchaseOrderNumberMissing,
    QuoteChanged,
    check_can_pay,
    purchase_seats,
)
from billing.services.quotes import QuoteNotFound, quote_seats
from billing.views.buying import PurchaseUnreadable, quote_and_total
from billing.views.words import amount_with_code, card_words
from seats.hooks import SaleWay, SeatSale
from seats.services.waiting import move_on_waiting_list, put_on_waiting_list

_MOST_PEOPLE: Final = 200
_LONGEST_ID: Final = 18


def seat_sale(*, organization_id: int, seats: int, actor: Actor, now: datetime) -> SeatSale:
    """Return what one press buys for at least `seats` seats; it is quoted as the panel's is.

    Runs inside the organization's tenancy context.
    """
    try:
        terms = current_terms(organization_id, now)
        wanted = terms.quantity + max(1, seats)
        quote = quote_seats(
            organization_id=organization_id,
            quantity=terms.table.sellable_from(wanted) or wanted,
            actor=actor,
            now=now,
        )
        way, needs_po_number = _way(quote, terms, now)
    except DomainError as refusal:
        return SeatSale(SaleWay.REFUSED, refusal=str(refusal))
    slug = Organization.objects.values_list("slug", flat=True).get(pk=organization_id)
    return SeatSale(
        way,
        seats=quote.seats,
        minor=quote.total_now_minor,
        currency=quote.currency,
        amount=amount_with_code(quote.total_now_minor, quote.currency),
        quote_id=quote.pk,
        expires_at=quote.expires_at,
        action=reverse("buy_seats_for", args=[slug]),
        card_action=reverse("add_card", args=[slug]),
        paid_by=_paid_by(way, quote, terms),
        po_number=terms.account.po_number,
        needs_po_number=needs_po_number,
    )


def _way(quote: Quote, terms: Terms, now: datetime) -> tuple[SaleWay, bool]:
    """Return what a press does and whether it has to name a purchase order.

    Raises what `check_can_pay` raises, but for a missing card or number.
    """
    if consent_for(order_of(quote, now)) is not None:
        return SaleWay.APPROVAL, False
    contract = terms.contract
    needs_po_number = contract is not None and contract.needs_po_number
    try:
        check_can_pay(terms, quote, terms.account.po_number, now)
    except CardMissing:
        return SaleWay.NO_CARD, needs_po_number
    except PurchaseOrderNumberMissing:
        pass
    return SaleWay(quote.collection), needs_po_number


def _paid_by(way: SaleWay, quote: Quote, terms: Terms) -> str:
    match way:
        case SaleWay.APPROVAL:
            return _("Your organization asks for an approval before this is bought.")
        case SaleWay.INVOICE:
            return _("By invoice, due %(due)s.") % {"due": longdate(quote.due_on)}
        case SaleWay.MONTHLY:
            return _("On your monthly invoice of %(date)s.") % {"date": longdate(quote.invoice_on)}
        case SaleWay.CARD:
            return _("With %(card)s.") % {"card": card_words(terms.account)}
    return _("There is no card to charge. Add one first.")


@organization_page(Permission.SEATS_BUY, recent=Recent.BUYING, transaction=False)
@require_POST
def buy_seats_for(request: OrganizationRequest) -> HttpResponse:
    """Buy what the button said and seat exactly the people it named, or ask for the approval.

    What cannot be bought as shown is not charged; the page that asked shows the price of now.
    """
    slug = request.organization.slug
    back = safe_next(request, reverse("requests", args=[slug]))
    order: dict[str, Any] = {
        "organization_id": request.organization.pk,
        "membership_ids": _people(request),
        "actor": Actor.of(request.user),
        "now": timezone.now(),
    }
    po_number = request.POST.get("po_number", "").replace("\x00", "")[:LONGEST_PO_NUMBER]
    try:
        quote_id, total = quote_and_total(request)
        if not order["membership_ids"]:
            raise PurchaseUnreadable(_("Nobody was named to buy for. Nothing was charged."))
        if "reason" in request.POST:
            _move_first(request, order)
        bought = purchase_seats(
            quote_id=quote_id,
            total_minor=total,
            idempotency_key=f"for-{quote_id}-{_digest(order['membership_ids'])}",
            po_number=po_number,
            **order,
        )
    except (QuoteNotFound, ObjectDoesNotExist) as error:
        raise Http404("No such quote or person") from error
    except QuoteChanged as changed:
        amount = amount_with_code(changed.quote.total_now_minor, changed.quote.currency)
        messages.warning(
            request,
            _("The price has changed to %(amount)s. Nothing was charged.") % {"amount": amount},
        )
        return redirect(back)
    except ApprovalNeeded as needed:
        return _ask(request, needed, {"quote_id": quote_id, "po_number": po_number} | order, back)
    except PurchaseNeedsReview as waits:
        with suppress(DomainError):
            put_on_waiting_list(**order)
        return redirect("purchase_review", slug, waits.review.pk)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    return redirect("purchase", slug, bought.pk)


def _move_first(request: OrganizationRequest, order: dict[str, Any]) -> None:
    """Put the one who is bought for before everybody else who waits, with the reason.

    Raises ReasonMissing and what `request_seat` raises.
    """
    if not request.may(Permission.SEATS_ASSIGN):
        raise PermissionDenied
    put_on_waiting_list(**order)
    move_on_waiting_list(
        organization_id=order["organization_id"],
        membership_id=order["membership_ids"][0],
        place=1,
        reason=request.POST["reason"],
        actor=order["actor"],
        now=order["now"],
    )


def _ask(
    request: OrganizationRequest, needed: ApprovalNeeded, order: dict[str, Any], back: str
) -> HttpResponse:
    """Make the request for an approval; without anybody who takes it, lead where it is asked."""
    try:
        asked = request_consent(**order)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    if asked is None:
        messages.info(request, str(needed))
        return redirect(needed.ask_url)
    messages.success(request, asked.sentence)
    return redirect(asked.url)


def _people(request: OrganizationRequest) -> list[int]:
    """Return the memberships that the press names, each once and in its order."""
    sent = request.POST.getlist("person")[:_MOST_PEOPLE]
    ids = [int(pk) for pk in sent if pk.isascii() and pk.isdigit() and len(pk) <= _LONGEST_ID]
    return list(dict.fromkeys(ids))


def _digest(ids: Sequence[int]) -> str:
    """Return the same few characters for the same people in the same order."""
    return hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest()[:16]
