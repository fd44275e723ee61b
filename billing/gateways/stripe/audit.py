"""Everything that Stripe holds, read for comparing: a hundred objects a request, nothing changed.

It answers in the dataclasses of `billing.domain.reconciliation`, so that both sides are compared
in one shape. What lives on test clocks is listed clock by clock: without that, Stripe leaves it
out.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import stripe
from django.conf import settings

from billing.domain.period import Period
from billing.domain.reconciliation import CustomerSide, InvoiceSide, PaymentSide, SubscriptionSide
from billing.gateways.stripe.connection import client, keyed, mapped_errors
from billing.gateways.stripe.errors import NotAtStripe
from billing.gateways.stripe.reading import id_of
from billing.gateways.stripe.states import moment

_PAGE = 100
_DEFAULT_CARD = "invoice_settings.default_payment_method"


def iterate_customer_sides() -> Iterator[CustomerSide]:
    """Yield every customer."""
    with mapped_errors():
        for scope in _scopes():
            for customer in client().v1.customers.list(_listed(scope)).auto_paging_iter():
                yield _customer(customer)


def customer_side(customer_id: str) -> CustomerSide | None:
    """Return a customer as it is now, or None when Stripe has none or deleted it."""
    try:
        with mapped_errors():
            customer = client().v1.customers.retrieve(customer_id)
    except NotAtStripe:
        return None
    return None if getattr(customer, "deleted", False) else _customer(customer)


def iterate_subscription_sides(customer_id: str = "") -> Iterator[SubscriptionSide]:
    """Yield the subscriptions that are not canceled, of one customer when named."""
    scopes: list[dict[str, Any]] = [{"customer": customer_id}] if customer_id else _scopes()
    with mapped_errors():
        for scope in scopes:
            page = client().v1.subscriptions.list(_listed(scope, "data.schedule"))
            for subscription in page.auto_paging_iter():
                yield _subscription(subscription)


def subscription_side(subscription_id: str) -> SubscriptionSide | None:
    """Return a subscription as it is now, also an ended one, or None when there is none."""
    try:
        with mapped_errors():
            found = client().v1.subscriptions.retrieve(subscription_id, {"expand": ["schedule"]})
            return _subscription(found)
    except NotAtStripe:
        return None


def iterate_invoice_sides(
    *, since: datetime | None = None, customer_id: str = ""
) -> Iterator[InvoiceSide]:
    """Yield invoices made since a time and older ones that still wait for money."""
    scope: dict[str, Any] = {"customer": customer_id} if customer_id else {}
    searches = [scope]
    if since is not None:
        second = int(since.timestamp())
        searches = [
            scope | {"created": {"gte": second}},
            *(scope | {"created": {"lt": second}, "status": s} for s in ("draft", "open")),
        ]
    with mapped_errors():
        for search in searches:
            page = client().v1.invoices.list(_listed(search, "data.payments"))
            for invoice in page.auto_paging_iter():
                yield _invoice(invoice)


def invoice_side(invoice_id: str) -> InvoiceSide | None:
    """Return an invoice as it is now, or None when there is none."""
    try:
        with mapped_errors():
            return _invoice(client().v1.invoices.retrieve(invoice_id, {"expand": ["payments"]}))
    except NotAtStripe:
        return None


def iterate_payment_sides(
    *, since: datetime | None = None, customer_id: str = ""
) -> Iterator[PaymentSide]:
    """Yield the payments that succeeded since a time."""
    search: dict[str, Any] = {"customer": customer_id} if customer_id else {}
    if since is not None:
        search["created"] = {"gte": int(since.timestamp())}
    with mapped_errors():
        for intent in client().v1.payment_intents.list(_listed(search)).auto_paging_iter():
            if intent.status == "succeeded":
                yield PaymentSide(
                    id=intent.id,
                    customer_id=id_of(intent.customer),
                    amount_minor=intent.amount_received or 0,
                    currency=intent.currency.upper(),
                )


def correct_quantity(*, item_id: str, quantity: int, idempotency_key: str) -> None:
    """Set the seats that Stripe bills to `quantity` in all, without charging or crediting."""
    with mapped_errors():
        client().v1.subscription_items.update(
            item_id,
            {"quantity": quantity, "proration_behavior": "none"},
            keyed(idempotency_key),
        )


def _scopes() -> list[dict[str, Any]]:
    if "_test_" not in settings.STRIPE_SECRET_KEY:
        return [{}]
    clocks = client().v1.test_helpers.test_clocks.list({"limit": _PAGE}).auto_paging_iter()
    return [{}, *({"test_clock": clock.id} for clock in clocks)]


def _listed(scope: dict[str, Any], *expand: str) -> Any:
    listed = scope | {"limit": _PAGE}
    return listed | {"expand": list(expand)} if expand else listed


def _customer(customer: stripe.Customer) -> CustomerSide:
    settings_ = customer.invoice_settings
    return CustomerSide(
        id=customer.id,
        credit_balance_minor=-(customer.balance or 0),
        payment_method_id=id_of(settings_.default_payment_method if settings_ else None),
        currency=(customer.currency or "").upper(),
        name=customer.name or "",
    )


def _subscription(subscription: stripe.Subscription) -> SubscriptionSide:
    # The mapping's own method `items` hides the field of that name.
    items = subscription["items"].data
    first = items[0]
    quantity = first.quantity or 0
    end = first.current_period_end
    return SubscriptionSide(
        id=subscription.id,
        customer_id=id_of(subscription.customer),
        status=subscription.status,
        quantity=quantity,
        next_quantity=_next_quantity(subscription.schedule, end, quantity),
        price_id=first.price.id,
        period=Period(moment(first.current_period_start), moment(end)),
        collection="invoice" if subscription.collection_method == "send_invoice" else "card",
        tax_basis_points=sum(
            int(Decimal(str(rate.percentage)) * 100)
            for rate in subscription.default_tax_rates or []
        ),
        items=len(items),
    )


def _next_quantity(schedule: Any, period_end: int, quantity: int) -> int:
    if schedule is None or isinstance(schedule, str):
        return quantity
    for phase in schedule.phases:
        if phase.start_date >= period_end:
            # As above: `items` is a method of the mapping.
            return int(phase["items"][0].quantity or 0)
    return quantity


def _invoice(invoice: stripe.Invoice) -> InvoiceSide:
    paid_with = getattr(invoice, "payments", None)
    payments = [p for p in (paid_with.data if paid_with else []) if p.status == "paid"]
    return InvoiceSide(
        id=invoice.id,
        customer_id=id_of(invoice.customer),
        status=invoice.status or "draft",
        currency=invoice.currency.upper(),
        total_minor=invoice.total,
        paid_minor=invoice.amount_paid,
        # Before discounts and exclusive tax: the sum of the lines, however many there are.
        lines_minor=invoice.subtotal,
        payments_minor=sum(payment.amount_paid or 0 for payment in payments),
        intents=frozenset(id_of(payment.payment.payment_intent) for payment in payments),
    )
