"""Fetches what providers publish, by guarded requests that reach no private network."""

import base64
import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

from django.conf import settings

from accounts.gateways.outgoing import Unreachable, exchange

LARGEST: Final = 512 * 1024
_AGENT: Final = "Headroom-SSO/1"


class ProviderFailed(Exception):
    """A provider did not answer, or not what it should have; the text says what."""


def get(url: str, *, accept: str, token: str = "") -> bytes:
    """Return the body at `url`. Raises ProviderFailed."""
    headers = {"Accept": accept, "User-Agent": _AGENT}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return _body("GET", url, None, headers)


def get_json(url: str, *, token: str = "") -> dict[str, Any]:
    """Return the JSON object at `url`. Raises ProviderFailed."""
    return _parsed(get(url, accept="application/json", token=token), url)


def post_form(
    url: str, fields: Mapping[str, str], *, basic: tuple[str, str] | None = None
) -> dict[str, Any]:
    """Post a form and return the JSON object that is answered. Raises ProviderFailed."""
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
        "User-Agent": _AGENT,
    }
    if basic is not None:
        pair = ":".join(quote(part, safe="") for part in basic)
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    return _parsed(_body("POST", url, urlencode(fields).encode(), headers), url)


def _body(method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
    try:
        reply = exchange(
            method,
            url,
            body,
            headers,
            allow_private=settings.INTEGRATIONS_ALLOW_PRIVATE,
            largest_answer=LARGEST + 1,
        )
    except Unreachable as error:
        raise ProviderFailed(str(error)) from error
    if reply.status != 200:
        said = _error_of(reply.body)
        raise ProviderFailed(f"{url} answered {reply.status}{f' ({said})' if said else ''}.")
    if len(reply.body) > LARGEST:
        raise ProviderFailed(f"{url} answered more than {LARGEST} bytes.")
    return reply.body


def _parsed(body: bytes, url: str) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except ValueError as error:
        raise ProviderFailed(f"{url} did not answer JSON.") from error
    if not isinstance(parsed, dict):
        raise ProviderFailed(f"{url} did not answer a JSON object.")
    return parsed


def _error_of(body: bytes) -> str:
    """Return OAuth's own word for an error, such as invalid_client."""
    try:
        parsed = json.loads(body)
    except ValueError:
        return ""
    word = parsed.get("error") if isinstance(parsed, dict) else None
    return word[:60] if isinstance(word, str) else ""
