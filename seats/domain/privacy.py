"""Whose usage is shown: the rule behind "totals only".

Owns: what an organization shows, the least size of a group, and how smaller groups are folded
together. Does not own: reading (`seats.selectors.privacy` asks this and hides what it says).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LEAST_GROUP: Final = 5
"""A sum over fewer people says too much about each of them."""


class Visibility(StrEnum):
    """What an organization shows of usage: each person's, or sums of groups alone."""

    PEOPLE = "people"
    TOTALS = "totals"


def shows_person(visibility: Visibility, *, is_self: bool = False) -> bool:
    """Whether a reader sees one person's usage; everybody sees their own."""
    return is_self or visibility is Visibility.PEOPLE


@dataclass(frozen=True, slots=True)
class Folding[G]:
    """Groups that are shown by themselves, and those that are shown as one sum.

    `folded` is empty or holds at least `LEAST_GROUP` people together, so that neither it nor the
    difference between the whole and the shown groups is about fewer.
    """

    shown: tuple[G, ...]
    folded: tuple[G, ...]


def fold[G](
    groups: Sequence[G], size: Callable[[G], int], *, least: int = LEAST_GROUP
) -> Folding[G]:
    """Return which groups are shown; `shown` and `folded` keep the order of `groups`.

    What is too small is folded together; while that sum is still too small, the smallest shown
    group joins it. Where all groups together are too small nothing is shown and nothing folded.
    A group without anybody is about nobody and is left out.
    """
    present = [group for group in groups if size(group) > 0]
    small = {index for index, group in enumerate(present) if size(group) < least}
    by_size = sorted(
        (index for index in range(len(present)) if index not in small),
        key=lambda index: (size(present[index]), index),
    )
    while small and sum(size(present[index]) for index in small) < least:
        if not by_size:
            return Folding((), ())
        small.add(by_size.pop(0))
    return Folding(
        tuple(group for index, group in enumerate(present) if index not in small),
        tuple(group for index, group in enumerate(present) if index in small),
    )
