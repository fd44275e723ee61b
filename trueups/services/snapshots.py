"""Takes the snapshot of a quarter that is over: evidence, high water, lines; opens the review.

One transaction an organization: it is there whole or not at all, so a process that dies leaves
nothing half done and the job takes it again. Taking it twice changes nothing.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from trueups.domain import states
from trueups.domain.activity import is_inactive
from trueups.domain.arithmetic import fraction_text
from trueups.domain.quarters import local_day, midnight, share_left
from trueups.domain.states import State
from trueups.models import PersonEvidence, TrueUp
from trueups.selectors import facts
from trueups.services.amounts import write_amounts
from trueups.services.mails import send_notice
from trueups.services.moving import locked_true_up, money_of, move, tell, zone_of

log = structlog.get_logger(__name__)

_BATCH = 2000
NO_ANNUAL_TERM = "no_annual_term"


def take_snapshot(*, organization_id: int, true_up_id: UUID, now: datetime) -> TrueUp:
    """Write the evidence and the proposed lines of a quarter that is over, and open its review.

    Before the quarter's end, or after the snapshot was taken, nothing happens. Where nothing is due
    and nobody is to be decided on, the true-up is settled at once.
    """
    with organization_context(organization_id):
        true_up = locked_true_up(organization_id=organization_id, true_up_id=true_up_id)
        end = true_up.quarter.upper
        if true_up.current_state not in states.BEFORE_ITS_END or now < end:
            return true_up
        contract = facts.contracted(organization_id, end)
        if contract is None or not contract.is_annual:
            move(
                true_up,
                State.VOID,
                verb="true_up_void",
                actor=SYSTEM,
                now=now,
                void_reason=NO_ANNUAL_TERM,
                changes={"reason": NO_ANNUAL_TERM},
            )
            return true_up
        _freeze(true_up, contract, now)
        offered = _write_evidence(true_up)
        return _open(true_up, offered, now)


def _freeze(true_up: TrueUp, contract: facts.Contracted, now: datetime) -> None:
    """Keep what the quarter is counted with, whatever the subscription becomes."""
    end = true_up.quarter.upper
    changes = facts.purchased_changes(true_up.organization_id)
    share = share_left(end, true_up.agreed(), contract.term, zone_of(true_up))
    true_up.subscription = contract.subscription
    true_up.term = (contract.term.start, contract.term.end)
    true_up.share = fraction_text(share)
    true_up.discount_basis_points = contract.discount_basis_points
    true_up.currency = contract.table.currency
    true_up.purchased_seats = facts.purchased_at(changes, end - timedelta(microseconds=1))
    true_up.snapshot_at = now


def _write_evidence(true_up: TrueUp) -> int:
    """Write a row for everybody who had a seat at the quarter's end; return how many to decide."""
    end, terms = true_up.quarter.upper, true_up.agreed()
    people = facts.seated_people(true_up.organization_id, end, terms.activity)
    still_seated = facts.seated_now(true_up.organization_id)
    rows = []
    for person in people:
        inactive = not person.is_service and is_inactive(
            person.active_days, person.assigned_since, end, terms.activity
        )
        rows.append(
            PersonEvidence(
                organization_id=true_up.organization_id,
                true_up=true_up,
                membership_id=person.membership_id,
                name=person.name[:250],
                department=person.department,
                assigned_since=person.assigned_since,
                last_active_on=person.last_active_on,
                active_days=person.active_days,
                features=person.features,
                is_inactive=inactive,
                is_offered=(
                    inactive and terms.offers_removal and person.membership_id in still_seated
                ),
            )
        )
    PersonEvidence.objects.bulk_create(rows, batch_size=1000)
    true_up.assigned_seats = len(rows)
    true_up.inactive_people = sum(row.is_inactive for row in rows)
    return sum(row.is_offered for row in rows)


def _open(true_up: TrueUp, offered: int, now: datetime) -> TrueUp:
    zone, terms = zone_of(true_up), true_up.agreed()
    true_up.state = State.IN_REVIEW.value
    true_up.review_until = midnight(
        local_day(now, zone) + timedelta(days=terms.review_days + 1), zone
    )
    true_up.save()
    amounts = write_amounts(true_up, now=now)
    true_up.peak_seats = amounts.water.peak_seats
    true_up.peak_at = amounts.water.peak_at
    true_up.counted_overage = amounts.water.overage
    nothing_due = not amounts.water.overage and not offered
    true_up.state = (State.SETTLED if nothing_due else State.IN_REVIEW).value
    if nothing_due:
        true_up.settled_at = now
        true_up.review_until = None
    true_up.save()
    tell(
        true_up,
        "true_up_nothing_due" if nothing_due else "true_up_opened",
        actor=SYSTEM,
        now=now,
        changes=money_of(true_up),
    )
    if not nothing_due:
        send_notice(true_up, "review", now=now)
    return true_up


def take_snapshots(*, now: datetime) -> int:
    """Take the snapshot of every quarter that is over; return how many there were."""
    due = (
        TrueUp.objects.using("pipeline")
        .filter(
            state__in=[state.value for state in states.BEFORE_ITS_END], quarter__endswith__lte=now
        )
        .order_by("quarter")
        .values_list("organization_id", "pk")[:_BATCH]
    )
    taken = 0
    for organization_id, true_up_id in list(due):
        try:
            take_snapshot(organization_id=organization_id, true_up_id=true_up_id, now=now)
            taken += 1
        except Exception:
            log.exception("snapshot_not_taken", true_up=str(true_up_id))
    return taken
