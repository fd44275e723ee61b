"""The answer to the vendor's product at sign-in: may this person come in?

Owns: the decision and its reason codes. Does not own: fetching the facts in one statement, or the
sentence and the purchase link that go with a refusal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from seats.domain.limits import LimitMode, LimitPolicy


class Access(StrEnum):
    """How somebody is let in, or that they are not.

    Three kinds of a seat that was not purchased: lent until a moment, charged by the true-up, and
    kept after the time it was lent for until somebody decides.
    """

    SEAT = "seat"
    OVERAGE = "overage"
    OVERAGE_IN_TRUE_UP = "overage_in_true_up"
    SEAT_KEPT = "seat_kept"
    REFUSED = "refused"


class Refusal(StrEnum):
    """Why somebody is not let in."""

    UNKNOWN_MEMBER = "unknown_member"
    DEACTIVATED = "deactivated"
    NO_SUBSCRIPTION = "no_subscription"
    NO_SEAT = "no_seat"
    OVERAGE_NOT_PERMITTED = "overage_not_permitted"


class Notice(StrEnum):
    """What the answer says besides the decision; it changes nothing about who comes in."""

    PAYMENT_OVERDUE = "payment_overdue"


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """What the decision needs to know about one person in one organization.

    `holds_overage_seat`: the seat is one of those assigned beyond the purchased ones, the latest
    assigned first; `overage_until` is when the countdown of the organization's overage ends.
    """

    is_member: bool
    is_deactivated: bool = False
    has_live_subscription: bool = True
    has_seat: bool = False
    holds_overage_seat: bool = False
    overage_until: datetime | None = None
    may_purchase: bool = False
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class EntitlementDecision:
    """`until` is set for overage, `reason` for a refusal.

    `offer_purchase`: buying seats would help and this person may buy them.
    """

    access: Access
    until: datetime | None = None
    reason: Refusal | None = None
    offer_purchase: bool = False

    @property
    def is_allowed(self) -> bool:
        return self.access is not Access.REFUSED


_CURED_BY_PURCHASE = frozenset({Refusal.NO_SEAT, Refusal.OVERAGE_NOT_PERMITTED})


def decide_entitlement(
    facts: MemberFacts, policy: LimitPolicy, *, now: datetime
) -> EntitlementDecision:
    """Allowed on a seat, allowed on overage until a moment, or refused for one reason.

    The first reason in the order of `Refusal` is given: a deactivated person without a seat is
    deactivated, since a seat would not help.
    """

    def refuse(reason: Refusal) -> EntitlementDecision:
        offer = facts.may_purchase and reason in _CURED_BY_PURCHASE
        return EntitlementDecision(Access.REFUSED, reason=reason, offer_purchase=offer)

    if not facts.is_member:
        return refuse(Refusal.UNKNOWN_MEMBER)
    if facts.is_deactivated:
        return refuse(Refusal.DEACTIVATED)
    if not facts.has_live_subscription:
        return refuse(Refusal.NO_SUBSCRIPTION)
    if not facts.has_seat:
        return refuse(Refusal.NO_SEAT)
    if not facts.holds_overage_seat:
        return EntitlementDecision(Access.SEAT)
    until = facts.overage_until
    match policy.at(now, until).mode:
        case LimitMode.SOFT:
            return EntitlementDecision(Access.OVERAGE, until=until or policy.overage_until(now))
        case LimitMode.TRUE_UP:
            return EntitlementDecision(Access.OVERAGE_IN_TRUE_UP)
        case LimitMode.CLOSED:
            return EntitlementDecision(Access.SEAT_KEPT)
    return refuse(Refusal.OVERAGE_NOT_PERMITTED)
