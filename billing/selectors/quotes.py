"""What the pages of quotes show: where a quote stands, and the list of those that were saved."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet

from billing.models import Purchase, Quote, SavedQuote

# A number of more digits is none of ours.
_LONGEST_NUMBER = 9
_ENDED_WITHOUT_SEATS = (Purchase.State.FAILED, Purchase.State.EXPIRED)


class QuoteState(StrEnum):
    """Where a quote stands: its price holds, has run out, was bought, or a newer one is there."""

    OPEN = "open"
    EXPIRED = "expired"
    BOUGHT = "bought"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class QuoteStanding:
    """A quote with its state, and what became of it."""

    quote: Quote
    state: QuoteState
    purchase: Purchase | None
    replaced_by: Quote | None
    time_left: timedelta


def quote_standing(quote: Quote, now: datetime) -> QuoteStanding:
    """Return where a quote stands at `now`, within the organization's tenancy context."""
    purchase = Purchase.objects.filter(quote=quote).first()
    newer = SavedQuote.objects.filter(replaces__quote=quote).select_related("quote").first()
    if purchase is not None and purchase.state not in _ENDED_WITHOUT_SEATS:
        state = QuoteState.BOUGHT
    elif newer is not None:
        state = QuoteState.REPLACED
    elif purchase is not None or not quote.is_open(now):
        # What was tried and refused cannot be bought again under the same intent.
        state = QuoteState.EXPIRED
    else:
        state = QuoteState.OPEN
    return QuoteStanding(
        quote=quote,
        state=state,
        purchase=purchase,
        replaced_by=newer.quote if newer else None,
        time_left=max(quote.expires_at - now, timedelta()),
    )


def saved_quotes(
    organization_id: int, now: datetime, *, state: str = "", search: str = ""
) -> QuerySet[SavedQuote]:
    """Return the saved quotes, newest first, each with `purchase` and `replaced_by` at hand."""
    tried = Purchase.objects.filter(quote=OuterRef("quote"))
    bought = Exists(tried.exclude(state__in=_ENDED_WITHOUT_SEATS))
    found = (
        SavedQuote.objects.filter(organization_id=organization_id)
        .select_related("quote", "quote__purchase", "replaced_by")
        .order_by("-saved_at", "-quote__number")
    )
    is_replaced = Q(replaced_by__isnull=False)
    has_ended = Q(quote__expires_at__lte=now) | Exists(tried)
    match state:
        case QuoteState.BOUGHT:
            found = found.filter(bought)
        case QuoteState.REPLACED:
            found = found.filter(is_replaced).exclude(bought)
        case QuoteState.EXPIRED:
            found = found.filter(has_ended, ~is_replaced).exclude(bought)
        case QuoteState.OPEN:
            found = found.exclude(has_ended).exclude(is_replaced).exclude(bought)
    if search:
        fits = Q(actor_label__icontains=search)
        digits = search.upper().removeprefix("Q-")
        if digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_NUMBER:
            fits |= Q(quote__number=int(digits))
        found = found.filter(fits)
    return found


def listed_state(saved: SavedQuote, now: datetime) -> QuoteState:
    """Return the state of a row of `saved_quotes` without another query."""
    purchase = getattr(saved.quote, "purchase", None)
    if purchase is not None and purchase.state not in _ENDED_WITHOUT_SEATS:
        return QuoteState.BOUGHT
    if getattr(saved, "replaced_by", None) is not None:
        return QuoteState.REPLACED
    if purchase is not None or not saved.quote.is_open(now):
        return QuoteState.EXPIRED
    return QuoteState.OPEN
