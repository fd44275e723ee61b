"""What was changed at Stripe about a renewal, by somebody who is not us.

A customer may cancel on Stripe's own page, or take that back; support may release a schedule. It is
seen by what Stripe has now against what we told last. Does not own: whether a reading is newer than
our last telling, which its caller makes sure of.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Told:
    """What we told Stripe last; `ends` is None while it is not known what of it has arrived.

    `is_scheduled`: Stripe has a schedule of ours, and nothing of ours is on its way.
    """

    ends: bool | None
    is_scheduled: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What Stripe has now."""

    ends: bool
    is_scheduled: bool


class MadeThere(StrEnum):
    """A change that was made at Stripe."""

    CANCELED = "canceled"
    REACTIVATED = "reactivated"
    RELEASED = "released"


def made_there(told: Told, seen: Seen) -> MadeThere | None:
    """Return what was changed at Stripe since we told it last, or None.

    A cancellation goes before a schedule: Stripe lets go of the schedule to take it.
    """
    if told.ends is None:
        return None
    if seen.ends and not told.ends:
        return MadeThere.CANCELED
    if told.ends and not seen.ends:
        return MadeThere.REACTIVATED
    if told.is_scheduled and not seen.is_scheduled:
        return MadeThere.RELEASED
    return None
