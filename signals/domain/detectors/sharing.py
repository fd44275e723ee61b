"""Shared sign-ins of an organization: people who work on accounts that are not theirs alone.

There from one expected person without a seat; gone below three quarters of one. What lies behind
the expectation is the business of `signals.domain.sharing`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from signals.domain.findings import FindingRule, Presence


@dataclass(frozen=True, slots=True)
class SharingSettings:
    """The thresholds, in expected people without a seat."""

    people: Fraction = Fraction(1)
    gone_below: Fraction = Fraction(3, 4)

    def rule(self) -> FindingRule:
        """The ladder has waited three runs already."""
        return FindingRule()


def shared_sign_ins(expected: float, settings: SharingSettings) -> Presence:
    """Whether an organization's expected unpaid people are worth a talk."""
    if expected >= settings.people:
        return Presence.THERE
    return Presence.GONE if expected < settings.gone_below else Presence.BETWEEN
