"""Writes planned expansions and follows them until the seats are there."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from billing.hooks import SeatsPurchased
from procurement.domain.calendar import start_by
from procurement.domain.planning import PlanState, may_move
from procurement.models import PlannedExpansion
from procurement.selectors.calendar import buying_calendar, today_of

LONGEST_AHEAD_YEARS = 5
MOST_SEATS = 1_000_000


class PlanNotPossible(DomainError):
    """A plan has no seats, no reason, or a day that is none."""

    code: ClassVar[str] = "plan_not_possible"
    status: ClassVar[int] = 422


class PlanNotFound(DomainError):
    """There is no such plan in the organization."""

    code: ClassVar[str] = "plan_not_found"
    status: ClassVar[int] = 404


class PlanHasMovedOn(DomainError):
    """The plan's state does not allow this any more."""

    code: ClassVar[str] = "plan_has_moved_on"


def plan_expansion(
    *,
    organization_id: int,
    seats: int,
    wanted_on: date,
    reason: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> PlannedExpansion:
    """Plan `seats` more for a day; `today` is the organization's. Raises PlanNotPossible."""
    check_plan(seats=seats, wanted_on=wanted_on, reason=reason, today=today)
    with organization_context(organization_id, user_id=actor.user_id):
        dates = start_by(wanted_on, buying_calendar(organization_id))
        plan = PlannedExpansion.objects.create(
            organization_id=organization_id,
            seats=seats,
            wanted_on=wanted_on,
            reason=reason,
            start_by_on=dates.start_by,
            close_by_on=dates.close_by,
            planned_by_id=actor.user_id,
            actor_label=actor.label[:200],
            created_at=now,
            changed_at=now,
        )
        _record(plan, "expansion_planned", actor, now)
        return plan


def check_plan(*, seats: int, wanted_on: date, reason: str, today: date) -> None:
    """Raise PlanNotPossible; the details name the field."""
    if not 1 <= seats <= MOST_SEATS:
        raise PlanNotPossible(_("Plan one seat or more."), about="seats")
    if wanted_on < today:
        raise PlanNotPossible(_("Choose a day that is still to come."), about="wanted_on")
    if wanted_on.year > today.year + LONGEST_AHEAD_YEARS:
        raise PlanNotPossible(_("Choose a day within five years."), about="wanted_on")
    if not reason.strip():
        raise PlanNotPossible(_("Say what the seats are for."), about="reason")


def change_plan(
    *,
    organization_id: int,
    plan_id: UUID,
    seats: int,
    wanted_on: date,
    reason: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> PlannedExpansion:
    """Change a plan that is not over; raises PlanNotFound, PlanHasMovedOn, PlanNotPossible."""
    check_plan(seats=seats, wanted_on=wanted_on, reason=reason, today=today)
    with organization_context(organization_id, user_id=actor.user_id):
        plan = _locked(organization_id, plan_id)
        if plan.state not in (PlanState.PLANNED, PlanState.STARTED):
            raise PlanHasMovedOn(_("This plan is over and stays as it was."))
        dates = start_by(wanted_on, buying_calendar(organization_id))
        after = {
            "seats": seats,
            "wanted_on": wanted_on,
            "reason": reason,
            "start_by_on": dates.start_by,
            "close_by_on": dates.close_by,
        }
        changes = {
            name: [str(getattr(plan, name)), str(value)]
            for name, value in after.items()
            if getattr(plan, name) != value
        }
        if changes:
            for name, value in after.items():
                setattr(plan, name, value)
            _save(plan, now)
            _record(plan, "planned_expansion_changed", actor, now, changes)
        return plan


def move_plan(
    *,
    organization_id: int,
    plan_id: UUID,
    to: PlanState,
    actor: Actor,
    now: datetime,
    today: date,
    purchase_id: UUID | None = None,
) -> PlannedExpansion:
    """Bring a plan into another state; into the one it has, nothing happens.

    Raises PlanNotFound and PlanHasMovedOn.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        plan = _locked(organization_id, plan_id)
        return _move(plan, to, actor, now, today, purchase_id)


def _move(
    plan: PlannedExpansion,
    to: PlanState,
    actor: Actor,
    now: datetime,
    today: date,
    purchase_id: UUID | None,
) -> PlannedExpansion:
    if plan.state == to:
        return plan
    if not may_move(PlanState(plan.state), to):
        raise PlanHasMovedOn(_("This plan is over and stays as it was."))
    before = plan.state
    plan.state = to.value
    if to is PlanState.STARTED:
        plan.started_on = today
    elif to is PlanState.PLANNED:
        plan.started_on = None
    if purchase_id is not None:
        plan.purchase_id = purchase_id
    _save(plan, now)
    verb = {
        PlanState.PLANNED: "planned_expansion_taken_up",
        PlanState.STARTED: "planned_expansion_started",
        PlanState.DONE: "planned_expansion_done",
        PlanState.DROPPED: "planned_expansion_dropped",
    }[to]
    _record(plan, verb, actor, now, {"state": [before, to.value]})
    return plan


def finish_plans(purchased: SeatsPurchased, /) -> None:
    """Note that seats were bought: the started plan that they fill is done.

    Called by billing in the transaction that grants the seats. The plan with the earliest day that
    is no larger than what was bought is meant; a smaller purchase leaves every plan as it is.
    """
    plan = (
        PlannedExpansion.objects.select_for_update(of=("self",))
        .select_related("organization")
        .filter(
            organization_id=purchased.organization_id,
            state=PlanState.STARTED,
            seats__lte=purchased.seats_added,
        )
        .order_by("start_by_on", "created_at")
        .first()
    )
    if plan is not None:
        today = today_of(plan.organization, purchased.at)
        _move(plan, PlanState.DONE, purchased.actor, purchased.at, today, purchased.purchase_id)


def _locked(organization_id: int, plan_id: UUID) -> PlannedExpansion:
    plan = (
        PlannedExpansion.objects.select_for_update()
        .filter(organization_id=organization_id, pk=plan_id)
        .first()
    )
    if plan is None:
        raise PlanNotFound(_("There is no such plan."))
    return plan


def _save(plan: PlannedExpansion, now: datetime) -> None:
    plan.version += 1
    plan.changed_at = now
    plan.save()


def _record(
    plan: PlannedExpansion,
    verb: str,
    actor: Actor,
    now: datetime,
    changes: Mapping[str, object] | None = None,
) -> None:
    record(
        actor=actor,
        verb=verb,
        subject=plan,
        organization_id=plan.organization_id,
        now=now,
        changes=dict(changes)
        if changes
        else {"seats": plan.seats, "wanted_on": str(plan.wanted_on)},
    )
