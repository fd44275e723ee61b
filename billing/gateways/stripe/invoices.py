"""Invoices: previews, what became of a change, and giving one up."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import stripe

from billing.gateways.stripe.connection import client, keyed, mapped_errors
from billing.gateways.stripe.reading import read_invoice, read_line
from billing.gateways.stripe.states import InvoiceState, PreviewState

_PAYMENTS = "payments.data.payment.payment_intent"
_PAGE = 100
_CANDIDATES = 20
# A purchase is looked for within a day of its charge; far fewer come in that time.
_MOST_CANDIDATES = 200
# Their clock and ours may differ a little.
_CLOCK_TOLERANCE = timedelta(minutes=10)


def preview_increase(
    *,
    customer_id: str,
    subscription_id: str,
    item_id: str,
    quantity: int,
    prorated_at: datetime,
    currency: str,
    price_id: str = "",
    beside_minor: int = 0,
) -> PreviewState:
    """Return what Stripe would charge for `quantity` seats in all, prorated at that second.

    With `price_id` under that price; another interval begins a new period. `beside_minor` is an
    amount that the invoice carries beside the proration.
    """
    item: Any = {"id": item_id, "quantity": quantity}
    if price_id:
        item["price"] = price_id
    params: dict[str, Any] = {
        "customer": customer_id,
        "subscription": subscription_id,
        "subscription_details": {
            "items": [item],
            "proration_behavior": "always_invoice",
            "proration_date": int(prorated_at.timestamp()),
        },
    }
    if beside_minor:
        amount = {"amount": beside_minor, "currency": currency.lower(), "discountable": False}
        params["invoice_items"] = [amount]
    with mapped_errors():
        preview = client().v1.invoices.create_preview(params)  # type: ignore[arg-type]
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


def retrieve_invoice(invoice_id: str) -> InvoiceState:
    """Return an invoice with all its lines and payments as it is now."""
    with mapped_errors():
        invoice = client().v1.invoices.retrieve(invoice_id, {"expand": [_PAYMENTS]})
        return read_invoice(invoice, _all_lines(invoice))


def _all_lines(invoice: stripe.Invoice) -> list[stripe.InvoiceLineItem] | None:
    if not invoice.lines.has_more:
        return None
    page = client().v1.invoices.line_items.list(invoice.id, {"limit": _PAGE})
    return list(page.auto_paging_iter())


def newest_invoices(subscription_id: str) -> Iterator[stripe.Invoice]:
    """Yield a subscription's newest invoices. Call it where errors are mapped.

    By number and not by time: Stripe's clock need not be ours, and a test clock's never is.
    """
    page = client().v1.invoices.list({"subscription": subscription_id, "limit": _CANDIDATES})
    yield from islice(page.auto_paging_iter(), _MOST_CANDIDATES)


def find_change_invoice(*, subscription_id: str, prorated_at: datetime) -> InvoiceState | None:
    """Return the invoice of the change made for that second, or None if there is none.

    The second of the proration identifies it: a purchase sends its own and nobody else does.
    """
    with mapped_errors():
        for invoice in newest_invoices(subscription_id):
            found = read_invoice(invoice)
            is_change = found.billing_reason == "subscription_update"
            if is_change and prorated_at in found.change_seconds:
                # Payments are four levels deep and can only be expanded on the invoice itself.
                return retrieve_invoice(found.id)
    return None


def renewal_invoices(*, subscription_id: str, since: datetime) -> list[InvoiceState]:
    """Return the invoices of the periods that began at `since` or later, oldest first."""
    begun = int((since - _CLOCK_TOLERANCE).timestamp())
    with mapped_errors():
        page = client().v1.invoices.list(
            {"subscription": subscription_id, "created": {"gte": begun}, "limit": _PAGE}
        )
        found = [
            retrieve_invoice(invoice.id)
            for invoice in page.auto_paging_iter()
            if invoice.billing_reason == "subscription_cycle"
        ]
    return sorted(found, key=lambda invoice: invoice.issued_at)


def void_invoice(*, invoice_id: str, idempotency_key: str) -> None:
    """Give up an open invoice; a change that waited for its payment is dropped with it."""
    with mapped_errors():
        client().v1.invoices.void_invoice(invoice_id, {}, keyed(idempotency_key))


def iterate_open_invoices() -> Iterator[InvoiceState]:
    """Yield every invoice that waits for payment, a hundred a request."""
    with mapped_errors():
        page = client().v1.invoices.list({"status": "open", "limit": _PAGE})
        for invoice in page.auto_paging_iter():
            yield read_invoice(invoice)


def hold_invoice(*, invoice_id: str, idempotency_key: str) -> None:
    """Keep a draft from being finalized and charged by itself."""
    with mapped_errors():
        client().v1.invoices.update(invoice_id, {"auto_advance": False}, keyed(idempotency_key))


def release_invoice(*, invoice_id: str, idempotency_key: str) -> None:
    """Let a draft that was held go on by itself."""
    with mapped_errors():
        client().v1.invoices.update(invoice_id, {"auto_advance": True}, keyed(idempotency_key))


def finalize_and_void(*, invoice_id: str, idempotency_key: str) -> None:
    """Give up a draft: only a finalized invoice can be voided, so it is finalized uncharged."""
    with mapped_errors():
        invoice = client().v1.invoices.retrieve(invoice_id)
        if invoice.status == "draft":
            client().v1.invoices.finalize_invoice(
                invoice_id, {"auto_advance": False}, keyed(f"{idempotency_key}-finalize")
            )
        client().v1.invoices.void_invoice(invoice_id, {}, keyed(idempotency_key))
