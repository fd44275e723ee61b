"""The connection to Stripe and the mapping of its errors to ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import stripe
from django.conf import settings

from billing.gateways.stripe.errors import (
    CardDeclined,
    GatewayError,
    GatewayFault,
    NotAtStripe,
    TemporarilyUnavailable,
)

_TIMEOUT_SECONDS = 20
_SERVER_ERRORS = 500
_CONFLICT = 409


def http_client() -> stripe.HTTPClient:
    """Return a new HTTP client; it keeps one connection a thread open."""
    return stripe.RequestsClient(timeout=_TIMEOUT_SECONDS)


@cache
def client() -> stripe.StripeClient:
    """Return the client for the configured account."""
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        base_addresses={"api": settings.STRIPE_API_BASE} if settings.STRIPE_API_BASE else {},
        http_client=http_client(),
        max_network_retries=2,
    )


def stripe_is_reachable() -> None:
    """Ask Stripe for the account; raises stripe.StripeError when it does not answer."""
    client().v1.accounts.retrieve_current()


def keyed(idempotency_key: str) -> stripe.RequestOptions:
    """Return the request options that carry an idempotency key."""
    return {"idempotency_key": idempotency_key}


@contextmanager
def mapped_errors() -> Iterator[None]:
    """Turn every error of the SDK inside the block into one of ours."""
    try:
        yield
    except stripe.StripeError as error:
        raise _translate(error) from error


def _translate(error: stripe.StripeError) -> GatewayError:
    message = error.user_message or str(error)
    if isinstance(error, stripe.CardError):
        decline = getattr(error.error, "decline_code", None) if error.error else None
        return CardDeclined(decline or error.code or "card_declined", message)
    if isinstance(error, stripe.APIConnectionError | stripe.RateLimitError):
        return TemporarilyUnavailable(message)
    # 409: the same idempotency key is being worked on, or the object is locked by another call.
    if error.http_status == _CONFLICT or (error.http_status or 0) >= _SERVER_ERRORS:
        return TemporarilyUnavailable(message)
    if error.code == "resource_missing":
        return NotAtStripe(message)
    return GatewayFault(message)
