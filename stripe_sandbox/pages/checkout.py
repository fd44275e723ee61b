"""Checkout, mode setup: a test card is saved for the customer, then back to the shop."""

from html import escape

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stripe_sandbox.context import Context
from stripe_sandbox.engine import methods, setups
from stripe_sandbox.errors import ApiError
from stripe_sandbox.pages.html import (
    CardProblem,
    absent,
    api_of,
    back_to,
    card_form,
    card_from,
    form_of,
    message,
    page,
)
from stripe_sandbox.store import Doc


async def show(request: Request) -> Response:
    session = await _session(request)
    return _page(session, None) if session else absent("Checkout page")


async def submit(request: Request) -> Response:
    session = await _session(request)
    if session is None:
        return absent("Checkout page")
    if session["status"] != "open":
        return _page(session, None)
    try:
        card, expiry = card_from(await form_of(request))
    except CardProblem as problem:
        return _page(session, str(problem))

    def save(cx: Context) -> str:
        intent = cx.require("setup_intent", session["setup_intent"])
        customer = cx.optional("customer", intent["customer"])
        method = methods.make(cx, card, of=customer, exp=expiry)
        outcome = setups.confirm(cx, intent, method)
        if outcome == "succeeded":
            complete(cx, cx.require("checkout.session", session["id"]))
        return outcome

    try:
        outcome = await run_in_threadpool(api_of(request).work, save)
    except ApiError as error:
        return _page(session, f"{error.message} Try another card.")
    if outcome == "requires_action":
        return back_to(f"/authenticate/{session['setup_intent']}?session={session['id']}")
    return back_to(success_url(session))


def complete(cx: Context, session: Doc) -> None:
    """The session did what it was for."""
    if session["customer"] is None:
        customer = cx.create(
            "customer",
            "cus_",
            balance=0,
            delinquent=False,
            email=session["customer_email"],
            invoice_prefix=session["id"][-8:].upper(),
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
        )
        cx.emit("customer.created", customer)
        intent = cx.require("setup_intent", session["setup_intent"])
        intent["customer"] = session["customer"] = customer["id"]
        cx.save(intent)
        methods.attach(
            cx, cx.require("payment_method", intent["payment_method"]), customer, checked=False
        )
    session.update(status="complete", url=None, _due=None)
    customer = cx.require("customer", session["customer"])
    session["customer_details"] = {
        "address": customer["address"],
        "business_name": None,
        "email": customer["email"],
        "individual_name": None,
        "name": customer["name"],
        "phone": customer["phone"],
        "tax_exempt": customer["tax_exempt"],
        "tax_ids": [],
    }
    cx.save(session, "checkout.session.completed")


def success_url(session: Doc) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


async def _session(request: Request) -> Doc | None:
    identifier = request.path_params["session"]
    found: Doc | None = await run_in_threadpool(
        api_of(request).work, lambda cx: cx.store.get("checkout.session", identifier)
    )
    return found


def _page(session: Doc, problem: str | None) -> Response:
    if session["status"] != "open":
        return page(
            "Checkout",
            f"<h1>This page is {escape(session['status'])}</h1><p>Nothing is left to do here.</p>",
        )
    cancel = (
        f'<a class="button" href="{escape(session["cancel_url"])}">Go back</a>'
        if session["cancel_url"]
        else ""
    )
    form = card_form(f"/c/{session['id']}", "Save card", extra=cancel)
    who = session["customer_email"] or session["customer"] or "a new customer"
    return page(
        "Save a card",
        f"<h1>Save a card</h1><p class='quiet'>For {escape(who)}. It is charged only for what "
        "you buy later.</p>"
        f"{message(problem)}<section>{form}</section>",
        status=402 if problem else 200,
    )


routes = [
    Route("/c/{session}", show),
    Route("/c/{session}", submit, methods=["POST"]),
]
