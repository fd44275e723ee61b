"""What else the search of an organization finds; the apps above register it when they start."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils.functional import Promise

from accounts.domain.roles import Permission
from accounts.models import Organization


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that fits: what it is called, what tells it apart, and where it is."""

    label: str
    note: str
    url: str


class Find(Protocol):
    """Runs inside the organization's tenancy context."""

    def __call__(
        self, *, organization: Organization, search: str, limit: int
    ) -> Sequence[Found]: ...


@dataclass(frozen=True, slots=True)
class Finder:
    """A kind of thing that can be found, for readers whose role includes `permission`."""

    heading: Promise
    icon: str
    permission: Permission
    find: Find


_finders: list[Finder] = []


def answer_searches(finder: Finder) -> Callable[[], None]:
    """Have searches answered by `finder` too; return how to take it back."""
    _finders.append(finder)
    return lambda: _finders.remove(finder)


def finders() -> tuple[Finder, ...]:
    """Return who answers searches, in the order of registration."""
    return tuple(_finders)
