"""Invoices whose lines are ours: drawn up line by line, and what waits beside a change.

Every line names our intent in its metadata, so that what is there already is found again long
after an idempotency key has run out.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from billing.gateways.stripe.connection import client, keyed, mapped_errors
from billing.gateways.stripe.invoices import newest_invoices, retrieve_invoice
from billing.gateways.stripe.reading import PO_NUMBER_FIELD
from billing.gateways.stripe.states import InvoiceState, InvoiceTerms, OwnItem

_PAGE = 100
# Their clock and ours may differ a little.
_CLOCK_TOLERANCE = timedelta(minutes=10)
_SETTLEMENT, _LINE, _PURCHASE = "settlement", "settlement_line", "purchase"


def draft_settlement(
    *, customer_id: str, subscription_id: str, currency: str, terms: InvoiceTerms, key: str
) -> InvoiceState:
    """Draw up an invoice without lines that takes nothing along which waits; return the draft."""
    params: dict[str, Any] = {
        "customer": customer_id,
        "subscription": subscription_id,
        "currency": currency.lower(),
        "pending_invoice_items_behavior": "exclude",
        "metadata": {_SETTLEMENT: key},
        **_params(terms),
    }
    with mapped_errors():
        made = client().v1.invoices.create(
            params,  # type: ignore[arg-type]
            keyed(f"settlement-{key}-draft"),
        )
    return retrieve_invoice(made.id)


def correct_draft(*, invoice_id: str, terms: InvoiceTerms) -> None:
    """Have a draft that is there already collected and taxed by `terms`."""
    with mapped_errors():
        client().v1.invoices.update(
            invoice_id,
            {"default_tax_rates": "", **_params(terms)},  # type: ignore[arg-type]
            keyed(str(uuid4())),
        )


def _params(terms: InvoiceTerms) -> dict[str, Any]:
    params: dict[str, Any] = {
        "auto_advance": False,
        "collection_method": "charge_automatically",
    }
    if terms.tax_rate_id:
        params["default_tax_rates"] = [terms.tax_rate_id]
    if terms.by_invoice:
        params |= {"collection_method": "send_invoice", "days_until_due": terms.net_days}
    if terms.po_number:
        params["custom_fields"] = [{"name": PO_NUMBER_FIELD, "value": terms.po_number}]
    return params


def find_settlement(*, subscription_id: str, key: str) -> InvoiceState | None:
    """Return the invoice that was drawn up for a settlement, or None if there is none."""
    with mapped_errors():
        for invoice in newest_invoices(subscription_id):
            metadata = invoice.metadata
            if metadata and _SETTLEMENT in metadata and metadata[_SETTLEMENT] == key:
                return retrieve_invoice(invoice.id)
    return None


def items_on(invoice_id: str) -> tuple[OwnItem, ...]:
    """Return the items on an invoice; `name` is empty for those that are not ours."""
    with mapped_errors():
        page = client().v1.invoice_items.list({"invoice": invoice_id, "limit": _PAGE})
        return tuple(
            OwnItem(
                id=item.id,
                name=item.metadata[_LINE] if item.metadata and _LINE in item.metadata else "",
                description=item.description or "",
                amount_minor=item.amount,
            )
            for item in page.auto_paging_iter()
        )


def add_line(
    *,
    customer_id: str,
    invoice_id: str,
    name: str,
    description: str,
    amount_minor: int,
    currency: str,
    idempotency_key: str,
) -> None:
    """Add a line to a draft. No discount is taken off: its amount has one already."""
    with mapped_errors():
        client().v1.invoice_items.create(
            {
                "customer": customer_id,
                "invoice": invoice_id,
                "amount": amount_minor,
                "currency": currency.lower(),
                "description": description,
                "discountable": False,
                "metadata": {_LINE: name},
            },
            keyed(idempotency_key),
        )


def remove_item(item_id: str) -> None:
    """Take an item off its draft, or away before it is on one."""
    with mapped_errors():
        client().v1.invoice_items.delete(item_id)


def add_credit_beside(
    *,
    customer_id: str,
    subscription_id: str,
    purchase: str,
    description: str,
    amount_minor: int,
    currency: str,
) -> None:
    """Let the next invoice of a subscription carry an amount that its proration leaves out."""
    with mapped_errors():
        client().v1.invoice_items.create(
            {
                "customer": customer_id,
                "subscription": subscription_id,
                "amount": amount_minor,
                "currency": currency.lower(),
                "description": description,
                "discountable": False,
                "metadata": {_PURCHASE: purchase},
            },
            keyed(f"purchase-{purchase}-beside"),
        )


def take_back_credit_beside(*, customer_id: str, purchase: str, since: datetime) -> None:
    """Take away what was to be carried by the invoice of a change that did not come."""
    with mapped_errors():
        page = client().v1.invoice_items.list(
            {
                "customer": customer_id,
                "pending": True,
                "created": {"gte": int((since - _CLOCK_TOLERANCE).timestamp())},
                "limit": _PAGE,
            }
        )
        waiting = [
            item.id
            for item in page.auto_paging_iter()
            if item.metadata and _PURCHASE in item.metadata and item.metadata[_PURCHASE] == purchase
        ]
        for item_id in waiting:
            client().v1.invoice_items.delete(item_id)
