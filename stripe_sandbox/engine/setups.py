"""Setup intents: saving a payment method for later, with the bank's check where it wants one."""

from typing import Any

from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.engine import methods
from stripe_sandbox.present import present
from stripe_sandbox.store import Doc, new_id


def create(cx: Context, customer: Doc | None, **given: Any) -> Doc:
    identifier = new_id("seti_")
    intent = cx.create(
        "setup_intent",
        "seti_",
        of=customer,
        id=identifier,
        client_secret=f"{identifier}_secret_{new_id('', 16)}",
        customer=customer["id"] if customer else None,
        payment_method_options={"card": {"request_three_d_secure": "automatic"}},
        payment_method_types=["card"],
        status="requires_payment_method",
        **{"metadata": {}, "usage": "off_session", **given},
    )
    cx.emit("setup_intent.created", intent)
    return intent


def confirm(cx: Context, intent: Doc, method: Doc | None) -> str:
    """Answers succeeded or requires_action; a refusing bank raises the card error."""
    method = method or cx.optional("payment_method", intent["payment_method"])
    if method is None:
        raise errors.invalid(
            "You cannot confirm this SetupIntent because it's missing a payment method.",
            code="setup_intent_unexpected_state",
        )
    card = methods.card_of(method)
    intent["payment_method"] = method["id"]
    intent["payment_method_types"] = [method["type"]]
    if card.attach:
        _fail(cx, intent, method, card.attach)
        raise errors.declined(card.attach, extra={"setup_intent": present(cx.store, intent)})
    if card.asks != "never":
        intent["status"] = "requires_action"
        intent["next_action"] = {
            "type": "redirect_to_url",
            "redirect_to_url": {
                "return_url": intent.get("_return_url"),
                "url": f"{cx.base_url}/authenticate/{intent['id']}",
            },
        }
        cx.save(intent, "setup_intent.requires_action")
        return "requires_action"
    return succeed(cx, intent, method)


def succeed(cx: Context, intent: Doc, method: Doc) -> str:
    intent.update(status="succeeded", next_action=None, last_setup_error=None)
    method["_saved"] = True
    cx.save(method)
    customer = cx.optional("customer", intent["customer"])
    if customer:
        methods.attach(cx, method, customer, checked=False)
    cx.save(intent, "setup_intent.succeeded")
    return "succeeded"


def _fail(cx: Context, intent: Doc, method: Doc, decline_code: str) -> None:
    code, message = errors.DECLINES[decline_code]
    intent.update(
        status="requires_payment_method",
        payment_method=None,
        last_setup_error={
            "code": code,
            "decline_code": decline_code,
            "message": message,
            "payment_method": present(cx.store, method),
            "type": "card_error",
        },
    )
    cx.save(intent, "setup_intent.setup_failed")


def fail_authentication(cx: Context, intent: Doc) -> None:
    intent.update(status="requires_payment_method", payment_method=None, next_action=None)
    intent["last_setup_error"] = {
        "code": "setup_intent_authentication_failure",
        "message": "The latest attempt to set up the payment method has failed because "
        "authentication failed.",
        "type": "invalid_request_error",
    }
    cx.save(intent, "setup_intent.setup_failed")
