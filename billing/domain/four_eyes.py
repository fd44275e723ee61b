"""Four eyes: which amounts wait for a second person, and who that may be.

Owns: the amounts, whether one is above them, who may be the second person. Does not own: where the
amounts are kept, what waits, or who may decide at all (permissions).

Amounts are minor units; those that give and those that take count alike. None for a limit means
that no second person is needed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

# Amounts of so long a time count together, so that one is not split into several small ones.
WINDOW: Final = timedelta(hours=24)


class Subject(StrEnum):
    """What a second person may be needed for."""

    CREDIT = "credit"
    TRUE_UP = "true_up"


# Other currencies have none until somebody sets them.
DEFAULT_AMOUNTS: Final[Mapping[str, int]] = {
    "EUR": 5_000_00,
    "USD": 5_000_00,
    "IDR": 80_000_000_00,
    "JPY": 800_000,
}


def needs_second_person(
    amount_minor: int, limit_minor: int | None, *, already_minor: int = 0
) -> bool:
    """Tell whether an amount is above the limit.

    `already_minor` is what passed for the same organization without a second person in the
    `WINDOW` before.
    """
    if limit_minor is None:
        return False
    return abs(amount_minor) + abs(already_minor) > limit_minor


class Refusal(StrEnum):
    """Why somebody may not be the second person."""

    NOBODY = "nobody"
    FIRST_PERSON = "first_person"
    AUTHOR = "author"


def refusal_of_second(
    person: int | None, *, first: int | None, authors: Collection[int] = ()
) -> Refusal | None:
    """Return why `person` may not be the second; None when they may.

    Persons are keys of users: a program is nobody and never the second. `first` asked or signed;
    `authors` changed what is decided about.
    """
    if person is None:
        return Refusal.NOBODY
    if person == first:
        return Refusal.FIRST_PERSON
    if person in authors:
        return Refusal.AUTHOR
    return None
