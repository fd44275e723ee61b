"""The only module that knows Stripe. It returns our dataclasses, never Stripe's objects."""

from functools import cache

import stripe
from django.conf import settings


@cache
def client() -> stripe.StripeClient:
    """Return the client for the configured account; its HTTP client keeps connections open."""
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        base_addresses={"api": settings.STRIPE_API_BASE} if settings.STRIPE_API_BASE else {},
        http_client=stripe.RequestsClient(timeout=20),
        max_network_retries=2,
    )


def stripe_is_reachable() -> None:
    """Ask Stripe for the account; raises stripe.StripeError when it does not answer."""
    client().v1.accounts.retrieve_current()
