"""Puts what is posted to endpoints into the API's description, as its `webhooks` (OpenAPI 3.1)."""

from typing import Any

from django.utils import translation
from django.utils.text import capfirst

from integrations.event_types import event_types
from integrations.selectors.catalogue import message_schema

_HEADERS = (
    ("webhook-id", "Id of the message; the same when it is sent again."),
    ("webhook-timestamp", "Seconds since 1970 at which it was sent."),
    ("webhook-signature", "`v1,` and the signature in base64; several, with spaces between."),
)


def add_webhooks(
    result: dict[str, Any], generator: Any, request: Any, public: bool
) -> dict[str, Any]:
    """Describe each kind of event with its schema and an example."""
    with translation.override("en"):
        result["webhooks"] = {
            name: {
                "post": {
                    "operationId": "on_" + name.replace(".", "_"),
                    "summary": capfirst(str(each.label)),
                    "description": _described(each.ordered_by, is_vendors=each.is_vendor_only),
                    "tags": ["webhooks"],
                    "security": [],
                    "parameters": [
                        {
                            "in": "header",
                            "name": header,
                            "required": True,
                            "schema": {"type": "string"},
                            "description": means,
                        }
                        for header, means in _HEADERS
                    ],
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": message_schema(each)}},
                    },
                    "responses": {
                        "2XX": {"description": "Taken."},
                        "410": {"description": "Nothing more is wanted: the endpoint is stopped."},
                        "429": {"description": "Not now: `Retry-After` is kept, a day at most."},
                    },
                }
            }
            for name, each in event_types().items()
        }
    return result


def _described(ordered_by: str, *, is_vendors: bool) -> str:
    order = (
        f"Messages about the same `{ordered_by}` come in order."
        if ordered_by
        else "In no promised order."
    )
    return order + (" Told to the vendor's endpoints only." if is_vendors else "")
