"""Cards: the way to Stripe's pages and back."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.services.history import Actor
from accounts.views.answers import safe_next
from billing.gateways.stripe.errors import GatewayError
from billing.models import InvoicePaymentAttempt
from billing.services.cards import (
    CardNotAdded,
    begin_card_setup,
    card_portal_url,
    finish_card_setup,
)
from billing.services.recovery import pay_overdue_invoices
from billing.views.payment import say_how_it_went
from billing.views.words import card_words


def _not_now(request: OrganizationRequest) -> HttpResponse:
    messages.error(
        request, _("Stripe's card page does not answer right now. Please try again in a minute.")
    )
    return redirect("seats", request.organization.slug)


@organization_page(Permission.SEATS_BUY, recent=Recent.BUYING, transaction=False)
@require_POST
def add_card(request: OrganizationRequest) -> HttpResponse:
    """Go to Stripe's page for a new card."""
    slug = request.organization.slug
    back = safe_next(request, reverse("seats", args=[slug]))
    done = request.build_absolute_uri(reverse("add_card_done", args=[slug]))
    kept = {"next": back} | ({"pay": "1"} if request.POST.get("pay") == "1" else {})
    try:
        url = begin_card_setup(
            organization_id=request.organization.pk,
            # Stripe puts the session's id where the braces are; they must stay as they are.
            success_url=f"{done}?{urlencode(kept)}&session_id={{CHECKOUT_SESSION_ID}}",
            cancel_url=request.build_absolute_uri(back),
            now=timezone.now(),
        )
    except GatewayError:
        return _not_now(request)
    return redirect(url)


@organization_page(Permission.SEATS_BUY, transaction=False)
@require_safe
def add_card_done(request: OrganizationRequest) -> HttpResponse:
    """Come back from Stripe's page; the card is used from now on."""
    try:
        account = finish_card_setup(
            organization_id=request.organization.pk,
            session_id=request.GET.get("session_id", "")[:200] or "none",
            now=timezone.now(),
        )
    except CardNotAdded as refusal:
        messages.error(request, str(refusal))
    except GatewayError:
        return _not_now(request)
    else:
        messages.success(
            request, _("%(card)s is used from now on.") % {"card": card_words(account)}
        )
        if request.GET.get("pay") == "1":
            for attempt in pay_overdue_invoices(
                organization_id=request.organization.pk,
                actor=Actor.of(request.user),
                now=timezone.now(),
            ):
                if attempt.state == InvoicePaymentAttempt.State.CONFIRM:
                    return redirect(attempt.invoice.hosted_invoice_url)
                say_how_it_went(request, attempt)
    return redirect(safe_next(request, reverse("seats", args=[request.organization.slug])))


@organization_page(Permission.SEATS_BUY, recent=Recent.BUYING, transaction=False)
@require_POST
def manage_cards(request: OrganizationRequest) -> HttpResponse:
    """Go to Stripe's page where cards are managed."""
    back = request.build_absolute_uri(reverse("seats", args=[request.organization.slug]))
    try:
        url = card_portal_url(
            organization_id=request.organization.pk, return_url=back, now=timezone.now()
        )
    except GatewayError:
        return _not_now(request)
    return redirect(url)
