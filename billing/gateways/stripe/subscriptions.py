"""Subscriptions: one item, one quantity."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from billing.domain.collection import Collection
from billing.gateways.stripe.connection import client, keyed, mapped_errors
from billing.gateways.stripe.reading import read_subscription
from billing.gateways.stripe.states import SubscriptionState

_PAGE = 100

_BEHAVIOUR: dict[Collection, dict[str, Any]] = {
    Collection.CARD: {
        "proration_behavior": "always_invoice",
        "payment_behavior": "pending_if_incomplete",
    },
    Collection.INVOICE: {"proration_behavior": "always_invoice"},
    Collection.MONTHLY: {"proration_behavior": "create_prorations"},
}


def create_subscription(
    *,
    customer_id: str,
    price_id: str,
    quantity: int,
    tax_rate_id: str,
    by_invoice: bool,
    net_days: int,
    organization: str,
    idempotency_key: str,
) -> SubscriptionState:
    """Create a subscription and pay its first invoice; raises CardDeclined and then makes nothing.

    `by_invoice` sends the invoice with `net_days` to pay instead of charging the card.
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
        params |= {"collection_method": "send_invoice", "days_until_due": net_days}
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
    *,
    item_id: str,
    quantity: int,
    prorated_at: datetime,
    idempotency_key: str,
    collection: Collection = Collection.CARD,
    price_id: str = "",
    is_paid: bool = False,
) -> None:
    """Ask for `quantity` seats in all, prorated at that second; with `price_id` at that price.

    By card the change waits until its invoice is paid (`pending_if_incomplete`), so an unpaid
    increase never takes effect. By invoice it is in force at once and leaves a draft; monthly, it
    is in force and leaves invoice items that wait. What became of it is asked for afterwards, not
    read from this answer: a repeated call replays the first one. Seats that are paid already
    (`is_paid`) come back at once and bring no invoice.
    """
    params: dict[str, Any] = {"quantity": quantity}
    if price_id:
        params["price"] = price_id
    if is_paid:
        params["proration_behavior"] = "none"
    else:
        params |= {"proration_date": int(prorated_at.timestamp()), **_BEHAVIOUR[collection]}
    with mapped_errors():
        client().v1.subscription_items.update(
            item_id,
            params,  # type: ignore[arg-type]
            keyed(idempotency_key),
        )


def set_collection(
    *, subscription_id: str, by_invoice: bool, net_days: int, idempotency_key: str
) -> None:
    """Have a subscription's coming invoices sent with `net_days` to pay, or charged to the card."""
    params: dict[str, Any] = {"collection_method": "charge_automatically"}
    if by_invoice:
        params = {"collection_method": "send_invoice", "days_until_due": net_days}
    with mapped_errors():
        client().v1.subscriptions.update(
            subscription_id,
            params,  # type: ignore[arg-type]
            keyed(idempotency_key),
        )


def cancel_subscription(*, subscription_id: str, idempotency_key: str) -> None:
    """End a subscription now, without a credit; raises NotAtStripe when it has ended."""
    with mapped_errors():
        client().v1.subscriptions.cancel(subscription_id, {}, keyed(idempotency_key))


def stop_collecting(*, subscription_id: str, idempotency_key: str) -> None:
    """Keep coming invoices of a subscription as drafts: nothing more is charged or sent."""
    with mapped_errors():
        client().v1.subscriptions.update(
            subscription_id,
            {"pause_collection": {"behavior": "keep_as_draft"}},
            keyed(idempotency_key),
        )


def collect_again(*, subscription_id: str, idempotency_key: str) -> None:
    """Charge and send the coming invoices of a subscription again."""
    with mapped_errors():
        client().v1.subscriptions.update(
            subscription_id, {"pause_collection": ""}, keyed(idempotency_key)
        )


def iterate_subscriptions() -> Iterator[SubscriptionState]:
    """Yield every subscription that has not ended, a hundred a request."""
    with mapped_errors():
        for subscription in client().v1.subscriptions.list({"limit": _PAGE}).auto_paging_iter():
            yield read_subscription(subscription)
