"""Switches a rule's messages off when too many of its tasks were false, and on again by a person.

A muted rule goes on recording signals and tasks. Each change is a row that stays. After a person
switched a rule on again only tasks that ended since then are judged, so that the night does not
undo what a person decided.
"""

from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.db import connection, connections, transaction
from django.utils.translation import gettext as _

from accounts.domain.roles import StaffScope
from accounts.errors import DomainError
from accounts.services.history import SYSTEM, Actor, record
from accounts.tenancy import staff_context
from signals.domain.quality import Verdict, judge
from signals.models import DetectorKind, RuleMute

MEASURED: Final = timedelta(days=90)

_ENDED: Final = """
SELECT s.kind, count(DISTINCT t.id), count(DISTINCT t.id) FILTER (WHERE t.state = 'false_positive')
FROM signals_expansiontask t
JOIN signals_signal s ON s.organization_id = t.organization_id AND s.task_id = t.id
LEFT JOIN (
    SELECT DISTINCT ON (kind) kind, is_muted, at FROM signals_rulemute
    ORDER BY kind, at DESC, id DESC
) m ON m.kind = s.kind
WHERE t.ended_at > greatest(%s, CASE WHEN NOT m.is_muted THEN m.at END) AND t.ended_at <= %s
GROUP BY s.kind
"""


class MuteReasonMissing(DomainError):
    """Operations switched a rule's messages without saying why."""

    code: ClassVar[str] = "reason_missing"
    status: ClassVar[int] = 400
    field: ClassVar[str] = "reason"


def mute_false_rules(*, now: datetime) -> list[str]:
    """Mute each rule over half of whose ended tasks were false; return which were muted now."""
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(_ENDED, [now - MEASURED, now])
        counted = cursor.fetchall()
    muted = []
    for kind, ended, false_ended in counted:
        if judge(ended=ended, false_ended=false_ended) is Verdict.MUTE and _switch(
            kind=DetectorKind(kind),
            is_muted=True,
            cause=RuleMute.Cause.MEASURED,
            actor=SYSTEM,
            reason="",
            now=now,
            ended=ended,
            false_ended=false_ended,
        ):
            muted.append(kind)
    return muted


def switch_messages(
    *, kind: DetectorKind, is_muted: bool, reason: str, actor: Actor, now: datetime
) -> bool:
    """Let a rule tell nobody, or people again; tell whether it changed.

    Raises MuteReasonMissing.
    """
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise MuteReasonMissing(_("Say in a few words why: others read it later."))
    return _switch(
        kind=kind,
        is_muted=is_muted,
        cause=RuleMute.Cause.PERSON,
        actor=actor,
        reason=reason,
        now=now,
    )


def _switch(
    *,
    kind: DetectorKind,
    is_muted: bool,
    cause: RuleMute.Cause,
    actor: Actor,
    reason: str,
    now: datetime,
    ended: int = 0,
    false_ended: int = 0,
) -> bool:
    with transaction.atomic(), staff_context(user_id=actor.user_id or 0, scope=StaffScope.ALL):
        with connection.cursor() as cursor:
            # Of two workers one writes; there may be no row yet to lock.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('signals.rule_mutes'))")
        newest = RuleMute.objects.filter(kind=kind).order_by("-at", "-id").first()
        if is_muted == (newest is not None and newest.is_muted):
            return False
        change = RuleMute.objects.create(
            kind=kind,
            is_muted=is_muted,
            cause=cause,
            actor_label=actor.label[:200],
            reason=reason,
            ended=ended,
            false_ended=false_ended,
            at=now,
        )
        record(
            actor=actor,
            verb="rule_muted" if is_muted else "rule_heard_again",
            subject=change,
            organization_id=None,
            now=now,
            changes={"rule": kind.value, "reason": reason},
        )
    return True
