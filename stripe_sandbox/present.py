"""Stored documents to what Stripe answers: lists and objects inside objects, and `expand`."""

import json
from typing import Any

from stripe_sandbox import errors, shapes
from stripe_sandbox.store import Doc, Store

INLINE_LINES = 10


class Shown(dict[str, Any]):
    """An answer that is finished already, such as a preview of what was undone since."""


def present(store: Store, doc: Doc) -> Doc:
    """The object as it leaves the sandbox, with nothing expanded."""
    shown = {key: _copied(value) for key, value in doc.items() if not key.startswith("_")}
    if doc.get("deleted"):
        return {"id": doc["id"], "object": doc["object"], "deleted": True}
    renderer = RENDERERS.get(doc["object"])
    if renderer:
        renderer(store, doc, shown)
    return shown


def _copied(value: Any) -> Any:
    """A copy of stored JSON; much faster than copying it generically."""
    return json.loads(json.dumps(value)) if isinstance(value, dict | list) else value


def listing(data: list[Doc], url: str, *, has_more: bool = False) -> Doc:
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def _tax_rates(store: Store, identifiers: Any) -> list[Doc]:
    return [present(store, rate) for i in identifiers or [] if (rate := store.find(i))]


def _subscription(store: Store, doc: Doc, shown: Doc) -> None:
    items = store.all("subscription_item", subscription=doc["id"])
    shown["items"] = listing(
        [present(store, item) for item in items],
        f"/v1/subscription_items?subscription={doc['id']}",
    ) | {"total_count": len(items)}
    shown["default_tax_rates"] = _tax_rates(store, doc.get("default_tax_rates"))
    if doc["pending_update"]:
        pending = dict(doc["pending_update"])
        pending["subscription_items"] = [
            _item(store, {**item}) for item in pending.get("subscription_items") or []
        ]
        shown["pending_update"] = pending


def _item(store: Store, shown: Doc) -> Doc:
    price = store.find(shown["price"])
    if price:
        shown["price"] = present(store, price)
        shown["plan"] = plan_of(price)
    shown["tax_rates"] = _tax_rates(store, shown.get("tax_rates"))
    return {key: value for key, value in shown.items() if not key.startswith("_")}


def _subscription_item(store: Store, doc: Doc, shown: Doc) -> None:
    shown.update(_item(store, shown))


def plan_of(price: Doc) -> Doc:
    """The old object beside each price, which Stripe still sends."""
    recurring = price["recurring"] or {}
    return {
        "id": price["id"],
        **shapes.blank("plan"),
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": price["billing_scheme"],
        "created": price["created"],
        "currency": price["currency"],
        "interval": recurring.get("interval", "month"),
        "interval_count": recurring.get("interval_count", 1),
        "livemode": False,
        "metadata": price["metadata"],
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": price["tiers_mode"],
        "usage_type": recurring.get("usage_type", "licensed"),
    }


def _invoice(store: Store, doc: Doc, shown: Doc) -> None:
    lines = store.all("line_item", invoice=doc["id"])
    shown["lines"] = listing(
        [present(store, line) for line in lines[:INLINE_LINES]],
        f"/v1/invoices/{doc['id']}/lines",
        has_more=len(lines) > INLINE_LINES,
    ) | {"total_count": len(lines)}
    shown["default_tax_rates"] = _tax_rates(store, doc.get("default_tax_rates"))


def _credit_note(store: Store, doc: Doc, shown: Doc) -> None:
    lines = [
        present(store, line)
        for line in store.scan("credit_note_line_item")
        if line["_credit_note"] == doc["id"]
    ]
    shown["lines"] = listing(lines, f"/v1/credit_notes/{doc['id']}/lines")


def _taxed(store: Store, doc: Doc, shown: Doc) -> None:
    shown["tax_rates"] = _tax_rates(store, doc.get("tax_rates"))


def _customer(store: Store, doc: Doc, shown: Doc) -> None:
    discount = store.find(doc["discount"]) if doc.get("discount") else None
    shown["discount"] = present(store, discount) if discount else None


RENDERERS = {
    "subscription": _subscription,
    "subscription_item": _subscription_item,
    "invoice": _invoice,
    "credit_note": _credit_note,
    "credit_note_line_item": _taxed,
    "invoiceitem": _taxed,
    "customer": _customer,
}


# -- expand ---------------------------------------------------------------------------------------


