"""Low use: so few of the purchased seats are used that selling more would be wrong.

U < 60 % for 14 daily evaluations, 30 days or more after the last purchase; ends when U is back at
65 % for 7. In between, and before the seats had time to be used, nothing begins and nothing ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from seats.domain.utilization import Utilization
from signals.domain.bands import EIGHTY_NEEDS_SEATS
from signals.domain.findings import FindingRule, Presence


@dataclass(frozen=True, slots=True)
class LowUseSettings:
    """The thresholds; shares are of purchased seats, days are daily evaluations in a row."""

    below: Fraction = Fraction(60, 100)
    recovered_from: Fraction = Fraction(65, 100)
    days: int = 14
    recovered_days: int = 7
    settled_after_days: int = 30
    least_seats: int = EIGHTY_NEEDS_SEATS

    def rule(self) -> FindingRule:
        """How patient the finding is."""
        return FindingRule(fires_after=self.days, ends_after=self.recovered_days)


def low_use(
    seats: Utilization, *, on: date, last_purchase_on: date | None, settings: LowUseSettings
) -> Presence:
    """Whether use is low on a day; below five seats one person's holiday would decide."""
    if seats.purchased < settings.least_seats or seats.utilization is None:
        return Presence.GONE
    if seats.utilization >= settings.recovered_from:
        return Presence.GONE
    settled = last_purchase_on is None or on - last_purchase_on >= timedelta(
        days=settings.settled_after_days
    )
    if seats.utilization < settings.below and settled:
        return Presence.THERE
    return Presence.BETWEEN
