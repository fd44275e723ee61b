"""What a rule returns, and the names of the scopes that rules speak about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from signals.domain.evidence import Evidence

WHOLE: Final = "organization"


@dataclass(frozen=True, slots=True)
class Found:
    """The state is there: why, and how many seats it asks for (0 where it asks for none)."""

    evidence: tuple[Evidence, ...]
    seats: int = 0


def department_scope(department_id: int) -> str:
    """The scope of a department; 0 stands for people who have none."""
    return f"department:{department_id}"


def region_scope(region_id: int) -> str:
    """The scope of a region."""
    return f"region:{region_id}"


def milestone_scope(days: int) -> str:
    """The scope of a milestone so many days ahead of its date."""
    return f"days:{days}"
