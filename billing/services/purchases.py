"""Buys seats: reserve, commit, call Stripe, finish.

This module writes the intent and refuses what may not be bought; `charging` carries an intent out.
"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from billing.models import BillingAccount, Purchase, Quote
from billing.selectors.terms import current_terms
from billing.services.charging import advance_purchase
from billing.services.quotes import find_quote, is_still_right, quote_seats
from seats.services.seats import lock_seat_pool


class QuoteChanged(DomainError):
    """The quote ran out, or the total is another one now. A new quote is at hand; see `quote`.

    Nothing was charged.
    """

    code: ClassVar[str] = "quote_changed"

    def __init__(self, message: str, *, quote: Quote) -> None:
        super().__init__(
            message,
            quote=str(quote.pk),
            total_minor=quote.total_now_minor,
            currency=quote.currency,
        )
        self.quote = quote


class PurchaseUnderWay(DomainError):
    """Another purchase of this organization is not finished. Nothing was charged for this one."""

    code: ClassVar[str] = "purchase_under_way"


class QuoteAlreadyBought(DomainError):
    """Somebody bought with this quote before, under another idempotency key."""

    code: ClassVar[str] = "quote_already_bought"


class IdempotencyKeyReused(DomainError):
    """The key belongs to a purchase of another quote."""

    code: ClassVar[str] = "idempotency_key_reused"
    status: ClassVar[int] = 422


class CardMissing(DomainError):
    """There is no card to charge."""

    code: ClassVar[str] = "card_missing"


class PaysByInvoice(DomainError):
    """The organization pays by invoice; buying in one click needs a card."""

    code: ClassVar[str] = "pays_by_invoice"


def purchase_seats(
    *,
    organization_id: int,
    quote_id: UUID,
    total_minor: int,
    idempotency_key: str,
    actor: Actor,
    now: datetime,
) -> Purchase:
    """Buy the seats of a quote for exactly `total_minor`; return the purchase as far as it got.

    Seats are granted on return when Stripe answers at once that it is paid. The same key returns
    the same purchase and charges nothing more. Must not run inside a transaction.

    Raises QuoteNotFound, QuoteChanged, QuoteAlreadyBought, IdempotencyKeyReused, PurchaseUnderWay,
    CardMissing, PaysByInvoice, and what `current_terms` raises.
    """
    purchase, is_new = reserve_purchase(
        organization_id=organization_id,
        quote_id=quote_id,
        total_minor=total_minor,
        idempotency_key=idempotency_key,
        actor=actor,
        now=now,
    )
    if not is_new:
        return purchase
    return advance_purchase(organization_id=organization_id, purchase_id=purchase.pk, now=now)


def reserve_purchase(
    *,
    organization_id: int,
    quote_id: UUID,
    total_minor: int,
    idempotency_key: str,
    actor: Actor,
    now: datetime,
) -> tuple[Purchase, bool]:
    """Store the intent to buy and commit it; return it and whether it is new.

    Raises as `purchase_seats` does.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        quote = find_quote(organization_id=organization_id, quote_id=quote_id)
        known = _known_purchase(quote, idempotency_key)
        if known is not None:
            return known, False
        _check_nothing_is_open(organization_id)
        terms = current_terms(organization_id, now)
        is_right = is_still_right(quote, terms, now)
        if is_right and total_minor == quote.total_now_minor:
            _check_card(terms.account)
            return _write_purchase(quote, idempotency_key, actor, now), True
    # Outside of the lock: the new quote stays although this attempt is refused.
    if not is_right:
        quote = quote_seats(
            organization_id=organization_id,
            quantity=max(quote.quantity_to, terms.first_quantity or quote.quantity_to),
            actor=actor,
            now=now,
        )
    raise QuoteChanged(_("The price has changed since. Nothing was charged."), quote=quote)


def _known_purchase(quote: Quote, idempotency_key: str) -> Purchase | None:
    purchase = Purchase.objects.filter(
        organization_id=quote.organization_id, idempotency_key=idempotency_key
    ).first()
    if purchase is not None:
        if purchase.quote_id != quote.pk:
            raise IdempotencyKeyReused(
                _("This idempotency key belongs to another purchase. Use a new one."),
                purchase=str(purchase.pk),
            )
        return purchase
    bought = Purchase.objects.filter(quote=quote).first()
    if bought is not None:
        raise QuoteAlreadyBought(
            _("This quote was bought already. Ask for a new one."), purchase=str(bought.pk)
        )
    return None


def _check_nothing_is_open(organization_id: int) -> None:
    under_way = Purchase.objects.unfinished().filter(organization_id=organization_id).first()
    if under_way is not None:
        raise PurchaseUnderWay(
            _("Another purchase is under way. Nothing was charged for this one."),
            purchase=str(under_way.pk),
        )


def _check_card(account: BillingAccount) -> None:
    if account.collection == BillingAccount.Collection.INVOICE:
        raise PaysByInvoice(
            _("Your organization pays by invoice. Add a card, or ask your account manager.")
        )
    if not account.has_card:
        raise CardMissing(_("There is no card to charge. Add one first."))


def _write_purchase(quote: Quote, idempotency_key: str, actor: Actor, now: datetime) -> Purchase:
    purchase = Purchase.objects.create(
        organization_id=quote.organization_id,
        subscription_id=quote.subscription_id,
        quote=quote,
        idempotency_key=idempotency_key,
        quantity_from=quote.quantity_from,
        quantity_to=quote.quantity_to,
        currency=quote.currency,
        total_minor=quote.total_now_minor,
        requested_by_id=actor.user_id,
        actor_label=actor.label[:200],
        created_at=now,
    )
    record(
        actor=actor,
        verb="purchase_reserved",
        subject=purchase,
        organization_id=quote.organization_id,
        now=now,
        changes={"seats": purchase.seats, "total_minor": purchase.total_minor},
    )
    return purchase
