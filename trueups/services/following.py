"""Follows what billing says of a settlement, and charges removed people who came back.

Called by billing's hooks: people who were removed give their seats back in the transaction that
lowers the purchased ones, and the state of a true-up follows its settlement. What the hooks missed
the sweeper finds.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.errors import DomainError
from accounts.models import Organization
from accounts.services.history import SYSTEM, Actor
from accounts.tenancy import organization_context
from billing.domain.settlement import Line, LineKind
from billing.hooks import SettlementMoved
from billing.models import Settlement
from billing.selectors.terms import current_subscription
from billing.services.scheduling import schedule_seats
from billing.services.settlements import reserve_settlement
from billing.services.settling import advance_settlement
from trueups.domain.states import State
from trueups.models import LockOut, TrueUp, TrueUpLine
from trueups.selectors.settlements import (
    lock_out_of,
    quarter_of,
    reference_of,
    reference_of_return,
    settlement_of,
)
from trueups.services import lock_outs
from trueups.services.moving import locked_true_up
from trueups.services.removal import release_removed_people, seats_planned_for_renewal
from trueups.services.signing import mark_settled, mark_settling, mark_stopped

log = structlog.get_logger(__name__)

_BATCH = 200
_SettledState = Settlement.State


def plan_renewal(*, organization_id: int, true_up_id: UUID, now: datetime) -> bool:
    """Plan the seats that wait for the renewal, once the rest is settled; return whether it did.

    Must not run inside a transaction. A plan that is refused is logged and tried again.
    """
    with organization_context(organization_id):
        true_up = TrueUp.objects.select_related("organization").get(pk=true_up_id)
        if true_up.current_state is not State.SETTLED or true_up.renewal_planned_at is not None:
            return False
        seats = seats_planned_for_renewal(true_up)
        if seats is None:
            return False
        is_planned = current_subscription(organization_id).next_term_seats <= seats
    if not is_planned:
        try:
            schedule_seats(
                organization_id=organization_id,
                seats=seats,
                actor=Actor(label=true_up.signed_by_label, user_id=true_up.signed_by_id),
                now=now,
                reason=reference_of(true_up),
            )
        except DomainError as refusal:
            log.warning("true_up_plan_refused", true_up=str(true_up_id), code=refusal.code)
            return False
    with organization_context(organization_id):
        TrueUp.objects.filter(pk=true_up_id).update(renewal_planned_at=now)
    return True


def release_before_fewer_seats(moved: SettlementMoved) -> None:
    """Take the seats of removed people in the transaction that lowers the purchased ones."""
    true_up_id = _true_up_of(moved)
    if true_up_id is not None:
        release_removed_people(
            organization_id=moved.organization_id,
            true_up_id=true_up_id,
            actor=moved.actor,
            now=moved.at,
        )


def follow_settlement(moved: SettlementMoved) -> None:
    """Bring the true-up, or the return of a removed person, in step with its settlement."""
    lock_out_id = lock_out_of(moved.reference)
    if lock_out_id is not None:
        if moved.state == _SettledState.SETTLED:
            lock_outs.mark_reactivation_settled(
                organization_id=moved.organization_id, lock_out_id=lock_out_id, now=moved.at
            )
        return
    true_up_id = _true_up_of(moved)
    if true_up_id is not None:
        _follow(moved.organization_id, true_up_id, moved.state, moved.at)


def _follow(organization_id: int, true_up_id: UUID, state: str, now: datetime) -> None:
    given: dict[str, Any] = {
        "organization_id": organization_id,
        "true_up_id": true_up_id,
        "now": now,
    }
    reasons = {
        _SettledState.STOPPED: gettext_noop("Stripe's invoice is not the one that was signed."),
        _SettledState.FAILED: gettext_noop("The invoice was given up."),
        _SettledState.LAPSED: gettext_noop("The invoice was paid after its term."),
    }
    if state == _SettledState.SETTLED:
        with organization_context(organization_id):
            true_up = locked_true_up(organization_id=organization_id, true_up_id=true_up_id)
            if true_up.current_state is State.STOPPED:
                # Given up and paid all the same.
                mark_settling(**given)
        mark_settled(**given)
    elif state in reasons:
        mark_stopped(reason=reasons[_SettledState(state)], **given)


def _true_up_of(moved: SettlementMoved) -> UUID | None:
    quarter = quarter_of(moved.reference)
    if not quarter:
        return None
    return (
        TrueUp.objects.filter(organization_id=moved.organization_id, reference=quarter)
        .values_list("pk", flat=True)
        .first()
    )


def settle_returns(*, now: datetime) -> int:
    """Charge the seats of removed people who came back; return how many were looked at."""
    due = lock_outs.due_reactivations(now=now)
    for organization_id, lock_out_id in due:
        try:
            _settle_return(organization_id, lock_out_id, now)
        except Exception:
            # One that cannot be charged must not hold up the others; a purchase may be under way.
            log.exception("return_not_settled", lock_out=lock_out_id)
    return len(due)


def _settle_return(organization_id: int, lock_out_id: int, now: datetime) -> None:
    with organization_context(organization_id):
        lock_out = lock_outs.confirm_return(
            organization_id=organization_id, lock_out_id=lock_out_id, now=now
        )
        if lock_out is None:
            return
        reference = reference_of_return(lock_out)
        known = Settlement.objects.filter(reference=reference).first()
        if known is None:
            known = _reserve_return(lock_out, reference, now)
    advance_settlement(organization_id=organization_id, settlement_id=known.pk, now=now)


def _reserve_return(lock_out: LockOut, reference: str, now: datetime) -> Settlement:
    organization = Organization.objects.get(pk=lock_out.organization_id)
    with translation.override(organization.language):
        description = _("True-up %(quarter)s: %(name)s is back within the lock-out") % {
            "quarter": lock_out.true_up.reference,
            "name": lock_outs.name_of(lock_out),
        }
    line = Line(LineKind.REACTIVATION, lock_out.seats, lock_out.credit_minor, description)
    return reserve_settlement(
        organization_id=lock_out.organization_id,
        reference=reference,
        lines=[line],
        seats_from=current_subscription(lock_out.organization_id).purchased_seats,
        actor=SYSTEM,
        now=now,
    )


def follow_up(*, now: datetime) -> int:
    """Bring true-ups in step with settlements whose news were lost; make plans for renewals."""
    settling = list(
        TrueUp.objects.using("pipeline")
        .filter(state=State.SETTLING.value)
        .values_list("organization_id", "pk", "reference")[:_BATCH]
    )
    for organization_id, true_up_id, _reference in settling:
        try:
            with organization_context(organization_id):
                settlement = settlement_of(TrueUp.objects.get(pk=true_up_id))
            if settlement is not None:
                _follow(organization_id, true_up_id, settlement.state, now)
        except Exception:
            log.exception("true_up_not_followed", true_up=str(true_up_id))
    waiting = list(
        TrueUp.objects.using("pipeline")
        .filter(
            state=State.SETTLED.value,
            renewal_planned_at__isnull=True,
            lines__takes_effect=TrueUpLine.Effect.RENEWAL,
        )
        .values_list("organization_id", "pk")
        .distinct()[:_BATCH]
    )
    for organization_id, true_up_id in waiting:
        try:
            plan_renewal(organization_id=organization_id, true_up_id=true_up_id, now=now)
        except Exception:
            log.exception("true_up_plan_not_made", true_up=str(true_up_id))
    return len(settling) + len(waiting)
