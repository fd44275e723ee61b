"""Changing and ending subscriptions, with the invoice that a change may cost."""

import copy
from typing import Any

from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.engine import agenda, changes, collection, cycles, discounts, invoices, methods
from stripe_sandbox.store import Doc

PENDING_ALLOWED = {
    "items", "payment_behavior", "proration_behavior", "proration_date", "expand",
    "billing_cycle_anchor", "trial_end",
}  # fmt: skip


def tax_rates(cx: Context, identifiers: Any) -> list[str]:
    return [cx.require("tax_rate", i, "defaulttax_rates")["id"] for i in identifiers or []]


def update(cx: Context, sub: Doc, params: dict[str, Any]) -> Doc:
    """Attributes first, then the items with what they cost."""
    if sub["status"] in agenda.ENDED:
        raise errors.invalid(
            "A canceled subscription can only update its cancellation_details and metadata."
        )
    behavior = params.get("payment_behavior", "allow_incomplete")
    if behavior == "pending_if_incomplete":
        _check_pending(cx, sub, params)
    before = cx.snapshot(sub)
    _attributes(cx, sub, params)
    planned = changes.plan(cx, sub, params.get("items") or [])
    real = any(changes.is_real(cx, change) for change in planned)
    restart = params.get("billing_cycle_anchor") is not None or (
        real and changes.changes_interval(cx, sub, planned)
    )
    at = params.get("proration_date") or cx.now(sub)
    check_date(cx, sub, params.get("proration_date"))
    end_trial = params.get("trial_end") == "now" and sub["trial_end"] is not None
    if end_trial:
        restart = True
    if real:
        drop_pending(cx, sub)
    proration = params.get("proration_behavior", "create_prorations")
    if not (real or restart):
        changes.apply(cx, sub, planned, at, debited=False)
        return cx.save(agenda.reschedule(cx, sub), "customer.subscription.updated", before)
    if sub["status"] == "trialing" and not end_trial:
        changes.apply(cx, sub, planned, at, debited=False)
        return cx.save(agenda.reschedule(cx, sub), "customer.subscription.updated", before)
    if behavior == "pending_if_incomplete" and (restart or proration == "always_invoice"):
        return _update_when_paid(cx, sub, planned, at, params, before)
    invoice = change_now(cx, sub, planned, at, proration, restart=restart)
    cx.save(agenda.reschedule(cx, sub), "customer.subscription.updated", before)
    if invoice:
        _collect(cx, sub, invoice, behavior, params)
    return sub


def change_now(
    cx: Context, sub: Doc, planned: list[changes.Change], at: int, proration: str, *, restart: bool
) -> Doc | None:
    """Put changes in force; returns the draft invoice when there is something to invoice now."""
    if restart:
        if proration != "none":
            for item in agenda.items_of(cx, sub):
                changes.credit(cx, sub, item, at)
        changes.apply(cx, sub, planned, at, debited=False)
        return cycles.restart(cx, sub)
    prorated = changes.prorate(cx, sub, planned, at) if proration != "none" else []
    changes.apply(cx, sub, planned, at, debited=proration != "none")
    if proration != "always_invoice" or not prorated:
        return None
    return cycles.update_invoice(cx, sub)


def _collect(cx: Context, sub: Doc, invoice: Doc, behavior: str, params: dict[str, Any]) -> None:
    if sub["collection_method"] == "send_invoice":
        collection.leave_as_draft(cx, invoice)
        return
    collection.finalize(cx, invoice)
    if invoice["status"] == "paid":
        return
    if behavior == "default_incomplete":
        before = cx.snapshot(sub)
        sub["status"] = "past_due"
        cx.save(sub, "customer.subscription.updated", before)
        return
    outcome = collection.attempt(cx, invoice, off_session=bool(params.get("off_session")))
    if outcome != "paid" and behavior == "error_if_incomplete":
        error = collection.payment_error(cx, invoice, outcome)
        error.status = 402
        error.keeps_changes = False
        raise error


