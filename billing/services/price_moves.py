"""Moves subscribers to another version: begun by a person, done one by one, taken back until then.

Each move is a row that says how far it is; whoever works on it holds a lease, and what was left
half done is found again: a change that is planned already is taken over, not planned twice. The
customer's admins are told in the same transaction that notes it.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import ClassVar

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import SYSTEM, Actor, record
from accounts.tenancy import organization_context
from billing.models import Price, PriceMigration, PriceMove, ScheduledChange, Subscription
from billing.selectors.price_moves import move_preview, planned_otherwise
from billing.services.price_notices import tell_admins
from billing.services.scheduling import (
    NothingToUndo,
    schedule_price_change,
    undo_scheduled_change,
)

log = structlog.get_logger(__name__)

_LEASE = timedelta(seconds=90)
_BATCH = 500
_State = PriceMove.State


class MigrationNotPossible(DomainError):
    """The version is not on sale, is another price altogether, or nobody can be moved."""

    code: ClassVar[str] = "migration_not_possible"
    status: ClassVar[int] = 422


@transaction.atomic
def start_migration(
    *,
    from_price: Price,
    to_price: Price,
    organization_ids: Collection[int],
    actor: Actor,
    now: datetime,
    notice: str = "",
) -> PriceMigration:
    """Put the chosen subscribers of one version in line for the other; `work_moves` does the rest.

    Runs in the staff context of scope `all`. Raises MigrationNotPossible.
    """
    if to_price.published_at is None or to_price.retired_at is not None:
        raise MigrationNotPossible(_("The version to move to is not on sale."))
    if from_price.pk == to_price.pk or _offer(from_price) != _offer(to_price):
        raise MigrationNotPossible(_("Move within one plan, currency and interval."))
    chosen = [
        line
        for line in move_preview(from_price, to_price).movable
        if line.subscription.organization_id in organization_ids
    ]
    if not chosen:
        raise MigrationNotPossible(_("Choose at least one organization that can be moved."))
    migration = PriceMigration.objects.create(
        from_price=from_price,
        to_price=to_price,
        notice=notice,
        started_at=now,
        started_by_id=actor.user_id,
        started_label=actor.label[:200],
    )
    for line in chosen:
        organization_id = line.subscription.organization_id
        with organization_context(organization_id, user_id=actor.user_id):
            move = PriceMove.objects.create(
                organization_id=organization_id,
                migration=migration,
                subscription=line.subscription,
                seats=line.seats,
                before_minor=line.before_minor,
                after_minor=line.after_minor,
                created_at=now,
                effective_at=line.renews_at,
            )
            _record(move, actor, now)
    record(
        actor=actor,
        verb="price_migration_started",
        subject=migration,
        organization_id=None,
        now=now,
        changes={"people": len(chosen)},
    )
    return migration


def _offer(price: Price) -> tuple[int, str, str]:
    return price.plan_id, price.currency, price.interval


def withdraw_moves(*, moves: Collection[PriceMove], actor: Actor, now: datetime) -> int:
    """Ask for moves to be taken back before their renewal; return how many still could be."""
    return sum(
        _turn(
            move, (_State.PLANNED, _State.SCHEDULED, _State.FAILED), _State.WITHDRAWING, actor, now
        )
        for move in moves
    )


def retry_moves(*, moves: Collection[PriceMove], actor: Actor, now: datetime) -> int:
    """Put moves that were not possible in line again; return how many."""
    return sum(_turn(move, (_State.FAILED,), _State.PLANNED, actor, now) for move in moves)


def _turn(
    move: PriceMove, from_states: Collection[str], to_state: str, actor: Actor, now: datetime
) -> bool:
    with organization_context(move.organization_id, user_id=actor.user_id):
        locked = PriceMove.objects.select_for_update(of=["self"]).get(pk=move.pk)
        if locked.state not in from_states:
            return False
        locked.state = to_state
        locked.problem = ""
        locked.save(update_fields=["state", "problem"])
        _record(locked, actor, now)
    return True


def work_moves(*, now: datetime) -> int:
    """Go on with every move that is in line, being taken back or past its renewal.

    Repeating it changes nothing; returns how many were looked at. Not inside a transaction.
    """
    found = list(
        PriceMove.objects.using("pipeline")
        .filter(
            Q(state__in=[_State.PLANNED, _State.WITHDRAWING])
            | (Q(state=_State.SCHEDULED) & ~Q(scheduled_change__state="planned"))
        )
        .filter(Q(leased_until__isnull=True) | Q(leased_until__lte=now))
        .order_by("pk")
        .values_list("organization_id", "pk")[:_BATCH]
    )
    for organization_id, move_id in found:
        try:
            advance_move(organization_id=organization_id, move_id=move_id, now=now)
        except Exception:
            # One move that cannot go on must not hold up the others; its lease runs out.
            log.exception("price_move_not_advanced", move=move_id)
    return len(found)


def advance_move(*, organization_id: int, move_id: int, now: datetime) -> None:
    """Bring one move as far as it goes now. Not inside a transaction."""
    move = _claim(organization_id, move_id, now)
    if move is None:
        return
    if move.state == _State.WITHDRAWING:
        _withdraw(move, now)
    elif move.state == _State.PLANNED:
        _schedule(move, now)
    else:
        _settle(move, now)


def _claim(organization_id: int, move_id: int, now: datetime) -> PriceMove | None:
    with organization_context(organization_id):
        move = (
            PriceMove.objects.select_for_update(of=["self"])
            .select_related("migration__to_price", "migration__from_price", "scheduled_change")
            .get(pk=move_id)
        )
        if move.leased_until is not None and move.leased_until > now:
            return None
        move.leased_until = now + _LEASE
        move.save(update_fields=["leased_until"])
        return move


def _schedule(move: PriceMove, now: datetime) -> None:
    """Plan the version for the renewal, or take over what is planned, and tell the admins."""
    migration = move.migration
    organization_id = move.organization_id
    with organization_context(organization_id):
        subscription = Subscription.objects.get(pk=move.subscription_id)
        planned = list(
            ScheduledChange.objects.planned()
            .filter(subscription=subscription)
            .exclude(kind=ScheduledChange.Kind.SEATS)
        )
    if subscription.price_id == migration.to_price_id:
        _end(move, _State.MOVED, now)
        return
    if subscription.price_id != migration.from_price_id:
        _fail(move, _("The subscription has another price by now."), now)
        return
    change = next((c for c in planned if c.price_to_id == migration.to_price_id), None)
    if change is None and planned:
        _fail(move, planned_otherwise(planned[0].kind), now)
        return
    if change is None:
        try:
            change = schedule_price_change(
                organization_id=organization_id,
                price=migration.to_price,
                actor=_starter(migration),
                now=now,
                reason=migration.notice,
                is_vendors_move=True,
            )
        except DomainError as error:
            _fail(move, str(error), now)
            return
    with organization_context(organization_id):
        locked = _lock(move)
        locked.scheduled_change = change
        locked.effective_at = change.effective_at
        locked.leased_until = None
        if locked.state != _State.PLANNED:
            # Taken back meanwhile: what was planned is noted, so that it is undone next.
            locked.save()
            return
        is_news = locked.told_at is None
        locked.state = _State.SCHEDULED
        locked.told_at = locked.told_at or now
        locked.save()
        _record(locked, _starter(migration), now)
        if is_news:
            tell_admins(locked, takes_place=True)


def _lock(move: PriceMove) -> PriceMove:
    return (
        PriceMove.objects.select_for_update(of=["self"])
        .select_related("organization", "migration__to_price__plan")
        .get(pk=move.pk)
    )


def _withdraw(move: PriceMove, now: datetime) -> None:
    """Take the plan back; a renewal that came first has the last word."""
    change = move.scheduled_change
    if change is None:
        # Planned a moment before somebody took it back, and not noted yet.
        with organization_context(move.organization_id):
            change = (
                ScheduledChange.objects.planned()
                .filter(
                    subscription_id=move.subscription_id, price_to_id=move.migration.to_price_id
                )
                .first()
            )
    if change is not None and change.state == ScheduledChange.State.PLANNED:
        try:
            undo_scheduled_change(
                organization_id=move.organization_id,
                change_id=change.pk,
                actor=_starter(move.migration),
                now=now,
            )
        except NothingToUndo:
            _settle(move, now)
            return
    elif change is not None and change.state == ScheduledChange.State.APPLIED:
        _settle(move, now)
        return
    _end(move, _State.UNDONE, now)


def _settle(move: PriceMove, now: datetime) -> None:
    """Note what became of the planned change."""
    with organization_context(move.organization_id):
        change_id = move.scheduled_change_id
        change = ScheduledChange.objects.get(pk=change_id) if change_id is not None else None
    match change and change.state:
        case ScheduledChange.State.APPLIED:
            _end(move, _State.MOVED, now)
        case ScheduledChange.State.UNDONE:
            _end(move, _State.UNDONE, now)
        case ScheduledChange.State.SUPERSEDED:
            _end(move, _State.REPLACED, now)


def _end(move: PriceMove, state: PriceMove.State, now: datetime) -> None:
    with organization_context(move.organization_id):
        locked = _lock(move)
        locked.state = state
        locked.ended_at = now
        locked.leased_until = None
        locked.save(update_fields=["state", "ended_at", "leased_until"])
        _record(locked, SYSTEM, now)
        if state == _State.UNDONE and locked.told_at is not None:
            tell_admins(locked, takes_place=False)


def _fail(move: PriceMove, problem: str, now: datetime) -> None:
    with organization_context(move.organization_id):
        locked = _lock(move)
        locked.leased_until = None
        if locked.state == _State.PLANNED:
            locked.state = _State.FAILED
            locked.problem = problem[:300]
            _record(locked, SYSTEM, now)
        locked.save(update_fields=["state", "problem", "leased_until"])


def _starter(migration: PriceMigration) -> Actor:
    return Actor(label=migration.started_label, user_id=migration.started_by_id)


def _record(move: PriceMove, actor: Actor, now: datetime) -> None:
    record(
        actor=actor,
        verb=f"price_move_{move.state}",
        subject=move,
        organization_id=move.organization_id,
        now=now,
        changes={"note": move.problem} if move.problem else {},
    )
