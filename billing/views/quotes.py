"""Quotes that people keep, show to each other and buy."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.services.history import Actor
from billing.documents.quotes import arithmetic, quote_line_words
from billing.documents.words import tax_words
from billing.hooks import consent_for
from billing.models import BillingAccount, Quote
from billing.selectors.quotes import (
    QuoteStanding,
    QuoteState,
    listed_state,
    quote_standing,
    saved_quotes,
)
from billing.selectors.sheets import TaxRow
from billing.services.consent import order_of
from billing.services.quotes import QuoteNotFound
from billing.services.saved_quotes import renew_quote, save_quote
from billing.views.lists import PER_PAGE, filters, search_of
from billing.views.words import amount_with_code, card_words

_STATES = [
    (QuoteState.OPEN.value, gettext_lazy("price holds")),
    (QuoteState.EXPIRED.value, gettext_lazy("price has run out")),
    (QuoteState.BOUGHT.value, gettext_lazy("bought")),
    (QuoteState.REPLACED.value, gettext_lazy("replaced")),
]
_BADGES = {QuoteState.OPEN: "good", QuoteState.BOUGHT: "good", QuoteState.EXPIRED: "warn"}


def time_left_words(left: timedelta) -> str:
    """Return for how long something still holds: 23 minutes, 2 days."""
    minutes = int(left.total_seconds()) // 60
    if minutes >= 2 * 24 * 60:
        days = minutes // (24 * 60)
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    if minutes >= 120:
        hours = minutes // 60
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    if minutes < 1:
        return _("less than a minute")
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}


def state_badge(state: QuoteState) -> dict[str, str | None]:
    """Return a state as the badge shows it."""
    return {"label": str(dict(_STATES)[state.value]), "kind": _BADGES.get(state)}


@organization_page(Permission.BILLING_READ)
@require_safe
def quotes(request: OrganizationRequest) -> HttpResponse:
    """List the quotes that were saved."""
    now, organization_id = timezone.now(), request.organization.pk
    search, state = search_of(request), request.GET.get("state", "")
    page = Paginator(
        saved_quotes(organization_id, now, state=state, search=search), PER_PAGE
    ).get_page(request.GET.get("page"))
    counts = {
        value: saved_quotes(organization_id, now, state=value, search=search).count()
        for value, _label in _STATES
    }
    return render(
        request,
        "billing/quotes.html",
        {
            "tab": "quotes",
            "page_obj": page,
            "rows": [(saved, state_badge(listed_state(saved, now))) for saved in page],
            "filters": filters("state", _STATES, state, counts, search),
            "search": search,
            "state": state,
            "keep": [{"name": "state", "value": state}] if state else [],
            "may_buy": request.may(Permission.SEATS_BUY),
        },
    )


@organization_page(Permission.OVERVIEW_READ)
@require_safe
def quote(request: OrganizationRequest, quote_id: UUID) -> HttpResponse:
    """Show one quote to everybody in the organization who sees the overview."""
    found = get_object_or_404(
        Quote.objects.select_related("subscription__price__plan", "saved"),
        pk=quote_id,
        organization_id=request.organization.pk,
    )
    now = timezone.now()
    standing = quote_standing(found, now)
    may_buy = request.may(Permission.SEATS_BUY)
    asks = may_buy and standing.state is QuoteState.OPEN
    figures = found.snapshot()
    account = BillingAccount.objects.filter(organization_id=found.organization_id).first()
    return render(
        request,
        "billing/quote.html",
        {
            "quote": found,
            "figures": figures,
            "standing": standing,
            "badge": state_badge(standing.state),
            "time_left": time_left_words(standing.time_left),
            "lines": [(*quote_line_words(line, figures), line) for line in figures.lines],
            "arithmetic": arithmetic(figures),
            "tax_label": tax_words(TaxRow(figures.tax_basis_points, 0)),
            "amount": amount_with_code(found.total_now_minor, found.currency),
            "is_saved": hasattr(found, "saved"),
            "may_buy": may_buy,
            "consent": consent_for(order_of(found, now)) if asks else None,
            "may_read_billing": request.may(Permission.BILLING_READ),
            "one_click": _can_be_bought_here(standing, account),
            "card": card_words(account) if account else "",
        },
    )


def _can_be_bought_here(standing: QuoteStanding, account: BillingAccount | None) -> bool:
    """Whether a button is enough: everything else that is asked for is asked in "Add seats"."""
    is_open = standing.state is QuoteState.OPEN
    return (
        is_open
        and account is not None
        and account.has_card
        and (standing.quote.collection == "card")
    )


@organization_page(Permission.SEATS_BUY)
@require_POST
def quote_save(request: OrganizationRequest, quote_id: UUID) -> HttpResponse:
    """Put a quote on the list and go to its page, whose address can be shown to others."""
    try:
        saved = save_quote(
            organization_id=request.organization.pk,
            quote_id=quote_id,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except QuoteNotFound as error:
        raise Http404("No such quote") from error
    messages.success(
        request,
        _("Quote %(number)s is on your list. Colleagues who see the overview can open its link.")
        % {"number": saved},
    )
    return redirect("quote", request.organization.slug, saved.quote_id)


@organization_page(Permission.SEATS_BUY)
@require_POST
def quote_renew(request: OrganizationRequest, quote_id: UUID) -> HttpResponse:
    """Compute a quote again for today, and go to the new one."""
    slug = request.organization.slug
    try:
        saved = renew_quote(
            organization_id=request.organization.pk,
            quote_id=quote_id,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except QuoteNotFound as error:
        raise Http404("No such quote") from error
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("quote", slug, quote_id)
    return redirect("quote", slug, saved.quote_id)