def _update_when_paid(
    cx: Context,
    sub: Doc,
    planned: list[changes.Change],
    at: int,
    params: dict[str, Any],
    before: Doc,
) -> Doc:
    """`pending_if_incomplete`: the change waits until its invoice is paid."""
    if params.get("billing_cycle_anchor") or changes.changes_interval(cx, sub, planned):
        return _restart_when_paid(cx, sub, planned, at, params, before)
    if not changes.prorate(cx, sub, planned, at):
        changes.apply(cx, sub, planned, at, debited=True)
        return cx.save(agenda.reschedule(cx, sub), "customer.subscription.updated", before)
    invoice = cycles.update_invoice(cx, sub)
    sub["_pending_invoice"] = invoice["id"]
    collection.finalize(cx, invoice)
    if invoice["status"] != "paid":
        collection.attempt(cx, invoice, off_session=bool(params.get("off_session")))
    if invoice["status"] == "paid":
        sub["_pending_invoice"] = None
        changes.apply(cx, sub, planned, at, debited=True)
        changes.note_invoiced(cx, invoice)
        return cx.save(agenda.reschedule(cx, sub), "customer.subscription.updated", before)
    changes.hold(cx, sub, planned, at, invoice)
    return cx.save(sub, "customer.subscription.updated", before)


def _restart_when_paid(
    cx: Context,
    sub: Doc,
    planned: list[changes.Change],
    at: int,
    params: dict[str, Any],
    before: Doc,
) -> Doc:
    """A new period waits until its invoice is paid: it is begun, and taken back while it waits."""
    docs = [sub, *agenda.items_of(cx, sub)]
    kept = [copy.deepcopy(doc) for doc in docs]
    invoice = change_now(cx, sub, planned, at, "always_invoice", restart=True)
    if invoice is None:
        return cx.save(agenda.reschedule(cx, sub), "customer.subscription.updated", before)
    sub["_pending_invoice"] = invoice["id"]
    collection.finalize(cx, invoice)
    if invoice["status"] != "paid":
        collection.attempt(cx, invoice, off_session=bool(params.get("off_session")))
    sub["_pending_invoice"] = None
    if invoice["status"] == "paid":
        return cx.save(agenda.reschedule(cx, sub), "customer.subscription.updated", before)
    for doc, was in zip(docs, kept, strict=True):
        doc.clear()
        doc.update(was)
        cx.store.save(doc)
    sub["latest_invoice"] = invoice["id"]
    changes.hold(cx, sub, planned, at, invoice)
    sub["pending_update"]["billing_cycle_anchor"] = cx.now(sub)
    return cx.save(sub, "customer.subscription.updated", before)


def _check_pending(cx: Context, sub: Doc, params: dict[str, Any]) -> None:
    """Pending updates take items and the period alone, and cards that are charged by themselves."""
    extra = sorted(params.keys() - PENDING_ALLOWED)
    for entry in params.get("items") or []:
        extra += sorted(entry.keys() - {"id", "price", "quantity", "deleted"})
    if extra:
        raise errors.invalid(
            "When `payment_behavior` is set to `pending_if_incomplete`, you can only update "
            f"items and the billing period. Received {', '.join(extra)}.",
            extra[0],
        )
    if sub["collection_method"] != "charge_automatically":
        raise errors.invalid(
            "`payment_behavior=pending_if_incomplete` is only for subscriptions with "
            "`collection_method=charge_automatically`.",
            "payment_behavior",
        )
    method = methods.default_for(cx, cx.require("customer", sub["customer"]), sub)
    if method and method["type"] != "card":
        raise errors.invalid(
            "`payment_behavior=pending_if_incomplete` is not supported with bank debits.",
            "payment_behavior",
        )


def check_date(cx: Context, sub: Doc, at: int | None) -> None:
    """A pinned proration second lies in the current period."""
    if at is None:
        return
    items = agenda.items_of(cx, sub)
    start = min(item["current_period_start"] for item in items)
    if not start <= at <= agenda.period_end(cx, sub):
        raise errors.invalid(
            "The `proration_date` must be within the current billing period.", "proration_date"
        )


def drop_pending(cx: Context, sub: Doc) -> None:
    """A newer change replaces one that still waits for its payment."""
    if sub["pending_update"]:
        waiting = cx.optional("invoice", sub["_pending_invoice"])
        sub.update(pending_update=None, _pending_invoice=None, _pending_changes=None)
        cx.save(sub)
        if waiting and waiting["status"] == "open":
            collection.void(cx, waiting)


