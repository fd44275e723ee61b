"""Customers, their balance transactions, their payment methods."""

import secrets
from typing import Any

from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.engine import balance, methods, subscriptions
from stripe_sandbox.engine.agenda import ENDED
from stripe_sandbox.present import present
from stripe_sandbox.registry import Params, endpoint
from stripe_sandbox.resources.common import PAGING, assign, page
from stripe_sandbox.store import Doc

PLAIN = (
    "address", "business_name", "description", "email", "individual_name", "invoice_prefix",
    "metadata", "name", "next_invoice_sequence", "phone", "preferred_locales", "shipping",
    "tax_exempt",
)  # fmt: skip
FIELDS = " ".join(PLAIN) + " balance invoice_settings[default_payment_method,custom_fields,footer]"


@endpoint("POST", "/v1/customers", FIELDS + " payment_method test_clock")
def create_customer(cx: Context, params: Params) -> Doc:
    clock = None
    if params.get("test_clock"):
        clock = cx.require("test_helpers.test_clock", params["test_clock"], "test_clock")
        others = [d for d in cx.store.of_clock(clock["id"]) if d["object"] == "customer"]
        if len(others) >= 3:
            raise errors.invalid("A test clock can hold at most 3 customers.", "test_clock")
    customer = cx.create(
        "customer",
        "cus_",
        of={"test_clock": clock["id"]} if clock else None,
        balance=params.get("balance", 0),
        delinquent=False,
        invoice_prefix=secrets.token_hex(4).upper(),
        invoice_settings={
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        metadata={},
        next_invoice_sequence=1,
        preferred_locales=[],
        tax_exempt="none",
        test_clock=clock["id"] if clock else None,
    )
    assign(customer, params, *PLAIN)
    customer["address"] = _address(customer["address"])
    cx.save(customer)
    if params.get("payment_method"):
        method = methods.resolve(cx, params["payment_method"], of=customer)
        methods.attach(cx, method, customer)
    _settings(cx, customer, params)
    cx.save(customer)
    cx.emit("customer.created", customer)
    return customer


def _address(given: Any) -> Any:
    return {**methods.NO_ADDRESS, **given} if given else None


def _settings(cx: Context, customer: Doc, params: Params) -> None:
    for name, value in (params.get("invoice_settings") or {}).items():
        if name == "default_payment_method" and value:
            methods.owned(cx, value, customer, "invoice_settings[default_payment_method]")
        customer["invoice_settings"][name] = value or None


@endpoint("GET", "/v1/customers/{id}")
def retrieve_customer(cx: Context, params: Params, id: str) -> Doc:
    customer = cx.store.get("customer", id)
    if customer is None:
        raise errors.missing("customer", id)
    return customer


@endpoint("POST", "/v1/customers/{id}", FIELDS)
def update_customer(cx: Context, params: Params, id: str) -> Doc:
    customer = cx.require("customer", id)
    before = cx.snapshot(customer)
    assign(customer, params, *PLAIN)
    if "address" in params:
        customer["address"] = _address(params["address"])
    _settings(cx, customer, params)
    cx.save(customer)
    if "balance" in params and params["balance"] != customer["balance"]:
        balance.move(cx, customer, params["balance"] - (customer["balance"] or 0), "adjustment")
        return customer
    return cx.save(customer, "customer.updated", before)


@endpoint("DELETE", "/v1/customers/{id}")
def delete_customer(cx: Context, params: Params, id: str) -> Doc:
    customer = cx.require("customer", id)
    for sub in cx.store.all("subscription", customer=id):
        if sub["status"] not in ENDED:
            subscriptions.cancel(cx, sub, None)
    cx.emit("customer.deleted", customer)
    customer["deleted"] = True
    return cx.save(customer)


@endpoint("GET", "/v1/customers", PAGING + " created email test_clock")
def list_customers(cx: Context, params: Params) -> Doc:
    wanted = params.get("test_clock")
    return page(
        cx,
        "customer",
        params,
        "/v1/customers",
        equal=("email",),
        keep=lambda doc: doc["test_clock"] == wanted,
    )


@endpoint("DELETE", "/v1/customers/{id}/discount")
def delete_discount(cx: Context, params: Params, id: str) -> Doc:
    customer = cx.require("customer", id)
    discount = cx.require("discount", customer["discount"])
    before = cx.snapshot(customer)
    customer["discount"] = None
    cx.save(customer, "customer.updated", before)
    discount["deleted"] = True
    cx.emit("customer.discount.deleted", discount)
    return cx.save(discount)


# -- balance --------------------------------------------------------------------------------------

BALANCE = "/v1/customers/{customer}/balance_transactions"


@endpoint("POST", BALANCE, "amount currency description metadata")
def create_balance_transaction(cx: Context, params: Params, customer: str) -> Doc:
    holder = cx.require("customer", customer, "customer")
    if holder["currency"] not in {None, params["currency"]}:
        raise errors.invalid(
            f"The customer's balance is in {holder['currency']}, not {params['currency']}.",
            "currency",
        )
    return balance.move(
        cx,
        holder,
        params["amount"],
        "adjustment",
        currency=params["currency"],
        description=params.get("description") or None,
        metadata=dict(params.get("metadata") or {}),
    )


@endpoint("GET", BALANCE, PAGING + " created invoice")
def list_balance_transactions(cx: Context, params: Params, customer: str) -> Doc:
    cx.require("customer", customer, "customer")
    return page(
        cx,
        "customer_balance_transaction",
        params,
        f"/v1/customers/{customer}/balance_transactions",
        where={"customer": customer},
        equal=("invoice",),
    )


@endpoint("GET", BALANCE + "/{id}")
def retrieve_balance_transaction(cx: Context, params: Params, customer: str, id: str) -> Doc:
    return cx.require("customer_balance_transaction", id)


@endpoint("POST", BALANCE + "/{id}", "description metadata")
def update_balance_transaction(cx: Context, params: Params, customer: str, id: str) -> Doc:
    transaction = cx.require("customer_balance_transaction", id)
    assign(transaction, params, "description", "metadata")
    return cx.save(transaction)


# -- payment methods of a customer ----------------------------------------------------------------


@endpoint("GET", "/v1/customers/{customer}/payment_methods", PAGING + " type")
def list_customer_methods(cx: Context, params: Params, customer: str) -> Doc:
    cx.require("customer", customer, "customer")
    return page(
        cx,
        "payment_method",
        params,
        f"/v1/customers/{customer}/payment_methods",
        where={"customer": customer},
        equal=("type",),
    )


@endpoint("GET", "/v1/customers/{customer}/payment_methods/{id}")
def retrieve_customer_method(cx: Context, params: Params, customer: str, id: str) -> Doc:
    method = cx.require("payment_method", id)
    if method["customer"] != customer:
        raise errors.missing("payment_method", id)
    return present(cx.store, method)
