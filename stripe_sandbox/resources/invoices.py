"""Invoices, their lines, invoice items, invoice payments."""

from typing import Any

from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.engine import collection, discounts, invoices, methods, previews
from stripe_sandbox.engine.money import half_up, total
from stripe_sandbox.registry import Params, endpoint
from stripe_sandbox.resources.common import PAGING, assign, cut, in_range, page, plain, removed
from stripe_sandbox.store import Doc

PLAIN = ("custom_fields", "description", "footer", "metadata", "number", "statement_descriptor")
FIELDS = (
    " ".join(PLAIN) + " auto_advance collection_method days_until_due default_payment_method "
    "default_tax_rates discounts due_date"
)


@endpoint(
    "POST",
    "/v1/invoices/create_preview",
    "customer currency subscription schedule preview_mode "
    "subscription_details[items[id,price,quantity,deleted,metadata,tax_rates],proration_behavior,"
    "proration_date,billing_cycle_anchor[type],cancel_at,cancel_at_period_end,trial_end,"
    "default_tax_rates] "
    "schedule_details[phases[items[price,quantity,metadata],start_date,end_date,"
    "duration[interval,interval_count],proration_behavior],end_behavior,proration_behavior] "
    "invoice_items[amount,currency,description,discountable,period,price,quantity,unit_amount] "
    "discounts[coupon,promotion_code,discount]",
)
def create_preview(cx: Context, params: Params) -> Doc:
    if params.get("preview_mode") == "recurring":
        raise errors.unsupported("preview_mode recurring", "preview_mode")
    return previews.invoice(cx, params)


@endpoint(
    "POST",
    "/v1/invoices",
    FIELDS + " customer currency pending_invoice_items_behavior subscription",
)
def create_invoice(cx: Context, params: Params) -> Doc:
    customer = cx.require("customer", params.get("customer"), "customer")
    sub = (
        cx.require("subscription", params["subscription"], "subscription")
        if params.get("subscription")
        else None
    )
    method = params.get(
        "collection_method", (sub or {}).get("collection_method", "charge_automatically")
    )
    if method == "send_invoice" and not (
        params.get("days_until_due") or params.get("due_date") or (sub or {}).get("days_until_due")
    ):
        raise errors.invalid(
            "If `collection_method` is `send_invoice`, you must specify `days_until_due` or "
            "`due_date`.",
            "days_until_due",
        )
    invoice = invoices.draft(
        cx,
        customer,
        "manual",
        sub,
        currency=params.get("currency") or (sub or customer)["currency"] or "usd",
        collection_method=method,
    )
    invoice["auto_advance"] = params.get("auto_advance", False)
    _assign(cx, invoice, params)
    if params.get("pending_invoice_items_behavior") == "include":
        items = invoices.pending_items(
            cx, customer["id"], sub["id"] if sub else None, own_only=sub is not None
        )
        invoices.pull_pending(
            cx, invoice, [i for i in items if i["currency"] == invoice["currency"]]
        )
    invoices.total_up(cx, invoice)
    if invoice["auto_advance"]:
        collection.leave_as_draft(cx, invoice)
    cx.emit("invoice.created", invoice)
    return invoice


def _assign(cx: Context, invoice: Doc, params: Params) -> None:
    assign(invoice, params, *PLAIN, "auto_advance", "collection_method", "due_date")
    if params.get("days_until_due"):
        invoice["_days_until_due"] = params["days_until_due"]
    if params.get("default_payment_method"):
        customer = cx.require("customer", invoice["customer"])
        method = methods.owned(
            cx, params["default_payment_method"], customer, "default_payment_method"
        )
        invoice["default_payment_method"] = method["id"]
    if "default_tax_rates" in params:
        invoice["default_tax_rates"] = [
            cx.require("tax_rate", i, "default_tax_rates")["id"]
            for i in params["default_tax_rates"] or []
        ]
    if "discounts" in params:
        invoice["discounts"] = discounts.redeem(
            cx, params["discounts"] or [], customer=invoice["customer"], invoice=invoice["id"]
        )
    cx.save(invoice)


@endpoint("GET", "/v1/invoices/{invoice}")
def retrieve_invoice(cx: Context, params: Params, invoice: str) -> Doc:
    return cx.require("invoice", invoice, "invoice")


@endpoint("POST", "/v1/invoices/{invoice}", FIELDS)
def update_invoice(cx: Context, params: Params, invoice: str) -> Doc:
    found = cx.require("invoice", invoice, "invoice")
    before = cx.snapshot(found)
    if found["status"] != "draft" and params.keys() - {
        "metadata",
        "auto_advance",
        "expand",
        "default_payment_method",
    }:
        raise errors.invalid(
            "Finalized invoices can't be updated in this way.", code="invoice_not_editable"
        )
    _assign(cx, found, params)
    if found["status"] == "draft":
        invoices.total_up(cx, found)
        if params.get("auto_advance") is False:
            found.update(_due=None, automatically_finalizes_at=None)
        elif params.get("auto_advance") and not found.get("_due"):
            collection.leave_as_draft(cx, found)
    return cx.save(found, "invoice.updated", before)


