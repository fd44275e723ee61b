"""Four patterns of growth: in a department, across departments, along the hierarchy, in regions.

A purchase of seats is classified by who got a seat after it. Pure; read F8 to F18 for the field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class GrowthPattern(StrEnum):
    """How an account grew by an increase."""

    DEPARTMENT = "department"
    CROSS_DEPARTMENT = "cross_department"
    HIERARCHICAL = "hierarchical"
    GEOGRAPHIC = "geographic"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class NewSeat:
    """A person who got a seat after an increase; "" and None stand for what is not known."""

    member_id: int
    department: str = ""
    region: str = ""
    manager_id: int | None = None


@dataclass(frozen=True, slots=True)
class SeatedBefore:
    """Who had a seat before the increase."""

    departments: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    members: frozenset[int] = frozenset()
    managers: frozenset[int] = frozenset()

    @property
    def is_nobody(self) -> bool:
        """Whether there was no seat yet: the first purchase is no growth."""
        return not self.members


def classify(new: Sequence[NewSeat], before: SeatedBefore) -> GrowthPattern:
    """The pattern that most of the new people speak for.

    A person speaks for the widest step: a region without seats, then a department without seats,
    then the manager of somebody seated (or somebody who reports to one, in no known department),
    then the own department. A tie goes to the wider step. Nobody seated, or nothing known: unknown.
    """
    if before.is_nobody:
        return GrowthPattern.UNKNOWN
    said = Counter(_of(person, before) for person in new)
    del said[GrowthPattern.UNKNOWN]
    if not said:
        return GrowthPattern.UNKNOWN
    return max(said, key=lambda pattern: (said[pattern], _WIDTH.index(pattern)))


_WIDTH = (
    GrowthPattern.DEPARTMENT,
    GrowthPattern.HIERARCHICAL,
    GrowthPattern.CROSS_DEPARTMENT,
    GrowthPattern.GEOGRAPHIC,
)


def _of(person: NewSeat, before: SeatedBefore) -> GrowthPattern:
    if person.region and before.regions and person.region not in before.regions:
        return GrowthPattern.GEOGRAPHIC
    if person.member_id in before.managers:
        return GrowthPattern.HIERARCHICAL
    if person.department and before.departments and person.department not in before.departments:
        return GrowthPattern.CROSS_DEPARTMENT
    if person.department in before.departments:
        return GrowthPattern.DEPARTMENT
    if person.manager_id is not None and person.manager_id in before.members:
        return GrowthPattern.HIERARCHICAL
    return GrowthPattern.UNKNOWN


def leading(patterns: Iterable[GrowthPattern]) -> GrowthPattern:
    """The pattern that an account grew by most often, the wider one of equals."""
    counts = Counter(p for p in patterns if p is not GrowthPattern.UNKNOWN)
    if not counts:
        return GrowthPattern.UNKNOWN
    return max(counts, key=lambda pattern: (counts[pattern], _WIDTH.index(pattern)))
