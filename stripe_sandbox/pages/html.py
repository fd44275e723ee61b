"""The frame of a hosted page: banner, style, forms. Everything shown is escaped here."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from stripe_sandbox.engine.cards import CARDS, TestCard
from stripe_sandbox.wire import Api

BANNER = "Sandbox: no real money moves"

STYLE = Path(__file__).with_name("style.css").read_text(encoding="utf-8")


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
        f'<header class="banner">{BANNER}</header><main>{body}</main></body></html>',
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
        f'<option value="{escape(card.key)}">{escape(card.title)} ({card.last4})</option>'
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
        '<input id="cvc" name="cvc" inputmode="numeric" placeholder="123" autocomplete="off">'
        "</div></div>"
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
        expires = f"{card['exp_month']:02d}/{card['exp_year']}"
        return f"{card['brand'].title()} ending in {card['last4']}, expires {expires}"
    return f"SEPA debit ending in {method['sepa_debit']['last4']}"
