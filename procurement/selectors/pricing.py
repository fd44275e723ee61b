"""What an order costs at one moment, for a request to carry and for the purchase to check again."""

from dataclasses import dataclass
from datetime import datetime

from billing.domain.changes import Holding
from billing.hooks import Order
from billing.models import Price, Quote
from billing.selectors.changing import coming_renewal
from billing.selectors.terms import RenewalUnderWay, current_subscription
from billing.services.consent import order_of, order_of_renewal, order_of_start
from procurement.domain.repricing import Priced


@dataclass(frozen=True, slots=True)
class PricedOrder:
    """An order with its figures; those of a start are before tax, which its payer decides."""

    order: Order
    priced: Priced


def price_purchase(quote: Quote, now: datetime) -> PricedOrder:
    """Return what buying a quote costs: with tax, before the credit balance."""
    figures = quote.snapshot()
    return PricedOrder(
        order_of(quote, now),
        Priced(
            currency=quote.currency,
            seats_before=quote.quantity_from,
            seats_after=quote.quantity_to,
            now_minor=max(figures.now.total_minor, 0),
            recurring_minor=figures.next_invoice.total_minor,
        ),
    )


def price_renewal(
    *, organization_id: int, seats: int, price: Price | None, now: datetime
) -> PricedOrder:
    """Return what a plan for the renewal costs; raises NoSubscription, RenewalUnderWay."""
    subscription = current_subscription(organization_id)
    renewal = coming_renewal(subscription)
    if renewal is None:
        raise RenewalUnderWay("The first period is not known yet.")
    chosen = price or subscription.price
    after = Holding(chosen.table(), chosen.billing_interval, seats)
    return PricedOrder(
        order_of_renewal(subscription=subscription, after=after, price=price, now=now),
        Priced(
            currency=chosen.currency,
            seats_before=subscription.purchased_seats,
            seats_after=seats,
            now_minor=0,
            recurring_minor=renewal.total_minor(after),
        ),
    )


def price_start(*, organization_id: int, price: Price, seats: int, now: datetime) -> PricedOrder:
    """Return what beginning a subscription costs, before tax."""
    order = order_of_start(organization_id=organization_id, price=price, seats=seats, now=now)
    return PricedOrder(
        order,
        Priced(
            currency=price.currency,
            seats_before=0,
            seats_after=seats,
            now_minor=order.now_minor,
            recurring_minor=order.now_minor,
        ),
    )
