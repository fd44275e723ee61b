"""Payment intents and charges: one attempt to take money with a test payment method."""

from typing import Any

from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.engine.cards import card_details
from stripe_sandbox.engine.methods import attach, card_of
from stripe_sandbox.present import present
from stripe_sandbox.store import Doc, new_id

UNFINISHED = {"requires_payment_method", "requires_confirmation", "requires_action"}


def create(cx: Context, customer: Doc | None, amount: int, currency: str, **given: Any) -> Doc:
    identifier = new_id("pi_")
    intent = cx.create(
        "payment_intent",
        "pi_",
        of=customer,
        id=identifier,
        amount=amount,
        amount_capturable=0,
        amount_received=0,
        capture_method="automatic",
        client_secret=f"{identifier}_secret_{new_id('', 16)}",
        confirmation_method="automatic",
        currency=currency,
        customer=customer["id"] if customer else None,
        payment_method_types=["card"],
        payment_method_options={"card": {"request_three_d_secure": "automatic"}},
        **{
            "status": "requires_payment_method",
            "metadata": {},
            "_clock": customer.get("test_clock") if customer else None,
            **given,
        },
    )
    cx.emit("payment_intent.created", intent)
    return intent


def now_of(cx: Context, intent: Doc) -> int:
    return cx.now({"test_clock": intent.get("_clock")})


def confirm(cx: Context, intent: Doc, method: Doc, *, off_session: bool = False) -> str:
    """Try to take the money. Answers `succeeded`, `requires_action` or `declined`."""
    intent["payment_method"] = method["id"]
    intent["payment_method_types"] = [method["type"]]
    card = card_of(method)
    saved = method["_saved"] and card.asks == "unless_saved"
    if card.asks != "never" and not saved:
        if off_session:
            return _decline(cx, intent, method, "authentication_required")
        intent["status"] = "requires_action"
        intent["next_action"] = {
            "type": "redirect_to_url",
            "redirect_to_url": {
                "return_url": intent.get("_return_url"),
                "url": f"{cx.base_url}/authenticate/{intent['id']}",
            },
        }
        cx.save(intent, "payment_intent.requires_action")
        return "requires_action"
    return settle(cx, intent, method)


def settle(cx: Context, intent: Doc, method: Doc) -> str:
    """The bank's answer, after any authentication."""
    refusal = card_of(method).charge
    if refusal:
        return _decline(cx, intent, method, refusal)
    charge = _charge(cx, intent, method, None)
    customer = cx.optional("customer", intent["customer"])
    if intent["setup_future_usage"] and customer:
        method["_saved"] = True
        attach(cx, method, customer, checked=False)
    intent.update(
        status="succeeded",
        amount_received=intent["amount"],
        latest_charge=charge["id"],
        last_payment_error=None,
        next_action=None,
    )
    cx.save(intent)
    cx.emit("charge.succeeded", charge)
    cx.emit("payment_intent.succeeded", intent)
    return "succeeded"


def fail_authentication(cx: Context, intent: Doc) -> None:
    """The customer did not pass the bank's check: back to needing a method."""
    method = cx.optional("payment_method", intent["payment_method"])
    intent.update(status="requires_payment_method", next_action=None, payment_method=None)
    intent["last_payment_error"] = {
        "code": "payment_intent_authentication_failure",
        "message": "The provided PaymentMethod has failed authentication. You can provide "
        "payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent "
        "again.",
        "type": "card_error",
        **({"payment_method": present(cx.store, method)} if method else {}),
    }
    cx.save(intent, "payment_intent.payment_failed")


def cancel(cx: Context, intent: Doc, reason: str | None = None) -> Doc:
    if intent["status"] not in UNFINISHED:
        raise errors.invalid(
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}.",
            code="payment_intent_unexpected_state",
        )
    intent.update(
        status="canceled",
        canceled_at=now_of(cx, intent),
        cancellation_reason=reason,
        next_action=None,
    )
    return cx.save(intent, "payment_intent.canceled")


def decline_error(cx: Context, intent: Doc) -> errors.ApiError:
    """The 402 that tells about an intent's last failure."""
    last = intent["last_payment_error"]
    extra: dict[str, Any] = {"payment_intent": present(cx.store, intent)}
    if last.get("charge"):
        extra["charge"] = last["charge"]
    if last.get("payment_method"):
        extra["payment_method"] = last["payment_method"]
    return errors.ApiError(
        402,
        last["message"],
        type="card_error",
        code=last["code"],
        decline_code=last.get("decline_code"),
        keeps_changes=True,
        extra=extra,
    )


def _decline(cx: Context, intent: Doc, method: Doc, decline_code: str) -> str:
    code, message = errors.DECLINES[decline_code]
    charge = _charge(cx, intent, method, decline_code)
    intent.update(
        status="requires_payment_method",
        latest_charge=charge["id"],
        next_action=None,
        payment_method=None,
        last_payment_error={
            "charge": charge["id"],
            "code": code,
            "decline_code": decline_code,
            "message": message,
            "payment_method": present(cx.store, method),
            "type": "card_error",
        },
    )
    cx.save(intent)
    cx.emit("charge.failed", charge)
    cx.emit("payment_intent.payment_failed", intent)
    return "declined"


def _charge(cx: Context, intent: Doc, method: Doc, decline_code: str | None) -> Doc:
    code, message = errors.DECLINES[decline_code] if decline_code else (None, None)
    return cx.create(
        "charge",
        "ch_",
        of={"test_clock": intent.get("_clock")},
        amount=intent["amount"],
        amount_captured=0 if decline_code else intent["amount"],
        amount_refunded=0,
        billing_details=method["billing_details"],
        calculated_statement_descriptor="SANDBOX",
        captured=decline_code is None,
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        failure_code=code,
        failure_message=message,
        fraud_details={},
        metadata=dict(intent["metadata"]),
        outcome={
            "advice_code": "try_again_later" if decline_code else None,
            "network_advice_code": None,
            "network_decline_code": None,
            "network_status": "declined_by_network" if decline_code else "approved_by_network",
            "reason": decline_code,
            "risk_level": "normal",
            "seller_message": message or "Payment complete.",
            "type": "issuer_declined" if decline_code else "authorized",
        },
        paid=decline_code is None,
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details=_details(method, intent["amount"]),
        refunded=False,
        status="failed" if decline_code else "succeeded",
    )


def _details(method: Doc, amount: int) -> dict[str, Any]:
    if method["type"] != "card":
        return {"type": method["type"], method["type"]: {**method[method["type"]], "mandate": None}}
    card = card_of(method)
    known = card_details(card, method["card"]["exp_month"], method["card"]["exp_year"])
    kept = (
        "brand",
        "checks",
        "country",
        "exp_month",
        "exp_year",
        "fingerprint",
        "funding",
        "last4",
    )
    return {
        "type": "card",
        "card": {name: known[name] for name in kept}
        | {"amount_authorized": amount, "network": card.brand, "mandate": None, "wallet": None},
    }
