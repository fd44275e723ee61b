"""Which delegation may be given: from whom to whom, from when until when.

Owns: not to oneself, no circle, one at a time. Does not own: what it lets somebody decide
(`approving`). Days become half-open ranges of the organization's time zone before they come here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from procurement.domain.approving import Delegation

LONGEST: Final = timedelta(days=366)


class DelegationRefused(ValueError):
    """A delegation that may not be given; the subclasses name the rule."""


class ToOneself(DelegationRefused):
    """Nobody stands in for themselves."""


class NoTime(DelegationRefused):
    """It would end before it begins."""


class TooLong(DelegationRefused):
    """Somebody away for longer than a year needs a successor."""


class OneAtATime(DelegationRefused):
    """In some of these days somebody else stands in already."""


class Circle(DelegationRefused):
    """In some of these days the stand-in is away too, and the way leads back."""


def check_delegation(new: Delegation, given: Iterable[Delegation]) -> None:
    """Raise a `DelegationRefused` when `new` may not join what was given.

    A circle is one of delegations that overlap with `new`, whether or not they overlap with each
    other: refusing a little too much is safer than a day on which nobody decides.
    """
    if new.from_id == new.to_id:
        raise ToOneself
    if new.ends_at <= new.starts_at:
        raise NoTime
    if new.ends_at - new.starts_at > LONGEST:
        raise TooLong
    at_once = [
        other for other in given if other.starts_at < new.ends_at and new.starts_at < other.ends_at
    ]
    if any(other.from_id == new.from_id for other in at_once):
        raise OneAtATime
    following: dict[int, set[int]] = {}
    for other in at_once:
        following.setdefault(other.from_id, set()).add(other.to_id)
    reached, ahead = set[int](), {new.to_id}
    while ahead:
        reached |= ahead
        ahead = {to for start in ahead for to in following.get(start, ())} - reached
    if new.from_id in reached:
        raise Circle
