"""Keeps a locked pool true to its limit: how overage begins, is counted, ends and is converted.

The caller holds the pool's lock and the organization's tenancy context; nothing here locks.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from accounts.services.history import SYSTEM, Actor, record
from seats import hooks
from seats.domain.limits import (
    AtEnd,
    Standing,
    follow_counts,
)
from seats.models import LimitChange, LimitNotice, SeatPool
from seats.selectors.limits import standing_of
from seats.services.limit_mails import send_overage_notice

_POLICY_FIELDS = ("limit", "allowance_seats", "allowance_days", "at_end")
_STANDING_FIELDS = (*_POLICY_FIELDS, "overage_since", "overage_until", "kept_seats")


def policy_data(pool: SeatPool) -> dict[str, Any]:
    """Return the limit as a change keeps it."""
    return {name: getattr(pool, name) for name in _POLICY_FIELDS}


def save_counts(*, pool: SeatPool, now: datetime) -> None:
    """Write the counts of a pool, and what they do to its limit.

    Runs out of an overage, fewer seats purchased than the limit can bear: the change of the limit
    is written with its cause.
    """
    before = policy_data(pool)
    put_standing(
        pool,
        follow_counts(
            standing_of(pool),
            purchased=pool.purchased_seats,
            assigned=pool.assigned_seats,
            now=now,
        ),
    )
    if pool.limit != before["limit"]:
        write_change(pool=pool, cause=LimitChange.Cause.SEATS, before=before, actor=SYSTEM, now=now)
    pool.save(update_fields=["purchased_seats", "assigned_seats", *_STANDING_FIELDS])


def put_standing(pool: SeatPool, standing: Standing) -> None:
    """Write a standing into a pool's fields; the caller saves."""
    pool.limit = standing.policy.mode.value
    pool.allowance_seats = standing.policy.overage_seats
    pool.allowance_days = standing.policy.overage_days
    pool.at_end = standing.policy.at_end.value
    pool.overage_since = standing.overage_since
    pool.overage_until = standing.overage_until
    pool.kept_seats = standing.kept_seats


def write_change(
    *,
    pool: SeatPool,
    cause: LimitChange.Cause,
    before: dict[str, Any],
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> LimitChange:
    """Write a change of the limit with what held before, and the history's sentence."""
    change = LimitChange.objects.create(
        organization_id=pool.organization_id,
        at=now,
        cause=cause,
        before=before,
        after=policy_data(pool),
        reason=reason[:300],
        actor_id=actor.user_id,
        actor_label=actor.label[:200],
    )
    record(
        actor=actor,
        verb=f"limit_changed_by_{cause.value}",
        subject=change,
        organization_id=pool.organization_id,
        now=now,
        changes={"limit": pool.limit} | ({"reason": reason} if reason else {}),
    )
    return change


def convert_when_due(*, pool: SeatPool, now: datetime) -> bool:
    """Let a countdown that is over have its consequence, once; tell whether it had.

    Without true-ups in the contract the limit closes, whatever was agreed as the end.
    """
    until = pool.overage_until
    if until is None or now < until:
        return False
    before = policy_data(pool)
    converted = standing_of(pool)
    outlook = hooks.true_up_outlook(organization_id=pool.organization_id, now=now)
    if outlook is None:
        hard = replace(converted.policy, at_end=AtEnd.HARD)
        converted = replace(converted, policy=hard)
    put_standing(
        pool,
        follow_counts(
            Standing(converted.policy.at(now, until), converted.overage_since),
            purchased=pool.purchased_seats,
            assigned=pool.assigned_seats,
            now=now,
        ),
    )
    pool.save(update_fields=list(_STANDING_FIELDS))
    write_change(pool=pool, cause=LimitChange.Cause.TIME, before=before, actor=SYSTEM, now=now)
    notify_once(pool=pool, overage_until=until, step=LimitNotice.Step.END, now=now)
    return True


def notify_once(
    *, pool: SeatPool, overage_until: datetime, step: LimitNotice.Step, now: datetime
) -> bool:
    """Mail a step of an overage's countdown unless it was; tell whether it was mailed now."""
    _notice, is_new = LimitNotice.objects.get_or_create(
        organization_id=pool.organization_id,
        overage_until=overage_until,
        step=step,
        defaults={"at": now},
    )
    if is_new:
        send_overage_notice(pool=pool, overage_until=overage_until, step=step)
    return is_new
