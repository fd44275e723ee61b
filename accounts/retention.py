"""What is let go after its time: one table of rules, each app's own in its `keeping.py`.

A rule deletes across all organizations and says how many rows went. One job runs those that are
due (`accounts.services.retention`). The periods are ours and the same for everybody
(docs/adr/0031-one-table-of-periods.md).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Keeping:
    """One rule: what is kept for how long and why; `forget(now=...)` lets go of the rest.

    `name` is its name for ever, in the record of runs. `kept_for` counts from what `what` says; of
    zero it is let go as soon as it ended. `every` is how often it is looked after.
    """

    name: str
    what: Promise
    why: Promise
    kept_for: timedelta
    forget: Callable[..., int]
    every: timedelta = timedelta(days=1)


KEEPINGS: Final[dict[str, Keeping]] = {}


def add(*keepings: Keeping) -> None:
    """Take an app's rules; registering one twice counts once."""
    for keeping in keepings:
        KEEPINGS[keeping.name] = keeping
