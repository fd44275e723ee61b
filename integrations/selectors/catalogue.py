"""The catalogue of events as pages and the API's description show it."""

import json
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst

from integrations.event_types import VERSION, EventType, Fact, event_types


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of event with its fields and a whole message as an example."""

    type: EventType
    label: str
    facts: list[tuple[str, Fact]]
    example: str


def catalogue(*, of_vendor: bool) -> list[tuple[str, list[Entry]]]:
    """Return the kinds of events, by group, in the order in which they were offered."""
    groups: dict[str, list[Entry]] = {}
    for each in event_types(of_vendor=of_vendor).values():
        shown = json.dumps(example_message(each), indent=2, ensure_ascii=False)
        groups.setdefault(str(each.group), []).append(
            Entry(each, capfirst(str(each.label)), list(each.facts.items()), shown)
        )
    return list(groups.items())


def example_message(event_type: EventType) -> dict[str, Any]:
    """Return a whole message of the type, as it is posted."""
    return {
        "type": event_type.name,
        "version": VERSION,
        "timestamp": "2026-11-02T12:00:00Z",
        "sequence": 4711,
        "data": {
            "organization": "acme",
            "organization_name": "Acme",
            **event_type.example(),
            "title": "…",
            "text": "…",
            "url": "https://seats.example.com/…",
        },
    }


def message_schema(event_type: EventType) -> dict[str, Any]:
    """Return the JSON Schema of a message of the type. More fields may be added to it."""
    text = {"type": "string"}
    shared = {
        "organization": {"type": "string", "description": "External id of the organization."},
        "organization_name": text,
        "title": {"type": "string", "description": "A sentence for people."},
        "text": text,
        "url": {"type": "string", "format": "uri", "description": "The page about it."},
    }
    properties = shared | {name: fact.schema() for name, fact in event_type.facts.items()}
    optional = {name for name, fact in event_type.facts.items() if fact.is_optional}
    return {
        "type": "object",
        "required": ["type", "version", "timestamp", "sequence", "data"],
        "properties": {
            "type": {"const": event_type.name},
            "version": {"const": VERSION},
            "timestamp": {"type": "string", "format": "date-time"},
            "sequence": {
                "type": "integer",
                "description": "Grows with each event; of two messages about one object the "
                "greater is the later.",
            },
            "data": {
                "type": "object",
                "required": sorted(set(properties) - optional),
                "properties": properties,
            },
        },
        "examples": [example_message(event_type)],
    }
