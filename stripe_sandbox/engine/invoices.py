"""Invoices: drafts, lines, totals, numbers, and the states that need no payment."""

from typing import Any

from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.engine import balance, discounts, tax
from stripe_sandbox.engine.money import MINIMUM_CHARGE
from stripe_sandbox.store import Doc, new_id

HOUR, DAY = 3600, 86400


def draft(cx: Context, customer: Doc, reason: str, sub: Doc | None = None, **given: Any) -> Doc:
    """A draft invoice without lines; settings come from the subscription when there is one."""
    now = cx.now(customer)
    source = sub or {}
    automatic = (sub or given).get("collection_method", "charge_automatically")
    fields: dict[str, Any] = {
        "account_country": "US",
        "account_name": "Sandbox",
        "amount_due": 0,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_paid_off_stripe": 0,
        "amount_remaining": 0,
        "amount_shipping": 0,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": sub is not None,
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": False,
            "liability": None,
            "provider": None,
            "status": None,
        },
        "billing_reason": reason,
        "collection_method": automatic,
        "currency": source.get("currency") or customer.get("currency") or "usd",
        "customer": customer["id"],
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": customer["shipping"],
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": tax_ids_of(cx, customer),
        "custom_fields": customer["invoice_settings"]["custom_fields"],
        "default_payment_method": None,
        "default_tax_rates": list(source.get("default_tax_rates") or []),
        "discounts": [],
        "issuer": {"type": "self", "account": None},
        "metadata": {},
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "period_end": now,
        "period_start": now,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": 0,
        "status": "draft",
        "status_transitions": {
            "finalized_at": None,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
        "subtotal": 0,
        "test_clock": customer.get("test_clock"),
        "total": 0,
        "_days_until_due": source.get("days_until_due"),
        "_off_session": False,
    }
    if sub:
        fields["description"] = sub.get("description")
        fields["parent"] = {
            "type": "subscription_details",
            "quote_details": None,
            "subscription_details": {
                "metadata": dict(sub["metadata"]),
                "subscription": sub["id"],
                # Stripe names the second on previews only.
                "subscription_proration_date": None,
            },
        }
        fields["_subscription"] = sub["id"]
    return cx.create("invoice", "in_", of=customer, **{**fields, **given})


def add_line(cx: Context, invoice: Doc, **given: Any) -> Doc:
    """One line; `price`, `subscription`, `subscription_item`, `invoice_item` say what it is for."""
    price: Doc | None = given.pop("price", None)
    unit = given.pop("unit_amount_decimal", None)
    line = {
        "currency": invoice["currency"],
        "discountable": True,
        "discount_amounts": [],
        "discounts": [],
        "invoice": invoice["id"],
        "metadata": {},
        "pretax_credit_amounts": [],
        "parent": given.pop("parent", None),
        "taxes": [],
        "subtotal": given["amount"],
        "_tax_rates": given.pop("tax_rates", None),
        **given,
    }
    if line.get("quantity") is not None:
        line["quantity_decimal"] = str(line["quantity"])
    if price or unit is not None:
        line["pricing"] = {
            "price_details": {"price": price["id"], "product": price["product"]} if price else None,
            "type": "price_details",
            "unit_amount_decimal": unit,
        }
    return cx.create("line_item", "il_", **line)


def subscription_parent(
    sub: str, item: str, *, invoice_item: str | None = None, credited: Any = None
) -> Doc:
    proration = invoice_item is not None
    return {
        "type": "subscription_item_details",
        "invoice_item_details": None,
        "subscription_item_details": {
            "invoice_item": invoice_item,
            "proration": proration,
            "proration_details": {"credited_items": credited},
            "subscription": sub,
            "subscription_item": item,
        },
    }


def lines_of(cx: Context, invoice: Doc) -> list[Doc]:
    return cx.store.all("line_item", invoice=invoice["id"])


def pull_pending(cx: Context, invoice: Doc, items: list[Doc]) -> None:
    """Move pending invoice items onto a draft."""
    for item in items:
        item["invoice"] = invoice["id"]
        cx.save(item)
        add_line(cx, invoice, **line_of(item), price=_price(cx, item))


def line_of(item: Doc) -> dict[str, Any]:
    """What an invoice line takes over from an invoice item."""
    sub, sub_item = item.get("_subscription"), item.get("_subscription_item")
    if sub and sub_item:
        parent = subscription_parent(
            sub, sub_item, invoice_item=item["id"], credited=item.get("_credited")
        )
    else:
        parent = {
            "type": "invoice_item_details",
            "subscription_item_details": None,
            "invoice_item_details": {
                "invoice_item": item["id"],
                "proration": item["proration"],
                "proration_details": {"credited_items": None},
                "subscription": sub,
            },
        }
    return {
        "amount": item["amount"],
        "description": item["description"],
        "discountable": item["discountable"],
        "metadata": item["metadata"],
        "parent": parent,
        "period": item["period"],
        "quantity": item["quantity"],
        "subscription": sub,
        "tax_rates": item["tax_rates"] or None,
        "unit_amount_decimal": (item["pricing"] or {}).get("unit_amount_decimal"),
    }


def _price(cx: Context, item: Doc) -> Doc | None:
    details = (item["pricing"] or {}).get("price_details") or {}
    return cx.optional("price", details.get("price"))


def pending_items(cx: Context, customer: str, sub: str | None, *, own_only: bool) -> list[Doc]:
    """Invoice items that wait for an invoice: the subscription's, and the customer's own."""
    found = cx.store.all("invoiceitem", customer=customer)
    return [
        item
        for item in found
        if item["invoice"] is None
        and (item["_subscription"] == sub or (not own_only and item["_subscription"] is None))
    ]


