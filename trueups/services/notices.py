"""Announces quarters that are about to end, and reminds of reviews that are."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db.models import Q

from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from trueups.domain import states
from trueups.domain.notices import Due, due_announcement, remind_at
from trueups.domain.states import State
from trueups.models import TrueUp
from trueups.services.mails import send_notice, skip_notice
from trueups.services.moving import locked_true_up, move, tell, zone_of

log = structlog.get_logger(__name__)

# Notices go out 60 days ahead at most, and a day is wherever it is first.
_FURTHEST_AHEAD = timedelta(days=62)


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
    due = _due_announcement(true_up, now)
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
    step = _due_reminder(true_up, now)
    if step is None or send_notice(true_up, step, now=now) is None:
        return None
    true_up.reminded_at = now
    true_up.save(update_fields=["reminded_at"])
    tell(true_up, "true_up_reminded", actor=SYSTEM, now=now)
    return step


def _due_reminder(true_up: TrueUp, now: datetime) -> str | None:
    """Return the reminder that is due and was not sent; one for each review."""
    opened, until = true_up.returned_at or true_up.snapshot_at, true_up.review_until
    if opened is None or until is None or not remind_at(opened, until) <= now < until:
        return None
    taken = _taken(true_up)
    returns = sum(step.startswith("returned-") for step in taken)
    step = f"reminder-{returns}" if returns else "reminder"
    return None if step in taken else step


def _taken(true_up: TrueUp) -> frozenset[str]:
    return frozenset(notice.step for notice in true_up.notices.all())


def send_due_notices(*, now: datetime) -> int:
    """Announce and remind over all organizations; return how many were sent.

    What is due is found from the rows of all of them; only those are opened one by one.
    """
    ahead = Q(
        state__in=[state.value for state in states.BEFORE_ITS_END],
        quarter__endswith__lte=now + _FURTHEST_AHEAD,
    )
    reviewed = Q(state__in=[state.value for state in states.UNDER_REVIEW], review_until__gt=now)
    found = TrueUp.objects.using("pipeline").filter(ahead | reviewed).prefetch_related("notices")
    sent = 0
    for true_up in found.order_by("pk").iterator(chunk_size=1000):
        if not _is_due(true_up, now):
            continue
        try:
            step = send_notices(
                organization_id=true_up.organization_id, true_up_id=true_up.pk, now=now
            )
            sent += step is not None
        except Exception:
            log.exception("notice_not_sent", true_up=str(true_up.pk))
    return sent


def _is_due(true_up: TrueUp, now: datetime) -> bool:
    if true_up.is_under_review:
        return _due_reminder(true_up, now) is not None
    return _due_announcement(true_up, now).step is not None


def _due_announcement(true_up: TrueUp, now: datetime) -> Due:
    return due_announcement(
        true_up.quarter.lower,
        true_up.quarter.upper,
        true_up.agreed().notice_days,
        zone_of(true_up),
        now,
        _taken(true_up),
    )
