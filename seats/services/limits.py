"""Sets and takes back an organization's limit; lets countdowns have their consequence on time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from django.db import connections
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from seats import hooks
from seats.domain.limits import (
    AtEnd,
    FullLimitDecision,
    LimitMode,
    LimitPolicy,
    Standing,
    switch_limit,
)
from seats.models import LimitChange, LimitDefault, LimitNotice, SeatPool
from seats.selectors.limits import standing_of
from seats.services.overage import (
    convert_when_due,
    notify_once,
    policy_data,
    put_standing,
    write_change,
)
from seats.services.seats import lock_seat_pool

LONGEST_ALLOWANCE_DAYS: Final = 366
LARGEST_ALLOWANCE_SEATS: Final = 100_000


class LimitNotPossible(DomainError):
    """The limit cannot be set like that; `details["about"]` names the field."""

    code: ClassVar[str] = "limit_not_possible"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "limit"


class NothingToUndo(DomainError):
    """The change is not the latest any more, or nobody made it."""

    code: ClassVar[str] = "nothing_to_undo"


@dataclass(frozen=True, slots=True)
class WorkedOverage:
    """What one run of the countdowns did."""

    converted: int = 0
    notices: int = 0


def check_limit(policy: LimitPolicy, *, organization_id: int, now: datetime) -> None:
    """Raise LimitNotPossible for what makes no sense; runs inside the tenancy context."""

    def refuse(about: str, sentence: str) -> LimitNotPossible:
        return LimitNotPossible(sentence, about=about)

    if policy.mode is LimitMode.CLOSED:
        raise refuse("limit", _("A limit closes by itself. Choose a hard one."))
    if policy.overage_seats > LARGEST_ALLOWANCE_SEATS:
        raise refuse("allowance_seats", _("Lend fewer seats than that."))
    if policy.overage_days > LONGEST_ALLOWANCE_DAYS:
        raise refuse("allowance_days", _("Lend for a year at most."))
    if policy.mode is not LimitMode.HARD and policy.overage_seats < 1:
        raise refuse("allowance_seats", _("Say how many seats are lent, at least one."))
    if policy.mode is LimitMode.SOFT and policy.overage_days < 1:
        raise refuse("allowance_days", _("Say for how many days seats are lent, at least one."))
    needs_true_ups = policy.mode is LimitMode.TRUE_UP or (
        policy.mode is LimitMode.SOFT and policy.at_end is AtEnd.TRUE_UP
    )
    if needs_true_ups and hooks.true_up_outlook(organization_id=organization_id, now=now) is None:
        about = "limit" if policy.mode is LimitMode.TRUE_UP else "at_end"
        raise refuse(
            about,
            _("The contract has no true-ups. Agree on them first, or end with a hard limit."),
        )


def set_limit(
    *, organization_id: int, policy: LimitPolicy, reason: str, actor: Actor, now: datetime
) -> LimitChange | None:
    """Set an organization's limit from `now` on; nobody loses a seat. None if nothing changes.

    A hard limit under which more people sit than seats were purchased becomes a closed one.
    Raises LimitNotPossible.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        pool = lock_seat_pool(organization_id=organization_id)
        convert_when_due(pool=pool, now=now)
        check_limit(policy, organization_id=organization_id, now=now)
        if not reason.strip():
            raise LimitNotPossible(_("Say why, for the history."), about="reason")
        return _switch(
            pool=pool,
            policy=policy,
            cause=LimitChange.Cause.VENDOR,
            reason=reason,
            actor=actor,
            now=now,
        )


def undo_limit_change(
    *, organization_id: int, change_id: int, actor: Actor, now: datetime
) -> LimitChange:
    """Bring back the limit from before the latest change that somebody made.

    Raises NothingToUndo, LimitNotPossible (true-ups may be gone), LimitChange.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        pool = lock_seat_pool(organization_id=organization_id)
        change = LimitChange.objects.get(organization_id=organization_id, pk=change_id)
        latest = LimitChange.objects.filter(organization_id=organization_id).first()
        if change != latest or change.cause != LimitChange.Cause.VENDOR:
            raise NothingToUndo(_("The limit was changed since. Set it as it should be."))
        policy = _policy(change.before)
        if policy.mode is not LimitMode.CLOSED:
            check_limit(policy, organization_id=organization_id, now=now)
        until = change.before.get("overage_until")
        change.undone_at = now
        change.save(update_fields=["undone_at"])
        undo = _switch(
            pool=pool,
            policy=policy,
            cause=LimitChange.Cause.UNDO,
            reason="",
            actor=actor,
            now=now,
            until=datetime.fromisoformat(until) if until else None,
        )
        return undo or change


def _policy(data: dict[str, Any]) -> LimitPolicy:
    return LimitPolicy(
        LimitMode(data["limit"]),
        data["allowance_seats"],
        data["allowance_days"],
        AtEnd(data["at_end"]),
    )


def _switch(
    *,
    pool: SeatPool,
    policy: LimitPolicy,
    cause: LimitChange.Cause,
    reason: str,
    actor: Actor,
    now: datetime,
    until: datetime | None = None,
) -> LimitChange | None:
    """Put another limit in force; `until` is the end of a countdown that is taken up again."""
    before = policy_data(pool)
    counts_until = pool.overage_until
    standing = standing_of(pool)
    if until is not None:
        standing = Standing(policy, pool.overage_since, until)
    put_standing(
        pool,
        switch_limit(
            standing,
            policy,
            purchased=pool.purchased_seats,
            assigned=pool.assigned_seats,
            now=now,
        ),
    )
    if cause is LimitChange.Cause.VENDOR:
        pool.limit_is_own = True
    pool.save()
    if policy_data(pool) == before:
        return None
    change = write_change(
        pool=pool, cause=cause, before=before, reason=reason, actor=actor, now=now
    )
    if counts_until is not None:
        change.before = before | {"overage_until": counts_until.isoformat()}
        change.save(update_fields=["before"])
    return change


def default_limit(*, plan_code: str, segment: str) -> LimitPolicy:
    """Return what an organization of a segment begins with on a plan."""
    rows = {
        (row.plan_code, row.segment): row
        for row in LimitDefault.objects.filter(
            plan_code__in=[plan_code, ""], segment__in=[segment, ""]
        )
    }
    for key in ((plan_code, segment), (plan_code, ""), ("", segment), ("", "")):
        if row := rows.get(key):
            return LimitPolicy(
                LimitMode(row.limit), row.allowance_seats, row.allowance_days, AtEnd(row.at_end)
            )
    return LimitPolicy(LimitMode.HARD)


def begin_with_default_limit(
    *, organization_id: int, plan_code: str, actor: Actor, now: datetime
) -> None:
    """Give an organization whose limit nobody set the limit that its plan begins with.

    Called by billing in the transaction that starts a subscription. A default that needs true-ups
    ends hard where the contract has none.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        pool = lock_seat_pool(organization_id=organization_id)
        if pool.limit_is_own:
            return
        policy = default_limit(plan_code=plan_code, segment=pool.organization.segment)
        try:
            check_limit(policy, organization_id=organization_id, now=now)
        except LimitNotPossible:
            mode = LimitMode.HARD if policy.mode is LimitMode.TRUE_UP else policy.mode
            policy = LimitPolicy(mode, policy.overage_seats, policy.overage_days, AtEnd.HARD)
        _switch(
            pool=pool,
            policy=policy,
            cause=LimitChange.Cause.PLAN,
            reason="",
            actor=actor,
            now=now,
        )


