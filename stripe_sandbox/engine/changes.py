"""Changes to a subscription's items: what they cost, and putting them in force.

A change is a plain dict, because a pending one is stored: item (id, or nothing for a new one),
price (id), quantity, deleted, metadata, tax_rates.

Each item notes what was last debited for it (`_debit`): price, quantity, period. A credit derives
from that note, not from what the item says now; that is the flexible billing mode.
"""

from fractions import Fraction
from typing import Any

from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.engine import agenda, discounts, invoices
from stripe_sandbox.engine.money import half_up, total
from stripe_sandbox.engine.periods import boundary_after, day_of
from stripe_sandbox.store import Doc

type Change = dict[str, Any]


def plan(cx: Context, sub: Doc, wanted: list[dict[str, Any]]) -> list[Change]:
    """The `items` of an update to changes; each names what the item will be, not what differs."""
    planned = []
    for position, entry in enumerate(wanted):
        param = f"items[{position}]"
        item = None
        if entry.get("id"):
            item = cx.require("subscription_item", entry["id"], f"{param}[id]")
            if item["subscription"] != sub["id"]:
                raise errors.missing("subscription item", entry["id"], f"{param}[id]")
        planned.append(_change(cx, sub, item, entry, param))
    return planned


def _change(cx: Context, sub: Doc, item: Doc | None, entry: dict[str, Any], param: str) -> Change:
    identifier = entry.get("price") or entry.get("plan") or (item or {}).get("price")
    if identifier is None:
        raise errors.invalid(
            f"Missing required param: {param}[price].", f"{param}[price]", "parameter_missing"
        )
    price = recurring_price(cx, identifier, sub["currency"], f"{param}[price]")
    same_price = item is not None and item["price"] == price["id"]
    quantity = entry.get("quantity")
    if quantity is None:
        # Changing the price without a quantity sets the quantity to 1.
        quantity = item["quantity"] if item and same_price else 1
    if quantity < 0:
        raise errors.invalid(
            "This value must be greater than or equal to 0.",
            f"{param}[quantity]",
            "parameter_invalid_integer",
        )
    return {
        "item": item["id"] if item else None,
        "price": price["id"],
        "quantity": quantity,
        "deleted": bool(entry.get("deleted")),
        "metadata": entry.get("metadata"),
        "tax_rates": entry.get("tax_rates"),
    }


def recurring_price(cx: Context, identifier: str, currency: str | None, param: str) -> Doc:
    price = cx.store.get("price", identifier)
    if price is None:
        raise errors.ApiError(
            400, f"No such price: '{identifier}'", param=param, code="resource_missing"
        )
    if price["type"] != "recurring":
        raise errors.invalid(
            "The price specified is set to `type=one_time` but this field only accepts prices "
            "with `type=recurring`.",
            param,
        )
    if not price["active"]:
        raise errors.invalid(
            "The price specified is inactive. This field only accepts active prices.", param
        )
    if currency and price["currency"] != currency:
        raise errors.invalid(
            f"The price specified only supports `{price['currency']}`. This doesn't match the "
            f"expected currency: `{currency}`.",
            param,
        )
    return price


def is_real(cx: Context, change: Change) -> bool:
    """Whether a change costs anything: another price or quantity, or the item comes or goes."""
    if change["item"] is None or change["deleted"]:
        return True
    item = cx.require("subscription_item", change["item"])
    return bool(item["price"] != change["price"] or item["quantity"] != change["quantity"])


def changes_interval(cx: Context, sub: Doc, planned: list[Change]) -> bool:
    """Whether billing moves to another interval, so that a new period begins."""
    items = agenda.items_of(cx, sub)
    current = cx.require("price", items[0]["price"])["recurring"]
    return any(
        rhythm(cx.require("price", change["price"])["recurring"]) != rhythm(current)
        for change in planned
        if not change["deleted"]
    )


def rhythm(recurring: Doc) -> tuple[str, int]:
    """How often a price bills, to compare by."""
    return recurring["interval"], recurring["interval_count"]


# -- proration ------------------------------------------------------------------------------------


