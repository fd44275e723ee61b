"""Payment intents, charges, refunds."""

from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.engine import collection, intents, methods, refunds
from stripe_sandbox.registry import Params, endpoint
from stripe_sandbox.resources.common import PAGING, assign, page
from stripe_sandbox.store import Doc


@endpoint(
    "POST",
    "/v1/payment_intents",
    "amount currency customer payment_method confirm off_session description metadata "
    "receipt_email automatic_payment_methods return_url setup_future_usage "
    "allowed_payment_method_types",
)
def create_intent(cx: Context, params: Params) -> Doc:
    if params["amount"] < 1:
        raise errors.invalid(
            "This value must be greater than or equal to 1.", "amount", "parameter_invalid_integer"
        )
    customer = (
        cx.require("customer", params["customer"], "customer") if params.get("customer") else None
    )
    intent = intents.create(
        cx,
        customer,
        params["amount"],
        params["currency"].lower(),
        metadata=dict(params.get("metadata") or {}),
        description=params.get("description"),
        receipt_email=params.get("receipt_email") or None,
        setup_future_usage=params.get("setup_future_usage"),
    )
    if params.get("payment_method"):
        method = methods.resolve(cx, params["payment_method"], of=customer)
        intent.update(payment_method=method["id"], status="requires_confirmation")
        cx.save(intent)
    if params.get("confirm"):
        _confirm(cx, intent, params)
    return intent


def _confirm(cx: Context, intent: Doc, params: Params) -> Doc:
    """Confirm an intent; one that belongs to an invoice pays the invoice."""
    if intent["status"] not in intents.UNFINISHED:
        raise errors.invalid(
            f"You cannot confirm this PaymentIntent because it has already {intent['status']}.",
            code="payment_intent_unexpected_state",
        )
    identifier = params.get("payment_method") or intent["payment_method"]
    customer = cx.optional("customer", intent["customer"])
    invoice = cx.optional("invoice", intent.get("_invoice"))
    method = methods.resolve(cx, identifier, of=customer) if identifier else None
    if method is None and customer and invoice:
        method = methods.default_for(cx, customer, invoice)
    if method is None:
        raise errors.invalid(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
        )
    intent["_return_url"] = params.get("return_url") or intent.get("_return_url")
    off_session = params.get("off_session") in {True, "true", "one_off", "recurring"}
    if invoice:
        outcome = collection.attempt(cx, invoice, method, off_session=off_session)
    else:
        outcome = intents.confirm(cx, intent, method, off_session=off_session)
    if outcome == "declined":
        raise intents.decline_error(cx, intent)
    return intent


@endpoint("GET", "/v1/payment_intents/{intent}")
def retrieve_intent(cx: Context, params: Params, intent: str) -> Doc:
    return cx.require("payment_intent", intent, "intent")


@endpoint("POST", "/v1/payment_intents/{intent}", "description metadata receipt_email")
def update_intent(cx: Context, params: Params, intent: str) -> Doc:
    found = cx.require("payment_intent", intent, "intent")
    assign(found, params, "description", "metadata", "receipt_email")
    return cx.save(found)


@endpoint("POST", "/v1/payment_intents/{intent}/confirm", "payment_method off_session return_url")
def confirm_intent(cx: Context, params: Params, intent: str) -> Doc:
    return _confirm(cx, cx.require("payment_intent", intent, "intent"), params)


@endpoint("POST", "/v1/payment_intents/{intent}/cancel", "cancellation_reason")
def cancel_intent(cx: Context, params: Params, intent: str) -> Doc:
    found = cx.require("payment_intent", intent, "intent")
    return intents.cancel(cx, found, params.get("cancellation_reason"))


@endpoint("GET", "/v1/payment_intents", PAGING + " created customer")
def list_intents(cx: Context, params: Params) -> Doc:
    return page(
        cx,
        "payment_intent",
        params,
        "/v1/payment_intents",
        where={"customer": params.get("customer")},
    )


# -- charges --------------------------------------------------------------------------------------


@endpoint("GET", "/v1/charges/{charge}")
def retrieve_charge(cx: Context, params: Params, charge: str) -> Doc:
    return cx.require("charge", charge, "charge")


@endpoint("POST", "/v1/charges/{charge}", "description metadata")
def update_charge(cx: Context, params: Params, charge: str) -> Doc:
    found = cx.require("charge", charge, "charge")
    before = cx.snapshot(found)
    assign(found, params, "description", "metadata")
    return cx.save(found, "charge.updated", before)


@endpoint("GET", "/v1/charges", PAGING + " created customer payment_intent")
def list_charges(cx: Context, params: Params) -> Doc:
    return page(
        cx,
        "charge",
        params,
        "/v1/charges",
        where={"customer": params.get("customer")},
        equal=("payment_intent",),
    )


# -- refunds --------------------------------------------------------------------------------------


@endpoint("POST", "/v1/refunds", "amount charge payment_intent metadata reason")
def create_refund(cx: Context, params: Params) -> Doc:
    if params.get("payment_intent"):
        intent = cx.require("payment_intent", params["payment_intent"], "payment_intent")
        charge = cx.require("charge", intent["latest_charge"], "payment_intent")
    elif params.get("charge"):
        charge = cx.require("charge", params["charge"], "charge")
    else:
        raise errors.invalid(
            "One of charge, payment_intent is required.", "charge", "parameter_missing"
        )
    return refunds.create(
        cx,
        charge,
        params.get("amount"),
        reason=params.get("reason"),
        metadata=dict(params.get("metadata") or {}),
    )


@endpoint("GET", "/v1/refunds/{refund}")
def retrieve_refund(cx: Context, params: Params, refund: str) -> Doc:
    return cx.require("refund", refund)


@endpoint("POST", "/v1/refunds/{refund}", "metadata")
def update_refund(cx: Context, params: Params, refund: str) -> Doc:
    found = cx.require("refund", refund)
    before = cx.snapshot(found)
    assign(found, params, "metadata")
    return cx.save(found, "refund.updated", before)


@endpoint("GET", "/v1/refunds", PAGING + " charge created payment_intent")
def list_refunds(cx: Context, params: Params) -> Doc:
    return page(cx, "refund", params, "/v1/refunds", equal=("charge", "payment_intent"))
