"""The four bands of the seat alert, from "eighty percent" to "over".

Owns: which band an organization reaches and when it is clear of all. Does not own: when a reached
band becomes an alert (`alerts`).
"""

from __future__ import annotations

from enum import StrEnum

from seats.domain.utilization import Utilization
from signals.domain.detectors.utilization import USUAL, UtilizationSettings


class Band(StrEnum):
    """How close to its purchased seats an organization is, rising."""

    EIGHTY = "eighty"  # U >= 80 %, or what the vendor has set
    NEAR = "near"  # few seats left, by size
    FULL = "full"  # A = 100 %
    OVER = "over"  # A > 100 %

    @property
    def rank(self) -> int:
        return list(Band).index(self)

    def is_above(self, other: Band | None) -> bool:
        """Whether this is the higher band; every band is above none."""
        return other is None or self.rank > other.rank


def is_at_eighty(seats: Utilization, settings: UtilizationSettings = USUAL) -> bool:
    """Whether U reaches the lowest band, where U means something: 80 %, from five seats on."""
    return seats.purchased >= settings.least_seats and seats.reaches(settings.alert_percent)


def reached(seats: Utilization, settings: UtilizationSettings = USUAL) -> Band | None:
    """The highest band that the organization is in."""
    if seats.is_over:
        return Band.OVER
    if seats.is_full:
        return Band.FULL
    if seats.is_near_limit:
        return Band.NEAR
    return Band.EIGHTY if is_at_eighty(seats, settings) else None


def is_clear(seats: Utilization, settings: UtilizationSettings = USUAL) -> bool:
    """Whether there is nothing left to alert about.

    U must have fallen below 75 %, five points under the alert so that a wavering number does not
    flap, and no other band may be reached: an organization that is full stays a case, however
    few of its people work. Below five seats only the other bands count.
    """
    if reached(seats, settings) is not None:
        return False
    return seats.purchased < settings.least_seats or not seats.reaches(
        settings.alert_percent - settings.clear_margin
    )
