"""Credit notes: what they cover, where the money goes, how they are taken back."""

from fractions import Fraction
from typing import Any

from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.engine import balance, collection, discounts, refunds, tax
from stripe_sandbox.engine.money import half_up
from stripe_sandbox.store import Doc


def create(cx: Context, invoice: Doc, params: dict[str, Any]) -> Doc:
    """Issue a credit note. Amounts include tax, as Stripe's do."""
    if invoice["status"] not in {"open", "paid"}:
        raise errors.invalid("You can only create credit notes for open or paid invoices.")
    lines = _lines(cx, invoice, params)
    subtotal = sum(line["amount"] for line in lines)
    taxes = tax.combined(lines)
    total = subtotal + tax.exclusive(taxes)
    _check(cx, invoice, total)
    pre = min(total, invoice["amount_remaining"]) if invoice["status"] == "open" else 0
    post = total - pre
    given = {
        name: params.get(f"{name}_amount") or 0 for name in ("credit", "refund", "out_of_band")
    }
    if post and not any(given.values()):
        raise errors.invalid(
            "The sum of credit_amount, refund_amount and out_of_band_amount must equal the credit "
            f"note amount of {post}.",
            "credit_amount",
        )
    if sum(given.values()) != post:
        raise errors.invalid(
            f"The sum of credit_amount, refund_amount and out_of_band_amount "
            f"({sum(given.values())}) must equal the post-payment amount ({post}).",
            "credit_amount",
        )
    issued = cx.store.all("credit_note", invoice=invoice["id"])
    inclusive = sum(t["amount"] for t in taxes if t["tax_behavior"] == "inclusive")
    note = cx.create(
        "credit_note",
        "cn_",
        of=invoice,
        amount=total,
        amount_shipping=0,
        currency=invoice["currency"],
        customer=invoice["customer"],
        discount_amount=0,
        discount_amounts=[],
        effective_at=cx.now(invoice),
        invoice=invoice["id"],
        lines=None,
        memo=params.get("memo"),
        metadata=dict(params.get("metadata") or {}),
        number=f"{invoice['number']}-CN-{len(issued) + 1:02d}",
        out_of_band_amount=given["out_of_band"] or None,
        pdf=f"{invoice['invoice_pdf']}",
        post_payment_amount=post,
        pre_payment_amount=pre,
        pretax_credit_amounts=[],
        reason=params.get("reason"),
        refunds=[],
        status="issued",
        subtotal=subtotal,
        subtotal_excluding_tax=subtotal - inclusive,
        total=total,
        total_excluding_tax=subtotal - inclusive,
        total_taxes=taxes,
        type="mixed" if pre and post else "post_payment" if post else "pre_payment",
    )
    for line in lines:
        cx.create("credit_note_line_item", "cnli_", **line, _credit_note=note["id"])
    _move_money(cx, note, invoice, given)
    cx.emit("credit_note.created", note)
    _reduce(cx, invoice, note)
    return note


def _lines(cx: Context, invoice: Doc, params: dict[str, Any]) -> list[Doc]:
    if params.get("lines"):
        return [_line(cx, invoice, entry, i) for i, entry in enumerate(params["lines"])]
    amount = params.get("amount")
    if amount is None:
        amount = sum(params.get(f"{n}_amount") or 0 for n in ("credit", "refund", "out_of_band"))
    if amount <= 0:
        raise errors.invalid("You must pass amount or lines.", "amount", "parameter_missing")
    # An amount is spread over the invoice: its tax is the invoice's share of tax.
    total_taxes = invoice["total_taxes"] or []
    exclusive = tax.exclusive(total_taxes)
    share = Fraction(amount, invoice["total"]) if invoice["total"] else Fraction(0)
    taxes = [
        {
            **t,
            "amount": half_up(t["amount"] * share),
            "taxable_amount": half_up(t["taxable_amount"] * share),
        }
        for t in total_taxes
    ]
    net = amount - (tax.exclusive(taxes) if exclusive else 0)
    return [
        _shape(
            "custom_line_item",
            net,
            taxes,
            description=f"Credit on {invoice['number']}",
            quantity=1,
            unit_amount=net,
        )
    ]


