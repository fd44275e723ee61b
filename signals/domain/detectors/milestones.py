"""Milestones: the end of a trial and a yearly renewal come nearer.

Each milestone is a scope of its own, so each is told once: 90, 60 and 30 days ahead of a renewal,
7 and 2 days ahead of the end of a trial. A milestone ends where the next one begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from seats.domain.utilization import Utilization
from signals.domain.detectors.found import Found
from signals.domain.evidence import (
    Evidence,
    EvidenceCode,
    evidence_of,
    seats_assigned,
    seats_in_use,
)
from signals.domain.rule_settings import Fault, Problem, RuleSettings, SettingsRefused, Unit, knob


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialSettings(RuleSettings):
    """How many days ahead of the end of a trial."""

    first_days: int = knob(7, Unit.DAYS, 1, 60)
    last_days: int = knob(2, Unit.DAYS, 0, 60)
    cooldown_days: int = knob(0, Unit.DAYS, 0, 365)

    def __post_init__(self) -> None:
        _falling(self, "first_days", "last_days")

    @property
    def steps(self) -> tuple[int, ...]:
        """Days ahead, the farthest first."""
        return (self.first_days, self.last_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalSettings(RuleSettings):
    """How many days ahead of a yearly renewal."""

    first_days: int = knob(90, Unit.DAYS, 2, 365)
    second_days: int = knob(60, Unit.DAYS, 1, 365)
    last_days: int = knob(30, Unit.DAYS, 0, 365)
    cooldown_days: int = knob(0, Unit.DAYS, 0, 365)

    def __post_init__(self) -> None:
        _falling(self, "first_days", "second_days", "last_days")

    @property
    def steps(self) -> tuple[int, ...]:
        """Days ahead, the farthest first."""
        return (self.first_days, self.second_days, self.last_days)


def _falling(settings: RuleSettings, *names: str) -> None:
    """Raise `SettingsRefused` unless each milestone comes after the one before."""
    for earlier, later in pairwise(names):
        limit = getattr(settings, earlier) - 1
        if getattr(settings, later) > limit:
            raise SettingsRefused(Problem(later, Fault.TOO_LARGE, limit))


@dataclass(frozen=True, slots=True)
class Milestone:
    """What comes on `comes_on`, seen from the day `on`, with the seats that it is about."""

    on: date
    comes_on: date
    seats: Utilization

    @property
    def days(self) -> int:
        """Days ahead; negative once it is over."""
        return (self.comes_on - self.on).days


def step_of(days: int, steps: tuple[int, ...]) -> int | None:
    """The milestone that holds so many days ahead: the nearest that has been reached."""
    reached = [step for step in steps if 0 <= days <= step]
    return min(reached) if reached else None


def found_trial(facts: Milestone, step: int, settings: TrialSettings) -> Found | None:
    """The trial is within this milestone of its end."""
    return _found(facts, step, settings.steps, EvidenceCode.TRIAL_ENDS)


def found_renewal(facts: Milestone, step: int, settings: RenewalSettings) -> Found | None:
    """The renewal is within this milestone."""
    return _found(facts, step, settings.steps, EvidenceCode.RENEWAL_COMES)


def _found(facts: Milestone, step: int, steps: tuple[int, ...], code: EvidenceCode) -> Found | None:
    if step_of(facts.days, steps) != step:
        return None
    evidence: tuple[Evidence, ...] = (
        evidence_of(code, comes_on=facts.comes_on, days=facts.days),
        seats_in_use(facts.seats),
        seats_assigned(facts.seats),
    )
    return Found(evidence)