def expand(store: Store, shown: Doc, paths: list[str]) -> Doc:
    """Replace ids by objects along each dotted path; a path that leads nowhere is refused."""
    for path in paths:
        parts = path.split(".")
        if len(parts) > 4:
            raise errors.invalid(
                f"You cannot expand more than 4 levels of a property. Property: {path}", "expand"
            )
        if parts[0] == "data" and shown.get("object") == "list":
            for item in shown["data"]:
                _walk(store, item, parts[1:], path)
        else:
            _walk(store, shown, parts, path)
    return shown


def _walk(store: Store, node: Doc, parts: list[str], path: str) -> None:
    """Follow one path from an object; `trail` is the way inside that object."""
    kind = node.get("object", "")
    holder, trail = node, []
    for position, name in enumerate(parts):
        trail.append(name)
        if holder is node and name in INCLUDED.get(kind, {}) and not holder.get(name):
            holder[name] = INCLUDED[kind][name](store, node)
        value = holder.get(name)
        rest = parts[position + 1 :]
        if isinstance(value, str) and shapes.is_expandable(kind, tuple(trail)):
            found = store.find(value)
            if found is None:
                return
            holder[name] = value = present(store, found)
        elif isinstance(value, str | int | float) or (
            name not in holder and not _known(kind, trail)
        ):
            raise errors.invalid(f"This property cannot be expanded ({path}).", "expand")
        elif isinstance(value, list) and value and isinstance(value[0], str):
            holder[name] = value = [present(store, d) for i in value if (d := store.find(i))]
        if value is None or not rest:
            return
        if isinstance(value, dict) and value.get("object") == "list" and rest[0] == "data":
            value = value["data"]
            rest = rest[1:]
        if isinstance(value, list):
            for item in value:
                if rest and isinstance(item, dict):
                    _walk(store, item, rest, path)
            return
        if "object" in value:
            _walk(store, value, rest, path)
            return
        holder = value


def _known(kind: str, trail: list[str]) -> bool:
    return len(trail) > 1 or trail[0] in shapes.fields(kind)


def _payments(store: Store, invoice: Doc) -> Doc:
    payments = store.all("invoice_payment", invoice=invoice["id"])
    return listing([present(store, p) for p in payments], "/v1/invoice_payments")


def _confirmation_secret(store: Store, invoice: Doc) -> Doc | None:
    for payment in store.all("invoice_payment", invoice=invoice["id"]):
        intent = store.find(payment["payment"].get("payment_intent") or "")
        if payment["is_default"] and intent:
            return {"client_secret": intent["client_secret"], "type": "payment_intent"}
    return None


def _tiers(store: Store, price: Doc) -> Any:
    stored = store.find(price["id"])
    return stored.get("_tiers") if stored else None


def _subscriptions(store: Store, customer: Doc) -> Doc:
    live = [
        present(store, sub)
        for sub in store.all("subscription", newest_first=True, customer=customer["id"])
        if sub["status"] not in {"canceled", "incomplete_expired"}
    ]
    return listing(live, f"/v1/customers/{customer['id']}/subscriptions")


def _empty(url: str) -> Any:
    return lambda _store, _doc: listing([], url)


def _tax_ids(store: Store, customer: Doc) -> Doc:
    found = [d for d in store.all("tax_id", customer=customer["id"]) if not d.get("deleted")]
    return listing([present(store, d) for d in found], f"/v1/customers/{customer['id']}/tax_ids")


def _tax(_store: Store, _customer_doc: Doc) -> Doc:
    return {
        "automatic_tax": "not_collecting",
        "ip_address": None,
        "location": None,
        "provider": "stripe",
    }


def _refunds(store: Store, charge: Doc) -> Doc:
    found = [r for r in store.all("refund", newest_first=True) if r["charge"] == charge["id"]]
    return listing([present(store, r) for r in found], f"/v1/charges/{charge['id']}/refunds")


def _line_items(store: Store, session: Doc) -> Doc:
    stored = store.find(session["id"]) or {}
    return listing(
        stored.get("_line_items", []), f"/v1/checkout/sessions/{session['id']}/line_items"
    )


INCLUDED: dict[str, dict[str, Any]] = {
    "invoice": {"payments": _payments, "confirmation_secret": _confirmation_secret},
    "price": {"tiers": _tiers},
    "customer": {
        "subscriptions": _subscriptions,
        "tax": _tax,
        "tax_ids": _tax_ids,
        "sources": _empty("/v1/sources"),
    },
    "charge": {"refunds": _refunds},
    "checkout.session": {"line_items": _line_items},
}
