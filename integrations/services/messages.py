"""What an endpoint is posted: the signed webhook's body, or Slack's blocks, in its language."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import structlog
from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.templatetags.headroom import format_money, number
from integrations.actions import actions_of, value_of
from integrations.domain.signing import secret_of, signature_headers
from integrations.event_types import VERIFICATION, VERSION, event_type
from integrations.models import Delivery, Endpoint

logger = structlog.get_logger(__name__)
# Slack takes 3,000 characters of text in a section and 150 in a header.
_MOST_TEXT: Final = 2900


def headers_of(delivery: Delivery, body: bytes, at: datetime) -> dict[str, str]:
    """Return the signature's headers; after a renewal both secrets sign for a while."""
    endpoint = delivery.endpoint
    if endpoint.format != Endpoint.Format.STANDARD:
        return {}
    salts = [endpoint.salt]
    if endpoint.old_salt and endpoint.old_salt_until and at < endpoint.old_salt_until:
        salts.append(endpoint.old_salt)
    return signature_headers(
        message_id=delivery.message_id,
        at=at,
        body=body,
        secrets=[secret_of(settings.SECRET_KEY, salt) for salt in salts],
    )


def body_of(delivery: Delivery) -> bytes:
    """Return what an endpoint is posted, in its format and language."""
    with translation.override(delivery.endpoint.language):
        content = _content(delivery)
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _content(delivery: Delivery) -> dict[str, Any]:
    endpoint, payload = delivery.endpoint, delivery.payload
    title, text = words_of(delivery.type, payload)
    url = settings.BASE_URL + _path(delivery)
    if endpoint.format == Endpoint.Format.SLACK:
        return slack_message(title, text, url, _buttons(delivery))
    about = payload.get("organization", {})
    named = (
        {"organization": about["external_id"], "organization_name": about["name"]} if about else {}
    )
    return {
        "type": delivery.type,
        "version": VERSION,
        "timestamp": payload["at"],
        "sequence": delivery.sequence,
        "data": named | payload["data"] | {"title": title, "text": text, "url": url},
    }


def words_of(type: str, payload: Mapping[str, Any]) -> tuple[str, str]:
    """Return title and text of a message in the active language."""
    if "title" in payload:
        return payload["title"], payload.get("text", "")
    offered = event_type(type)
    if offered is None:
        return type, ""
    try:
        if offered.words is not None:
            return offered.words(payload)
        return str(offered.title) % _shown(payload["data"]), payload["organization"]["name"]
    except (KeyError, ValueError, TypeError):
        # Written by another version: the message still goes, with its plain name.
        logger.warning("message_without_words", type=type, exc_info=True)
        return capfirst(str(offered.label)), ""


def _shown(data: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: number(value) if type(value) is int else value for name, value in data.items()}
    if "total_minor" in data and data.get("currency"):
        shown["amount"] = format_money(data["total_minor"], data["currency"])
    return shown


def _path(delivery: Delivery) -> str:
    """Return where the page about it is, for those who read the endpoint's messages."""
    payload = delivery.payload
    slug = payload.get("organization", {}).get("slug")
    offered = event_type(delivery.type)
    try:
        if slug is None:
            return "/"
        if delivery.endpoint.organization_id is None:
            return payload.get("vendor_path") or reverse("account", args=[slug])
        return reverse(offered.page if offered else "overview", args=[slug])
    except NoReverseMatch:
        return "/"


def _buttons(delivery: Delivery) -> list[dict[str, Any]]:
    """Return the actions: pressed in Slack where its app is connected, else links to a page."""
    about = delivery.payload.get("organization", {})
    if delivery.endpoint.organization_id is not None or not about:
        return []
    buttons: list[dict[str, Any]] = []
    for action in actions_of(delivery.type):
        value = value_of(action, about["id"], delivery.payload["data"])
        button = {
            "type": "button",
            "action_id": action.name,
            "text": {"type": "plain_text", "text": str(action.label)},
        }
        if delivery.endpoint.has_buttons and settings.SLACK_SIGNING_SECRET:
            button["value"] = value
        else:
            button["url"] = settings.BASE_URL + reverse("message_action", args=[value])
        buttons.append(button)
    return buttons


def slack_message(
    title: str, text: str, url: str, buttons: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Return a message as Slack takes it: text, blocks, a button that leads, and what can be done.

    `text` is what notifications and readers of screens say.
    """
    said = f"*{_escaped(title)}*" + (f"\n{_escaped(text)}" if text else "")
    lead = {
        "type": "button",
        "action_id": "open",
        "style": "primary",
        "text": {"type": "plain_text", "text": _("Open")},
        "url": url,
    }
    return {
        "text": _escaped(f"{title}. {text}" if text else title)[:_MOST_TEXT],
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": said[:_MOST_TEXT]}},
            {"type": "actions", "elements": [lead, *buttons]},
        ],
    }


def _escaped(text: str) -> str:
    # Slack's own three; otherwise a name could mention a channel or hide a link.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def challenge_payload(challenge: str, at: datetime) -> dict[str, Any]:
    """Return the message that a new address has to answer."""
    return {
        "title": _("%(product)s will send messages here") % {"product": settings.PRODUCT_NAME},
        "text": _("Nothing has to be done in a channel."),
        "at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "data": {"challenge": challenge},
    }


def answers_challenge(delivery: Delivery, text: str) -> bool:
    """Tell whether an answer repeats the challenge; a channel of Slack only has to take it."""
    if delivery.type != VERIFICATION or delivery.endpoint.format == Endpoint.Format.SLACK:
        return True
    return delivery.payload["data"]["challenge"] in text