def _line(cx: Context, invoice: Doc, entry: dict[str, Any], position: int) -> Doc:
    at = f"lines[{position}]"
    if entry["type"] == "invoice_line_item":
        source = cx.require("line_item", entry.get("invoice_line_item"), f"{at}[invoice_line_item]")
        if source["invoice"] != invoice["id"]:
            raise errors.missing("line item", source["id"], f"{at}[invoice_line_item]")
        net = discounts.net(source)
        if entry.get("amount") is not None:
            amount = entry["amount"]
        elif entry.get("quantity") is not None and source["quantity"]:
            amount = half_up(Fraction(net * entry["quantity"], source["quantity"]))
        else:
            amount = net
        rates = [t["tax_rate_details"]["tax_rate"] for t in source["taxes"] or []]
        return _shape(
            "invoice_line_item",
            amount,
            tax.line_taxes(cx, amount, rates),
            description=source["description"],
            invoice_line_item=source["id"],
            quantity=entry.get("quantity") or source["quantity"],
        )
    quantity = entry.get("quantity", 1)
    amount = entry.get("amount")
    if amount is None:
        amount = (entry.get("unit_amount") or 0) * quantity
    return _shape(
        "custom_line_item",
        amount,
        [],
        description=entry.get("description"),
        quantity=quantity,
        unit_amount=entry.get("unit_amount"),
    )


def _shape(kind: str, amount: int, taxes: list[Doc], **given: Any) -> Doc:
    return {
        "amount": amount,
        "discount_amount": 0,
        "discount_amounts": [],
        "pretax_credit_amounts": [],
        "tax_rates": [],
        "taxes": taxes,
        "type": kind,
        "metadata": {},
        **given,
    }


def _check(cx: Context, invoice: Doc, total: int) -> None:
    already = sum(
        note["total"]
        for note in cx.store.all("credit_note", invoice=invoice["id"])
        if note["status"] == "issued"
    )
    if total <= 0:
        raise errors.invalid("The credit note amount must be greater than 0.", "amount")
    if already + total > invoice["total"]:
        raise errors.invalid(
            f"The amount ({total}) is greater than what can still be credited "
            f"({invoice['total'] - already}) on this invoice.",
            "amount",
        )


def _move_money(cx: Context, note: Doc, invoice: Doc, given: dict[str, int]) -> None:
    if given["credit"]:
        customer = cx.require("customer", invoice["customer"])
        transaction = balance.move(
            cx, customer, -given["credit"], "credit_note", invoice, credit_note=note["id"]
        )
        note["customer_balance_transaction"] = transaction["id"]
    if given["refund"]:
        charge = refunds.paid_charge(cx, invoice)
        if charge is None:
            raise errors.invalid("The invoice has no charge to refund.", "refund_amount")
        refund = refunds.create(cx, charge, given["refund"])
        note["refunds"] = [
            {
                "amount_refunded": given["refund"],
                "payment_record_refund": None,
                "refund": refund["id"],
                "type": "refund",
            }
        ]
    cx.save(note)


def _reduce(cx: Context, invoice: Doc, note: Doc) -> None:
    before = cx.snapshot(invoice)
    invoice["pre_payment_credit_notes_amount"] += note["pre_payment_amount"]
    invoice["post_payment_credit_notes_amount"] += note["post_payment_amount"]
    if note["pre_payment_amount"]:
        invoice["amount_due"] -= note["pre_payment_amount"]
        invoice["amount_remaining"] -= note["pre_payment_amount"]
        payment, intent = collection.default_payment(cx, invoice)
        if invoice["amount_remaining"] == 0:
            cx.save(invoice)
            collection.paid_elsewhere(cx, invoice)
            return
        payment["amount_requested"] = intent["amount"] = invoice["amount_remaining"]
        cx.save(payment)
        cx.save(intent)
    cx.save(invoice, "invoice.updated", before)


def void(cx: Context, note: Doc) -> Doc:
    """Take back a note on an open invoice; what was paid out stays paid out."""
    invoice = cx.require("invoice", note["invoice"])
    if note["status"] != "issued" or note["post_payment_amount"] or invoice["status"] != "open":
        raise errors.invalid("You can only void a credit note of an open invoice.")
    note.update(status="void", voided_at=cx.now(invoice))
    before = cx.snapshot(invoice)
    for name in ("amount_due", "amount_remaining"):
        invoice[name] += note["pre_payment_amount"]
    invoice["pre_payment_credit_notes_amount"] -= note["pre_payment_amount"]
    payment, intent = collection.default_payment(cx, invoice)
    payment["amount_requested"] = intent["amount"] = invoice["amount_remaining"]
    cx.save(payment)
    cx.save(intent)
    cx.save(invoice, "invoice.updated", before)
    return cx.save(note, "credit_note.voided")
