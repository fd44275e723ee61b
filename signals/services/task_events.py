"""What the writers of tasks share: locking a task, noting what happened to it, ending it.

Runs inside the organization's tenancy context.
"""

from datetime import datetime
from typing import Any, ClassVar

from accounts.errors import DomainError
from accounts.services.history import SYSTEM, Actor
from signals.domain.tasks import TaskState
from signals.models import DetectorKind, ExpansionTask, TaskEvent
from signals.services.memory import lock_memory
from signals.services.telling import tell_task_event


class TaskCannotMove(DomainError):
    """The task is closed, or cannot go there from where it is."""

    code: ClassVar[str] = "task_cannot_move"
    field: ClassVar[str] = "state"


class TaskReasonMissing(DomainError):
    """A task was closed without a reason."""

    code: ClassVar[str] = "reason_missing"
    status: ClassVar[int] = 400
    field: ClassVar[str] = "reason"


class TaskOutcomeMissing(DomainError):
    """A task was closed without an outcome of the list."""

    code: ClassVar[str] = "outcome_missing"
    status: ClassVar[int] = 400
    field: ClassVar[str] = "outcome"


class TaskCannotSleep(DomainError):
    """A snooze that is too long, too often or not ahead."""

    code: ClassVar[str] = "task_cannot_sleep"
    field: ClassVar[str] = "until"


class TaskCannotBeAssigned(DomainError):
    """The person named may not work tasks, or the task is closed."""

    code: ClassVar[str] = "task_cannot_be_assigned"
    field: ClassVar[str] = "owner"


class TasksCannotMerge(DomainError):
    """The two are not live tasks of one organization."""

    code: ClassVar[str] = "tasks_cannot_merge"


class TaskCannotBeUndone(DomainError):
    """Too late, somebody else's, or not the last thing that happened."""

    code: ClassVar[str] = "task_cannot_be_undone"


def locked_task(organization_id: int, task_id: int) -> ExpansionTask:
    """Return the task, locked until the transaction ends. Raises ExpansionTask.DoesNotExist."""
    # The order of locks everywhere: the alert's memory, then the task. A scan takes both.
    lock_memory(organization_id=organization_id, kind=DetectorKind.UTILIZATION)
    return (
        ExpansionTask.objects.select_for_update(of=("self",), no_key=True)
        .select_related("owner", "deputy_for", "organization")
        .get(pk=task_id)
    )


def close(task: ExpansionTask, to: TaskState, reason: str, actor: Actor, at: datetime) -> None:
    """End a locked task, and note it."""
    before = task.state
    task.state = to.value
    task.reason = reason.strip()[:300]
    task.ended_at = at
    task.snoozed_until = None
    task.held_since = None
    task.save()
    note(
        task,
        TaskEvent.Kind.CLOSED,
        at,
        actor=actor,
        state_from=before,
        state_to=task.state,
        text=task.reason,
        facts={"outcome": task.outcome, "barrier": task.barrier} if task.outcome else None,
    )


def note(
    task: ExpansionTask,
    kind: TaskEvent.Kind,
    at: datetime,
    *,
    actor: Actor = SYSTEM,
    state_from: str = "",
    state_to: str = "",
    text: str = "",
    facts: dict[str, Any] | None = None,
) -> TaskEvent:
    """Write what happened to a task, with actor and time."""
    event = TaskEvent.objects.create(
        organization_id=task.organization_id,
        task=task,
        at=at,
        kind=kind,
        actor_label=actor.label[:200],
        state_from=state_from,
        state_to=state_to,
        note=text,
        facts=facts or {},
    )
    tell_task_event(task=task, event=event)
    return event
