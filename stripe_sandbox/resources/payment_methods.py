"""Payment methods and setup intents."""

from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.engine import cards, methods, setups
from stripe_sandbox.registry import Params, endpoint
from stripe_sandbox.resources.common import PAGING, assign, page
from stripe_sandbox.store import Doc


@endpoint(
    "POST",
    "/v1/payment_methods",
    "type card[number,exp_month,exp_year,cvc,token] sepa_debit[iban] billing_details metadata",
)
def create_method(cx: Context, params: Params) -> Doc:
    given = params.get("card") or {}
    if params.get("type") == "sepa_debit":
        card = cards.BY_KEY["sepaDebit"]
    elif "token" in given:
        card = _known(cards.find(given["token"]), "card[token]")
    else:
        card = _known(cards.BY_NUMBER.get(given.get("number", "").replace(" ", "")), "card[number]")
    return methods.make(
        cx,
        card,
        exp=(given.get("exp_month", 12), given.get("exp_year", 2034)),
        billing_details=params.get("billing_details"),
        metadata=dict(params.get("metadata") or {}),
    )


def _known(card: cards.TestCard | None, param: str) -> cards.TestCard:
    if card is None:
        raise errors.ApiError(
            402,
            "Your card number is not one of the test cards.",
            type="card_error",
            code="incorrect_number",
            param=param,
        )
    return card


@endpoint("GET", "/v1/payment_methods/{id}")
def retrieve_method(cx: Context, params: Params, id: str) -> Doc:
    return cx.require("payment_method", id)


@endpoint(
    "POST",
    "/v1/payment_methods/{id}",
    "billing_details card[exp_month,exp_year] metadata allow_redisplay",
)
def update_method(cx: Context, params: Params, id: str) -> Doc:
    method = cx.require("payment_method", id)
    before = cx.snapshot(method)
    assign(method, params, "metadata", "allow_redisplay")
    method["billing_details"] |= params.get("billing_details") or {}
    method.get("card", {}).update(params.get("card") or {})
    return cx.save(method, "payment_method.updated", before)


@endpoint("POST", "/v1/payment_methods/{id}/attach", "customer")
def attach_method(cx: Context, params: Params, id: str) -> Doc:
    customer = cx.require("customer", params.get("customer"), "customer")
    return methods.attach(cx, methods.resolve(cx, id, of=customer), customer)


@endpoint("POST", "/v1/payment_methods/{id}/detach")
def detach_method(cx: Context, params: Params, id: str) -> Doc:
    return methods.detach(cx, cx.require("payment_method", id))


@endpoint("GET", "/v1/payment_methods", PAGING + " customer type")
def list_methods(cx: Context, params: Params) -> Doc:
    return page(
        cx,
        "payment_method",
        params,
        "/v1/payment_methods",
        where={"customer": params.get("customer")},
        equal=("type",),
        keep=None if "customer" in params else lambda doc: doc["customer"] is not None,
    )


# -- setup intents --------------------------------------------------------------------------------


@endpoint(
    "POST",
    "/v1/setup_intents",
    "customer payment_method usage confirm description metadata automatic_payment_methods "
    "allowed_payment_method_types return_url",
)
def create_setup(cx: Context, params: Params) -> Doc:
    customer = cx.require("customer", params["customer"]) if params.get("customer") else None
    intent = setups.create(
        cx,
        customer,
        usage=params.get("usage", "off_session"),
        description=params.get("description"),
        metadata=dict(params.get("metadata") or {}),
    )
    if params.get("payment_method"):
        method = methods.resolve(cx, params["payment_method"], of=customer)
        intent.update(payment_method=method["id"], status="requires_confirmation")
        cx.save(intent)
    intent["_return_url"] = params.get("return_url")
    if params.get("confirm"):
        setups.confirm(cx, intent, None)
    return intent


@endpoint("GET", "/v1/setup_intents/{id}")
def retrieve_setup(cx: Context, params: Params, id: str) -> Doc:
    return cx.require("setup_intent", id)


@endpoint("GET", "/v1/setup_intents", PAGING + " customer created payment_method")
def list_setups(cx: Context, params: Params) -> Doc:
    return page(
        cx,
        "setup_intent",
        params,
        "/v1/setup_intents",
        where={"customer": params.get("customer")},
        equal=("payment_method",),
    )


@endpoint("POST", "/v1/setup_intents/{id}", "description metadata")
def update_setup(cx: Context, params: Params, id: str) -> Doc:
    intent = cx.require("setup_intent", id)
    assign(intent, params, "description", "metadata")
    return cx.save(intent)


@endpoint("POST", "/v1/setup_intents/{id}/confirm", "payment_method return_url")
def confirm_setup(cx: Context, params: Params, id: str) -> Doc:
    intent = cx.require("setup_intent", id)
    method = None
    if params.get("payment_method"):
        customer = cx.optional("customer", intent["customer"])
        method = methods.resolve(cx, params["payment_method"], of=customer)
    intent["_return_url"] = params.get("return_url") or intent.get("_return_url")
    setups.confirm(cx, intent, method)
    return intent


@endpoint("POST", "/v1/setup_intents/{id}/cancel", "cancellation_reason")
def cancel_setup(cx: Context, params: Params, id: str) -> Doc:
    intent = cx.require("setup_intent", id)
    if intent["status"] == "succeeded":
        raise errors.invalid("You cannot cancel a SetupIntent that has succeeded.")
    intent.update(status="canceled", cancellation_reason=params.get("cancellation_reason"))
    return cx.save(intent, "setup_intent.canceled")
