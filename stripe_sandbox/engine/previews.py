"""Previews: the real thing, done inside a savepoint that is undone, with events muted.

So a preview cannot disagree with what happens afterwards at the same second.
"""

from typing import Any

from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.engine import (
    agenda,
    changes,
    cycles,
    discounts,
    invoices,
    schedules,
    signup,
    subscriptions,
)
from stripe_sandbox.present import Shown, present
from stripe_sandbox.store import Doc, new_id

SETTLED = "always_invoice"


def invoice(cx: Context, params: dict[str, Any]) -> Doc:
    """The invoice that a change, a renewal or a new subscription would bring."""
    cx.rehearsing = True
    try:
        with cx.store.rehearsal():
            made = _make(cx, params)
            _add_items(cx, made, params.get("invoice_items") or [])
            if params.get("discounts"):
                made["discounts"] = discounts.redeem(
                    cx, params["discounts"], customer=made["customer"]
                )
            invoices.total_up(cx, made)
            made["next_payment_attempt"] = made["next_payment_attempt"] or cx.now(made) + 3600
            shown = present(cx.store, made)
            lines = [present(cx.store, line) for line in invoices.lines_of(cx, made)]
            shown["lines"] |= {"data": lines[:50], "has_more": len(lines) > 50}
    finally:
        cx.rehearsing = False
    shown["id"] = new_id("upcoming_in_")
    for line in shown["lines"]["data"]:
        line["invoice"] = shown["id"]
    shown["lines"]["url"] = f"/v1/invoices/{shown['id']}/lines"
    return Shown(shown)


def _make(cx: Context, params: dict[str, Any]) -> Doc:
    sub = _subscription(cx, params)
    details = params.get("subscription_details") or {}
    if sub is None:
        return _new_subscription(cx, params, details)
    if sub["status"] in agenda.ENDED:
        raise errors.ApiError(
            404, "No upcoming invoices for customer: the subscription is canceled.",
            code="invoice_upcoming_none",
        )  # fmt: skip
    if params.get("schedule_details"):
        schedule = cx.require("subscription_schedule", sub["schedule"])
        schedules.rewrite(cx, schedule, params["schedule_details"])
    if "default_tax_rates" in details:
        sub["default_tax_rates"] = subscriptions.tax_rates(cx, details["default_tax_rates"])
    planned = changes.plan(cx, sub, details.get("items") or [])
    real = any(changes.is_real(cx, change) for change in planned)
    anchor = details.get("billing_cycle_anchor") or {}
    ends_trial = details.get("trial_end") == "now" and sub["status"] == "trialing"
    starts_anew = (
        anchor.get("type") == "now"
        or ends_trial
        or (real and changes.changes_interval(cx, sub, planned))
    )
    at = details.get("proration_date") or cx.now(sub)
    subscriptions.check_date(cx, sub, details.get("proration_date"))
    proration = details.get("proration_behavior", "create_prorations")
    if sub["status"] == "trialing" and not ends_trial:
        changes.apply(cx, sub, planned, at, debited=False)
    elif real or starts_anew:
        subscriptions.drop_pending(cx, sub)
        now_due = subscriptions.change_now(cx, sub, planned, at, proration, restart=starts_anew)
        if now_due is None and proration == SETTLED:
            now_due = cycles.update_invoice(cx, sub)
        if now_due:
            now_due["parent"]["subscription_details"]["subscription_proration_date"] = at
            return now_due
        schedules.follow_direct_change(cx, sub)
    subscriptions.set_cancellation(cx, sub, details)
    return _next_renewal(cx, sub)


def _subscription(cx: Context, params: dict[str, Any]) -> Doc | None:
    if params.get("schedule"):
        schedule = cx.require("subscription_schedule", params["schedule"], "schedule")
        return cx.require("subscription", schedule["subscription"])
    if params.get("subscription"):
        return cx.require("subscription", params["subscription"], "subscription")
    if not params.get("customer"):
        raise errors.invalid(
            "You must provide one of customer, subscription or schedule.", "customer"
        )
    if (params.get("subscription_details") or {}).get("items") or params.get("invoice_items"):
        return None
    live = [
        sub
        for sub in cx.store.all("subscription", customer=params["customer"])
        if sub["status"] not in agenda.ENDED
    ]
    if not live:
        raise errors.ApiError(
            404,
            f"No upcoming invoices for customer: {params['customer']}",
            code="invoice_upcoming_none",
        )
    return min(live, key=lambda sub: agenda.period_end(cx, sub))


def _new_subscription(cx: Context, params: dict[str, Any], details: dict[str, Any]) -> Doc:
    customer = cx.require("customer", params["customer"], "customer")
    if not details.get("items"):
        return invoices.draft(
            cx,
            customer,
            "upcoming",
            currency=params.get("currency") or customer["currency"] or "usd",
        )
    given = {**details, "customer": customer["id"], "payment_behavior": "default_incomplete"}
    sub = signup.create(cx, given, customer)
    made = cx.require("invoice", sub["latest_invoice"])
    made.update(status="draft", number=None, hosted_invoice_url=None, invoice_pdf=None)
    return made


def _next_renewal(cx: Context, sub: Doc) -> Doc:
    end = agenda.period_end(cx, sub)
    if sub["cancel_at"] and sub["cancel_at"] <= end:
        items = invoices.pending_items(cx, sub["customer"], sub["id"], own_only=True)
        if not items:
            raise errors.ApiError(
                404,
                f"No upcoming invoices for customer: {sub['customer']}",
                code="invoice_upcoming_none",
            )
    if schedules.is_due(cx, sub, end):
        schedules.advance_at(cx, sub, end)
    if sub["status"] == "trialing":
        sub["status"] = "active"
    made = cycles.next_period(cx, sub)
    made.update(billing_reason="upcoming", created=end, next_payment_attempt=end + invoices.HOUR)
    return made


def _add_items(cx: Context, made: Doc, given: list[dict[str, Any]]) -> None:
    for entry in given:
        price = cx.require("price", entry["price"]) if entry.get("price") else None
        quantity = entry.get("quantity", 1)
        amount = entry.get("amount")
        if amount is None and price:
            amount = price["unit_amount"] * quantity
        elif amount is None:
            amount = entry.get("unit_amount", 0) * quantity
        period = entry.get("period") or {"start": cx.now(made), "end": cx.now(made)}
        invoices.add_line(
            cx,
            made,
            amount=amount,
            description=entry.get("description"),
            discountable=entry.get("discountable", amount >= 0),
            period=period,
            price=price,
            quantity=quantity,
        )
