"""Changing the subscription: seats and price of the renewal, a year at once, the end."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.services.history import Actor
from accounts.templatetags.headroom import longdate
from accounts.tenancy import organization_context
from billing.domain.changes import ChangeRefused, check_change_at_renewal
from billing.domain.pricing import QuantityNotAllowed
from billing.hooks import consent_for
from billing.models import Price, ScheduledChange
from billing.selectors.buying import explain
from billing.selectors.changing import (
    Renewal,
    coming_renewal,
    other_prices,
    planned_rows,
)
from billing.selectors.refusals import refusal_sentence
from billing.selectors.terms import (
    ChangeNotNow,
    NoSubscription,
    current_subscription,
    current_terms,
)
from billing.services.consent import ApprovalNeeded, order_of
from billing.services.quotes import quote_seats
from billing.services.scheduling import (
    ChangeNotFound,
    schedule_cancellation,
    schedule_price_change,
    schedule_seats,
    undo_scheduled_change,
)
from billing.views.words import amount_with_code, card_words
from seats.models import SeatPool

_LONGEST_NUMBER: Final = 7
_LONGEST_REASON: Final = 500


def _seats_of(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return int(text) if is_number else None


def _renewal_of(organization_id: int) -> Renewal | None:
    try:
        return coming_renewal(current_subscription(organization_id))
    except NoSubscription:
        return None


@organization_page(Permission.SEATS_BUY)
@require_safe
def change_subscription(request: OrganizationRequest) -> HttpResponse:
    """Show what is planned and everything that can be changed; figures follow the stepper."""
    renewal = _renewal_of(request.organization.pk)
    if renewal is None:
        return redirect("seats", request.organization.slug)
    asked = _seats_of(request.GET.get("seats", ""))
    wanted = renewal.subscription.next_term_seats if asked is None else asked
    context = {"tab": "seats", "renewal": renewal} | _seats_context(request, renewal, wanted)
    if request.headers.get("HX-Target") == "seats-figures":
        return render(request, "billing/change_seats_figures.html", context)
    intervals, plans = other_prices(renewal)
    rows = planned_rows(renewal)
    return render(
        request,
        "billing/change.html",
        context | {"intervals": intervals, "plans": plans, "rows": rows},
    )


def _seats_context(
    request: OrganizationRequest, renewal: Renewal, wanted: int
) -> dict[str, object]:
    """Return what the renewal would cost with the seats asked for, or why it cannot bring them."""
    planned = renewal.planned
    pool = SeatPool.objects.filter(organization_id=request.organization.pk).first()
    assigned = pool.assigned_seats if pool else 0
    shown: dict[str, object] = {
        "wanted": wanted,
        "assigned": assigned,
        "least": renewal.today.table.minimum_seats,
        "most": renewal.today.table.maximum_seats,
        "currency": renewal.subscription.price.currency,
    }
    if renewal.is_ending:
        return shown
    after = type(planned)(planned.table, planned.interval, wanted)
    try:
        check_change_at_renewal(planned, after, assigned_seats=assigned)
    except (ChangeRefused, QuantityNotAllowed) as refusal:
        return shown | {"refusal": refusal_sentence(refusal)}
    today = type(planned)(planned.table, planned.interval, renewal.today.quantity)
    return shown | {
        "with_minor": renewal.total_minor(after),
        "without_minor": renewal.total_minor(today),
        "is_today": wanted == renewal.subscription.purchased_seats,
        "is_planned": wanted == renewal.subscription.next_term_seats,
    }


@organization_page(Permission.SEATS_BUY, recent=Recent.BUYING, transaction=False)
@require_POST
def change_seats(request: OrganizationRequest) -> HttpResponse:
    """Plan the seats of the renewal."""
    seats = _seats_of(request.POST.get("seats", ""))
    if seats is None:
        messages.error(request, _("Enter a number of seats. Nothing was changed."))
        return redirect("change_subscription", request.organization.slug)
    try:
        change = schedule_seats(
            organization_id=request.organization.pk,
            seats=seats,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except ApprovalNeeded as needed:
        messages.info(request, str(needed))
        return redirect(needed.ask_url)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("change_subscription", request.organization.slug)
    messages.success(
        request,
        _("Planned: %(seats)s seats from %(day)s.")
        % {"seats": seats, "day": longdate(change.effective_at)},
    )
    return redirect("change_subscription", request.organization.slug)


@organization_page(Permission.SEATS_BUY)
@require_safe
def change_price(request: OrganizationRequest, price_id: int) -> HttpResponse:
    """Show what another price costs, now and at the renewal, and let the reader choose."""
    slug = request.organization.slug
    price = get_object_or_404(
        Price.objects.filter(published_at__isnull=False).select_related("plan"), pk=price_id
    )
    renewal = _renewal_of(request.organization.pk)
    if renewal is None:
        raise Http404("No subscription")
    if price.pk == renewal.subscription.price_id:
        return redirect("change_subscription", slug)
    offers = [offer for group in other_prices(renewal) for offer in group]
    offer = next((offer for offer in offers if offer.price.pk == price.pk), None)
    context = {
        "tab": "seats",
        "renewal": renewal,
        "price": price,
        "offer": offer,
        "currency": price.currency,
        "kept_minor": renewal.total_minor(renewal.today),
    }
    try:
        terms = current_terms(request.organization.pk, timezone.now())
        quote = quote_seats(
            organization_id=request.organization.pk,
            quantity=renewal.subscription.purchased_seats,
            price=price,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except ChangeNotNow as later:
        return render(request, "billing/change_price.html", context | {"later": str(later)})
    except DomainError as refusal:
        return render(request, "billing/change_price.html", context | {"refusal": refusal})
    figures = quote.snapshot()
    return render(
        request,
        "billing/change_price.html",
        context
        | {
            "quote": quote,
            "figures": figures,
            "explanation": explain(figures),
            "terms": terms,
            "card": card_words(terms.account),
            "consent": consent_for(order_of(quote, timezone.now())),
            "pay_amount": amount_with_code(quote.total_now_minor, quote.currency),
        },
    )


@organization_page(Permission.SEATS_BUY, recent=Recent.BUYING, transaction=False)
@require_POST
def plan_price(request: OrganizationRequest, price_id: int) -> HttpResponse:
    """Plan another price for the renewal."""
    price = get_object_or_404(Price.objects.filter(published_at__isnull=False), pk=price_id)
    try:
        change = schedule_price_change(
            organization_id=request.organization.pk,
            price=price,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except NoSubscription as error:
        raise Http404("No subscription") from error
    except ApprovalNeeded as needed:
        messages.info(request, str(needed))
        return redirect(needed.ask_url)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("Planned: plan %(plan)s, %(interval)s, from %(day)s.")
            % {
                "plan": price.plan.name,
                "interval": price.get_interval_display(),
                "day": longdate(change.effective_at),
            },
        )
    return redirect("change_subscription", request.organization.slug)


@organization_page(Permission.SEATS_BUY, recent=Recent.BUYING, transaction=False)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_subscription(request: OrganizationRequest) -> HttpResponse:
    """Say what ends when, ask why, and cancel with the period."""
    slug = request.organization.slug
    if request.method == "POST":
        reason = request.POST.get("reason", "").replace("\x00", "").strip()[:_LONGEST_REASON]
        try:
            change = schedule_cancellation(
                organization_id=request.organization.pk,
                reason=reason,
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request,
                _("Canceled. Every seat stays until %(day)s; until then you can take it back.")
                % {"day": longdate(change.effective_at)},
            )
        return redirect("change_subscription", slug)
    with organization_context(request.organization.pk, user_id=request.user.pk):
        renewal = _renewal_of(request.organization.pk)
        if renewal is None or renewal.is_ending:
            return redirect("change_subscription", slug)
        pool = SeatPool.objects.filter(organization_id=request.organization.pk).first()
        return render(
            request,
            "billing/cancel.html",
            {
                "tab": "seats",
                "renewal": renewal,
                "assigned": pool.assigned_seats if pool else 0,
                "rows": planned_rows(renewal),
            },
        )


@organization_page(Permission.SEATS_BUY, transaction=False)
@require_POST
def undo_change(request: OrganizationRequest, change_id: UUID) -> HttpResponse:
    """Take a plan back."""
    try:
        change = undo_scheduled_change(
            organization_id=request.organization.pk,
            change_id=change_id,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except ChangeNotFound as error:
        raise Http404("No such change") from error
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        if change.kind == ScheduledChange.Kind.CANCELLATION:
            messages.success(request, _("The subscription goes on."))
        else:
            messages.success(request, _("Undone. The renewal is as it was before."))
    return redirect("change_subscription", request.organization.slug)
