"""Adds the lean endpoints, which Django does not serve, to the generated OpenAPI file."""

import json
from typing import Any

import msgspec

from accounts.api.openapi import problem_response
from seats.api.browser_schema import browser_batch, browser_paths, browser_types
from seats.ingest.answers import EntitlementAnswer
from seats.ingest.questions import EntitlementQuestion
from seats.services.usage_events import MAX_EVENTS, Event, Rejection

_REF = "#/components/schemas/{name}"
_EVENT_OUTCOME = "#/components/schemas/EventOutcome"


class EventsAccepted(msgspec.Struct):
    """What became of a batch: all of it that was taken is committed."""

    accepted: int
    duplicates: int
    rejected: list[Rejection]


_EVENT = {
    "id": "01K9-5f2c",
    "organization": "acme",
    "member": "u-1042",
    "at": "2026-11-02T09:00:00Z",
    "kind": "feature",
    "feature": "editor",
    "quantity": 1,
    "outcome": {"kind": "minutes_saved", "value": 12.5},
    "session_id": "s-77",
    "device_id": "d-12",
    "ip": "203.0.113.7",
    "user_agent": "Mozilla/5.0",
    "geo": {
        "country": "DE",
        "city": "Berlin",
        "latitude": 52.5,
        "longitude": 13.4,
        "asn": 3320,
        "network": "residential",
    },
}
_EVENTS_DESCRIPTION = (
    "Takes a batch of usage events and answers after they are committed. A bad event is refused "
    "by itself, with its index, the field at fault and a reason; the others are kept. `id` and "
    "`at` together identify an event of an organization: sent again, it is a duplicate and counts "
    "once. Times carry an offset, lie at most ten minutes ahead and five years back. "
    "A vendor-wide key names the `organization` of every event, an organization's own key need "
    "not. A member nobody knows becomes a person without a seat. The body may be packed with gzip."
)
_CHECK_DESCRIPTION = (
    "Asked by the vendor's product at sign-in. `reason` is for a yes `seat`, or for a seat beyond "
    "the purchased ones `overage` (lent until `overage_until`), `overage_in_true_up` (charged by "
    "the true-up) or `seat_kept` (its time is over; it is kept until somebody decides); for a no "
    "it is one of unknown_member, deactivated, no_subscription, no_seat, overage_not_permitted. "
    "`purchase_url` is where an admin can add seats, `request_url` where this person asks for one. "
    "`access.action` is what the organization's own policy asks of an account that several people "
    "seem to use: none, nudge, step_up or end_oldest_session. Sessions are counted by "
    "`session_id` in these checks, for 30 minutes each, where they are limited. It is no refusal."
)


def add_lean_endpoints(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Complete the OpenAPI document with the operations of `seats.ingest`."""
    _schemas, components = msgspec.json.schema_components(
        [Event, EventsAccepted, EntitlementQuestion, EntitlementAnswer, *browser_types()],
        ref_template=_REF,
    )
    # An event's outcome is not the outcome that people enter, which has the name already.
    renamed = json.dumps(components).replace(_REF.format(name="Outcome"), _EVENT_OUTCOME)
    components = json.loads(renamed)
    components["EventOutcome"] = components.pop("Outcome")
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas |= components
    schemas["EventBatch"] = {
        "type": "object",
        "required": ["events"],
        "additionalProperties": False,
        "properties": {
            "events": {
                "type": "array",
                "maxItems": MAX_EVENTS,
                "items": {"$ref": _REF.format(name="Event")},
            }
        },
    }
    schemas["BrowserBatch"] = browser_batch()
    paths = result.setdefault("paths", {})
    paths["/api/v1/events"] = {"post": _events_operation()}
    paths["/api/v1/entitlements/check"] = {"post": _check_operation()}
    paths |= browser_paths(_body, _answer, _problems)
    return result


def _events_operation() -> dict[str, Any]:
    return {
        "operationId": "report_usage",
        "summary": "Report usage",
        "description": _EVENTS_DESCRIPTION,
        "tags": ["usage"],
        "security": [{"ApiKey": []}],
        "parameters": [
            {
                "name": "Content-Encoding",
                "in": "header",
                "required": False,
                "schema": {"type": "string", "enum": ["gzip", "identity"]},
            }
        ],
        "requestBody": _body("EventBatch", {"events": [_EVENT]}),
        "responses": {
            "202": _answer(
                "The batch was taken; refused events are listed.",
                "EventsAccepted",
                {
                    "accepted": 998,
                    "duplicates": 1,
                    "rejected": [
                        {
                            "index": 17,
                            "field": "at",
                            "code": "time_zone_missing",
                            "reason": "The time has no offset from UTC.",
                        }
                    ],
                },
            ),
            **_problems("400", "401", "405", "408", "413", "415", "429", "500", "503"),
        },
    }


def _check_operation() -> dict[str, Any]:
    return {
        "operationId": "check_entitlement",
        "summary": "May this person come in?",
        "description": _CHECK_DESCRIPTION,
        "tags": ["entitlements"],
        "security": [{"ApiKey": []}],
        "requestBody": _body("EntitlementQuestion", {"organization": "acme", "member": "u-1042"}),
        "responses": {
            "200": _answer(
                "The decision.",
                "EntitlementAnswer",
                {
                    "allowed": False,
                    "reason": "no_seat",
                    "overage_until": None,
                    "purchase_url": "https://seats.example.com/o/acme/seats/add/",
                    "request_url": "https://seats.example.com/o/acme/ask/",
                    "may_purchase": False,
                    "notice": None,
                    "access": {"action": "none", "max_sessions": None, "open_sessions": None},
                },
            ),
            **_problems("400", "401", "404", "405", "408", "413", "415", "500", "503"),
        },
    }


def _body(schema: str, example: dict[str, Any]) -> dict[str, Any]:
    content = {"schema": {"$ref": _REF.format(name=schema)}, "example": example}
    return {"required": True, "content": {"application/json": content}}


def _answer(description: str, schema: str, example: dict[str, Any]) -> dict[str, Any]:
    content = {"schema": {"$ref": _REF.format(name=schema)}, "example": example}
    return {"description": description, "content": {"application/json": content}}


_SENTENCES = {
    "405": "The endpoint takes POST alone.",
    "408": "The body did not arrive in time.",
    "415": "The body is not JSON in UTF-8, or packed in a way that is not accepted.",
    "500": "Something went wrong on our side.",
    "503": "The database does not answer; nothing was taken. See Retry-After.",
}


def _problems(*statuses: str) -> dict[str, Any]:
    return {
        status: problem_response(status)
        if status not in _SENTENCES
        else problem_response("400") | {"description": _SENTENCES[status]}
        for status in statuses
    }
