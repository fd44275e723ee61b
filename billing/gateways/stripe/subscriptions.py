"""Subscriptions: one item, one quantity."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from billing.gateways.stripe.connection import client, keyed, mapped_errors
from billing.gateways.stripe.reading import read_subscription
from billing.gateways.stripe.states import SubscriptionState

_PAGE = 100
_DAYS_UNTIL_DUE = 30


def create_subscription(
    *,
    customer_id: str,
    price_id: str,
    quantity: int,
    tax_rate_id: str,
    by_invoice: bool,
    organization: str,
    idempotency_key: str,
) -> SubscriptionState:
    """Create a subscription and pay its first invoice; raises CardDeclined and then makes nothing.

    `by_invoice` sends the invoice with 30 days to pay instead of charging the card.
    """
    params: dict[str, Any] = {
        "customer": customer_id,
        "items": [{"price": price_id, "quantity": quantity}],
        "billing_mode": {"type": "flexible"},
        "metadata": {"organization": organization},
    }
    if tax_rate_id:
        params["default_tax_rates"] = [tax_rate_id]
    if by_invoice:
        params |= {"collection_method": "send_invoice", "days_until_due": _DAYS_UNTIL_DUE}
    else:
        params["payment_behavior"] = "error_if_incomplete"
    with mapped_errors():
        return read_subscription(
            client().v1.subscriptions.create(params, keyed(idempotency_key))  # type: ignore[arg-type]
        )


def retrieve_subscription(subscription_id: str) -> SubscriptionState:
    """Return a subscription as it is now."""
    with mapped_errors():
        return read_subscription(client().v1.subscriptions.retrieve(subscription_id))


def set_quantity(
    *, item_id: str, quantity: int, prorated_at: datetime, idempotency_key: str
) -> None:
    """Ask for `quantity` seats in all, prorated at that second and invoiced at once.

    The change waits until its invoice is paid (`pending_if_incomplete`), so an unpaid increase
    never takes effect. What became of it is asked for afterwards, not read from this answer: a
    repeated call replays the first one.
    """
    with mapped_errors():
        client().v1.subscription_items.update(
            item_id,
            {
                "quantity": quantity,
                "proration_behavior": "always_invoice",
                "payment_behavior": "pending_if_incomplete",
                "proration_date": int(prorated_at.timestamp()),
            },
            keyed(idempotency_key),
        )


def iterate_subscriptions() -> Iterator[SubscriptionState]:
    """Yield every subscription that has not ended, a hundred a request."""
    with mapped_errors():
        for subscription in client().v1.subscriptions.list({"limit": _PAGE}).auto_paging_iter():
            yield read_subscription(subscription)
