"""What other apps put into an organization's calendar.

Procurement knows plans, renewals and quotes. Whoever knows more deadlines registers a source when
it starts; the app above, where the deadlines are of a sibling.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from accounts.domain.roles import Permission
from accounts.models import Organization
from procurement.domain.ics import Event


class CalendarSource(Protocol):
    """Runs inside the organization's tenancy context; returns what `may` lets its reader see."""

    def __call__(
        self, *, organization: Organization, may: Callable[[Permission], bool], now: datetime
    ) -> Iterable[Event]: ...


_sources: list[CalendarSource] = []


def add_calendar_source(source: CalendarSource) -> Callable[[], None]:
    """Have `source` asked for events, once however often it is added; return how to end it."""
    if source not in _sources:
        _sources.append(source)
    return lambda: _sources.remove(source)


def calendar_sources() -> tuple[CalendarSource, ...]:
    """Return every source that was added."""
    return tuple(_sources)
