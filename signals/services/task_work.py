"""What people do with expansion tasks: start, close, snooze, assign, merge, and take back.

What happens to a task is kept in `TaskEvent`, insert-only, and not in the general history: that one
is the customer's to read, and the vendor's plans are not. Every function enters the organization's
tenancy context and is one transaction.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.domain.roles import VendorRole
from accounts.errors import DomainError
from accounts.models import User
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from signals.domain.closing import OutcomeMissing, barrier_of, check_outcome
from signals.domain.tasks import (
    MERGED,
    IllegalTaskTransition,
    ReasonMissing,
    SnoozedTooOften,
    SnoozeNotAhead,
    SnoozeTooLong,
    TaskState,
    check_snooze,
    move,
)
from signals.models import ExpansionTask, Notification, TaskEvent
from signals.services.alerts import answer_alert, snooze_alert, wake_alert
from signals.services.outbox import notify_owner
from signals.services.task_events import (
    TaskCannotBeAssigned,
    TaskCannotBeUndone,
    TaskCannotMove,
    TaskCannotSleep,
    TaskOutcomeMissing,
    TaskReasonMissing,
    TasksCannotMerge,
    close,
    locked_task,
    note,
)

UNDO_WITHIN: Final = timedelta(seconds=30)
LONGEST_NOT_NOW: Final = timedelta(days=180)
_UNDOABLE: Final = (TaskEvent.Kind.MOVED, TaskEvent.Kind.SNOOZED, TaskEvent.Kind.ASSIGNED)


def move_task(
    *,
    organization_id: int,
    task_id: int,
    to: TaskState,
    actor: Actor,
    now: datetime,
    outcome: str = "",
    reason: str = "",
    barrier: str = "",
    until: date | None = None,
) -> ExpansionTask:
    """Start a task, let it wait for the customer, or close it with an outcome and a reason.

    Starting acknowledges its alert; a decline or a false positive ends the alert with the long
    cooldown; "not now" lets it sleep until a day, 30 days ahead without one. Raises
    TaskCannotMove, TaskOutcomeMissing, TaskReasonMissing, TaskCannotSleep,
    ExpansionTask.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        task = locked_task(organization_id, task_id)
        _check_move(task, to, reason, outcome)
        if to is TaskState.NOT_NOW and until is not None:
            _check_not_now(until, now)
        before = task.state
        was = _before(task)
        task.first_action_at = task.first_action_at or now
        _take_up(task, now)
        if to in (TaskState.IN_PROGRESS, TaskState.WAITING_FOR_CUSTOMER):
            task.state = to.value
            task.snoozed_until = None
            task.save()
            note(
                task,
                TaskEvent.Kind.MOVED,
                now,
                actor=actor,
                state_from=before,
                state_to=to,
                text=reason.strip()[:300],
                facts={"before": was},
            )
        else:
            task.outcome = outcome
            task.barrier = barrier_of(to, barrier)
            close(task, to, reason, actor, now)
        answer_alert(task=task, to=to, actor=actor, now=now, until=until)
        return task


def _check_move(task: ExpansionTask, to: TaskState, reason: str, outcome: str) -> None:
    try:
        move(TaskState(task.state), to, reason)
        check_outcome(to, outcome)
    except ReasonMissing as error:
        raise TaskReasonMissing(_("Say in a few words why: the rules learn from it.")) from error
    except OutcomeMissing as error:
        raise TaskOutcomeMissing(_("Choose what came of it.")) from error
    except IllegalTaskTransition as error:
        raise TaskCannotMove(
            _("This task is %(state)s and cannot be moved there.")
            % {"state": task.get_state_display()}
        ) from error


def _check_not_now(until: date, now: datetime) -> None:
    today = now.astimezone(UTC).date()
    if until <= today:
        raise TaskCannotSleep(_("Choose a day ahead."))
    if until - today > LONGEST_NOT_NOW:
        raise TaskCannotSleep(
            _("Choose a day before %(latest)s.") % {"latest": today + LONGEST_NOT_NOW}
        )


def _take_up(task: ExpansionTask, now: datetime) -> None:
    """Whoever acts on a task that waits for room has made room for it."""
    if task.held_since is not None:
        task.held_since = None
        task.given_at = now


