"""Registers the demo's webhook endpoint, as a person would by hand."""

from typing import Any

import httpx

from demo.environment import Kept, StripeAccess
from demo.process import ProcessFailed

PATH = "/webhooks/stripe/"


def webhook_url(base_url: str) -> str:
    """Where the web server at `base_url` takes Stripe's webhooks."""
    return base_url + PATH


def register_webhooks(stripe: StripeAccess, *, base_url: str, kept: Kept) -> None:
    """Makes `base_url` receive every event, and keeps the endpoint's id and signing secret.

    An endpoint of an earlier start is kept and moved to the present address. Raises ProcessFailed
    when Stripe, or what stands for it, refuses.
    """
    url = webhook_url(base_url)
    with httpx.Client(
        base_url=stripe.url, auth=(stripe.secret_key, ""), trust_env=False, timeout=10
    ) as client:
        if kept.webhook_id:
            address = f"/v1/webhook_endpoints/{kept.webhook_id}"
            answer = client.post(address, data={"url": url, "disabled": "false"})
            if answer.status_code != httpx.codes.NOT_FOUND:
                _document(answer)
                return
        answer = client.post("/v1/webhook_endpoints", data={"url": url, "enabled_events[]": "*"})
    endpoint = _document(answer)
    kept.webhook_id = endpoint["id"]
    kept.webhook_secret = endpoint["secret"]


def _document(answer: httpx.Response) -> dict[str, Any]:
    if answer.is_error:
        raise ProcessFailed(f"The webhook endpoint was refused: {answer.text}")
    document: dict[str, Any] = answer.json()
    return document
