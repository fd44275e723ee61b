"""The Billing Portal: the customer's cards and invoices."""

from html import escape

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stripe_sandbox.context import Context
from stripe_sandbox.engine import methods, setups
from stripe_sandbox.engine.money import display
from stripe_sandbox.engine.periods import day_of
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
    method_name,
    page,
)
from stripe_sandbox.store import Doc


def _find(cx: Context, token: str) -> tuple[Doc, Doc, list[Doc], list[Doc]] | None:
    found = cx.store.all("billing_portal.session", _token=token)
    if not found:
        return None
    customer = cx.require("customer", found[0]["customer"])
    return (
        found[0],
        customer,
        cx.store.all("payment_method", customer=customer["id"]),
        [
            invoice
            for invoice in cx.store.all("invoice", newest_first=True, customer=customer["id"])
            if invoice["status"] not in {"draft", "void"}
        ][:20],
    )


async def show(request: Request, problem: str | None = None) -> Response:
    token = request.path_params["token"]
    found = await run_in_threadpool(api_of(request).work, lambda cx: _find(cx, token))
    if found is None:
        return absent("Billing page")
    session, customer, cards, invoices = found
    default = customer["invoice_settings"]["default_payment_method"]
    listed = "".join(_card(token, card, default) for card in cards)
    back = (
        f'<p><a href="{escape(session["return_url"])}">Return to the shop</a></p>'
        if session["return_url"]
        else ""
    )
    history = "".join(
        f'<div class="row"><span><a href="/i/{escape(i["_token"])}">{escape(i["number"])}</a> '
        f'<span class="quiet">{day_of(i["created"])}, {escape(i["status"])}</span></span>'
        f"<span>{display(i['total'], i['currency'])}</span></div>"
        for i in invoices
    )
    who = customer["name"] or customer["email"] or customer["id"]
    return page(
        "Billing",
        f"{back}<h1>Billing</h1><p class='quiet'>{escape(who)}</p>"
        f"{message(problem)}<section><h2>Cards</h2>{listed or '<p>No card is saved.</p>'}</section>"
        f"<section><h2>Add a card</h2>{card_form(f'/p/{token}/add', 'Add card')}</section>"
        f"<section><h2>Invoices</h2>{history or '<p>No invoice yet.</p>'}</section>",
        status=402 if problem else 200,
    )


def _card(token: str, card: Doc, default: str | None) -> str:
    name = escape(method_name(card))
    if card["id"] == default:
        state = '<span class="good">Default</span>'
    else:
        state = _button(token, "default", card["id"], "Make default", name)
    remove = _button(token, "remove", card["id"], "Remove", name)
    return f'<div class="row"><span>{name}</span><span>{state} {remove}</span></div>'


def _button(token: str, action: str, method: str, text: str, about: str) -> str:
    return (
        f'<form method="post" action="/p/{escape(token)}/{action}">'
        f'<input type="hidden" name="payment_method" value="{escape(method)}">'
        f'<button class="second" aria-label="{text}: {about}">{text}</button></form>'
    )


async def add(request: Request) -> Response:
    token = request.path_params["token"]
    try:
        card, expiry = card_from(await form_of(request))
    except CardProblem as problem:
        return await show(request, str(problem))

    def save(cx: Context) -> str | None:
        found = _find(cx, token)
        if found is None:
            return None
        customer = found[1]
        intent = setups.create(cx, customer)
        method = methods.make(cx, card, of=customer, exp=expiry)
        if setups.confirm(cx, intent, method) == "requires_action":
            return f"/authenticate/{intent['id']}?portal={token}"
        if customer["invoice_settings"]["default_payment_method"] is None:
            make_default(cx, customer, method["id"])
        return f"/p/{token}"

    try:
        target = await run_in_threadpool(api_of(request).work, save)
    except ApiError as error:
        return await show(request, f"{error.message} Try another card.")
    return back_to(target) if target else absent("Billing page")


def make_default(cx: Context, customer: Doc, method: str) -> None:
    before = cx.snapshot(customer)
    customer["invoice_settings"] = {
        **customer["invoice_settings"],
        "default_payment_method": method,
    }
    cx.save(customer, "customer.updated", before)


async def change(request: Request) -> Response:
    token, action = request.path_params["token"], request.path_params["action"]
    chosen = (await form_of(request)).get("payment_method", "")

    def do(cx: Context) -> bool:
        found = _find(cx, token)
        if found is None:
            return False
        customer = found[1]
        method = methods.owned(cx, chosen, customer, "payment_method")
        if action == "default":
            make_default(cx, customer, method["id"])
        else:
            methods.detach(cx, method)
        return True

    try:
        done = await run_in_threadpool(api_of(request).work, do)
    except ApiError as error:
        return await show(request, error.message)
    return back_to(f"/p/{token}") if done else absent("Billing page")


routes = [
    Route("/p/{token}", show),
    Route("/p/{token}/add", add, methods=["POST"]),
    Route("/p/{token}/{action:str}", change, methods=["POST"]),
]
