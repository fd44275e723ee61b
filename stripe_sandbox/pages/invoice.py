"""The hosted invoice: its lines, paying it with another test card, its PDF."""

from html import escape

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stripe_sandbox.context import Context
from stripe_sandbox.engine import collection, invoices, methods
from stripe_sandbox.engine.money import display
from stripe_sandbox.engine.periods import day_of
from stripe_sandbox.pages import pdf
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

STATES = {
    "open": "Waiting for payment",
    "paid": "Paid",
    "void": "Voided: nothing is owed",
    "uncollectible": "Written off",
}


def _find(cx: Context, token: str) -> tuple[Doc, list[Doc], Doc | None] | None:
    found = cx.store.all("invoice", _token=token)
    if not found:
        return None
    intent = None
    if found[0]["status"] == "open":
        intent = collection.default_payment(cx, found[0])[1]
    return found[0], invoices.lines_of(cx, found[0]), intent


async def show(request: Request, problem: str | None = None) -> Response:
    token = request.path_params["token"]
    found = await run_in_threadpool(api_of(request).work, lambda cx: _find(cx, token))
    if found is None:
        return absent("Invoice")
    invoice, lines, intent = found
    currency = invoice["currency"]
    rows = "".join(
        f"<tr><td>{escape(line['description'] or 'Item')}</td>"
        f'<td class="amount">{display(line["amount"], currency)}</td></tr>'
        for line in lines
    )
    sums = "".join(
        f'<tr><th>{name}</th><td class="amount">{display(value, currency)}</td></tr>'
        for name, value in summary(invoice)
    )
    state = STATES[invoice["status"]]
    kind = "good" if invoice["status"] == "paid" else "quiet"
    return page(
        f"Invoice {invoice['number']}",
        f"<h1>Invoice {escape(invoice['number'])}</h1>"
        f"<p class='quiet'>For {escape(_payer(invoice))}, "
        f"{day_of(invoice['created'])}</p><p class='{kind}'>{state}</p>{message(problem)}"
        f"<section><table>{rows}{sums}</table></section>{_actions(invoice, intent)}"
        f"<p><a href='/i/{escape(token)}/pdf'>Download PDF</a></p>",
        status=402 if problem else 200,
    )


def _payer(invoice: Doc) -> str:
    return str(invoice["customer_name"] or invoice["customer_email"] or invoice["customer"])


def summary(invoice: Doc) -> list[tuple[str, int]]:
    rows = [("Subtotal", invoice["subtotal"])]
    off = sum(entry["amount"] for entry in invoice["total_discount_amounts"] or [])
    if off:
        rows.append(("Discount", -off))
    tax = sum(entry["amount"] for entry in invoice["total_taxes"] or [])
    if tax:
        rows.append(("Tax", tax))
    rows.append(("Total", invoice["total"]))
    if invoice["amount_due"] != invoice["total"]:
        rows.append(("From balance", invoice["amount_due"] - invoice["total"]))
    rows.append(("Amount due", invoice["amount_remaining"]))
    return rows


def _actions(invoice: Doc, intent: Doc | None) -> str:
    if invoice["status"] != "open" or intent is None:
        return ""
    confirm = ""
    if intent["status"] == "requires_action":
        confirm = (
            "<section><h2>Your bank wants to know that it is you</h2>"
            f'<form method="post" action="/authenticate/{escape(intent["id"])}">'
            '<div class="actions">'
            '<button name="answer" value="pass">Authenticate</button>'
            '<button name="answer" value="fail" class="second">Fail</button></div></form></section>'
        )
    amount = display(invoice["amount_remaining"], invoice["currency"])
    form = card_form(f"/i/{invoice['_token']}", f"Pay {amount}")
    return f"{confirm}<section><h2>Pay with another card</h2>{form}</section>"


async def submit(request: Request) -> Response:
    token = request.path_params["token"]
    try:
        card, expiry = card_from(await form_of(request))
    except CardProblem as problem:
        return await show(request, str(problem))

    def pay(cx: Context) -> str | None:
        found = _find(cx, token)
        if found is None:
            return "absent"
        invoice = found[0]
        if invoice["status"] != "open":
            return None
        customer = cx.require("customer", invoice["customer"])
        method = methods.make(cx, card, of=customer, exp=expiry)
        outcome = collection.attempt(cx, invoice, method, off_session=False)
        if outcome == "paid":
            methods.attach(cx, method, customer, checked=False)
        if outcome == "declined":
            _, intent = collection.default_payment(cx, invoice)
            return str(intent["last_payment_error"]["message"])
        return None

    refusal = await run_in_threadpool(api_of(request).work, pay)
    if refusal == "absent":
        return absent("Invoice")
    if refusal:
        return await show(request, f"{refusal} Try another card.")
    return back_to(f"/i/{token}")


async def download(request: Request) -> Response:
    token = request.path_params["token"]
    found = await run_in_threadpool(api_of(request).work, lambda cx: _find(cx, token))
    if found is None:
        return absent("Invoice")
    invoice, lines, _ = found
    currency = invoice["currency"]
    rows = [(line["description"] or "Item", display(line["amount"], currency)) for line in lines]
    rows += [(name, display(value, currency)) for name, value in summary(invoice)]
    body = pdf.document(f"Invoice {invoice['number']}", STATES[invoice["status"]], rows)
    return Response(
        body,
        media_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="invoice-{invoice["number"]}.pdf"'},
    )


routes = [
    Route("/i/{token}", show),
    Route("/i/{token}", submit, methods=["POST"]),
    Route("/i/{token}/pdf", download),
]
