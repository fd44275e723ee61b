"""The rows of what is planned for a renewal: written, ended, and their entries in the ledger.

Owns no decision: who plans what is `scheduling`, what Stripe's side changed is `taking_over`, what
the renewal brings is `renewing`. Everything here runs inside the caller's transaction, under the
seat pool's lock.
"""

from collections.abc import Iterable
from datetime import datetime

from accounts.services.history import Actor, record
from billing.domain.ledger import Balance, plan_next_term
from billing.models import Price, ScheduledChange, Subscription
from billing.services.ledger import append_entry


def end_plans(
    *, changes: Iterable[ScheduledChange], state: str, actor: Actor, now: datetime
) -> None:
    """Mark planned changes as applied, undone or superseded."""
    for change in changes:
        _end(change, ScheduledChange.State(state), actor, now)
        _record(change, f"scheduled_change_{state}", actor, now)


def write_plan(
    subscription: Subscription,
    kind: ScheduledChange.Kind,
    *,
    actor: Actor,
    now: datetime,
    reason: str,
    quantity_to: int | None = None,
    price_to: Price | None = None,
    effective_at: datetime,
) -> ScheduledChange:
    """Write a plan for the renewal at `effective_at`, with its history."""
    change = ScheduledChange.objects.create(
        organization_id=subscription.organization_id,
        subscription=subscription,
        kind=kind,
        quantity_from=subscription.purchased_seats,
        quantity_to=quantity_to,
        price_from=subscription.price,
        price_to=price_to,
        effective_at=effective_at,
        reason=reason[:500],
        created_at=now,
        created_by_id=actor.user_id,
        created_label=actor.label[:200],
    )
    _record(change, f"{kind.value}_change_planned", actor, now)
    return change


def plan_in_ledger(
    subscription: Subscription, seats: int, change: ScheduledChange, actor: Actor, now: datetime
) -> None:
    """Write into the ledger that the next term has `seats`, because of a plan."""
    balance = Balance(subscription.purchased_seats, subscription.next_term_seats)
    append_entry(
        subscription=subscription,
        cause=plan_next_term(balance, seats, now).cause,
        next_term_seats=seats,
        effective_at=now,
        actor=actor,
        now=now,
        currency=subscription.price.currency,
        scheduled_change=change,
    )


def supersede(changes: Iterable[ScheduledChange], actor: Actor, now: datetime) -> None:
    """Mark planned changes as replaced."""
    end_plans(changes=changes, state=ScheduledChange.State.SUPERSEDED, actor=actor, now=now)


def _end(
    change: ScheduledChange, state: ScheduledChange.State, actor: Actor, now: datetime
) -> None:
    change.state = state
    change.ended_at = now
    change.ended_by_id = actor.user_id
    change.ended_label = actor.label[:200]
    change.save(update_fields=["state", "ended_at", "ended_by", "ended_label"])


def _record(change: ScheduledChange, verb: str, actor: Actor, now: datetime) -> None:
    """Write what happened to a plan into the history."""
    changes: dict[str, object] = {"from": change.quantity_from}
    if change.quantity_to is not None:
        changes["to"] = change.quantity_to
    record(
        actor=actor,
        verb=verb,
        subject=change,
        organization_id=change.organization_id,
        now=now,
        changes=changes,
    )
