"""Registers the demo's webhook endpoint, as a person would by hand."""

from http import HTTPStatus
from typing import Any

from demo.client import Answer, request
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
    endpoints = f"{stripe.url}/v1/webhook_endpoints"
    if kept.webhook_id:
        moved = {"url": url, "disabled": "false"}
        answer = request(f"{endpoints}/{kept.webhook_id}", key=stripe.secret_key, form=moved)
        if answer.status != HTTPStatus.NOT_FOUND:
            _document(answer)
            return
    form = {"url": url, "enabled_events[]": "*"}
    endpoint = _document(request(endpoints, key=stripe.secret_key, form=form))
    kept.webhook_id = endpoint["id"]
    kept.webhook_secret = endpoint["secret"]


def _document(answer: Answer) -> dict[str, Any]:
    if answer.is_error:
        raise ProcessFailed(f"The webhook endpoint was refused: {answer.text}")
    return answer.document()
