"""What the apps above do when people come and go.

Accounts knows nothing of seats; it says that somebody joined or left, inside the transaction in
which it happened, and whoever registered here does the rest. An error undoes the whole.
"""

from datetime import datetime
from typing import Protocol

from accounts.models import Membership
from accounts.services.history import Actor


class PersonCallback(Protocol):
    """Called inside the organization's tenancy context, in the caller's transaction."""

    def __call__(self, *, membership: Membership, actor: Actor, now: datetime) -> None: ...


class PersonHook:
    """A list of callbacks; registering one twice counts once."""

    def __init__(self) -> None:
        self._callbacks: list[PersonCallback] = []

    def register(self, callback: PersonCallback) -> None:
        """Have `callback` called from now on."""
        if callback not in self._callbacks:
            self._callbacks.append(callback)

    def __call__(self, *, membership: Membership, actor: Actor, now: datetime) -> None:
        """Call everybody who registered, in that order."""
        for callback in self._callbacks:
            callback(membership=membership, actor=actor, now=now)


somebody_left = PersonHook()
somebody_joined_for_a_seat = PersonHook()
