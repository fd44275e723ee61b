"""An organization's limit: how it stands, and what another one would do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from seats.domain.limits import (
    AssignmentOutcome,
    AtEnd,
    LimitMode,
    LimitPolicy,
    Standing,
    decide_assignment,
    switch_limit,
)
from seats.hooks import SeatPrice, TrueUpOutlook, price_of_seats, true_up_outlook
from seats.models import LimitChange, SeatAssignment, SeatPool

_SHOWN_PEOPLE: Final = 50


def policy_of(pool: SeatPool) -> LimitPolicy:
    """Return the limit that a pool's row says."""
    return LimitPolicy(
        LimitMode(pool.limit), pool.allowance_seats, pool.allowance_days, AtEnd(pool.at_end)
    )


def standing_of(pool: SeatPool) -> Standing:
    """Return how an organization stands with its limit."""
    return Standing(policy_of(pool), pool.overage_since, pool.overage_until, pool.kept_seats)


@dataclass(frozen=True, slots=True)
class LimitConsequence:
    """What a limit would do from now on.

    `beyond` hold the seats that are not purchased, the latest given first. `more` is how many
    seats could be given out at once; `price_now` is what buying the overage costs, `true_up` what
    the coming true-up would take for it (None without true-ups in the contract).
    """

    after: Standing
    purchased: int
    assigned: int
    more: int
    beyond: list[SeatAssignment]
    price_now: SeatPrice | None
    true_up: TrueUpOutlook | None

    @property
    def overage(self) -> int:
        return max(0, self.assigned - self.purchased)

    @property
    def is_closed(self) -> bool:
        """Whether it is a hard limit under which more people sit than seats were purchased."""
        return self.after.policy.mode is LimitMode.CLOSED


def pool_of(organization_id: int) -> SeatPool:
    """Return an organization's pool; before there is one, an empty one that is not saved."""
    return SeatPool.objects.filter(organization_id=organization_id).first() or SeatPool(
        organization_id=organization_id
    )


def seats_beyond(pool: SeatPool) -> QuerySet[SeatAssignment]:
    """Return the seats that are not purchased, the latest given first; 50 at most."""
    overage = max(0, pool.assigned_seats - pool.purchased_seats)
    live = SeatAssignment.objects.filter(
        organization_id=pool.organization_id, during__endswith__isnull=True
    )
    return live.select_related("membership").order_by("-during", "-pk")[
        : min(overage, _SHOWN_PEOPLE)
    ]


def limit_consequence(
    *, organization_id: int, policy: LimitPolicy, now: datetime
) -> LimitConsequence:
    """Return what a limit would do from `now` on, inside the organization's tenancy context."""
    pool = pool_of(organization_id)
    after = switch_limit(
        standing_of(pool),
        policy,
        purchased=pool.purchased_seats,
        assigned=pool.assigned_seats,
        now=now,
    )
    overage = max(0, pool.assigned_seats - pool.purchased_seats)
    return LimitConsequence(
        after=after,
        purchased=pool.purchased_seats,
        assigned=pool.assigned_seats,
        more=_more(after, pool, now),
        beyond=list(seats_beyond(pool)),
        price_now=price_of_seats(organization_id=organization_id, seats=overage, now=now)
        if overage
        else None,
        true_up=true_up_outlook(organization_id=organization_id, seats=overage, now=now),
    )


def _more(standing: Standing, pool: SeatPool, now: datetime) -> int:
    free = max(0, pool.purchased_seats - pool.assigned_seats)
    lent = max(0, pool.purchased_seats + standing.policy.overage_seats - pool.assigned_seats)
    if not lent:
        return free
    decision = decide_assignment(
        standing.policy,
        purchased=pool.purchased_seats,
        assigned=pool.assigned_seats,
        overage_until=standing.overage_until,
        now=now,
        count=lent,
    )
    return free if decision.outcome is AssignmentOutcome.REFUSED else lent


def limit_changes(organization_id: int) -> QuerySet[LimitChange]:
    """Return the changes of an organization's limit, the latest first."""
    return LimitChange.objects.filter(organization_id=organization_id)
