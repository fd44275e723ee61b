"""Lets go of what is over: runs the rules that are due, each by itself, and notes what went.

A rule that fails is noted and logged; the others run all the same.
"""

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db.models import F, Q

from accounts.models import Invitation, RetentionRun, SupportAccess
from accounts.retention import KEEPINGS, Keeping

INVITATIONS_KEPT_FOR: Final = timedelta(days=90)
CONSENTS_KEPT_FOR: Final = timedelta(days=400)
# A run that began a little after the full hour is due at the next full hour nevertheless.
_EARLY: Final = timedelta(minutes=10)


def forget_what_is_over(*, now: datetime) -> dict[str, int]:
    """Run every rule that is due; return how many rows went, by rule."""
    runs = {run.name: run.ran_at for run in RetentionRun.objects.all()}
    gone = {}
    for keeping in list(KEEPINGS.values()):
        ran_at = runs.get(keeping.name)
        if ran_at is None or now - ran_at >= keeping.every - _EARLY:
            gone[keeping.name] = _run(keeping, now)
    return gone


def _run(keeping: Keeping, now: datetime) -> int:
    rows, problem = 0, ""
    try:
        rows = keeping.forget(now=now)
    except Exception as error:
        structlog.get_logger(__name__).exception("retention_failed", rule=keeping.name)
        problem = f"{type(error).__name__}: {error}"[:300]
    run, _is_new = RetentionRun.objects.get_or_create(name=keeping.name, defaults={"ran_at": now})
    RetentionRun.objects.filter(pk=run.pk).update(
        ran_at=now, rows=rows, rows_ever=F("rows_ever") + rows, problem=problem
    )
    return rows


def forget_invitations(*, now: datetime) -> int:
    """Delete invitations that were accepted, taken back or ran out 90 days ago; return how many."""
    before = now - INVITATIONS_KEPT_FOR
    over = Q(accepted_at__lt=before) | Q(revoked_at__lt=before)
    over |= Q(accepted_at__isnull=True, expires_at__lt=before)
    return Invitation.objects.using("pipeline").filter(over)._raw_delete("pipeline")


def forget_consents(*, now: datetime) -> int:
    """Delete questions for access that ended 400 days ago; the history keeps what was done."""
    before = now - CONSENTS_KEPT_FOR
    over = SupportAccess.objects.using("pipeline").filter(asked_at__lt=before)
    return over.filter(Q(ends_at__isnull=True) | Q(ends_at__lt=before))._raw_delete("pipeline")