def prorate(cx: Context, sub: Doc, planned: list[Change], at: int) -> list[Doc]:
    """Invoice items of a change at second `at`: the old total's credit, the new total's debit."""
    made = []
    for change in planned:
        if not is_real(cx, change):
            continue
        item = cx.optional("subscription_item", change["item"])
        start, end = _period(cx, sub, item)
        if item:
            made += credit(cx, sub, item, at)
        if not change["deleted"] and at < end:
            price = cx.require("price", change["price"])
            share = Fraction(end - at, end - start)
            made.append(
                _invoice_item(
                    cx,
                    sub,
                    item,
                    price,
                    change["quantity"],
                    half_up(total(price, change["quantity"]) * share),
                    (at, end),
                    f"Remaining time on {_what(cx, price, change['quantity'])} after {day_of(at)}",
                    tax_rates=change["tax_rates"] or (item or {}).get("tax_rates"),
                )
            )
    return made


def credit(cx: Context, sub: Doc, item: Doc, at: int) -> list[Doc]:
    """The unused part of what was debited for an item, as a negative invoice item."""
    debit = item["_debit"]
    if not debit or at >= debit["end"]:
        return []
    price = cx.require("price", debit["price"])
    start = max(at, debit["from"])
    share = Fraction(debit["end"] - start, debit["end"] - debit["start"])
    paid, full = debit["net"]
    amount = total(price, debit["quantity"]) * share * (Fraction(paid, full) if full else 1)
    return [
        _invoice_item(
            cx,
            sub,
            item,
            price,
            debit["quantity"],
            -half_up(amount),
            (start, debit["end"]),
            f"Unused time on {_what(cx, price, debit['quantity'])} after {day_of(start)}",
            discountable=False,
            tax_rates=item.get("tax_rates"),
            credited={"invoice": debit["invoice"], "invoice_line_items": debit["lines"]}
            if debit["invoice"]
            else None,
        )
    ]


def _period(cx: Context, sub: Doc, item: Doc | None) -> tuple[int, int]:
    """The full period that shares are taken of, although the first may have been cut short."""
    source = item or agenda.items_of(cx, sub)[0]
    return source.get("_full_start") or source["current_period_start"], source["current_period_end"]


def _what(cx: Context, price: Doc, quantity: int) -> str:
    product = cx.require("product", price["product"])
    return f"{quantity} × {product['name']}" if quantity != 1 else str(product["name"])


