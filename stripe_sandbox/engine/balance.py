"""The customer balance: negative is credit, positive is owed with the next invoice."""

from typing import Any

from stripe_sandbox.context import Context
from stripe_sandbox.store import Doc


def move(
    cx: Context, customer: Doc, amount: int, kind: str, invoice: Doc | None = None, **given: Any
) -> Doc:
    """Change the balance by `amount` and record why."""
    before = cx.snapshot(customer)
    customer["balance"] = (customer["balance"] or 0) + amount
    currency = given.pop("currency", None) or (invoice or customer)["currency"] or "usd"
    customer["currency"] = customer["currency"] or currency
    transaction = cx.create(
        "customer_balance_transaction",
        "cbtxn_",
        of=customer,
        amount=amount,
        currency=currency,
        customer=customer["id"],
        ending_balance=customer["balance"],
        invoice=invoice["id"] if invoice else None,
        metadata=given.pop("metadata", {}),
        type=kind,
        **given,
    )
    cx.save(customer, "customer.updated", before)
    return transaction
