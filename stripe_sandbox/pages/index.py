"""The first page: what this is, what is in it, how to make trouble with it."""

from html import escape

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stripe_sandbox.engine.cards import CARDS
from stripe_sandbox.pages.html import api_of, page
from stripe_sandbox.sdk import API_VERSION

SHOWN = {
    "customer": "Customers",
    "subscription": "Subscriptions",
    "invoice": "Invoices",
    "price": "Prices",
    "event": "Events",
    "webhook_endpoint": "Webhook endpoints",
    "test_helpers.test_clock": "Test clocks",
}
CONTROLS = {
    "/_sandbox/health": "Whether it runs",
    "/_sandbox/requests": "The last API requests",
    "/_sandbox/deliveries": "The last webhook deliveries",
    "/_sandbox/chaos": "Trouble that waits to happen (POST to add some)",
    "/_sandbox/settings": "Retry schedule of webhooks, end of dunning",
}


async def show(request: Request) -> Response:
    api = api_of(request)

    def count() -> dict[str, int]:
        with api.lock:
            return dict(
                api.store.db.execute("select kind, count(*) from objects group by kind").fetchall()
            )

    counts = await run_in_threadpool(count)
    rows = "".join(
        f'<tr><th>{name}</th><td class="amount">{counts.get(kind, 0)}</td></tr>'
        for kind, name in SHOWN.items()
    )
    controls = "".join(
        f'<tr><td><a href="{path}">{path}</a></td><td>{escape(text)}</td></tr>'
        for path, text in CONTROLS.items()
    )
    cards = "".join(
        f"<tr><td>{escape(card.title)}</td><td class='amount'>{escape(card.number)}</td></tr>"
        for card in CARDS
    )
    return page(
        "Stripe sandbox",
        "<h1>Stripe sandbox</h1>"
        f"<p class='quiet'>A local stand-in for Stripe, version {API_VERSION}.</p>"
        f"<section><h2>What is in it</h2><table>{rows}</table></section>"
        f"<section><h2>Controls</h2><table>{controls}</table></section>"
        f"<section><h2>Test cards</h2><table>{cards}</table></section>",
    )


routes = [Route("/", show)]
