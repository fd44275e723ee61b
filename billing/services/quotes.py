"""Makes quotes: immutable snapshots of what a change costs."""

from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from billing.domain.collection import Collection, due_on, invoiced_at, month_of
from billing.models import BillingAccount, Price, Quote
from billing.models.snapshot import figures_to_json, terms_to_json
from billing.selectors.terms import (
    ChangeNotNow,
    PriceNotOnSale,
    QuantityRefused,
    Terms,
    change_figures,
    collection_for,
    current_terms,
    fingerprint,
    owed_minor,
)

VALID_FOR = timedelta(minutes=30)
# A page that is turned back and forth shows the same quote again for this long.
_REUSED_FOR = timedelta(minutes=5)


class QuoteNotFound(DomainError):
    """The organization has no such quote."""

    code: ClassVar[str] = "quote_not_found"
    status: ClassVar[int] = 404


def quote_seats(
    *,
    organization_id: int,
    quantity: int,
    actor: Actor,
    now: datetime,
    price: Price | None = None,
) -> Quote:
    """Return a quote for `quantity` seats in all, valid for 30 minutes.

    Without `price` for growing; with it for another interval or plan now, with as many seats or
    more.

    When the same person asked for the same a moment ago and nothing has changed since, that quote
    is returned. Raises what `current_terms` and `change_figures` raise.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        terms = current_terms(organization_id, now)
        if price is not None and price.pk == terms.subscription.price_id:
            price = None
        recent = (
            Quote.objects.filter(
                organization_id=organization_id,
                subscription=terms.subscription,
                quantity_to=quantity,
                price=price,
                requested_by_id=actor.user_id,
                actor_label=actor.label[:200],
                created_at__gt=now - _REUSED_FOR,
                purchase__isnull=True,
            )
            .order_by("-created_at")
            .first()
        )
        if recent is not None and is_still_right(recent, terms, now):
            return recent
        return _write_quote(terms=terms, quantity=quantity, price=price, actor=actor, now=now)


def is_still_right(quote: Quote, terms: Terms, now: datetime) -> bool:
    """Tell whether a quote's figures would come out the same under the terms of now."""
    if not quote.is_open(now) or quote.subscription_id != terms.subscription.pk:
        return False
    if not terms.period.start <= quote.prorated_at <= terms.period.end:
        return False
    if quote.price is None and quote.quantity_to <= terms.quantity:
        return False
    if quote.price is not None and quote.price_id == terms.subscription.price_id:
        return False
    try:
        figures = change_figures(terms, quote.quantity_to, quote.prorated_at, quote.price)
    except (ChangeNotNow, PriceNotOnSale, QuantityRefused):
        return False
    if quote.collection != collection_for(terms, figures).value:
        return False
    if quote.collection == Collection.INVOICE and quote.net_days != terms.conditions.net_days:
        return False
    return fingerprint(figures, owed_minor(terms, figures)) == quote.fingerprint


def find_quote(*, organization_id: int, quote_id: UUID) -> Quote:
    """Return a quote of the organization; raises QuoteNotFound."""
    quote = Quote.objects.filter(organization_id=organization_id, pk=quote_id).first()
    if quote is None:
        raise QuoteNotFound(_("There is no such quote."))
    return quote


def _write_quote(
    *, terms: Terms, quantity: int, price: Price | None, actor: Actor, now: datetime
) -> Quote:
    figures = change_figures(terms, quantity, now, price)
    due = owed_minor(terms, figures)
    organization_id = terms.subscription.organization_id
    # The update locks the row until the transaction ends, so that numbers have no twin and no gap.
    account = BillingAccount.objects.filter(organization_id=organization_id)
    account.update(last_quote_number=F("last_quote_number") + 1)
    return Quote.objects.create(
        organization_id=organization_id,
        number=account.values_list("last_quote_number", flat=True).get(),
        subscription=terms.subscription,
        kind=figures.kind.value,
        price=price,
        quantity_from=figures.quantity_from,
        quantity_to=figures.quantity_to,
        currency=figures.currency,
        prorated_at=figures.at,
        total_now_minor=due,
        tax_now_minor=figures.now.tax_minor,
        next_invoice_minor=figures.next_invoice.total_minor,
        **_collected(terms, collection_for(terms, figures), now),
        next_invoice_at=figures.next_invoice.at,
        terms=terms_to_json(price.table() if price else terms.table),
        figures=figures_to_json(figures),
        fingerprint=fingerprint(figures, due),
        requested_by_id=actor.user_id,
        actor_label=actor.label[:200],
        created_at=now,
        expires_at=min(now + VALID_FOR, terms.period.end),
    )


def _collected(terms: Terms, collection: Collection, now: datetime) -> dict[str, Any]:
    """Return how and when the money would come, in days of the organization's time zone."""
    zone = ZoneInfo(terms.subscription.organization.time_zone)
    if collection is Collection.INVOICE:
        days = terms.conditions.net_days
        return {
            "collection": collection.value,
            "net_days": days,
            "invoice_on": now.astimezone(zone).date(),
            "due_on": due_on(now, days, zone),
        }
    if collection is Collection.MONTHLY:
        # What is not invoiced before the renewal comes with the renewal.
        issued = min(invoiced_at(month_of(now, zone), zone), terms.period.end)
        days = terms.conditions.net_days if terms.conditions.by_invoice else 0
        return {
            "collection": collection.value,
            "net_days": days,
            "invoice_on": issued.astimezone(zone).date(),
            "due_on": due_on(issued, days, zone),
        }
    return {"collection": collection.value}
