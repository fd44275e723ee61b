"""Adding seats: the panel, the purchase and its page. What talks to Stripe commits by itself."""

from typing import ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.services.history import Actor
from billing.hooks import consent_for
from billing.models import Purchase
from billing.models.purchase import LONGEST_PO_NUMBER
from billing.selectors.buying import offer_for, purchase_result, seats_to_offer
from billing.selectors.terms import QuantityRefused, current_terms
from billing.services.bounds import PurchaseNeedsReview
from billing.services.charging import cancel_purchase
from billing.services.consent import ApprovalNeeded, order_of
from billing.services.purchases import (
    PurchaseUnderWay,
    QuoteAlreadyBought,
    QuoteChanged,
    purchase_seats,
)
from billing.services.quotes import QuoteNotFound, quote_seats
from billing.views.words import amount_with_code, bank_words, card_words, failure_sentence, remedy

# A quantity has at most this many digits; longer ones are a mistake or an attack.
_LONGEST_NUMBER = 7


# Amounts in rupiah have more digits than a quantity; a database's integer ends here.
_LONGEST_TOTAL = 18


class PurchaseUnreadable(DomainError):
    """The form came without a quote or a total that can be read."""

    code: ClassVar[str] = "purchase_unreadable"
    status: ClassVar[int] = 422


def _whole_number(text: str, longest: int = _LONGEST_NUMBER) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= longest else None


@organization_page(Permission.SEATS_BUY)
@require_safe
def add_seats(request: OrganizationRequest) -> HttpResponse:
    """Show what more seats cost; each number asked for is a quote that can be bought as shown."""
    now = timezone.now()
    organization_id = request.organization.pk
    part = request.headers.get("HX-Target") == "offer"
    template = "billing/add_seats_offer.html" if part else "billing/add_seats.html"
    try:
        terms = current_terms(organization_id, now)
    except DomainError as refusal:
        return render(request, "billing/add_seats.html", {"refusal": refusal})
    asked = request.GET.get("seats", "")
    added = seats_to_offer(terms, _whole_number(asked) if not part else None)
    if part:
        added = _whole_number(asked) or 0
    context = {
        "added": added,
        "terms": terms,
        "most": terms.table.maximum_seats and terms.table.maximum_seats - terms.quantity,
        "card": card_words(terms.account),
        "is_part": part,
    }
    try:
        quote = quote_seats(
            organization_id=organization_id,
            quantity=terms.quantity + added,
            actor=Actor.of(request.user),
            now=now,
        )
    except QuantityRefused as refusal:
        return render(request, template, context | {"quantity_refusal": str(refusal)})
    offer = offer_for(quote, terms)
    return render(
        request,
        template,
        context
        | {
            "offer": offer,
            "po_needed": terms.contract is not None and terms.contract.needs_po_number,
            "consent": consent_for(order_of(quote, now)),
            "pay_amount": amount_with_code(quote.total_now_minor, quote.currency),
        },
    )


@organization_page(Permission.SEATS_BUY, recent=Recent.BUYING, transaction=False)
@require_POST
def buy_seats(request: OrganizationRequest) -> HttpResponse:
    """Buy what the quote says for the total that was shown, and go to the purchase."""
    slug = request.organization.slug
    try:
        quote_id, total = quote_and_total(request)
    except PurchaseUnreadable as refusal:
        return render(
            request, "billing/add_seats.html", {"refusal": refusal}, status=refusal.status
        )
    try:
        bought = purchase_seats(
            organization_id=request.organization.pk,
            quote_id=quote_id,
            total_minor=total,
            idempotency_key=f"page-{quote_id}",
            actor=Actor.of(request.user),
            now=timezone.now(),
            po_number=request.POST.get("po_number", "").replace("\x00", "")[:LONGEST_PO_NUMBER],
        )
    except QuoteNotFound as error:
        raise Http404("No such quote") from error
    except QuoteChanged as changed:
        quote = changed.quote
        messages.warning(
            request,
            _("The price has changed to %(amount)s. Nothing was charged.")
            % {"amount": amount_with_code(quote.total_now_minor, quote.currency)},
        )
        if quote.price_id is not None:
            return redirect("change_price", slug, quote.price_id)
        return redirect(f"{reverse('add_seats', args=[slug])}?seats={quote.seats}")
    except (PurchaseUnderWay, QuoteAlreadyBought) as other:
        messages.info(request, str(other))
        if "purchase" not in other.details:
            return redirect("add_seats", slug)
        return redirect("purchase", slug, other.details["purchase"])
    except ApprovalNeeded as needed:
        messages.info(request, str(needed))
        return redirect(needed.ask_url)
    except PurchaseNeedsReview as waits:
        return redirect("purchase_review", slug, waits.review.pk)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("add_seats", slug)
    return redirect("purchase", slug, bought.pk)


def quote_and_total(request: OrganizationRequest) -> tuple[UUID, int]:
    """Return the quote and the total that a press carries; raises PurchaseUnreadable."""
    total = _whole_number(request.POST.get("total", ""), _LONGEST_TOTAL)
    try:
        quote_id = UUID(request.POST.get("quote", ""))
    except ValueError:
        quote_id = None
    if quote_id is None or total is None:
        raise PurchaseUnreadable(
            _("What was sent does not say what to buy. Nothing was bought or charged.")
        )
    return quote_id, total


@organization_page(Permission.BILLING_READ)
@require_safe
def purchase(request: OrganizationRequest, purchase_id: UUID) -> HttpResponse:
    """Show how a purchase went; while it is under way the page asks again by itself."""
    found = get_object_or_404(
        Purchase.objects.select_related(
            "quote", "subscription__price__plan", "invoice", "price__plan"
        ),
        pk=purchase_id,
        organization_id=request.organization.pk,
    )
    result = purchase_result(found)
    return render(
        request,
        "billing/purchase.html",
        {
            "result": result,
            "purchase": found,
            "failure": failure_sentence(found),
            "remedy": remedy(found),
            "bank_words": bank_words(found),
            "amount": amount_with_code(found.total_minor, found.currency),
            "may_buy": request.may(Permission.SEATS_BUY),
            "price_url": _price_again(request.organization.slug, found),
        },
    )


def _price_again(slug: str, purchase: Purchase) -> str:
    """Return the page that shows the price of what was tried once more."""
    if purchase.price_id is not None:
        return reverse("change_price", args=[slug, purchase.price_id])
    return f"{reverse('add_seats', args=[slug])}?seats={purchase.seats}"


@organization_page(Permission.SEATS_BUY, transaction=False)
@require_POST
def purchase_cancel(request: OrganizationRequest, purchase_id: UUID) -> HttpResponse:
    """Give up a purchase that waits for the bank's confirmation."""
    try:
        cancel_purchase(
            organization_id=request.organization.pk,
            purchase_id=purchase_id,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except Purchase.DoesNotExist as error:
        raise Http404("No such purchase") from error
    return redirect("purchase", request.organization.slug, purchase_id)
