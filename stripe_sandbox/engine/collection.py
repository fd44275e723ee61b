"""Collecting an invoice: finalize, charge, retry, give up."""

from typing import Any

from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.engine import intents, invoices, methods, reactions
from stripe_sandbox.engine.invoices import DAY, HOUR
from stripe_sandbox.present import present
from stripe_sandbox.store import Doc

RETRY_AFTER_DAYS = (3, 5, 7)


def finalize(cx: Context, invoice: Doc) -> Doc:
    """Draft to open; an invoice with nothing to pay is paid at once."""
    invoices.seal(cx, invoice)
    if invoice["amount_due"] == 0:
        mark_paid(cx, invoice)
        return invoice
    customer = cx.require("customer", invoice["customer"])
    intent = intents.create(
        cx,
        customer,
        invoice["amount_due"],
        invoice["currency"],
        description=invoice["description"] or f"Payment for Invoice {invoice['number']}",
        metadata={},
        _invoice=invoice["id"],
    )
    cx.create(
        "invoice_payment",
        "inpay_",
        of=invoice,
        amount_requested=invoice["amount_due"],
        currency=invoice["currency"],
        invoice=invoice["id"],
        is_default=True,
        payment={"type": "payment_intent", "payment_intent": intent["id"]},
        status="open",
        status_transitions={"canceled_at": None, "paid_at": None},
    )
    if invoice["collection_method"] == "send_invoice":
        invoice["_due"] = invoice["due_date"]
        cx.store.save(invoice)
    return invoice


def default_payment(cx: Context, invoice: Doc) -> tuple[Doc, Doc]:
    """The invoice's own payment record and its intent."""
    for payment in cx.store.all("invoice_payment", invoice=invoice["id"]):
        if payment["is_default"]:
            return payment, cx.require("payment_intent", payment["payment"]["payment_intent"])
    raise errors.invalid("This invoice has no payment to collect.")


def attempt(
    cx: Context, invoice: Doc, method: Doc | None = None, *, off_session: bool | None = None
) -> str:
    """Charge an open invoice once. Answers paid, declined, requires_action or no_method."""
    if off_session is None:
        off_session = bool(invoice["_off_session"])
    customer = cx.require("customer", invoice["customer"])
    sub = reactions.subscription_of(cx, invoice)
    _, intent = default_payment(cx, invoice)
    if method is None:
        method = methods.default_for(cx, customer, invoice, sub)
    before = cx.snapshot(invoice)
    invoice["attempted"] = True
    invoice["attempt_count"] += 1
    if method is None:
        cx.save(invoice, "invoice.updated", before)
        return _failed(cx, invoice, "no_method")
    outcome = intents.confirm(cx, intent, method, off_session=off_session)
    if outcome == "succeeded":
        invoice["_paying_attempt"] = before
        intent_succeeded(cx, invoice, intent)
        _keep_method(cx, sub, method)
        return "paid"
    cx.save(invoice)
    if outcome == "requires_action":
        # Stripe sends both for a payment that waits for its customer.
        cx.emit("invoice.payment_action_required", invoice)
        cx.save(invoice, "invoice.updated", before)
        return _failed(cx, invoice, outcome)
    cx.save(invoice, "invoice.updated", before)
    return _failed(cx, invoice, "declined")


def _keep_method(cx: Context, sub: Doc | None, method: Doc) -> None:
    """`save_default_payment_method=on_subscription`: what paid once pays from now on."""
    settings = (sub or {}).get("payment_settings") or {}
    if sub and settings.get("save_default_payment_method") == "on_subscription":
        before = cx.snapshot(sub)
        sub["default_payment_method"] = method["id"]
        cx.save(sub, "customer.subscription.updated", before)


def intent_succeeded(cx: Context, invoice: Doc, intent: Doc) -> None:
    """An invoice's intent was paid, here or on a hosted page."""
    payment, default = default_payment(cx, invoice)
    if default["id"] != intent["id"]:
        return
    now = cx.now(invoice)
    payment.update(status="paid", amount_paid=intent["amount_received"])
    payment["status_transitions"]["paid_at"] = now
    cx.save(payment)
    invoice["amount_paid"] += intent["amount_received"]
    mark_paid(cx, invoice)
    cx.emit("invoice_payment.paid", payment)


def mark_paid(cx: Context, invoice: Doc) -> None:
    before = invoice.pop("_paying_attempt", None) or cx.snapshot(invoice)
    invoice.update(
        status="paid",
        amount_remaining=0,
        attempted=True,
        next_payment_attempt=None,
        _due=None,
        _retries=0,
    )
    invoice["status_transitions"]["paid_at"] = cx.now(invoice)
    cx.save(invoice)
    customer = cx.require("customer", invoice["customer"])
    if customer["delinquent"]:
        customer_before = cx.snapshot(customer)
        customer["delinquent"] = False
        cx.save(customer, "customer.updated", customer_before)
    cx.emit("invoice.paid", invoice)
    cx.emit("invoice.payment_succeeded", invoice)
    cx.save(invoice, "invoice.updated", before)
    reactions.invoice_paid(cx, invoice)


