"""Refunds of charges."""

from typing import Any

from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.store import Doc


def create(cx: Context, charge: Doc, amount: int | None, **given: Any) -> Doc:
    """Give back a charge, or a part of what is left of it."""
    left = charge["amount_captured"] - charge["amount_refunded"]
    if charge["status"] != "succeeded" or left <= 0:
        raise errors.invalid(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    wanted = left if amount is None else amount
    if not 0 < wanted <= left:
        raise errors.invalid(
            f"Refund amount ({wanted}) is greater than unrefunded amount on charge ({left}).",
            "amount",
        )
    intent = cx.optional("payment_intent", charge["payment_intent"]) or {}
    refund = cx.create(
        "refund",
        "re_",
        of={"test_clock": intent.get("_clock")},
        amount=wanted,
        charge=charge["id"],
        currency=charge["currency"],
        destination_details={
            "card": {
                "reference": None,
                "reference_status": "pending",
                "reference_type": "acquirer_reference_number",
                "type": "refund",
            },
            "type": "card",
        },
        payment_intent=charge["payment_intent"],
        payment_method=charge["payment_method"],
        status="succeeded",
        **{"metadata": {}, **given},
    )
    charge["amount_refunded"] += wanted
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    cx.save(charge)
    cx.emit("refund.created", refund)
    cx.emit("charge.refunded", charge)
    return refund


def paid_charge(cx: Context, invoice: Doc) -> Doc | None:
    """The charge that paid an invoice."""
    for payment in cx.store.all("invoice_payment", invoice=invoice["id"]):
        intent = cx.optional("payment_intent", payment["payment"].get("payment_intent"))
        if intent and intent["status"] == "succeeded":
            return cx.optional("charge", intent["latest_charge"])
    return None
