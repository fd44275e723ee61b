"""The vendor's policy for unpaid invoices, and the pause of one case."""

from datetime import date, datetime, time
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Organization
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from billing.domain import dunning
from billing.domain.dunning import Policy
from billing.models import DunningCase, DunningPolicy
from billing.services.dunning import timeline_of
from seats.services.seats import lock_seat_pool


class PauseNotPossible(DomainError):
    """The day is over already, no reason was given, or the case is closed."""

    code: ClassVar[str] = "pause_not_possible"
    status: ClassVar[int] = 422


def change_policy(*, policy: Policy, reason: str, actor: Actor, now: datetime) -> DunningPolicy:
    """Write a new version of the policy; cases that are open keep the days they began under."""
    stored = DunningPolicy.objects.create(
        reminder_days=list(policy.reminder_days),
        restrict_after_days=policy.restrict_after_days,
        end_after_days=policy.end_after_days,
        end=policy.end.value,
        reason=reason[:300],
        created_by_id=actor.user_id,
        created_by_label=actor.label[:200],
        created_at=now,
    )
    record(
        actor=actor,
        verb="dunning_policy_changed",
        subject=stored,
        organization_id=None,
        now=now,
        changes={
            "reminder_days": ", ".join(str(day) for day in policy.reminder_days),
            "restrict_after_days": str(policy.restrict_after_days),
            "end_after_days": str(policy.end_after_days),
            "end": policy.end.value,
            "note": reason[:300],
        },
    )
    return stored


def pause_case(
    *, organization_id: int, case_id: int, until: date, reason: str, actor: Actor, now: datetime
) -> DunningCase:
    """Let nothing happen in a case before `until`; what was to come moves by as many days.

    `until` is a day in the organization's time zone. Raises PauseNotPossible,
    DunningCase.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        case = DunningCase.objects.select_for_update(of=("self",)).get(pk=case_id)
        zone = ZoneInfo(Organization.objects.get(pk=organization_id).time_zone)
        today = now.astimezone(zone).date()
        if case.closed_at is not None or case.end_asked_at is not None:
            raise PauseNotPossible(_("This case is over; there is nothing to pause."))
        if until <= today:
            raise PauseNotPossible(_("Choose a day after today."))
        if (until - today).days > dunning.MOST_DAYS:
            raise PauseNotPossible(_("Choose a day within half a year."))
        if not reason:
            raise PauseNotPossible(_("Say why the case is paused."))
        case.held_days += (until - today).days - _days_left(case, zone, today)
        case.paused_until = datetime.combine(until, time.min, zone)
        case.pause_reason = reason[:300]
        case.paused_by_label = actor.label[:200]
        _store(case, zone, "dunning_paused", actor, now)
        return case


def resume_case(*, organization_id: int, case_id: int, actor: Actor, now: datetime) -> DunningCase:
    """End a pause today; the days of it that are left are given back to the timeline."""
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        case = DunningCase.objects.select_for_update(of=("self",)).get(pk=case_id)
        zone = ZoneInfo(Organization.objects.get(pk=organization_id).time_zone)
        if case.paused_until is None or case.paused_until <= now or case.closed_at is not None:
            return case
        case.held_days -= _days_left(case, zone, now.astimezone(zone).date())
        case.paused_until = None
        _store(case, zone, "dunning_resumed", actor, now)
        return case


def _days_left(case: DunningCase, zone: ZoneInfo, today: date) -> int:
    """Return how many days of a pause are still ahead; they are in `held_days` already."""
    if case.paused_until is None:
        return 0
    return max((case.paused_until.astimezone(zone).date() - today).days, 0)


def _store(case: DunningCase, zone: ZoneInfo, verb: str, actor: Actor, now: datetime) -> None:
    following = dunning.next_step(
        timeline_of(case, zone), taken=frozenset(notice.step for notice in case.notices.all())
    )
    at = following.at if following else None
    case.next_step_at = max(at, case.paused_until) if at and case.paused_until else at
    case.save()
    record(
        actor=actor,
        verb=verb,
        subject=case,
        organization_id=case.organization_id,
        now=now,
        changes={"note": case.pause_reason} if case.paused_until else None,
    )
