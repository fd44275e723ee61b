"""Who works a task: rules by segment and load, and who stands in for the absent.

Pure: loads, rules and absences are handed in. Does not own: how many tasks a manager is given
(`tasks.deal`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

LONGEST_SHORT_ABSENCE: Final = 2


@dataclass(frozen=True, slots=True)
class Account:
    """What the rules look at. `arr_dollars_minor` is a rough amount in cents of US dollars."""

    segment: str
    country: str
    seats: int
    arr_dollars_minor: int


@dataclass(frozen=True, slots=True)
class OwnerRule:
    """A group of account managers, and the accounts they work. What is None or empty fits all.

    Bounds are inclusive.
    """

    managers: tuple[int, ...]
    segment: str = ""
    countries: frozenset[str] = frozenset()
    seats_from: int | None = None
    seats_to: int | None = None
    arr_from_minor: int | None = None
    arr_to_minor: int | None = None

    def fits(self, account: Account) -> bool:
        """Whether the rule is about the account."""
        return (
            self.segment in ("", account.segment)
            and (not self.countries or account.country.upper() in self.countries)
            and _within(account.seats, self.seats_from, self.seats_to)
            and _within(account.arr_dollars_minor, self.arr_from_minor, self.arr_to_minor)
        )


def _within(value: int, low: int | None, high: int | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def choose_owner(
    account: Account, rules: Sequence[OwnerRule], open_tasks: Mapping[int, int]
) -> int | None:
    """The least loaded manager of the first rule that fits; None leaves the task in the queue.

    `open_tasks` holds the managers who may be given work, with what they have open; a rule whose
    managers are all missing from it is passed over. Equal loads go to the one named first.
    """
    for rule in rules:
        there = [manager for manager in rule.managers if manager in open_tasks]
        if there and rule.fits(account):
            return min(
                there, key=lambda manager: (open_tasks[manager], rule.managers.index(manager))
            )
    return None


@dataclass(frozen=True, slots=True)
class Absence:
    """Days on which a manager is away, both inclusive, and who stands in."""

    user_id: int
    from_on: date
    until_on: date
    deputy_id: int

    @property
    def days(self) -> int:
        """Calendar days."""
        return (self.until_on - self.from_on).days + 1

    def hands_over(self, on: date) -> bool:
        """Whether work goes to the deputy on that day: during an absence of more than 2 days."""
        return self.days > LONGEST_SHORT_ABSENCE and self.from_on <= on <= self.until_on


def stand_in(user_id: int, absences: Mapping[int, Absence], on: date) -> int:
    """Who works for `user_id` on that day: the first deputy who is there.

    When everybody in the chain is away, work stays where it is.
    """
    seen = {user_id}
    here = user_id
    while (absence := absences.get(here)) is not None and absence.hands_over(on):
        here = absence.deputy_id
        if here in seen:
            return user_id
        seen.add(here)
    return here
