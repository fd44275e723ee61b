"""What can be done from a message: each app names here the buttons of its own events.

An action runs for a user who was known by a sign-in or by a linked account of Slack; whether that
user may is the action's to decide, at the moment of pressing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from django.core import signing
from django.utils.functional import Promise

from accounts.models import User

_SALT: Final = "integrations.action"
LINK_LASTS_SECONDS: Final = 7 * 24 * 3600


class Run(Protocol):
    """Does it and returns the sentence that says so. Raises DomainError, PermissionDenied."""

    def __call__(self, *, user: User, organization_id: int, subject: str, now: datetime) -> str: ...


@dataclass(frozen=True, slots=True)
class Action:
    """A button under messages of some `types`, about the object that `subject` of the data names.

    `question` says on the page of a link what is about to happen.
    """

    name: str
    label: Promise
    question: Promise
    types: tuple[str, ...]
    subject: str
    run: Run
    describe: Callable[[User, int, str], str]


@dataclass(frozen=True, slots=True)
class Pressed:
    """Which action somebody asks for, and about what."""

    action: Action
    organization_id: int
    subject: str


_ACTIONS: dict[str, Action] = {}


def add_action(action: Action) -> None:
    """Offer an action."""
    _ACTIONS[action.name] = action


def actions_of(type: str) -> Sequence[Action]:
    """Return the actions that a message of the type offers."""
    return [action for action in _ACTIONS.values() if type in action.types]


def value_of(action: Action, organization_id: int, data: Mapping[str, object]) -> str:
    """Return what a button carries: action, organization and object, signed for this server."""
    return signing.dumps(
        [action.name, organization_id, str(data[action.subject])], salt=_SALT, compress=False
    )


def read_value(value: str) -> Pressed | None:
    """Return what a button or link stands for; None for one that is forged, old or unknown."""
    try:
        name, organization_id, subject = signing.loads(
            value, salt=_SALT, max_age=LINK_LASTS_SECONDS
        )
    except (signing.BadSignature, ValueError):
        return None
    action = _ACTIONS.get(name)
    return None if action is None else Pressed(action, organization_id, subject)