def _invoice_item(
    cx: Context,
    sub: Doc,
    item: Doc | None,
    price: Doc,
    quantity: int,
    amount: int,
    period: tuple[int, int],
    description: str,
    *,
    discountable: bool = True,
    tax_rates: Any = None,
    credited: Any = None,
) -> Doc:
    made = cx.create(
        "invoiceitem",
        "ii_",
        of=sub,
        amount=amount,
        currency=sub["currency"],
        customer=sub["customer"],
        date=cx.now(sub),
        description=description,
        discountable=discountable,
        discounts=[],
        metadata={},
        net_amount=amount,
        parent={
            "type": "subscription_details",
            "subscription_details": {
                "subscription": sub["id"],
                "subscription_item": item["id"] if item else None,
            },
        },
        period={"start": period[0], "end": period[1]},
        pricing={
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        proration=True,
        proration_details={"discount_amounts": [], "credited_items": None},
        quantity=quantity,
        quantity_decimal=str(quantity),
        tax_rates=list(tax_rates or []),
        test_clock=sub["test_clock"],
        _subscription=sub["id"],
        _subscription_item=item["id"] if item else None,
        _credited=credited,
    )
    cx.emit("invoiceitem.created", made)
    return made


# -- putting changes in force ---------------------------------------------------------------------


def apply(cx: Context, sub: Doc, planned: list[Change], at: int, *, debited: bool) -> None:
    """Write the items. `debited` says that the change was charged from second `at` on."""
    for change in planned:
        real = is_real(cx, change)
        item = cx.optional("subscription_item", change["item"])
        if change["deleted"] and item:
            cx.store.delete(item["id"])
            continue
        if item is None:
            sibling = agenda.items_of(cx, sub)[0]
            item = new_item(
                cx,
                sub,
                change["price"],
                change["quantity"],
                sibling["current_period_start"],
                sibling["current_period_end"],
                _full_start=sibling.get("_full_start"),
            )
        item.update(price=change["price"], quantity=change["quantity"])
        if change["metadata"] is not None:
            item["metadata"] = {**item["metadata"], **change["metadata"]}
        if change["tax_rates"] is not None:
            item["tax_rates"] = list(change["tax_rates"])
        if debited and real:
            note_debit(item, None, [], at, (1, 1))
        cx.store.save(item)


def new_item(
    cx: Context, sub: Doc, price: str, quantity: int, start: int, end: int, **given: Any
) -> Doc:
    return cx.create(
        "subscription_item",
        "si_",
        of=sub,
        current_period_end=end,
        current_period_start=start,
        discounts=[],
        price=price,
        quantity=quantity,
        subscription=sub["id"],
        _debit=None,
        **{"metadata": {}, "tax_rates": [], "billed_until": end, **given},
    )


def note_debit(
    item: Doc, invoice: str | None, lines: list[str], at: int, net: tuple[int, int]
) -> None:
    """Remember what was debited: the item as it is, for its period, from second `at` on."""
    item["_debit"] = {
        "price": item["price"],
        "quantity": item["quantity"],
        "start": item.get("_full_start") or item["current_period_start"],
        "end": item["current_period_end"],
        "from": at,
        "invoice": invoice,
        "lines": lines,
        "net": list(net),
    }


def note_invoiced(cx: Context, invoice: Doc) -> None:
    """Tie each item's debit to the invoice lines that carry it, with what discounts left of it."""
    by_item: dict[str, list[Doc]] = {}
    for line in invoices.lines_of(cx, invoice):
        details = ((line["parent"] or {}).get("subscription_item_details")) or {}
        if details and line["amount"] > 0:
            by_item.setdefault(details["subscription_item"], []).append(line)
    for identifier, lines in by_item.items():
        item = cx.optional("subscription_item", identifier)
        if item and item["_debit"] and item["_debit"]["invoice"] is None:
            item["_debit"].update(
                invoice=invoice["id"],
                lines=[line["id"] for line in lines],
                net=[sum(map(discounts.net, lines)), sum(line["amount"] for line in lines)],
            )
            cx.store.save(item)


# -- pending updates ------------------------------------------------------------------------------


def hold(cx: Context, sub: Doc, planned: list[Change], at: int, invoice: Doc) -> None:
    """Keep the changes until the invoice is paid."""
    shown = []
    for change in planned:
        item = cx.optional("subscription_item", change["item"])
        if item is None or change["deleted"]:
            continue
        metadata = {**item["metadata"], **(change["metadata"] or {})}
        shown.append(
            {**item, "price": change["price"], "quantity": change["quantity"], "metadata": metadata}
        )
    sub["pending_update"] = {
        "billing_cycle_anchor": None,
        "cancel_at_period_end": None,
        "discount": None,
        "discounts": None,
        "expires_at": min(cx.now(sub) + agenda.PENDING_UPDATE_EXPIRES, agenda.period_end(cx, sub)),
        "metadata": None,
        "subscription_items": shown,
        "trial_end": None,
        "trial_from_plan": None,
    }
    sub["_pending_invoice"] = invoice["id"]
    sub["_pending_changes"] = planned
    sub["_pending_at"] = at
    agenda.reschedule(cx, sub)


def apply_pending(
    cx: Context, sub: Doc, invoice: Doc, before: Doc, anchor: int | None = None
) -> None:
    """The invoice was paid: what waited for it is in force now, a new period from `anchor` on."""
    planned, at = sub["_pending_changes"], sub["_pending_at"]
    sub.update(pending_update=None, _pending_invoice=None, _pending_changes=None)
    apply(cx, sub, planned, at, debited=True)
    if anchor is not None:
        _begin_period(cx, sub, anchor)
    note_invoiced(cx, invoice)
    agenda.reschedule(cx, sub)
    cx.emit("customer.subscription.pending_update_applied", sub)
    cx.save(sub, "customer.subscription.updated", before)


def _begin_period(cx: Context, sub: Doc, anchor: int) -> None:
    sub["billing_cycle_anchor"] = anchor
    for item in agenda.items_of(cx, sub):
        recurring = cx.require("price", item["price"])["recurring"]
        end = boundary_after(anchor, anchor, recurring["interval"], recurring["interval_count"])
        item.update(
            current_period_start=anchor, current_period_end=end, billed_until=end, _full_start=None
        )
        note_debit(item, None, [], anchor, (1, 1))
        cx.store.save(item)
