"""The bank's page of 3D Secure: pass or fail, then back to where the customer came from."""

from html import escape
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stripe_sandbox.context import Context
from stripe_sandbox.engine import collection, intents, methods, setups
from stripe_sandbox.engine.money import display
from stripe_sandbox.pages import checkout
from stripe_sandbox.pages.html import absent, api_of, back_to, form_of, page
from stripe_sandbox.store import Doc


async def show(request: Request) -> Response:
    identifier = request.path_params["intent"]
    intent: Doc | None = await run_in_threadpool(
        api_of(request).work, lambda cx: cx.store.find(identifier)
    )
    if intent is None or intent["object"] not in {"payment_intent", "setup_intent"}:
        return absent("Authentication page")
    if intent["status"] != "requires_action":
        return page(
            "Your bank", "<h1>Nothing to confirm</h1><p>This request is already answered.</p>"
        )
    what = (
        f"a payment of {display(intent['amount'], intent['currency'])}"
        if intent["object"] == "payment_intent"
        else "saving this card for later payments"
    )
    action = f"/authenticate/{identifier}?{request.url.query}"
    return page(
        "Your bank",
        f"<h1>Your bank asks</h1><section><p>Is it you who wants {escape(what)}?</p>"
        f'<form method="post" action="{escape(action)}"><div class="actions">'
        '<button name="answer" value="pass">Authenticate</button>'
        '<button name="answer" value="fail" class="second">Fail</button></div></form></section>',
    )


async def answer(request: Request) -> Response:
    identifier = request.path_params["intent"]
    passed = (await form_of(request)).get("answer") == "pass"
    session_id = request.query_params.get("session", "")
    portal = request.query_params.get("portal", "")

    def decide(cx: Context) -> str | None:
        intent = cx.store.find(identifier)
        if intent is None:
            return None
        if intent["status"] == "requires_action":
            if intent["object"] == "payment_intent":
                _payment(cx, intent, passed=passed)
            else:
                _setup(cx, intent, session_id, passed=passed)
        if portal and intent["object"] == "setup_intent":
            return f"/p/{portal}"
        return _next(cx, intent, session_id)

    target = await run_in_threadpool(api_of(request).work, decide)
    return back_to(target) if target else absent("Authentication page")


def _payment(cx: Context, intent: Doc, *, passed: bool) -> None:
    invoice = cx.optional("invoice", intent.get("_invoice"))
    if passed:
        method = cx.require("payment_method", intent["payment_method"])
        outcome = intents.settle(cx, intent, method)
        customer = cx.optional("customer", intent["customer"])
        if customer and outcome == "succeeded":
            methods.attach(cx, method, customer, checked=False)
    else:
        intents.fail_authentication(cx, intent)
        outcome = "declined"
    if invoice and outcome == "succeeded":
        collection.intent_succeeded(cx, invoice, intent)
    elif invoice:
        collection.attempt_failed(cx, invoice)


def _setup(cx: Context, intent: Doc, session_id: str, *, passed: bool) -> None:
    if not passed:
        setups.fail_authentication(cx, intent)
        return
    setups.succeed(cx, intent, cx.require("payment_method", intent["payment_method"]))
    session = cx.optional("checkout.session", session_id)
    if session and session["status"] == "open":
        checkout.complete(cx, session)


def _next(cx: Context, intent: Doc, session_id: str) -> str:
    session = cx.optional("checkout.session", session_id)
    if session and intent["object"] == "setup_intent":
        return (
            checkout.success_url(session) if session["status"] == "complete" else f"/c/{session_id}"
        )
    invoice: Any = cx.optional("invoice", intent.get("_invoice"))
    if invoice:
        return f"/i/{invoice['_token']}"
    if intent.get("_return_url"):
        done = "succeeded" if intent["status"] == "succeeded" else "failed"
        joint = "&" if "?" in intent["_return_url"] else "?"
        named = urlencode({intent["object"]: intent["id"], "redirect_status": done})
        return f"{intent['_return_url']}{joint}{named}"
    return f"/authenticate/{intent['id']}"


routes = [
    Route("/authenticate/{intent}", show),
    Route("/authenticate/{intent}", answer, methods=["POST"]),
]
