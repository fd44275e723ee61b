"""The thresholds of the seat alert; what it does with them is the business of `alerts`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Final

from signals.domain.rule_settings import RuleSettings, Unit, knob

LEAST_SEATS: Final = 5
"""Below five seats one person is 20 % or more: U says nothing there that A does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UtilizationSettings(RuleSettings):
    """When use alone is worth an alert; the bands of seats that run out are the same for all.

    The days in a row until it opens count for the lowest band only.
    """

    alert_percent: int = knob(80, Unit.PERCENT, 50, 100)
    clear_margin: int = knob(5, Unit.PERCENT, 1, 30)
    least_seats: int = knob(LEAST_SEATS, Unit.SEATS, 1, 100)
    pending_days: int = knob(3, Unit.DAYS, 1, 28)
    clear_days: int = knob(7, Unit.DAYS, 1, 28)

    @property
    def alert_from(self) -> Fraction:
        """The share of purchased seats in use from which the lowest band is reached."""
        return Fraction(self.alert_percent, 100)

    @property
    def clear_below(self) -> Fraction:
        """Below this share nothing is left to alert about, so that a wavering one does not flap."""
        return Fraction(self.alert_percent - self.clear_margin, 100)

    @property
    def cooldown(self) -> timedelta:
        """How long it is quiet after the end of an alert."""
        return timedelta(days=self.cooldown_days)


USUAL: Final = UtilizationSettings()
