"""The beginning of a subscription at Stripe: previewed, begun, looked at, taken back."""

from typing import Any

from billing.gateways.stripe.connection import client, keyed, mapped_errors
from billing.gateways.stripe.reading import read_line, read_subscription
from billing.gateways.stripe.states import PreviewState, SubscriptionState

_PAGE = 100
_DAYS_UNTIL_DUE = 30


def preview_start(
    *, customer_id: str, price_id: str, quantity: int, tax_rate_id: str
) -> PreviewState:
    """Return what the first invoice of a new subscription would be."""
    details: dict[str, Any] = {"items": [{"price": price_id, "quantity": quantity}]}
    if tax_rate_id:
        details["default_tax_rates"] = [tax_rate_id]
    with mapped_errors():
        preview = client().v1.invoices.create_preview(
            {"customer": customer_id, "subscription_details": details}  # type: ignore[arg-type]
        )
    return PreviewState(
        currency=preview.currency.upper(),
        subtotal_minor=preview.subtotal,
        discount_minor=sum(part.amount for part in preview.total_discount_amounts or []),
        tax_minor=sum(tax.amount for tax in preview.total_taxes or []),
        total_minor=preview.total,
        amount_due_minor=preview.amount_due,
        starting_balance_minor=-preview.starting_balance,
        lines=tuple(read_line(line) for line in preview.lines.data),
    )


def begin_subscription(
    *,
    customer_id: str,
    price_id: str,
    quantity: int,
    tax_rate_id: str,
    trial_days: int,
    days_until_due: int | None,
    start: str,
    organization: str,
    idempotency_key: str,
) -> SubscriptionState:
    """Create a subscription and try to pay its first invoice.

    When the bank refuses or asks, it is made all the same and `incomplete`; what became of it is
    read from its invoice. A trial charges nothing and ends by itself when there is no card then.
    `start` names our intent, by which `find_begun` knows it again. With `days_until_due` the
    invoice is sent instead.
    """
    params: dict[str, Any] = {
        "customer": customer_id,
        "items": [{"price": price_id, "quantity": quantity}],
        "billing_mode": {"type": "flexible"},
        "metadata": {"organization": organization, "start": start},
    }
    if tax_rate_id:
        params["default_tax_rates"] = [tax_rate_id]
    if trial_days:
        params["trial_period_days"] = trial_days
        params["trial_settings"] = {"end_behavior": {"missing_payment_method": "cancel"}}
    if days_until_due is not None:
        params |= {"collection_method": "send_invoice", "days_until_due": days_until_due}
    else:
        params["payment_behavior"] = "allow_incomplete"
    with mapped_errors():
        return read_subscription(
            client().v1.subscriptions.create(params, keyed(idempotency_key))  # type: ignore[arg-type]
        )


def find_begun(*, customer_id: str, start: str) -> SubscriptionState | None:
    """Return the subscription that was begun for an intent, ended ones included, or None."""
    with mapped_errors():
        page = client().v1.subscriptions.list(
            {"customer": customer_id, "status": "all", "limit": _PAGE}
        )
        for subscription in page.auto_paging_iter():
            if getattr(subscription.metadata, "start", "") == start:
                return read_subscription(subscription)
    return None


def take_back_subscription(*, subscription_id: str, idempotency_key: str) -> None:
    """End a subscription now; the open invoice of an unpaid one is voided with it."""
    with mapped_errors():
        client().v1.subscriptions.cancel(subscription_id, {}, keyed(idempotency_key))


def end_trial(*, subscription_id: str, idempotency_key: str) -> SubscriptionState:
    """Begin the first paid period now; raises CardDeclined, and then the trial goes on."""
    with mapped_errors():
        return read_subscription(
            client().v1.subscriptions.update(
                subscription_id,
                {"trial_end": "now", "payment_behavior": "error_if_incomplete"},
                keyed(idempotency_key),
            )
        )


def set_tax(
    *,
    customer_id: str,
    subscription_id: str,
    tax_exempt: str,
    tax_rate_id: str,
    idempotency_key: str,
) -> None:
    """Let later invoices carry this tax. `tax_exempt` is none, exempt or reverse."""
    with mapped_errors():
        client().v1.customers.update(
            customer_id,
            {"tax_exempt": tax_exempt},
            keyed(f"{idempotency_key}-customer"),
        )
        if subscription_id:
            client().v1.subscriptions.update(
                subscription_id,
                {"default_tax_rates": [tax_rate_id] if tax_rate_id else ""},
                keyed(f"{idempotency_key}-subscription"),
            )
