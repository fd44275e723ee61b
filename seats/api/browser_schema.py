"""The operations of browsers in the OpenAPI file: a token for a page, and what the page reports."""

from collections.abc import Callable
from typing import Any

import msgspec

from seats.ingest.browser_tokens import LONGEST_TOKEN, TokenAnswer, TokenQuestion
from seats.ingest.browsers import EVENTS_AT_ONCE, BrowserEvent

type Part = dict[str, Any]

_TOKENS = (
    "Asked by the vendor's server for somebody who is signed in there. Their page may then report "
    "their use of features with the token, and nothing else, until it ends: after 15 minutes, or "
    "as `expires_in` says (60 to 3,600 seconds), or with the API key. A browser never holds a key."
)
_EVENTS = (
    "Called by pages of the origins that the deployment allows (`BROWSER_ORIGINS`), with the token "
    "in the body. Organization and person are the token's. The body may be sent as text/plain, so "
    "that no preflight is needed and `navigator.sendBeacon` can send it. At most 100 events and "
    "64 KB at once, of the last seven days; one person reports 300 events at once and 2 a second. "
    "`id` and `at` together identify an event: sent again, it counts once."
)
_ANSWER = {"accepted": 2, "duplicates": 0, "rejected": []}
_EVENT = {"id": "01K9-5f2c", "at": "2026-11-02T09:00:00Z", "feature": "editor", "quantity": 1}


def browser_types() -> list[type[msgspec.Struct]]:
    """Return what the operations take and answer."""
    return [TokenQuestion, TokenAnswer, BrowserEvent]


def browser_batch() -> Part:
    """Return the schema of what a page sends."""
    return {
        "type": "object",
        "required": ["token", "events"],
        "additionalProperties": False,
        "properties": {
            "token": {"type": "string", "maxLength": LONGEST_TOKEN},
            "events": {
                "type": "array",
                "maxItems": EVENTS_AT_ONCE,
                "items": {"$ref": "#/components/schemas/BrowserEvent"},
            },
        },
    }


def browser_paths(
    body: Callable[[str, Part], Part],
    answer: Callable[[str, str, Part], Part],
    problems: Callable[..., Part],
) -> Part:
    """Return the two paths; the parts that all lean operations share are handed in."""
    token = {"token": "hbt_WyI0....", "expires_at": "2026-11-02T09:15:00Z"}
    return {
        "/api/v1/browser/tokens": {
            "post": {
                "operationId": "browser_token",
                "summary": "A token for somebody's page",
                "description": _TOKENS,
                "tags": ["usage"],
                "security": [{"ApiKey": []}],
                "requestBody": body("TokenQuestion", {"organization": "acme", "member": "u-1042"}),
                "responses": {
                    "201": answer("The token.", "TokenAnswer", token),
                    **problems("400", "401", "404", "405", "408", "413", "415", "500", "503"),
                },
            }
        },
        "/api/v1/browser/events": {
            "post": {
                "operationId": "report_browser_usage",
                "summary": "Report usage from a page",
                "description": _EVENTS,
                "tags": ["usage"],
                "security": [],
                "requestBody": body("BrowserBatch", {"token": token["token"], "events": [_EVENT]}),
                "responses": {
                    "202": answer(
                        "The batch was taken; refused events are listed.", "EventsAccepted", _ANSWER
                    ),
                    **problems(
                        *("400", "401", "403", "405", "408", "413", "415", "429", "500", "503")
                    ),
                },
            }
        },
    }
