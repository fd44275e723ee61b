"""What happens to an assignment when the purchased seats are used up.

A hard limit refuses it. A soft limit lends a few seats for a few days: overage, until it is
bought, released or its time runs out. What comes then is agreed beforehand: either the true-up
charges the overage, which goes on, or the limit closes: who sits keeps the seat until somebody
decides, and nobody else is seated. Owns: those decisions. Does not own: counting under concurrency
(one lock in the database) or the decision at sign-in (`entitlement`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class LimitMode(StrEnum):
    """How an organization's limit is enforced.

    `CLOSED` is a hard limit under which more people sit than seats were purchased: it only ever
    comes about, and becomes `HARD` by itself when the last seat too many is bought or released.
    """

    HARD = "hard"
    SOFT = "soft"
    TRUE_UP = "true_up"
    CLOSED = "closed"


class AtEnd(StrEnum):
    """What a soft limit becomes when the days of an overage are over."""

    HARD = "hard"
    TRUE_UP = "true_up"


class FullLimitDecision(StrEnum):
    """What somebody decides to do when every seat is taken."""

    ADD = "add"
    REASSIGN = "reassign"
    APPROVAL = "approval"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class LimitPolicy:
    """The limit of one organization.

    `overage_seats` are lent under a soft limit for `overage_days`, and charged by the true-up
    without an end under `TRUE_UP`.
    """

    mode: LimitMode
    overage_seats: int = 0
    overage_days: int = 0
    at_end: AtEnd = AtEnd.HARD

    def __post_init__(self) -> None:
        if self.overage_seats < 0 or self.overage_days < 0:
            raise ValueError("An allowance is never negative.")

    def overage_until(self, since: datetime) -> datetime:
        """The moment at which a countdown that began at `since` ends (the end is not included)."""
        return since + timedelta(days=self.overage_days)

    def began(self, until: datetime) -> datetime:
        """The moment at which a countdown that ends at `until` began."""
        return until - timedelta(days=self.overage_days)

    def at(self, now: datetime, overage_until: datetime | None) -> LimitPolicy:
        """What the limit is at `now`: from the end of its countdown on a soft one is another."""
        if self.mode is not LimitMode.SOFT or overage_until is None or now < overage_until:
            return self
        is_charged = self.at_end is AtEnd.TRUE_UP
        return replace(self, mode=LimitMode.TRUE_UP if is_charged else LimitMode.CLOSED)


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
    """`overage_until` is set for overage that ends, `reason` for a refusal, neither otherwise.

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
    overage_until: datetime | None,
    now: datetime,
    count: int = 1,
) -> AssignmentDecision:
    """Whether `count` more seats may be assigned, all of them or none.

    `overage_until` is when the countdown of the present overage ends; it is ignored while there is
    none, so a stale value cannot shorten the next one.
    """
    missing = max(assigned + count - purchased, 0)
    if missing == 0:
        return AssignmentDecision(AssignmentOutcome.ALLOWED)
    until = overage_until if assigned > purchased else None
    if policy.mode is LimitMode.SOFT and until is None:
        until = policy.overage_until(now)
        if until <= now:
            # Not a day is lent: as strict as a hard limit.
            policy = replace(policy, mode=LimitMode.CLOSED)
    limit = policy.at(now, until)

    def refuse(reason: LimitReason) -> AssignmentDecision:
        return AssignmentDecision(AssignmentOutcome.REFUSED, missing, reason=reason)

    if limit.mode is LimitMode.HARD:
        return refuse(LimitReason.NO_SEAT_LEFT)
    if limit.mode is LimitMode.CLOSED:
        return refuse(LimitReason.OVERAGE_TIME_RAN_OUT)
    if missing > limit.overage_seats:
        return refuse(LimitReason.OVERAGE_SEATS_USED_UP)
    ends = until if limit.mode is LimitMode.SOFT else None
    return AssignmentDecision(AssignmentOutcome.OVERAGE, missing, overage_until=ends)


@dataclass(frozen=True, slots=True)
class Standing:
    """How an organization stands with its limit: the policy and what runs under it."""

    policy: LimitPolicy
    overage_since: datetime | None = None
    overage_until: datetime | None = None
    kept_seats: int = 0


def follow_counts(standing: Standing, *, purchased: int, assigned: int, now: datetime) -> Standing:
    """How it stands once the counts have changed.

    An overage has a beginning, under a soft limit an end, and none of either once everything is
    purchased. More seats than the limit allows (the purchased ones became fewer) are kept, which
    closes the limit; a closed limit without a seat too many is a hard one.
    """
    policy = standing.policy
    overage = max(assigned - purchased, 0)
    if overage == 0:
        mode = LimitMode.HARD if policy.mode is LimitMode.CLOSED else policy.mode
        return Standing(replace(policy, mode=mode))
    since = standing.overage_since or now
    lends = policy.mode in (LimitMode.SOFT, LimitMode.TRUE_UP) and overage <= policy.overage_seats
    if not lends:
        return Standing(replace(policy, mode=LimitMode.CLOSED), since, None, overage)
    if policy.mode is LimitMode.TRUE_UP:
        return Standing(policy, since)
    return Standing(policy, since, standing.overage_until or policy.overage_until(now))


def switch_limit(
    standing: Standing, policy: LimitPolicy, *, purchased: int, assigned: int, now: datetime
) -> Standing:
    """How it stands under another policy, from `now` on; nobody loses a seat by it.

    A soft limit that stays soft counts its days from the same beginning; any other begins to count
    now.
    """
    stays_soft = standing.policy.mode is policy.mode is LimitMode.SOFT
    until = None
    if stays_soft and standing.overage_until is not None:
        began = standing.policy.began(standing.overage_until)
        until = policy.overage_until(began)
    return follow_counts(
        Standing(policy, standing.overage_since, until),
        purchased=purchased,
        assigned=assigned,
        now=now,
    )
