"""What happens to an assignment when the purchased seats are used up.

A hard limit refuses it. A soft limit lends a few seats for a few days: overage, until it is
bought, released or its time runs out. Owns: that decision. Does not own: counting under
concurrency (one statement in the database) or the decision at sign-in (`entitlement`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class LimitMode(StrEnum):
    """How an organization's limit is enforced."""

    HARD = "hard"
    SOFT = "soft"


@dataclass(frozen=True, slots=True)
class LimitPolicy:
    """The limit of one organization: under a soft one, seats lent and days they are lent for."""

    mode: LimitMode
    overage_seats: int = 0
    overage_days: int = 0

    def __post_init__(self) -> None:
        if self.overage_seats < 0 or self.overage_days < 0:
            raise ValueError("An allowance is never negative.")

    def overage_until(self, since: datetime) -> datetime:
        """The moment at which overage that began at `since` ends (the end is not included)."""
        return since + timedelta(days=self.overage_days)


class AssignmentOutcome(StrEnum):
    ALLOWED = "allowed"
    OVERAGE = "overage"
    REFUSED = "refused"


class LimitReason(StrEnum):
    """Why an assignment was refused; each has its own sentence and remedy."""

    NO_SEAT_LEFT = "no_seat_left"
    OVERAGE_SEATS_USED_UP = "overage_seats_used_up"
    OVERAGE_TIME_RAN_OUT = "overage_time_ran_out"


@dataclass(frozen=True, slots=True)
class AssignmentDecision:
    """`overage_until` is set for overage, `reason` for a refusal, neither otherwise.

    `missing_seats` is how many seats would have to be bought for an unreserved yes.
    """

    outcome: AssignmentOutcome
    missing_seats: int = 0
    overage_until: datetime | None = None
    reason: LimitReason | None = None


def decide_assignment(
    policy: LimitPolicy,
    *,
    purchased: int,
    assigned: int,
    overage_since: datetime | None,
    now: datetime,
    count: int = 1,
) -> AssignmentDecision:
    """Whether `count` more seats may be assigned, all of them or none.

    `overage_since` is when the present overage began; it is ignored while there is none, so a
    stale value cannot shorten the next one.
    """
    missing = max(assigned + count - purchased, 0)
    if missing == 0:
        return AssignmentDecision(AssignmentOutcome.ALLOWED)

    def refuse(reason: LimitReason) -> AssignmentDecision:
        return AssignmentDecision(AssignmentOutcome.REFUSED, missing, reason=reason)

    if policy.mode is LimitMode.HARD:
        return refuse(LimitReason.NO_SEAT_LEFT)
    if missing > policy.overage_seats:
        return refuse(LimitReason.OVERAGE_SEATS_USED_UP)
    began = overage_since if assigned > purchased else None
    until = policy.overage_until(began or now)
    if now >= until:
        return refuse(LimitReason.OVERAGE_TIME_RAN_OUT)
    return AssignmentDecision(AssignmentOutcome.OVERAGE, missing, overage_until=until)
