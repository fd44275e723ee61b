"""Measured outcome: a department's recorded outcome reaches its target over the baseline."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from seats.domain.outcomes import Standing
from signals.domain.detectors.found import Found
from signals.domain.evidence import EvidenceCode, basis_points, evidence_of
from signals.domain.rule_settings import RuleSettings, Unit, knob


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSettings(RuleSettings):
    """How far above the baseline an outcome is a case."""

    target_percent: int = knob(30, Unit.PERCENT, 1, 1000)
    clear_days: int = knob(7, Unit.DAYS, 1, 28)
    cooldown_days: int = knob(90, Unit.DAYS, 0, 365)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One kind of outcome of a department beside its baseline."""

    kind: str
    unit: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class DepartmentOutcomes:
    """A department's outcomes; an empty name stands for the whole organization."""

    department: str
    outcomes: tuple[Outcome, ...]


def found_value(facts: DepartmentOutcomes, settings: ValueSettings) -> Found | None:
    """At least one outcome reaches the target; the farthest above its baseline comes first."""
    reached = [
        (change, each)
        for each in facts.outcomes
        if (change := each.standing.change) is not None
        and change >= Fraction(settings.target_percent, 100)
    ]
    if not reached:
        return None
    reached.sort(key=lambda pair: (-pair[0], pair[1].kind, pair[1].unit))
    return Found(
        tuple(
            evidence_of(
                EvidenceCode.OUTCOME_REACHED,
                department=facts.department,
                kind=each.kind,
                unit=each.unit,
                change=basis_points(change),
            )
            for change, each in reached
        )
    )
