"""Refuses what the customer's own approval rules do not let pass, wherever it is bought.

Every service that commits the organization to more money asks here, inside its own transaction and
under the lock of the seat pool, so that two small orders at once count each other.
"""

from datetime import datetime
from typing import ClassVar

from accounts.errors import DomainError
from billing.domain.arr import annual_minor
from billing.domain.changes import Holding
from billing.domain.period import Interval
from billing.domain.pricing import total_minor
from billing.hooks import Order, OrderKind, consent_for
from billing.models import Price, Quote, Subscription


class ApprovalNeeded(DomainError):
    """The organization's own rules ask for an approval first. Nothing was charged."""

    code: ClassVar[str] = "approval_needed"

    def __init__(self, message: str, *, ask_url: str) -> None:
        super().__init__(message, ask_url=ask_url)
        self.ask_url = ask_url


def order_of(quote: Quote, now: datetime) -> Order:
    """Return what buying a quote spends."""
    figures = quote.snapshot()
    return Order(
        organization_id=quote.organization_id,
        kind=OrderKind.PURCHASE,
        quantity_from=quote.quantity_from,
        quantity_to=quote.quantity_to,
        currency=quote.currency,
        annual_minor=figures.annual_delta_minor,
        now_minor=figures.now.subtotal_minor - figures.now.discount_minor,
        at=now,
        quote_id=quote.pk,
        price_id=quote.price_id,
    )


def order_of_renewal(
    *, subscription: Subscription, after: Holding, price: Price | None, now: datetime
) -> Order:
    """Return what a plan for the renewal adds to the subscription of today."""
    today = subscription.price
    before = Holding(today.table(), today.billing_interval, subscription.purchased_seats)
    begins_a_year = before.interval is Interval.MONTH and after.interval is Interval.YEAR
    return Order(
        organization_id=subscription.organization_id,
        kind=OrderKind.RENEWAL,
        quantity_from=before.quantity,
        quantity_to=after.quantity,
        currency=after.table.currency,
        annual_minor=annual_minor(after.table, after.quantity, after.interval)
        - annual_minor(before.table, before.quantity, before.interval),
        now_minor=total_minor(after.table, after.quantity) if begins_a_year else 0,
        at=now,
        price_id=price.pk if price is not None else None,
    )


def order_of_start(*, organization_id: int, price: Price, seats: int, now: datetime) -> Order:
    """Return what beginning a subscription spends."""
    table = price.table()
    return Order(
        organization_id=organization_id,
        kind=OrderKind.START,
        quantity_from=0,
        quantity_to=seats,
        currency=price.currency,
        annual_minor=annual_minor(table, seats, price.billing_interval),
        now_minor=total_minor(table, seats),
        at=now,
        price_id=price.pk,
    )


def check_consent(order: Order) -> None:
    """Raise ApprovalNeeded when the order lacks the customer's own approval."""
    lacking = consent_for(order)
    if lacking is not None:
        raise ApprovalNeeded(lacking.sentence, ask_url=lacking.ask_url)
