"""Records what happened: one entry per change of state, with actor and time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from accounts.models import HistoryEntry, StaffAccess, User
from accounts.origin import current_origin

_acting_for: ContextVar[str | None] = ContextVar("acting_for", default=None)


@contextmanager
def acting_for(person: str) -> Iterator[None]:
    """Inside the block whoever acts does so for `person`, and every change says both."""
    token = _acting_for.set(person)
    try:
        yield
    finally:
        _acting_for.reset(token)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something: a user, or a named part of the system."""

    label: str
    user_id: int | None = None

    @classmethod
    def of(cls, user: User) -> "Actor":
        """Return the actor for a signed-in user; support is named with whom it acts for."""
        person = _acting_for.get()
        label = str(user) if person is None else f"{user} (Headroom) acting for {person}"
        return cls(label=label, user_id=user.pk)


SYSTEM = Actor(label="Headroom")
STRIPE = Actor(label="Stripe")


type Listener = Callable[[HistoryEntry, models.Model], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Have `listener` told of each entry and its subject, in the transaction that writes it."""
    if listener not in _listeners:
        _listeners.append(listener)


def record(
    *,
    actor: Actor,
    verb: str,
    subject: models.Model,
    organization_id: int | None,
    now: datetime,
    changes: dict[str, Any] | None = None,
) -> None:
    """Write one history entry about `subject` inside the current transaction.

    `verb` is a past participle in snake case ("seat_assigned"); `changes` is JSON-serializable.
    """
    entry = HistoryEntry.objects.create(
        organization_id=organization_id,
        at=now,
        actor_id=actor.user_id,
        actor_label=actor.label[:200],
        verb=verb,
        object_type=subject._meta.model_name or "",
        object_id=str(subject.pk),
        object_label=str(subject)[:200],
        changes=changes or {},
        origin=current_origin(),
    )
    for listener in _listeners:
        listener(entry, subject)


def record_staff_access(*, user: User, page: str, organization_id: int | None = None) -> None:
    """Write that a person of the vendor opened a page over customers' data."""
    StaffAccess.objects.create(
        organization_id=organization_id,
        at=timezone.now(),
        user=user,
        actor_label=str(user)[:200],
        page=page[:200],
    )
