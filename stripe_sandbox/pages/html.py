"""The frame of a hosted page: banner, style, forms. Everything shown is escaped here."""

from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from stripe_sandbox.engine.cards import CARDS, TestCard
from stripe_sandbox.wire import Api

BANNER = "Sandbox: no real money moves"

STYLE = """
:root { color-scheme: light dark; --ink: #1a1f36; --quiet: #5a6376; --line: #d8dde6; --page: #f6f8fa;
  --card: #fff; --accent: #4b3fd1; --on-accent: #fff; --bad: #a3162f; --good: #0b6b3a; --warn: #ffe8a3; --on-warn: #4a3600; }
@media (prefers-color-scheme: dark) { :root { --ink: #eceef4; --quiet: #a9b1c2; --line: #363d4d; --page: #10131a;
  --card: #191e28; --accent: #a99fff; --on-accent: #14102e; --bad: #ff9aab; --good: #7fdcaa; --warn: #4a3c0d; --on-warn: #ffeab0; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
.banner { background: var(--warn); color: var(--on-warn); text-align: center; padding: 6px 12px; font-weight: 600; }
main { max-width: 560px; margin: 24px auto; padding: 0 16px 48px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 16px; margin: 16px 0; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 4px; } h2 { font-size: 1.05rem; margin: 0 0 8px; }
p { margin: 4px 0 12px; } .quiet { color: var(--quiet); } .bad { color: var(--bad); font-weight: 600; } .good { color: var(--good); font-weight: 600; }
table { width: 100%; border-collapse: collapse; } td, th { padding: 8px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
td.amount, th.amount { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; padding-left: 12px; overflow-wrap: normal; }
label { display: block; font-weight: 600; margin: 12px 0 4px; }
input, select { width: 100%; font: inherit; padding: 9px 10px; color: inherit; background: var(--page); border: 1px solid var(--quiet); border-radius: 6px; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
button, a.button { display: inline-block; font: inherit; font-weight: 600; padding: 10px 16px; border-radius: 6px; border: 1px solid var(--accent); background: var(--accent); color: var(--on-accent); cursor: pointer; text-decoration: none; }
button.second { background: transparent; color: var(--accent); } .actions { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 16px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; } a { color: var(--accent); }
.row { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; justify-content: space-between; padding: 10px 0; border-bottom: 1px solid var(--line); } .row form { display: inline; }
"""


def api_of(request: Request) -> Api:
    api: Api = request.app.state.api
    return api


async def form_of(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


def page(title: str, body: str, *, status: int = 200) -> HTMLResponse:
    return HTMLResponse(
        "<!doctype html>\n"
        f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body>"
        f'<div class="banner" role="note">{BANNER}</div><main>{body}</main></body></html>',
        status_code=status,
        headers={
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
            "img-src 'self'; base-uri 'none'; frame-ancestors 'none'",
        },
    )


def absent(what: str) -> HTMLResponse:
    return page(
        f"{what} not found",
        f"<h1>{escape(what)} not found</h1><p>The link has expired or the sandbox was reset.</p>",
        status=404,
    )


def back_to(url: str) -> RedirectResponse:
    return RedirectResponse(url, status_code=303)


def message(text: str | None, kind: str = "bad") -> str:
    return f'<p class="{kind}" role="alert">{escape(text)}</p>' if text else ""


def card_form(action: str, button: str, *, extra: str = "") -> str:
    """Choose a test card by its name, or type a number; a typed number wins."""
    options = "".join(
        f'<option value="{escape(card.key)}">{escape(card.title)} ({escape(card.number[-4:])})</option>'
        for card in CARDS
    )
    return (
        f'<form method="post" action="{escape(action)}">'
        f'<label for="card">Test card</label><select id="card" name="card">{options}</select>'
        '<label for="number">Or a test card number</label>'
        '<input id="number" name="number" inputmode="numeric" autocomplete="off" '
        'placeholder="4242 4242 4242 4242">'
        '<div class="pair"><div><label for="expiry">Expiry</label>'
        '<input id="expiry" name="expiry" placeholder="12 / 34" autocomplete="off"></div>'
        '<div><label for="cvc">CVC</label>'
        '<input id="cvc" name="cvc" inputmode="numeric" placeholder="123" autocomplete="off"></div></div>'
        f'<div class="actions"><button type="submit">{escape(button)}</button>{extra}</div></form>'
    )


class CardProblem(Exception):
    """What was typed is not a test card; the text is for the customer."""


def card_from(form: Mapping[str, str]) -> tuple[TestCard, tuple[int, int]]:
    """The chosen card with its expiry; raises CardProblem."""
    typed = form.get("number", "").replace(" ", "").replace("-", "")
    if typed:
        card = next((card for card in CARDS if card.number == typed), None)
        if card is None:
            raise CardProblem("That is not a test card number. Try 4242 4242 4242 4242.")
    else:
        card = next((card for card in CARDS if card.key == form.get("card")), None)
        if card is None:
            raise CardProblem("Choose a test card.")
    return card, _expiry(form.get("expiry", ""))


def _expiry(text: str) -> tuple[int, int]:
    if not text.strip():
        return 12, 2034
    month, _, year = text.replace(" ", "").partition("/")
    if not (month.isdigit() and year.isdigit() and 1 <= int(month) <= 12):
        raise CardProblem("The expiry is a month and a year, such as 12 / 34.")
    return int(month), int(year) + (2000 if len(year) == 2 else 0)


def method_name(method: dict[str, Any]) -> str:
    if method["type"] == "card":
        card = method["card"]
        return f"{card['brand'].title()} ending in {card['last4']}, expires {card['exp_month']:02d}/{card['exp_year']}"
    return f"SEPA debit ending in {method['sepa_debit']['last4']}"
