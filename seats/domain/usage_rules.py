"""Who counts as active: what a foreground action is, and the window it has to lie in.

Owns: the definition behind every "active" in the product. Does not own: counting (the rollup) or
the ratio (`utilization`).
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

ACTIVE_WINDOW: Final = timedelta(days=28)
"""Four whole weeks, so that every weekday weighs the same and a holiday does not empty a team."""

IDLE_AFTER: Final = timedelta(days=30)
"""A seat unused for this long may be offered to somebody else."""


class EventKind(StrEnum):
    """What a usage event reports."""

    SIGN_IN = "sign_in"
    FEATURE = "feature"


@dataclass(frozen=True, slots=True)
class Window:
    """`[start, end)`: an action at the start counts, one at the end belongs to the next."""

    start: datetime
    end: datetime

    def __contains__(self, at: datetime) -> bool:
        return self.start <= at < self.end


def active_window(now: datetime) -> Window:
    """The 28 days up to `now`."""
    return Window(now - ACTIVE_WINDOW, now)


def is_foreground_action(
    kind: EventKind, feature: str, quantity: int, background_features: Container[str] = ()
) -> bool:
    """Whether a person did something.

    A sign-in counts. A feature counts unless the vendor declared it as running by itself (sync,
    polling, a scheduled export) or nothing was done (a quantity of zero).
    """
    if kind is EventKind.SIGN_IN:
        return True
    return quantity > 0 and feature not in background_features


def is_active(last_action_at: datetime | None, window: Window) -> bool:
    """Whether a member's last foreground action lies in the window."""
    return last_action_at is not None and last_action_at in window
