"""Keeps quotes to be shown to others, and brings them up to date when their price has run out."""

from datetime import datetime
from uuid import UUID

from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from billing.models import Purchase, Quote, SavedQuote
from billing.services.quotes import find_quote, quote_seats
from seats.services.seats import lock_seat_pool


def save_quote(*, organization_id: int, quote_id: UUID, actor: Actor, now: datetime) -> SavedQuote:
    """Put a quote on the organization's list; saving it again changes nothing.

    Raises QuoteNotFound.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        quote = find_quote(organization_id=organization_id, quote_id=quote_id)
        return _save(quote, None, actor, now)


def renew_quote(*, organization_id: int, quote_id: UUID, actor: Actor, now: datetime) -> SavedQuote:
    """Return a fresh quote for the same number of seats, which replaces the one given.

    A quote that was replaced before leads to the latest that replaced it, and renews that one.
    Nothing is made while its price still holds and nobody tried to buy it.

    Raises QuoteNotFound, and what `quote_seats` raises when these seats are not on sale any more.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        quote = find_quote(organization_id=organization_id, quote_id=quote_id)
        latest = _save(quote, None, actor, now)
        while (following := SavedQuote.objects.filter(replaces=latest).first()) is not None:
            latest = following
        was_tried = Purchase.objects.filter(quote=latest.quote).exists()
        if latest.quote.is_open(now) and not was_tried:
            return latest
        fresh = quote_seats(
            organization_id=organization_id,
            quantity=latest.quote.quantity_to,
            actor=actor,
            now=now,
        )
        return _save(fresh, latest, actor, now)


def _save(quote: Quote, replaces: SavedQuote | None, actor: Actor, now: datetime) -> SavedQuote:
    saved, created = SavedQuote.objects.select_related("quote").get_or_create(
        organization_id=quote.organization_id,
        quote=quote,
        defaults={
            "replaces": replaces,
            "saved_by_id": actor.user_id,
            "actor_label": actor.label[:200],
            "saved_at": now,
        },
    )
    if created:
        record(
            actor=actor,
            verb="quote_saved",
            subject=quote,
            organization_id=quote.organization_id,
            now=now,
            changes={"total_minor": quote.total_now_minor, "currency": quote.currency},
        )
    return saved