def total_up(cx: Context, invoice: Doc) -> Doc:
    """Discounts, taxes and totals of a draft from its lines."""
    lines = lines_of(cx, invoice)
    discounts.apply(cx, lines, discounts_of(cx, invoice))
    for line in lines:
        rates = line["_tax_rates"] or invoice["default_tax_rates"]
        if invoice["customer_tax_exempt"] in {"exempt", "reverse"}:
            rates = []
        line["taxes"] = tax.line_taxes(cx, discounts.net(line), rates)
        cx.store.save(line)
    taxes = tax.combined(lines)
    subtotal = sum(line["amount"] for line in lines)
    after_discounts = sum(discounts.net(line) for line in lines)
    inclusive = sum(t["amount"] for t in taxes if t["tax_behavior"] == "inclusive")
    by_discount: dict[str, int] = {}
    for line in lines:
        for entry in line["discount_amounts"]:
            by_discount[entry["discount"]] = by_discount.get(entry["discount"], 0) + entry["amount"]
    total = after_discounts + tax.exclusive(taxes)
    invoice.update(
        subtotal=subtotal,
        subtotal_excluding_tax=subtotal - inclusive,
        total=total,
        total_excluding_tax=after_discounts - inclusive,
        total_taxes=taxes,
        total_discount_amounts=[{"amount": a, "discount": d} for d, a in by_discount.items()],
        total_pretax_credit_amounts=[
            {"amount": a, "discount": d, "credit_balance_transaction": None, "type": "discount"}
            for d, a in by_discount.items()
        ],
    )
    customer = cx.require("customer", invoice["customer"])
    invoice["starting_balance"] = customer["balance"] or 0
    due, _ = due_and_balance(invoice)
    invoice["amount_due"] = due
    invoice["amount_remaining"] = due
    return cx.save(invoice)


def discounts_of(cx: Context, invoice: Doc) -> list[Doc]:
    own = list(invoice["discounts"])
    sub = cx.optional("subscription", invoice.get("_subscription"))
    if not own and sub:
        own = list(sub["discounts"])
    if not own:
        customer = cx.require("customer", invoice["customer"])
        own = [customer["discount"]] if customer.get("discount") else []
    # A draft keeps what was in force when it was made, although it is totalled again later.
    return discounts.in_force(cx, own, invoice["created"])


def due_and_balance(invoice: Doc) -> tuple[int, int]:
    """What is to be paid, and the customer's balance afterwards; a negative balance is credit.

    An amount below the currency's minimum charge is not collected but carried on the balance.
    """
    total, start = invoice["total"], invoice["starting_balance"]
    owed = total + start
    if total <= 0 or owed <= 0 or owed < MINIMUM_CHARGE.get(invoice["currency"], 1):
        return 0, owed
    return owed, 0


def number(cx: Context, invoice: Doc) -> None:
    customer = cx.require("customer", invoice["customer"])
    sequence = customer["next_invoice_sequence"]
    invoice["number"] = invoice["number"] or f"{customer['invoice_prefix']}-{sequence:04d}"
    customer["next_invoice_sequence"] = sequence + 1
    cx.save(customer)


def tax_ids_of(cx: Context, customer: Doc) -> list[Doc]:
    """A customer's tax ids as its invoices show them."""
    return [
        {"type": found["type"], "value": found["value"]}
        for found in cx.store.all("tax_id", customer=customer["id"])
        if not found.get("deleted")
    ]


def seal(cx: Context, invoice: Doc) -> Doc:
    """Finalize: number, addresses, balance; the invoice is open. Payment is another step."""
    if invoice["status"] != "draft":
        raise errors.invalid(
            f"This invoice is already finalized, you can't re-finalize a non-draft invoice. "
            f"({invoice['status']})",
            code="invoice_not_editable",
        )
    total_up(cx, invoice)
    now = cx.now(invoice)
    number(cx, invoice)
    due, ending = due_and_balance(invoice)
    customer = cx.require("customer", invoice["customer"])
    if ending != invoice["starting_balance"]:
        balance.move(
            cx, customer, ending - invoice["starting_balance"], "applied_to_invoice", invoice
        )
    token = new_id("test_")
    invoice.update(
        status="open",
        customer_address=customer["address"],
        customer_email=customer["email"],
        customer_name=customer["name"],
        customer_tax_ids=tax_ids_of(cx, customer),
        ending_balance=ending,
        amount_due=due,
        amount_remaining=due,
        effective_at=invoice["effective_at"] or now,
        automatically_finalizes_at=None,
        hosted_invoice_url=f"{cx.base_url}/i/{token}",
        invoice_pdf=f"{cx.base_url}/i/{token}/pdf",
        _token=token,
        _due=None,
    )
    if invoice["collection_method"] == "send_invoice" and invoice["due_date"] is None:
        invoice["due_date"] = now + (invoice["_days_until_due"] or 30) * DAY
    invoice["status_transitions"]["finalized_at"] = now
    return cx.save(invoice, "invoice.finalized")


def void(cx: Context, invoice: Doc) -> Doc:
    if invoice["status"] not in {"open", "uncollectible"}:
        raise errors.invalid(
            "You can only pass in open invoices. This invoice isn't open "
            f"(it is {invoice['status']})."
        )
    before = cx.snapshot(invoice)
    invoice.update(status="void", next_payment_attempt=None, auto_advance=False, _due=None)
    invoice["status_transitions"]["voided_at"] = cx.now(invoice)
    cx.save(invoice)
    moved = (invoice["ending_balance"] or 0) - invoice["starting_balance"]
    if moved:
        customer = cx.require("customer", invoice["customer"])
        balance.move(cx, customer, -moved, "unapplied_from_invoice", invoice)
    cx.emit("invoice.voided", invoice)
    cx.save(invoice, "invoice.updated", before)
    return invoice