def snooze_task(
    *, organization_id: int, task_id: int, until: date, actor: Actor, now: datetime
) -> ExpansionTask:
    """Let a task sleep until a day, 30 days ahead at most, twice at most; its alert sleeps too.

    Raises TaskCannotSleep, TaskCannotMove, ExpansionTask.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        task = locked_task(organization_id, task_id)
        if not task.is_live:
            raise TaskCannotMove(_("This task is closed."))
        try:
            check_snooze(until, on=now.astimezone(UTC).date(), snoozes_so_far=task.snoozes)
        except SnoozedTooOften as error:
            raise TaskCannotSleep(
                _("This task slept twice already. Act on it or close it.")
            ) from error
        except SnoozeNotAhead as error:
            raise TaskCannotSleep(_("Choose a day ahead.")) from error
        except SnoozeTooLong as error:
            raise TaskCannotSleep(
                _("A task sleeps 30 days at most, until %(latest)s.") % {"latest": error.latest}
            ) from error
        was = _before(task)
        task.snoozed_until = until
        task.snoozes += 1
        task.first_action_at = task.first_action_at or now
        _take_up(task, now)
        task.save()
        note(
            task,
            TaskEvent.Kind.SNOOZED,
            now,
            actor=actor,
            facts={"until_on": until.isoformat(), "before": was},
        )
        snooze_alert(task=task, until=until, actor=actor, now=now)
        return task


def assign_task(
    *, organization_id: int, task_id: int, owner_id: int | None, actor: Actor, now: datetime
) -> ExpansionTask:
    """Give a live task to somebody by hand, or put it into the queue; caps do not hold here.

    The new owner hears of it. Raises TaskCannotBeAssigned, ExpansionTask.DoesNotExist.
    """
    owner = None if owner_id is None else may_own_tasks().filter(pk=owner_id).first()
    if owner_id is not None and owner is None:
        raise TaskCannotBeAssigned(_("Choose an account manager who can sign in."))
    with organization_context(organization_id, user_id=actor.user_id):
        task = locked_task(organization_id, task_id)
        if not task.is_live:
            raise TaskCannotBeAssigned(_("This task is closed."))
        if task.owner_id == owner_id and task.held_since is None:
            return task
        was = _before(task)
        task.owner = owner
        task.deputy_for = None
        _take_up(task, now)
        task.save()
        event = note(
            task,
            TaskEvent.Kind.ASSIGNED,
            now,
            actor=actor,
            facts={"to": str(owner or ""), "before": was},
        )
        if owner_id != actor.user_id:
            notify_owner(
                task=task,
                kind=Notification.Kind.TASK_OPENED,
                change=f"assigned:{event.pk}",
                facts={"evidence": task.evidence},
                at=now,
            )
        return task


def may_own_tasks() -> Any:
    """Return the people who may own tasks: account managers and vendor admins who can sign in."""
    roles = (VendorRole.ACCOUNT_MANAGER.value, VendorRole.VENDOR_ADMIN.value)
    return User.objects.filter(is_active=True, vendor_role__in=roles).order_by("name", "email")


def merge_tasks(
    *, organization_id: int, task_id: int, into_id: int, actor: Actor, now: datetime
) -> ExpansionTask:
    """Merge a live task into another live one of the organization; return the one that goes on.

    Its signals, evidence and later signals of its play go to the other, and so does the credit of
    a purchase. The earlier due time and the higher value hold. Raises TasksCannotMerge,
    ExpansionTask.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        first, second = sorted((task_id, into_id))
        found = {first: locked_task(organization_id, first)}
        found[second] = locked_task(organization_id, second)
        task, into = found[task_id], found[into_id]
        if task_id == into_id or not (task.is_live and into.is_live):
            raise TasksCannotMerge(_("Only two open tasks of one account can be merged."))
        into.evidence = into.evidence + [e for e in task.evidence if e not in into.evidence]
        if task.value_minor > into.value_minor:
            into.seats_suggested, into.value_minor = task.seats_suggested, task.value_minor
            into.currency = task.currency
            into.probability_basis_points = task.probability_basis_points
        if into.first_action_at is None and task.due_at < into.due_at:
            into.reminder_at, into.due_at = task.reminder_at, task.due_at
        _take_up(into, now)
        into.save()
        task.signals.update(task=into)
        # What was merged into the first goes on with it.
        ExpansionTask.objects.filter(merged_into=task).update(merged_into=into)
        task.merged_into = into
        close(task, TaskState.DONE, MERGED, actor, now)
        note(
            into,
            TaskEvent.Kind.COMBINED,
            now,
            actor=actor,
            facts={"task": task.pk, "play": task.play},
        )
        return into


def undo_last(*, organization_id: int, task_id: int, actor: Actor, now: datetime) -> ExpansionTask:
    """Take back what the actor did to a task a moment ago: a move, a snooze or an assignment.

    A closing stays: its alert has ended. Raises TaskCannotBeUndone, ExpansionTask.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        task = locked_task(organization_id, task_id)
        last = task.events.order_by("-at", "-pk").first()
        if (
            last is None
            or last.kind not in _UNDOABLE
            or last.actor_label != actor.label[:200]
            or now - last.at > UNDO_WITHIN
            or not task.is_live
        ):
            raise TaskCannotBeUndone(_("It is too late to take that back."))
        _restore(task, last.facts["before"])
        task.save()
        note(task, TaskEvent.Kind.UNDONE, now, actor=actor, facts={"kind": last.kind})
        if last.kind == TaskEvent.Kind.SNOOZED:
            wake_alert(task=task)
        return task


def _before(task: ExpansionTask) -> dict[str, Any]:
    """Return what an undo puts back."""
    return {
        "state": task.state,
        "owner": task.owner_id,
        "deputy_for": task.deputy_for_id,
        "snoozes": task.snoozes,
        "snoozed_until": None if task.snoozed_until is None else task.snoozed_until.isoformat(),
        "first_action_at": None
        if task.first_action_at is None
        else task.first_action_at.isoformat(),
    }


def _restore(task: ExpansionTask, was: dict[str, Any]) -> None:
    task.state = was["state"]
    task.owner_id = was["owner"]
    task.deputy_for_id = was["deputy_for"]
    task.snoozes = was["snoozes"]
    until, first = was["snoozed_until"], was["first_action_at"]
    task.snoozed_until = None if until is None else date.fromisoformat(until)
    task.first_action_at = None if first is None else datetime.fromisoformat(first)


@dataclass(frozen=True, slots=True)
class BulkLine:
    """What became of one task of a bulk action."""

    task: ExpansionTask
    error: str = ""


def in_bulk(
    tasks: Sequence[ExpansionTask], act: Callable[[ExpansionTask], ExpansionTask]
) -> list[BulkLine]:
    """Do one thing to many tasks, each in a transaction of its own; say what became of each."""
    lines = []
    for task in tasks:
        try:
            lines.append(BulkLine(act(task)))
        except DomainError as error:
            lines.append(BulkLine(task, str(error)))
    return lines
