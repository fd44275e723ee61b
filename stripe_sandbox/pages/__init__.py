"""The hosted pages a customer is redirected to."""

from starlette.routing import BaseRoute

from stripe_sandbox.pages import authenticate, checkout, index, invoice, portal

routes: list[BaseRoute] = [
    *index.routes,
    *checkout.routes,
    *invoice.routes,
    *portal.routes,
    *authenticate.routes,
]