@endpoint("DELETE", "/v1/invoices/{invoice}")
def delete_invoice(cx: Context, params: Params, invoice: str) -> Doc:
    found = cx.require("invoice", invoice, "invoice")
    if found["status"] != "draft" or found.get("_subscription"):
        raise errors.invalid("You can only delete draft invoices that are not for a subscription.")
    for item in cx.store.all("invoiceitem", invoice=invoice):
        item["invoice"] = None
        cx.save(item)
    for line in invoices.lines_of(cx, found):
        cx.store.delete(line["id"])
    cx.emit("invoice.deleted", found)
    cx.store.delete(invoice)
    return removed(found)


@endpoint(
    "GET",
    "/v1/invoices",
    PAGING + " collection_method created customer due_date status subscription",
)
def list_invoices(cx: Context, params: Params) -> Doc:
    return page(
        cx,
        "invoice",
        params,
        "/v1/invoices",
        where={"customer": params.get("customer"), "subscription": params.get("subscription")},
        equal=("collection_method", "status"),
        ranges=("created", "due_date"),
    )


@endpoint("POST", "/v1/invoices/{invoice}/finalize", "auto_advance")
def finalize_invoice(cx: Context, params: Params, invoice: str) -> Doc:
    found = cx.require("invoice", invoice, "invoice")
    assign(found, params, "auto_advance")
    collection.finalize(cx, found)
    if (
        found["status"] == "open"
        and found["auto_advance"]
        and found["collection_method"] == "charge_automatically"
    ):
        # Stripe attempts the payment by itself about an hour after a finalization by hand.
        found.update(_due=cx.now(found) + 3600, next_payment_attempt=cx.now(found) + 3600)
        cx.save(found)
    return found


@endpoint("POST", "/v1/invoices/{invoice}/pay", "off_session paid_out_of_band payment_method")
def pay_invoice(cx: Context, params: Params, invoice: str) -> Doc:
    found = cx.require("invoice", invoice, "invoice")
    if found["status"] == "draft":
        collection.finalize(cx, found)
    if found["status"] == "paid":
        raise errors.invalid("Invoice is already paid", code="invoice_already_paid")
    if found["status"] == "void":
        raise errors.invalid("You can't pay an invoice that is void.", code="invoice_not_editable")
    if params.get("paid_out_of_band"):
        return collection.paid_elsewhere(cx, found)
    method = None
    if params.get("payment_method"):
        customer = cx.require("customer", found["customer"])
        method = methods.owned(cx, params["payment_method"], customer, "payment_method")
    outcome = collection.attempt(cx, found, method, off_session=params.get("off_session", True))
    if outcome != "paid":
        raise collection.payment_error(cx, found, outcome)
    return found


@endpoint("POST", "/v1/invoices/{invoice}/void")
def void_invoice(cx: Context, params: Params, invoice: str) -> Doc:
    return collection.void(cx, cx.require("invoice", invoice, "invoice"))


@endpoint("POST", "/v1/invoices/{invoice}/mark_uncollectible")
def mark_uncollectible(cx: Context, params: Params, invoice: str) -> Doc:
    return collection.mark_uncollectible(cx, cx.require("invoice", invoice, "invoice"))


@endpoint("POST", "/v1/invoices/{invoice}/send")
def send_invoice(cx: Context, params: Params, invoice: str) -> Doc:
    found = cx.require("invoice", invoice, "invoice")
    if found["collection_method"] != "send_invoice":
        raise errors.invalid(
            "You can only manually send an invoice if its collection method is 'send_invoice'."
        )
    if found["status"] == "draft":
        collection.finalize(cx, found)
    cx.emit("invoice.sent", found)
    return found


@endpoint("GET", "/v1/invoices/{invoice}/lines", PAGING)
def list_lines(cx: Context, params: Params, invoice: str) -> Doc:
    found = cx.require("invoice", invoice, "invoice")
    url = f"/v1/invoices/{invoice}/lines"
    return cut(cx, invoices.lines_of(cx, found), params, url, params.get("limit", 10))


# -- invoice items --------------------------------------------------------------------------------

ITEM = "amount description discountable metadata period quantity tax_rates unit_amount_decimal"


