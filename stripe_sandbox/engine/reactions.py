"""What an invoice's fate does to its subscription: active, past due, applied or given up."""

from stripe_sandbox.context import Context
from stripe_sandbox.engine import agenda, changes
from stripe_sandbox.store import Doc


def subscription_of(cx: Context, invoice: Doc) -> Doc | None:
    return cx.optional("subscription", invoice.get("_subscription"))


def invoice_paid(cx: Context, invoice: Doc) -> None:
    sub = subscription_of(cx, invoice)
    if sub is None:
        return
    before = cx.snapshot(sub)
    if sub["pending_update"] and sub["_pending_invoice"] == invoice["id"]:
        anchor = sub["pending_update"]["billing_cycle_anchor"]
        changes.apply_pending(cx, sub, invoice, before, anchor)
        return
    if sub["latest_invoice"] == invoice["id"] and sub["status"] in {
        "incomplete",
        "past_due",
        "unpaid",
    }:
        sub["status"] = "trialing" if _in_trial(cx, sub) else "active"
        cx.save(agenda.reschedule(cx, sub), "customer.subscription.updated", before)


def invoice_unpaid(cx: Context, invoice: Doc) -> None:
    """A payment attempt failed, or needs the customer."""
    sub = subscription_of(cx, invoice)
    if sub is None or sub["_pending_invoice"] == invoice["id"]:
        return
    if sub["status"] in {"active", "trialing"} and sub["latest_invoice"] == invoice["id"]:
        before = cx.snapshot(sub)
        sub["status"] = "past_due"
        cx.save(agenda.reschedule(cx, sub), "customer.subscription.updated", before)


def invoice_given_up(cx: Context, invoice: Doc) -> None:
    """The invoice was voided or written off: an update that waited for it is dropped."""
    sub = subscription_of(cx, invoice)
    if sub and sub["pending_update"] and sub["_pending_invoice"] == invoice["id"]:
        before = cx.snapshot(sub)
        sub["pending_update"] = None
        sub["_pending_invoice"] = None
        cx.save(agenda.reschedule(cx, sub), "customer.subscription.updated", before)
    elif sub and sub["status"] == "past_due" and sub["latest_invoice"] == invoice["id"]:
        before = cx.snapshot(sub)
        sub["status"] = "active"
        cx.save(agenda.reschedule(cx, sub), "customer.subscription.updated", before)


def _in_trial(cx: Context, sub: Doc) -> bool:
    return bool(sub["trial_end"] and sub["trial_end"] > cx.now(sub))
