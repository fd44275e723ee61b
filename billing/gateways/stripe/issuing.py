"""Issuing and collecting invoices: drafts made final, sent, paid; items that wait for one."""

from datetime import datetime, timedelta
from typing import Any

from billing.gateways.stripe.connection import client, keyed, mapped_errors
from billing.gateways.stripe.invoices import newest_invoices, retrieve_invoice
from billing.gateways.stripe.reading import PO_NUMBER_FIELD, id_of
from billing.gateways.stripe.states import InvoiceState, WaitingItem, moment

_PAGE = 100
_STANDS_FOR = "stands_for"
# Their clock and ours may differ a little.
_CLOCK_TOLERANCE = timedelta(minutes=10)


def put_po_number(*, invoice_id: str, po_number: str, idempotency_key: str) -> None:
    """Print a purchase order number on a draft, and keep the draft from finalizing by itself."""
    with mapped_errors():
        client().v1.invoices.update(
            invoice_id,
            {
                "auto_advance": False,
                "custom_fields": [{"name": PO_NUMBER_FIELD, "value": po_number}]
                if po_number
                else "",
            },
            keyed(idempotency_key),
        )


def finalize_invoice(*, invoice_id: str, idempotency_key: str) -> None:
    """Make a draft final; from now on Stripe itself advances it."""
    with mapped_errors():
        client().v1.invoices.finalize_invoice(
            invoice_id, {"auto_advance": True}, keyed(idempotency_key)
        )


def send_invoice(*, invoice_id: str, idempotency_key: str) -> None:
    """Mail an open invoice to the payer."""
    with mapped_errors():
        client().v1.invoices.send_invoice(invoice_id, {}, keyed(idempotency_key))


def pay_invoice(*, invoice_id: str, idempotency_key: str, payment_method_id: str = "") -> None:
    """Charge an open invoice now; raises CardDeclined, also when the bank asks the payer first."""
    params: dict[str, Any] = {"off_session": False}
    if payment_method_id:
        params["payment_method"] = payment_method_id
    with mapped_errors():
        client().v1.invoices.pay(
            invoice_id,
            params,  # type: ignore[arg-type]
            keyed(idempotency_key),
        )


def waiting_items(
    *, customer_id: str, subscription_id: str, since: datetime
) -> tuple[WaitingItem, ...]:
    """Return the prorations of a subscription made since then, also those already on an invoice.

    What we put in their place (`put_noted_line`) counts as one of them.
    """
    found = []
    with mapped_errors():
        page = client().v1.invoice_items.list(
            {
                "customer": customer_id,
                "created": {"gte": int((since - _CLOCK_TOLERANCE).timestamp())},
                "limit": _PAGE,
            }
        )
        for item in page.auto_paging_iter():
            details = item.parent.subscription_details if item.parent else None
            metadata = item.metadata
            stands_for = (
                metadata[_STANDS_FOR] if metadata is not None and _STANDS_FOR in metadata else ""
            )
            if details is None or details.subscription != subscription_id:
                continue
            if not item.proration and not stands_for:
                continue
            found.append(
                WaitingItem(
                    prorated_at=moment(item.period.start),
                    amount_minor=item.amount,
                    invoice_id=id_of(item.invoice),
                    id=item.id,
                    stands_for=stands_for,
                )
            )
    return tuple(found)


def put_noted_line(
    *,
    customer_id: str,
    subscription_id: str,
    stands_for: str,
    prorated_at: datetime,
    period_end: datetime,
    description: str,
    amount_minor: int,
    currency: str,
) -> None:
    """Put a line of ours with what waits for a subscription's invoice; no discount comes off it."""
    with mapped_errors():
        client().v1.invoice_items.create(
            {
                "customer": customer_id,
                "subscription": subscription_id,
                "amount": amount_minor,
                "currency": currency.lower(),
                "description": description,
                "discountable": False,
                "period": {
                    "start": int(prorated_at.timestamp()),
                    "end": int(period_end.timestamp()),
                },
                "metadata": {_STANDS_FOR: stands_for},
            },
            keyed(f"noted-{stands_for}"),
        )


def draft_collected_invoice(
    *,
    customer_id: str,
    subscription_id: str,
    by_invoice: bool,
    net_days: int,
    tax_rate_id: str,
    collected_id: str,
    idempotency_key: str,
) -> InvoiceState:
    """Draw up one invoice of everything that waits for a subscription; return the draft."""
    params: dict[str, Any] = {
        "customer": customer_id,
        "subscription": subscription_id,
        "pending_invoice_items_behavior": "include",
        "auto_advance": False,
        "collection_method": "charge_automatically",
        "metadata": {"collected": collected_id},
    }
    if by_invoice:
        params |= {"collection_method": "send_invoice", "days_until_due": net_days}
    if tax_rate_id:
        params["default_tax_rates"] = [tax_rate_id]
    with mapped_errors():
        made = client().v1.invoices.create(
            params,  # type: ignore[arg-type]
            keyed(idempotency_key),
        )
    return retrieve_invoice(made.id)


def find_collected_invoice(*, subscription_id: str, collected_id: str) -> InvoiceState | None:
    """Return the invoice that was drawn up for `collected_id`, or None if there is none."""
    with mapped_errors():
        for invoice in newest_invoices(subscription_id):
            metadata = invoice.metadata
            if metadata and "collected" in metadata and metadata["collected"] == collected_id:
                return retrieve_invoice(invoice.id)
    return None