@endpoint(
    "POST", "/v1/invoiceitems", ITEM + " customer currency invoice subscription pricing[price]"
)
def create_invoiceitem(cx: Context, params: Params) -> Doc:
    customer = cx.require("customer", params.get("customer"), "customer")
    quantity = params.get("quantity", 1)
    price, amount = _amount(cx, params, quantity)
    now = cx.now(customer)
    sub = params.get("subscription")
    if sub:
        cx.require("subscription", sub, "subscription")
    item = cx.create(
        "invoiceitem",
        "ii_",
        of=customer,
        amount=amount,
        currency=params.get("currency") or (price or customer)["currency"] or "usd",
        customer=customer["id"],
        date=now,
        description=params.get("description"),
        discountable=params.get("discountable", amount >= 0),
        discounts=[],
        metadata=dict(params.get("metadata") or {}),
        net_amount=amount,
        parent={
            "type": "subscription_details",
            "subscription_details": {"subscription": sub, "subscription_item": None},
        }
        if sub
        else None,
        period=params.get("period") or {"start": now, "end": now},
        pricing={
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        }
        if price
        else None,
        proration=False,
        quantity=quantity,
        quantity_decimal=str(quantity),
        tax_rates=list(params.get("tax_rates") or []),
        test_clock=customer["test_clock"],
        _subscription=sub,
    )
    cx.emit("invoiceitem.created", item)
    if params.get("invoice"):
        invoice = _draft(cx, params["invoice"])
        invoices.pull_pending(cx, invoice, [item])
        before = cx.snapshot(invoice)
        invoices.total_up(cx, invoice)
        cx.save(invoice, "invoice.updated", before)
    return item


def _amount(cx: Context, params: Params, quantity: int) -> tuple[Doc | None, int]:
    identifier = (params.get("pricing") or {}).get("price")
    if identifier:
        price = cx.require("price", identifier, "pricing[price]")
        return price, half_up(total(price, quantity))
    if params.get("unit_amount_decimal") is not None:
        unit = {
            "billing_scheme": "per_unit",
            "unit_amount_decimal": plain(params["unit_amount_decimal"]),
        }
        return None, half_up(total(unit, quantity))
    if params.get("amount") is None:
        raise errors.invalid("Missing required param: amount.", "amount", "parameter_missing")
    return None, params["amount"]


def _draft(cx: Context, identifier: str) -> Doc:
    invoice = cx.require("invoice", identifier, "invoice")
    if invoice["status"] != "draft":
        raise errors.invalid(
            "The invoice is no longer a draft and cannot be changed.",
            "invoice",
            "invoice_not_editable",
        )
    return invoice


@endpoint("GET", "/v1/invoiceitems/{invoiceitem}")
def retrieve_invoiceitem(cx: Context, params: Params, invoiceitem: str) -> Doc:
    return cx.require("invoiceitem", invoiceitem)


@endpoint("POST", "/v1/invoiceitems/{invoiceitem}", "amount description metadata discountable")
def update_invoiceitem(cx: Context, params: Params, invoiceitem: str) -> Doc:
    item = cx.require("invoiceitem", invoiceitem)
    if item["invoice"]:
        raise errors.unsupported("changing an invoice item that is on an invoice")
    before = cx.snapshot(item)
    assign(item, params, "amount", "description", "metadata", "discountable")
    item["net_amount"] = item["amount"]
    return cx.save(item, "invoiceitem.updated", before)


@endpoint("DELETE", "/v1/invoiceitems/{invoiceitem}")
def delete_invoiceitem(cx: Context, params: Params, invoiceitem: str) -> Doc:
    item = cx.require("invoiceitem", invoiceitem)
    if item["invoice"]:
        invoice = _draft(cx, item["invoice"])
        for line in invoices.lines_of(cx, invoice):
            parent: Any = line["parent"] or {}
            details = parent.get("invoice_item_details") or parent.get("subscription_item_details")
            if details and details["invoice_item"] == item["id"]:
                cx.store.delete(line["id"])
        invoices.total_up(cx, invoice)
    cx.emit("invoiceitem.deleted", item)
    cx.store.delete(invoiceitem)
    return removed(item)


@endpoint("GET", "/v1/invoiceitems", PAGING + " created customer invoice pending")
def list_invoiceitems(cx: Context, params: Params) -> Doc:
    pending = params.get("pending")

    def keep(item: Doc) -> bool:
        # An invoice item calls the time of its creation `date`.
        if "created" in params and not in_range(item["date"], params["created"]):
            return False
        return pending is None or (item["invoice"] is None) == pending

    return page(
        cx,
        "invoiceitem",
        params,
        "/v1/invoiceitems",
        where={"customer": params.get("customer"), "invoice": params.get("invoice")},
        ranges=(),
        keep=keep,
    )


# -- invoice payments -----------------------------------------------------------------------------


@endpoint("GET", "/v1/invoice_payments/{invoice_payment}")
def retrieve_payment(cx: Context, params: Params, invoice_payment: str) -> Doc:
    return cx.require("invoice_payment", invoice_payment)


@endpoint(
    "GET", "/v1/invoice_payments", PAGING + " created invoice payment[type,payment_intent] status"
)
def list_payments(cx: Context, params: Params) -> Doc:
    wanted = (params.get("payment") or {}).get("payment_intent")
    return page(
        cx,
        "invoice_payment",
        params,
        "/v1/invoice_payments",
        where={"invoice": params.get("invoice")},
        equal=("status",),
        keep=lambda doc: wanted in {None, doc["payment"].get("payment_intent")},
    )
