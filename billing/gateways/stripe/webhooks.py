"""Deliveries of Stripe: signature and the few ids that processing needs."""

import json
from typing import Any

import stripe
from django.conf import settings

from billing.gateways.stripe.errors import BadSignature
from billing.gateways.stripe.states import EventNotice, moment

TOLERANCE_SECONDS = 300


def read_event(*, payload: bytes, signature: str) -> EventNotice:
    """Return what a delivery says happened; raises BadSignature unless Stripe just signed it."""
    try:
        text = payload.decode()
        stripe.WebhookSignature.verify_header(
            text, signature, settings.STRIPE_WEBHOOK_SECRET, TOLERANCE_SECONDS
        )
        event: dict[str, Any] = json.loads(text)
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
    except stripe.SignatureVerificationError as error:
        raise BadSignature("Stripe did not sign this delivery.") from error
    except (UnicodeDecodeError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadSignature("This delivery is not an event.") from error


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