def _attributes(cx: Context, sub: Doc, params: dict[str, Any]) -> None:
    customer = cx.require("customer", sub["customer"])
    if params.get("default_payment_method"):
        methods.owned(cx, params["default_payment_method"], customer, "default_payment_method")
    for name in ("default_payment_method", "description", "days_until_due", "collection_method"):
        if name in params:
            sub[name] = params[name] or None
    if "metadata" in params:
        sub["metadata"] = merged(sub["metadata"], params["metadata"])
    if "default_tax_rates" in params:
        sub["default_tax_rates"] = tax_rates(cx, params["default_tax_rates"])
    if "discounts" in params:
        sub["discounts"] = discounts.redeem(
            cx, params["discounts"] or [], customer=customer["id"], subscription=sub["id"]
        )
    if "pause_collection" in params:
        paused = params["pause_collection"]
        if paused and paused["behavior"] != "keep_as_draft":
            raise errors.unsupported(f"pausing as {paused['behavior']}", "pause_collection")
        sub["pause_collection"] = {**paused, "resumes_at": None} if paused else None
    if params.get("cancellation_details"):
        sub["cancellation_details"].update(params["cancellation_details"])
    saved = (params.get("payment_settings") or {}).get("save_default_payment_method")
    if saved:
        sub["payment_settings"]["save_default_payment_method"] = saved
    if params.get("trial_settings"):
        sub["trial_settings"] = params["trial_settings"]
    if isinstance(params.get("trial_end"), int):
        if sub["status"] != "trialing":
            raise errors.unsupported("a trial for a running subscription", "trial_end")
        sub.update(trial_end=params["trial_end"], status="trialing")
        sub["trial_start"] = sub["trial_start"] or cx.now(sub)
        sub["billing_cycle_anchor"] = params["trial_end"]
        for item in agenda.items_of(cx, sub):
            item["current_period_end"] = params["trial_end"]
            cx.store.save(item)
    set_cancellation(cx, sub, params)
    cx.store.save(sub)


def set_cancellation(cx: Context, sub: Doc, params: dict[str, Any]) -> None:
    now = cx.now(sub)
    if "cancel_at" in params:
        wanted = params["cancel_at"]
        if wanted in {"min_period_end", "max_period_end"}:
            wanted = agenda.period_end(cx, sub)
        sub["cancel_at"] = wanted or None
        sub["cancel_at_period_end"] = False
    if "cancel_at_period_end" in params:
        sub["cancel_at_period_end"] = params["cancel_at_period_end"]
        sub["cancel_at"] = agenda.period_end(cx, sub) if params["cancel_at_period_end"] else None
    if "cancel_at" in params or "cancel_at_period_end" in params:
        ends = sub["cancel_at"] is not None
        sub["canceled_at"] = now if ends else None
        sub["cancellation_details"]["reason"] = "cancellation_requested" if ends else None


def merged(current: Any, given: Any) -> dict[str, str]:
    """Metadata after an update: an empty value removes its key, an empty string all of them."""
    if given == "":
        return {}
    both = {**(current or {}), **(given or {})}
    return {key: value for key, value in both.items() if value not in {"", None}}


def cancel(cx: Context, sub: Doc, reason: str | None, params: dict[str, Any] | None = None) -> Doc:
    """End a subscription now."""
    params = params or {}
    if sub["status"] in agenda.ENDED:
        raise errors.missing("subscription", sub["id"])
    if params.get("prorate"):
        for item in agenda.items_of(cx, sub):
            changes.credit(cx, sub, item, cx.now(sub))
    now = cx.now(sub)
    was_incomplete = sub["status"] == "incomplete"
    sub.update(
        status="incomplete_expired" if was_incomplete else "canceled",
        canceled_at=sub["canceled_at"] or now,
        ended_at=now,
        pending_update=None,
    )
    details = params.get("cancellation_details") or {}
    sub["cancellation_details"].update({"reason": reason, **details})
    agenda.reschedule(cx, sub)
    if params.get("invoice_now"):
        items = invoices.pending_items(cx, sub["customer"], sub["id"], own_only=True)
        if items:
            collection.finalize(cx, cycles.update_invoice(cx, sub))
    cx.emit("customer.subscription.deleted", sub)
    return sub
