"""Announces quarters that are about to end, and reminds of reviews that are."""

from datetime import datetime
from uuid import UUID

import structlog

from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from trueups.domain import states
from trueups.domain.notices import due_announcement, remind_at
from trueups.domain.states import State
from trueups.models import TrueUp
from trueups.services.mails import send_notice, skip_notice
from trueups.services.moving import locked_true_up, move, tell, zone_of

log = structlog.get_logger(__name__)

_BATCH = 2000


def send_notices(*, organization_id: int, true_up_id: UUID, now: datetime) -> str | None:
    """Send what is due about one true-up, once; return the step that was sent."""
    with organization_context(organization_id):
        true_up = locked_true_up(organization_id=organization_id, true_up_id=true_up_id)
        if true_up.current_state in states.BEFORE_ITS_END:
            return _announce(true_up, now)
        if true_up.is_under_review:
            return _remind(true_up, now)
        return None


def _announce(true_up: TrueUp, now: datetime) -> str | None:
    due = due_announcement(
        true_up.quarter.lower,
        true_up.quarter.upper,
        true_up.agreed().notice_days,
        zone_of(true_up),
        now,
        frozenset(true_up.notices.values_list("step", flat=True)),
    )
    for step in due.skipped:
        skip_notice(true_up, step, now=now)
    if due.step is None:
        return None
    send_notice(true_up, due.step, now=now)
    if true_up.current_state is State.SCHEDULED:
        move(true_up, State.NOTICED, verb="true_up_noticed", actor=SYSTEM, now=now)
    else:
        tell(true_up, "true_up_noticed", actor=SYSTEM, now=now)
    return due.step


def _remind(true_up: TrueUp, now: datetime) -> str | None:
    opened = true_up.returned_at or true_up.snapshot_at
    until = true_up.review_until
    if opened is None or until is None or not remind_at(opened, until) <= now < until:
        return None
    step = "reminder" if true_up.returned_at is None else f"reminder-{_returns(true_up)}"
    if send_notice(true_up, step, now=now) is None:
        return None
    true_up.reminded_at = now
    true_up.save(update_fields=["reminded_at"])
    tell(true_up, "true_up_reminded", actor=SYSTEM, now=now)
    return step


def _returns(true_up: TrueUp) -> int:
    return true_up.notices.filter(step__startswith="returned-").count()


def send_due_notices(*, now: datetime) -> int:
    """Announce and remind over all organizations; return how many were sent."""
    concerned = states.BEFORE_ITS_END | states.UNDER_REVIEW
    found = (
        TrueUp.objects.using("pipeline")
        .filter(state__in=[state.value for state in concerned])
        .prefetch_related("notices")[:_BATCH]
    )
    sent = 0
    for true_up in found:
        if not _may_be_due(true_up, now):
            continue
        try:
            step = send_notices(
                organization_id=true_up.organization_id, true_up_id=true_up.pk, now=now
            )
            sent += step is not None
        except Exception:
            log.exception("notice_not_sent", true_up=str(true_up.pk))
    return sent


def _may_be_due(true_up: TrueUp, now: datetime) -> bool:
    """Tell whether an organization has to be asked at all, from what the pipeline reads."""
    if true_up.is_under_review:
        return true_up.review_until is not None
    taken = frozenset(notice.step for notice in true_up.notices.all())
    due = due_announcement(
        true_up.quarter.lower,
        true_up.quarter.upper,
        true_up.agreed().notice_days,
        zone_of(true_up),
        now,
        taken,
    )
    return due.step is not None
