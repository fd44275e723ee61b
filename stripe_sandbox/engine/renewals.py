"""What happens by itself: renewals, ends of trials, cancellations, expiries, retries."""

from stripe_sandbox.context import Context
from stripe_sandbox.engine import (
    agenda,
    collection,
    cycles,
    methods,
    reactions,
    schedules,
    subscriptions,
)
from stripe_sandbox.store import Doc


def subscription_due(cx: Context, sub: Doc) -> None:
    """The subscription's next moment has come; exactly one thing is done about it."""
    now = cx.now(sub)
    if sub["status"] == "incomplete":
        _expire_incomplete(cx, sub)
    elif sub["pending_update"] and sub["pending_update"]["expires_at"] <= now:
        _expire_pending(cx, sub)
    elif sub["cancel_at"] and sub["cancel_at"] <= now:
        subscriptions.cancel(cx, sub, "cancellation_requested")
    elif _tells_of_trial_end(sub, now):
        sub["_told_of_trial_end"] = True
        agenda.reschedule(cx, sub)
        cx.emit("customer.subscription.trial_will_end", sub)
    elif schedules.is_due(cx, sub, now):
        schedules.advance(cx, sub)
    else:
        renew(cx, sub)


def _tells_of_trial_end(sub: Doc, now: int) -> bool:
    """Three days before a trial ends, or at once when it is shorter; once."""
    if sub["status"] != "trialing" or sub.get("_told_of_trial_end"):
        return False
    return bool(now >= sub["trial_end"] - agenda.TOLD_BEFORE_TRIAL_ENDS)


def renew(cx: Context, sub: Doc) -> Doc | None:
    """Open the next period. The invoice stays a draft for an hour, as Stripe leaves it."""
    before = cx.snapshot(sub)
    if sub["status"] == "trialing" and not _leave_trial(cx, sub):
        return None
    if sub["pending_update"]:
        _expire_pending(cx, sub)
    invoice = cycles.next_period(cx, sub)
    if sub["status"] == "unpaid" or sub.get("pause_collection"):
        invoice["auto_advance"] = False
        cx.store.save(invoice)
    else:
        collection.leave_as_draft(cx, invoice)
    cx.save(agenda.reschedule(cx, sub), "customer.subscription.updated", before)
    return invoice


def _leave_trial(cx: Context, sub: Doc) -> bool:
    """Whether the subscription goes on after its trial."""
    customer = cx.require("customer", sub["customer"])
    without = (sub["trial_settings"] or {}).get("end_behavior", {}).get("missing_payment_method")
    pays = (
        sub["collection_method"] == "send_invoice"
        or methods.default_for(cx, customer, sub) is not None
    )
    if not pays and without == "cancel":
        subscriptions.cancel(cx, sub, "cancellation_requested")
        return False
    if not pays and without == "pause":
        before = cx.snapshot(sub)
        sub["status"] = "paused"
        cx.save(agenda.reschedule(cx, sub), "customer.subscription.updated", before)
        cx.emit("customer.subscription.paused", sub)
        return False
    sub["status"] = "active"
    return True


def _expire_incomplete(cx: Context, sub: Doc) -> None:
    before = cx.snapshot(sub)
    sub.update(status="incomplete_expired", ended_at=cx.now(sub))
    invoice = cx.optional("invoice", sub["latest_invoice"])
    if invoice and invoice["status"] == "open":
        collection.void(cx, invoice)
    cx.save(agenda.reschedule(cx, sub), "customer.subscription.updated", before)


def _expire_pending(cx: Context, sub: Doc) -> None:
    """The invoice was not paid in time: it is voided, the subscription stays as it was."""
    before = cx.snapshot(sub)
    invoice = cx.optional("invoice", sub["_pending_invoice"])
    sub.update(pending_update=None, _pending_invoice=None, _pending_changes=None)
    agenda.reschedule(cx, sub)
    cx.emit("customer.subscription.pending_update_expired", sub)
    cx.save(sub, "customer.subscription.updated", before)
    if invoice and invoice["status"] == "open":
        collection.void(cx, invoice)


def invoice_due(cx: Context, invoice: Doc) -> None:
    """A draft finalizes itself, an open invoice is tried again, a sent one is overdue."""
    invoice["_due"] = None
    cx.store.save(invoice)
    if invoice["status"] == "draft":
        collection.finalize(cx, invoice)
        if invoice["collection_method"] == "send_invoice" and invoice["status"] == "open":
            cx.emit("invoice.sent", invoice)
    elif invoice["collection_method"] == "send_invoice":
        reactions.invoice_unpaid(cx, invoice)
        return
    if invoice["status"] == "open" and invoice["collection_method"] == "charge_automatically":
        _collect(cx, invoice)


def _collect(cx: Context, invoice: Doc) -> None:
    outcome = collection.attempt(cx, invoice, off_session=True)
    if outcome == "paid":
        return
    if not collection.plan_retry(cx, invoice):
        _end_dunning(cx, invoice)


def _end_dunning(cx: Context, invoice: Doc) -> None:
    """Retries ran out. Stripe's account setting decides; here it is the setting `dunning_end`."""
    sub = reactions.subscription_of(cx, invoice)
    choice = cx.store.setting("dunning_end", "cancel")
    if sub is None or sub["status"] in agenda.ENDED or choice == "past_due":
        return
    if choice == "cancel":
        subscriptions.cancel(cx, sub, "payment_failed")
        return
    before = cx.snapshot(sub)
    sub["status"] = "unpaid"
    cx.save(agenda.reschedule(cx, sub), "customer.subscription.updated", before)


def session_due(cx: Context, session: Doc) -> None:
    session.update(_due=None, status="expired", url=None)
    cx.save(session, "checkout.session.expired")


HANDLERS = {
    "subscription": subscription_due,
    "invoice": invoice_due,
    "checkout.session": session_due,
}


def handle(cx: Context, doc: Doc) -> None:
    HANDLERS[doc["object"]](cx, doc)
