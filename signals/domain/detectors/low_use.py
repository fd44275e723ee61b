"""Low use: so few of the purchased seats are used that selling more would be wrong.

U < 60 % for 14 daily evaluations, 30 days or more after the last purchase; ends when U is back at
65 % for 7. In between, and before the seats had time to be used, nothing begins and nothing ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from seats.domain.utilization import Utilization
from signals.domain.detectors.utilization import LEAST_SEATS
from signals.domain.findings import FindingRule, Presence
from signals.domain.rule_settings import RuleSettings, Unit, knob


@dataclass(frozen=True, slots=True, kw_only=True)
class LowUseSettings(RuleSettings):
    """The thresholds; shares are of purchased seats, days are daily evaluations in a row."""

    below_percent: int = knob(60, Unit.PERCENT, 10, 90)
    recovery_margin: int = knob(5, Unit.PERCENT, 0, 30)
    settled_days: int = knob(30, Unit.DAYS, 0, 365)
    least_seats: int = knob(LEAST_SEATS, Unit.SEATS, 1, 100)
    pending_days: int = knob(14, Unit.DAYS, 1, 90)
    clear_days: int = knob(7, Unit.DAYS, 1, 28)
    cooldown_days: int = knob(0, Unit.DAYS, 0, 365)

    @property
    def below(self) -> Fraction:
        """Use is low below this share."""
        return Fraction(self.below_percent, 100)

    @property
    def recovered_from(self) -> Fraction:
        """Use is low no more from this share on."""
        return Fraction(self.below_percent + self.recovery_margin, 100)

    def rule(self) -> FindingRule:
        """How patient the finding is."""
        return FindingRule(
            fires_after=self.pending_days,
            ends_after=self.clear_days,
            cooldown=timedelta(days=self.cooldown_days),
        )


def low_use(
    seats: Utilization, *, on: date, last_purchase_on: date | None, settings: LowUseSettings
) -> Presence:
    """Whether use is low on a day; below five seats one person's holiday would decide."""
    recovered = settings.below_percent + settings.recovery_margin
    if seats.purchased < settings.least_seats or seats.reaches(recovered):
        return Presence.GONE
    settled = last_purchase_on is None or on - last_purchase_on >= timedelta(
        days=settings.settled_days
    )
    if not seats.reaches(settings.below_percent) and settled:
        return Presence.THERE
    return Presence.BETWEEN