def set_default_limit(
    *, plan_code: str, segment: str, policy: LimitPolicy, actor: Actor, now: datetime
) -> LimitDefault:
    """Set what organizations on a plan begin with from now on; who has begun keeps theirs.

    The caller stands in a staff context that may write rows of the vendor.
    """
    row, _is_new = LimitDefault.objects.update_or_create(
        plan_code=plan_code,
        segment=segment,
        defaults={
            "limit": policy.mode.value,
            "allowance_seats": policy.overage_seats,
            "allowance_days": policy.overage_days,
            "at_end": policy.at_end.value,
        },
    )
    record(
        actor=actor,
        verb="default_limit_changed",
        subject=row,
        organization_id=None,
        now=now,
        changes={"limit": row.limit},
    )
    return row


def remove_default_limit(*, default_id: int, actor: Actor, now: datetime) -> None:
    """Remove what organizations on a plan begin with; the next wider default holds from now on.

    Who has begun keeps theirs. The caller stands in a staff context. Raises
    LimitDefault.DoesNotExist.
    """
    row = LimitDefault.objects.get(pk=default_id)
    record(
        actor=actor,
        verb="default_limit_removed",
        subject=row,
        organization_id=None,
        now=now,
        changes={"limit": row.limit},
    )
    row.delete()


def note_limit_decision(
    *, organization_id: int, decision: FullLimitDecision, actor: Actor, now: datetime
) -> None:
    """Note what somebody decided when every seat was taken."""
    with organization_context(organization_id, user_id=actor.user_id):
        pool = lock_seat_pool(organization_id=organization_id)
        record(
            actor=actor,
            verb="limit_decided",
            subject=pool.organization,
            organization_id=organization_id,
            now=now,
            changes={"decision": decision.value, "seats": pool.purchased_seats},
        )


# Countdowns that end within a week, with the notices that were sent about each.
_COUNTDOWNS = """
SELECT p.organization_id, p.overage_until,
    coalesce(array_agg(n.step) FILTER (WHERE n.step IS NOT NULL), '{}')
FROM seats_seatpool p
LEFT JOIN seats_limitnotice n
    ON n.organization_id = p.organization_id AND n.overage_until = p.overage_until
WHERE p.overage_until <= %(horizon)s
GROUP BY p.organization_id, p.overage_until
ORDER BY p.overage_until, p.organization_id
"""


def due_step(*, overage_until: datetime, now: datetime) -> LimitNotice.Step | None:
    """Return the most urgent mail that an overage's countdown has reached."""
    left = overage_until - now
    if left <= timedelta(0):
        return LimitNotice.Step.END
    if left <= timedelta(days=1):
        return LimitNotice.Step.DAY
    return LimitNotice.Step.WEEK if left <= timedelta(days=7) else None


def work_overage(*, now: datetime) -> WorkedOverage:
    """Convert what is over and send what is due, once each; one read over all organizations.

    Each organization is worked in its own transaction under its pool's lock and looked at again
    there, so a run may be repeated, run twice at once, or be killed in the middle.
    """
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(_COUNTDOWNS, {"horizon": now + timedelta(days=7)})
        found = cursor.fetchall()
    converted = notices = 0
    for organization_id, until, sent in found:
        if due_step(overage_until=until, now=now) in _said(sent):
            continue
        with organization_context(organization_id):
            pool = lock_seat_pool(organization_id=organization_id)
            if convert_when_due(pool=pool, now=now):
                converted += 1
                continue
            if pool.overage_until is None:
                continue
            step = due_step(overage_until=pool.overage_until, now=now)
            if step is not None:
                notices += notify_once(
                    pool=pool, overage_until=pool.overage_until, step=step, now=now
                )
    return WorkedOverage(converted=converted, notices=notices)


def _said(steps: Sequence[str]) -> set[LimitNotice.Step]:
    return {LimitNotice.Step(step) for step in steps if step != LimitNotice.Step.END}
