"""Client of the Headroom API: usage in, seat decisions out."""

from headroom_client import models
from headroom_client._retries import Retries
from headroom_client.async_sender import AsyncUsageSender
from headroom_client.client import AsyncClient, Client
from headroom_client.entitlements import AsyncEntitlements, Entitlement, Entitlements, Policy
from headroom_client.errors import (
    ApiError,
    Conflict,
    FieldError,
    HeadroomError,
    InvalidRequest,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    RateLimited,
    ServerFault,
    TimedOut,
    TooLarge,
    UnexpectedAnswer,
    Unreachable,
)
from headroom_client.sender import UsageSender
from headroom_client.spool import Figures, Refused, Spool, SpoolFull
from headroom_client.webhooks import Webhook, WebhookMessage, WebhookRefused

__all__ = [
    "ApiError",
    "AsyncClient",
    "AsyncEntitlements",
    "AsyncUsageSender",
    "Client",
    "Conflict",
    "Entitlement",
    "Entitlements",
    "FieldError",
    "Figures",
    "HeadroomError",
    "InvalidRequest",
    "NotAllowed",
    "NotAuthenticated",
    "NotFound",
    "Policy",
    "RateLimited",
    "Refused",
    "Retries",
    "ServerFault",
    "Spool",
    "SpoolFull",
    "TimedOut",
    "TooLarge",
    "UnexpectedAnswer",
    "Unreachable",
    "UsageSender",
    "Webhook",
    "WebhookMessage",
    "WebhookRefused",
    "models",
]
