"""Where each app names the kinds of events that it tells; endpoints choose among them."""

from typing import Final

from django.utils.functional import Promise

TEST: Final = "test.ping"
_LABELS: dict[str, Promise] = {}


def add_event_type(name: str, label: Promise) -> None:
    """Offer a kind of event to endpoints; `name` is "thing.what_happened" and never changes."""
    _LABELS[name] = label


def event_types() -> dict[str, Promise]:
    """Return the kinds with their labels, in the order in which they were added."""
    return dict(_LABELS)
