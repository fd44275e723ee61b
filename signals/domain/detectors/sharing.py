"""Shared sign-ins of an organization: people who work on accounts that are not theirs alone.

There from one expected person without a seat; gone below three quarters of one. What lies behind
the expectation is the business of `signals.domain.sharing`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from signals.domain.findings import FindingRule, Presence
from signals.domain.rule_settings import RuleSettings, Unit, knob


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingSettings(RuleSettings):
    """The thresholds, in expected people without a seat."""

    unpaid_people: int = knob(1, Unit.PEOPLE, 1, 1_000)
    gone_below_percent: int = knob(75, Unit.PERCENT, 10, 100)
    cooldown_days: int = knob(0, Unit.DAYS, 0, 365)

    @property
    def gone_below(self) -> Fraction:
        """Fewer expected people than this end it."""
        return self.unpaid_people * Fraction(self.gone_below_percent, 100)

    def rule(self) -> FindingRule:
        """How patient the finding is; the ladder has waited three runs already."""
        return FindingRule(
            fires_after=self.pending_days,
            ends_after=self.clear_days,
            cooldown=timedelta(days=self.cooldown_days),
        )


def shared_sign_ins(expected: float, settings: SharingSettings) -> Presence:
    """Whether an organization's expected unpaid people are worth a talk."""
    if expected >= settings.unpaid_people:
        return Presence.THERE
    return Presence.GONE if expected < settings.gone_below else Presence.BETWEEN
