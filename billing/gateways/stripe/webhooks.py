"""Events of Stripe, delivered or asked for: signature and the few ids that processing needs."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import stripe
from django.conf import settings

from billing.gateways.stripe.connection import client, mapped_errors
from billing.gateways.stripe.errors import BadSignature
from billing.gateways.stripe.states import EventNotice, moment

TOLERANCE_SECONDS = 300
_PAGE = 100


def read_event(*, payload: bytes, signature: str) -> EventNotice:
    """Return what a delivery says happened; raises BadSignature unless Stripe just signed it."""
    try:
        text = payload.decode()
        stripe.WebhookSignature.verify_header(
            text, signature, settings.STRIPE_WEBHOOK_SECRET, TOLERANCE_SECONDS
        )
        return _notice(json.loads(text))
    except stripe.SignatureVerificationError as error:
        raise BadSignature("Stripe did not sign this delivery.") from error
    except (UnicodeDecodeError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadSignature("This delivery is not an event.") from error


def iterate_events(*, since: datetime) -> Iterator[EventNotice]:
    """Yield what happened from `since` on, newest first, a hundred a request.

    Stripe keeps events for 30 days.
    """
    with mapped_errors():
        page = client().v1.events.list({"created": {"gte": int(since.timestamp())}, "limit": _PAGE})
        for event in page.auto_paging_iter():
            yield _notice(event.to_dict())


def _notice(event: dict[str, Any]) -> EventNotice:
    subject: dict[str, Any] = event["data"]["object"]
    return EventNotice(
        event_id=str(event["id"]),
        type=str(event["type"]),
        created_at=moment(int(event["created"])),
        object_id=str(subject.get("id") or ""),
        object_type=str(subject.get("object") or ""),
        customer_id=_customer_of(subject),
        subscription_id=_subscription_of(subject),
    )


def _customer_of(subject: dict[str, Any]) -> str:
    if subject.get("object") == "customer":
        return str(subject.get("id") or "")
    return _id(subject.get("customer"))


def _subscription_of(subject: dict[str, Any]) -> str:
    if subject.get("object") == "subscription":
        return str(subject.get("id") or "")
    details = (subject.get("parent") or {}).get("subscription_details") or {}
    return _id(details.get("subscription"))


def _id(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("id")
    return str(value or "")
