"""The catalogue of events: each app names here what it tells; endpoints choose among them.

A type says what its data holds (one `Fact` a field), which field names the object by which
messages keep their order, and whether it is the vendor's alone. A type may be told by entries of
the history (`tell_from_history`) or by a call of `emit_event`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Model
from django.utils.functional import Promise

from accounts.domain.scopes import Area

VERSION: Final = 1
"""Of the messages' form. Fields are only ever added to it; another form gets another number."""
TEST: Final = "test.ping"
VERIFICATION: Final = "endpoint.verification"
"""Sent without being chosen: they are about the endpoint itself."""

type Data = dict[str, Any]
type FromHistory = Callable[[Any, Mapping[str, Any]], Data]
"""From the subject of an entry and its changes to the data of the event."""
type Words = Callable[[Mapping[str, Any]], tuple[str, str]]
"""From what is stored of a message to its title and text; reads nothing else."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One field of an event's data: its JSON type, what it means (in English) and an example."""

    kind: str
    means: str
    example: Any
    format: str = ""
    is_optional: bool = False

    def schema(self) -> dict[str, Any]:
        """Return the field as JSON Schema."""
        said: dict[str, Any] = {"type": self.kind, "description": self.means}
        if self.format:
            said["format"] = self.format
        if self.kind == "object":
            said["additionalProperties"] = True
        return said | {"examples": [self.example]}


@dataclass(frozen=True, slots=True)
class EventType:
    """One kind of event; `name` is "thing.what_happened" and never changes.

    A key that has it sent somewhere needs the scope to read `area`. `title` is the sentence for
    people, with `%(field)s` of the data and `%(amount)s` for `total_minor`; without one `words`
    makes title and text of what is sent, when it is sent and in the endpoint's language.
    `ordered_by` is the field whose object's messages come in order. `page` is the name of the
    address about it below the organization's.
    """

    name: str
    label: Promise
    group: Promise
    area: Area
    facts: Mapping[str, Fact]
    title: Promise | None = None
    words: Words | None = None
    ordered_by: str = ""
    page: str = "overview"
    is_vendor_only: bool = False

    def object_key(self, data: Mapping[str, Any]) -> str:
        """Return the object whose messages wait for each other, "" for none."""
        if not self.ordered_by or not data.get(self.ordered_by):
            return ""
        return f"{self.ordered_by}:{data[self.ordered_by]}"[:120]

    def example(self) -> Data:
        """Return data as it would be sent."""
        return {name: fact.example for name, fact in self.facts.items()}


_TYPES: dict[str, EventType] = {}
_FROM_HISTORY: dict[str, list[tuple[str, FromHistory]]] = {}


def add_event_type(
    event_type: EventType, *, verbs: Sequence[str] = (), data: FromHistory | None = None
) -> None:
    """Offer a kind of event; entries of the history with one of `verbs` tell it with `data`."""
    _TYPES[event_type.name] = event_type
    if data is not None:
        for verb in verbs:
            told = _FROM_HISTORY.setdefault(verb, [])
            told[:] = [each for each in told if each[0] != event_type.name]
            told.append((event_type.name, data))


def event_type(name: str) -> EventType | None:
    """Return the type of that name, None for one that is offered no more."""
    return _TYPES.get(name)


def event_types(*, of_vendor: bool = True) -> dict[str, EventType]:
    """Return the types; without the vendor's own for an organization's endpoints."""
    return {name: each for name, each in _TYPES.items() if of_vendor or not each.is_vendor_only}


def told_by(verb: str, subject: Model, changes: Mapping[str, Any]) -> list[tuple[EventType, Data]]:
    """Return the events that an entry of the history tells."""
    return [(_TYPES[name], data(subject, changes)) for name, data in _FROM_HISTORY.get(verb, ())]
