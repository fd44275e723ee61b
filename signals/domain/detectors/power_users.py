"""Power users: who works with the product nearly every day and with most of its core features.

A person is a power user when in enough of the last four weeks they were active on enough of the
five workdays, and used enough of the core features. A core feature is one that at least
`CORE_FROM` of the organization's active people used in the same 28 days: what few people use is
not the core. Two rules speak about them:

    power users      enough of them in one department: they can carry the others
    concentration    some of them, while many seats of the organization lie idle

"Enough" is 3 in a deployment of up to 25 seats; in a larger one 10 % of the active people of the
department, and 3 at least.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Final

from seats.domain.utilization import Utilization
from signals.domain.detectors.found import Found
from signals.domain.evidence import Evidence, EvidenceCode, evidence_of, seats_in_use
from signals.domain.rule_settings import RuleSettings, Unit, knob

CORE_FROM: Final = Fraction(25, 100)
WEEKS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit(RuleSettings):
    """What makes a power user."""

    workdays: int = knob(4, Unit.DAYS, 1, 5)
    weeks: int = knob(3, Unit.WEEKS, 1, WEEKS)
    core_percent: int = knob(60, Unit.PERCENT, 1, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerUserSettings(Habit):
    """How many power users are news."""

    least_people: int = knob(3, Unit.PEOPLE, 1, 100)
    small_up_to: int = knob(25, Unit.SEATS, 0, 1000)
    share_percent: int = knob(10, Unit.PERCENT, 1, 100)
    cooldown_days: int = knob(90, Unit.DAYS, 0, 365)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcentrationSettings(Habit):
    """How many power users beside how little use."""

    least_people: int = knob(3, Unit.PEOPLE, 1, 100)
    below_percent: int = knob(80, Unit.PERCENT, 1, 100)
    cooldown_days: int = knob(90, Unit.DAYS, 0, 365)


@dataclass(frozen=True, slots=True)
class Month:
    """One person's 28 days: active workdays of each of the four weeks, core features used."""

    workdays: tuple[int, ...]
    core_features: int


@dataclass(frozen=True, slots=True)
class DepartmentPower:
    """People of one department; `people` may leave out who cannot be a power user.

    `active` counts everybody of the department who was active in the 28 days; `purchased` and
    `core_features` are the organization's. An empty name stands for people without a department.
    """

    department: str
    people: tuple[Month, ...]
    active: int
    core_features: int
    purchased: int


@dataclass(frozen=True, slots=True)
class OrganizationPower:
    """The same of a whole organization."""

    people: tuple[Month, ...]
    core_features: int
    seats: Utilization


def is_power_user(month: Month, core_features: int, habit: Habit) -> bool:
    """Whether the month of a person is a power user's; without core features nobody's is."""
    strong = sum(1 for days in month.workdays if days >= habit.workdays)
    return (
        strong >= habit.weeks
        and core_features > 0
        and month.core_features * 100 >= core_features * habit.core_percent
    )


def count_power_users(people: Iterable[Month], core_features: int, habit: Habit) -> int:
    """How many of the people are power users."""
    return sum(1 for month in people if is_power_user(month, core_features, habit))


def needed(active: int, purchased: int, settings: PowerUserSettings) -> int:
    """From how many power users on a department is news."""
    if purchased <= settings.small_up_to:
        return settings.least_people
    return max(settings.least_people, ceil(Fraction(active * settings.share_percent, 100)))


def found_power_users(facts: DepartmentPower, settings: PowerUserSettings) -> Found | None:
    """Enough power users in one department."""
    count = count_power_users(facts.people, facts.core_features, settings)
    if count < needed(facts.active, facts.purchased, settings):
        return None
    return Found((power_users(count, facts.department),))


def found_concentration(facts: OrganizationPower, settings: ConcentrationSettings) -> Found | None:
    """Power users beside seats that lie idle."""
    share = facts.seats.utilization
    count = count_power_users(facts.people, facts.core_features, settings)
    is_low = share is not None and share * 100 < settings.below_percent
    if count < settings.least_people or not is_low:
        return None
    return Found((power_users(count, ""), seats_in_use(facts.seats)))


def power_users(people: int, department: str) -> Evidence:
    """So many power users; without a department in the whole organization."""
    return evidence_of(EvidenceCode.POWER_USERS, people=people, department=department)
