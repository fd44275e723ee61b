"""A subscription's invoices: the first, the one of a change, the one of each period."""

from fractions import Fraction

from stripe_sandbox.context import Context
from stripe_sandbox.engine import agenda, changes, discounts, invoices
from stripe_sandbox.engine.money import charges, display_unit, half_up
from stripe_sandbox.engine.periods import boundary_after
from stripe_sandbox.store import Doc


def first_invoice(cx: Context, sub: Doc, *, prorated: bool = True) -> Doc:
    """The first period, in part when an anchor cuts it short, or free until that anchor."""
    invoice = _draft(cx, sub, "subscription_create")
    if not prorated and any(item.get("_full_start") for item in agenda.items_of(cx, sub)):
        _period(cx, sub, invoice)
        return _ready(cx, sub, invoice)
    return _with_period(cx, sub, invoice, trial=sub["status"] == "trialing")


def update_invoice(cx: Context, sub: Doc) -> Doc:
    """The pending prorations of a subscription, invoiced now."""
    invoice = _draft(cx, sub, "subscription_update")
    _period(cx, sub, invoice)
    items = invoices.pending_items(cx, sub["customer"], sub["id"], own_only=True)
    invoices.pull_pending(cx, invoice, items)
    return _ready(cx, sub, invoice)


def restart(cx: Context, sub: Doc) -> Doc:
    """A new period from now on: the anchor moves, everything is charged in full."""
    now = cx.now(sub)
    sub.update(billing_cycle_anchor=now)
    if sub["status"] == "trialing":
        sub.update(status="active", trial_end=now)
    _move_items(cx, sub, now)
    return _with_period(cx, sub, _draft(cx, sub, "subscription_update"))


def next_period(cx: Context, sub: Doc) -> Doc:
    """The period that follows the current one, with its draft invoice."""
    _move_items(cx, sub, agenda.period_end(cx, sub))
    return _with_period(cx, sub, _draft(cx, sub, "subscription_cycle"))


def _move_items(cx: Context, sub: Doc, start: int) -> None:
    for item in agenda.items_of(cx, sub):
        recurring = cx.require("price", item["price"])["recurring"]
        end = boundary_after(
            sub["billing_cycle_anchor"], start, recurring["interval"], recurring["interval_count"]
        )
        item.update(
            current_period_start=start, current_period_end=end, billed_until=end, _full_start=None
        )
        cx.store.save(item)


def _draft(cx: Context, sub: Doc, reason: str) -> Doc:
    customer = cx.require("customer", sub["customer"])
    return invoices.draft(cx, customer, reason, sub, _off_session=reason == "subscription_cycle")


def _period(cx: Context, sub: Doc, invoice: Doc) -> None:
    items = agenda.items_of(cx, sub)
    if items:
        invoice["period_start"] = min(item["current_period_start"] for item in items)
        invoice["period_end"] = (
            cx.now(sub)
            if invoice["billing_reason"] == "subscription_update"
            else invoice["period_start"]
        )
    cx.store.save(invoice)


def _with_period(cx: Context, sub: Doc, invoice: Doc, *, trial: bool = False) -> Doc:
    """Pending items, then the current period of each item."""
    _period(cx, sub, invoice)
    items = invoices.pending_items(cx, sub["customer"], sub["id"], own_only=False)
    invoices.pull_pending(cx, invoice, items)
    for item in agenda.items_of(cx, sub):
        _item_lines(cx, sub, item, invoice, trial=trial)
        if trial:
            item["_debit"] = None
        else:
            changes.note_debit(item, None, [], item["current_period_start"], (1, 1))
        cx.store.save(item)
    return _ready(cx, sub, invoice)


def _item_lines(cx: Context, sub: Doc, item: Doc, invoice: Doc, *, trial: bool) -> None:
    price = cx.require("price", item["price"])
    product = cx.require("product", price["product"])
    recurring = price["recurring"]
    rhythm = recurring["interval"]
    if recurring["interval_count"] > 1:
        rhythm = f"{recurring['interval_count']} {rhythm}s"
    start, end = item["current_period_start"], item["current_period_end"]
    share = Fraction(end - start, end - (item.get("_full_start") or start))
    for charge in charges(price, item["quantity"]):
        at = (
            display_unit(charge.unit_amount, price["currency"])
            if charge.unit_amount is not None
            else ""
        )
        tier = f"{charge.note} " if charge.note else ""
        invoices.add_line(
            cx,
            invoice,
            amount=0 if trial else half_up(charge.amount * share),
            description=f"Trial period for {product['name']}"
            if trial
            else f"{charge.quantity} × {product['name']} ({tier}at {at} / {rhythm})",
            parent=invoices.subscription_parent(sub["id"], item["id"]),
            period={"start": start, "end": end},
            price=price,
            quantity=item["quantity"] if trial else charge.quantity,
            subscription=sub["id"],
            tax_rates=item["tax_rates"] or None,
            unit_amount_decimal=None if charge.unit_amount is None else f"{charge.unit_amount:f}",
        )
        if trial:
            return


def _ready(cx: Context, sub: Doc, invoice: Doc) -> Doc:
    invoice["discounts"] = list(sub["discounts"])
    invoices.total_up(cx, invoice)
    changes.note_invoiced(cx, invoice)
    discounts.used_once(cx, sub)
    sub["latest_invoice"] = invoice["id"]
    cx.store.save(sub)
    cx.emit("invoice.created", invoice)
    return invoice