def _failed(cx: Context, invoice: Doc, outcome: str) -> str:
    customer = cx.require("customer", invoice["customer"])
    if not customer["delinquent"] and reactions.subscription_of(cx, invoice):
        before = cx.snapshot(customer)
        customer["delinquent"] = True
        cx.save(customer, "customer.updated", before)
    cx.emit("invoice.payment_failed", invoice)
    reactions.invoice_unpaid(cx, invoice)
    return outcome


def plan_retry(cx: Context, invoice: Doc) -> bool:
    """Note the next attempt of a renewal; false when there are no more."""
    done = invoice.get("_retries", 0)
    if done >= len(RETRY_AFTER_DAYS):
        invoice.update(next_payment_attempt=None, _due=None)
        cx.store.save(invoice)
        return False
    at = cx.now(invoice) + RETRY_AFTER_DAYS[done] * DAY
    before = cx.snapshot(invoice)
    invoice.update(next_payment_attempt=at, _due=at, _retries=done + 1)
    cx.save(invoice, "invoice.updated", before)
    return True


def leave_as_draft(cx: Context, invoice: Doc) -> Doc:
    """A renewal's invoice can be edited for an hour before it finalizes itself."""
    at = cx.now(invoice) + HOUR
    invoice.update(automatically_finalizes_at=at, next_payment_attempt=None, _due=at)
    if invoice["collection_method"] == "charge_automatically":
        invoice["next_payment_attempt"] = at
    return cx.store.save(invoice)


def void(cx: Context, invoice: Doc) -> Doc:
    _cancel_payment(cx, invoice)
    invoices.void(cx, invoice)
    reactions.invoice_given_up(cx, invoice)
    return invoice


def mark_uncollectible(cx: Context, invoice: Doc, reason: str | None = "user_forgiven") -> Doc:
    if invoice["status"] != "open":
        raise errors.invalid("You can only mark an open invoice as uncollectible.")
    before = cx.snapshot(invoice)
    invoice.update(status="uncollectible", next_payment_attempt=None, _due=None)
    invoice["status_details"] = {"uncollectible": {"reason": reason}}
    invoice["status_transitions"]["marked_uncollectible_at"] = cx.now(invoice)
    cx.save(invoice)
    cx.emit("invoice.marked_uncollectible", invoice)
    cx.save(invoice, "invoice.updated", before)
    reactions.invoice_given_up(cx, invoice)
    return invoice


def _cancel_payment(cx: Context, invoice: Doc) -> None:
    for payment in cx.store.all("invoice_payment", invoice=invoice["id"]):
        intent = cx.optional("payment_intent", payment["payment"].get("payment_intent"))
        if payment["status"] == "open":
            payment["status"] = "canceled"
            payment["status_transitions"]["canceled_at"] = cx.now(invoice)
            cx.save(payment)
        if intent and intent["status"] in intents.UNFINISHED:
            intents.cancel(cx, intent, "void_invoice")


def payment_error(cx: Context, invoice: Doc, outcome: str) -> errors.ApiError:
    """The 402 of `invoices.pay` and of `error_if_incomplete`."""
    _, intent = default_payment(cx, invoice)
    if outcome == "no_method":
        return errors.ApiError(
            400,
            "This customer has no attached payment source or default payment method. Please "
            "consider adding a default payment method.",
            code="resource_missing",
        )
    if outcome == "requires_action":
        extra: dict[str, Any] = {"payment_intent": present(cx.store, intent)}
        return errors.ApiError(
            402,
            "This payment requires additional user action before it can be completed "
            "successfully. Payment can be completed using the PaymentIntent associated with the "
            "invoice.",
            type="card_error",
            code="invoice_payment_intent_requires_action",
            keeps_changes=True,
            extra=extra,
        )
    return intents.decline_error(cx, intent)


def paid_elsewhere(cx: Context, invoice: Doc) -> Doc:
    """The money came another way: the invoice is paid, nothing is charged."""
    before = cx.snapshot(invoice)
    _cancel_payment(cx, invoice)
    invoice["_paying_attempt"] = before
    invoice["amount_paid"] = invoice["amount_due"]
    invoice["amount_paid_off_stripe"] = invoice["amount_due"]
    mark_paid(cx, invoice)
    return invoice


def attempt_failed(cx: Context, invoice: Doc) -> None:
    """The customer did not pass the bank's check on a hosted page."""
    _failed(cx, invoice, "declined")
