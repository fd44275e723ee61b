"""Reminds owners of tasks, tells their managers what is overdue, and lists what waits for room.

Each once a task: the mark on the task and the message are written together. Times are those of the
task, which were counted in its owner's business hours.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone

from accounts.domain.roles import StaffScope, VendorRole
from accounts.models import User
from accounts.tenancy import organization_context, staff_context
from signals.models import ExpansionTask, Notification, StaffProfile, TaskEvent
from signals.selectors.tasks import in_dollars
from signals.services.outbox import notify_about_task
from signals.services.task_events import locked_task, note

MOST_IN_A_DIGEST: Final = 20


@dataclass(slots=True)
class Reminded:
    """What was said, in messages."""

    reminders: int = 0
    escalations: int = 0
    digest: int = 0


def remind(*, now: datetime) -> Reminded:
    """Send the reminders, escalations and digests that are due; again it sends nothing twice."""
    said = Reminded()
    with staff_context(user_id=0, scope=StaffScope.ALL):
        untouched = (
            ExpansionTask.objects.given()
            .filter(first_action_at__isnull=True, parked_at__isnull=True, reminder_at__lte=now)
            .filter(Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=timezone.localdate(now)))
        )
        soon = list(untouched.filter(reminded_at__isnull=True, owner__isnull=False, due_at__gt=now))
        late = list(untouched.filter(escalated_at__isnull=True, due_at__lte=now))
        held = list(
            ExpansionTask.objects.live()
            .filter(held_since__isnull=False, parked_at__isnull=True, owner__isnull=False)
            .select_related("owner", "organization")
        )
    for task in soon:
        said.reminders += _remind_of(task, now)
    managers = _managers([task.owner_id for task in late if task.owner_id])
    admins = list(
        User.objects.filter(is_active=True, vendor_role=VendorRole.VENDOR_ADMIN.value).order_by(
            "pk"
        )
    )
    for task in late:
        manager = managers.get(task.owner_id or 0)
        said.escalations += _escalate(task, [manager] if manager else admins, now)
    for owner, tasks in _by_owner(held):
        said.digest += _list_waiting(owner, tasks, now)
    return said


def _facts(task: ExpansionTask) -> dict[str, Any]:
    return {"evidence": task.evidence, "due_at": task.due_at.isoformat()}


def _still_waits(task: ExpansionTask) -> bool:
    return task.is_live and task.first_action_at is None and task.held_since is None


def _remind_of(task: ExpansionTask, now: datetime) -> int:
    with organization_context(task.organization_id):
        locked = locked_task(task.organization_id, task.pk)
        if not _still_waits(locked) or locked.reminded_at is not None or locked.owner is None:
            return 0
        locked.reminded_at = now
        locked.save(update_fields=["reminded_at"])
        note(locked, TaskEvent.Kind.REMINDED, now, facts={"to": str(locked.owner)})
        notify_about_task(
            task=locked,
            recipients=[locked.owner],
            kind=Notification.Kind.TASK_REMINDER,
            change="reminder",
            facts=_facts(locked),
            at=now,
        )
        return 1


def _escalate(task: ExpansionTask, recipients: list[User], now: datetime) -> int:
    """Tell the owner's manager; vendor admins where nobody is named, or nobody owns the task."""
    with organization_context(task.organization_id):
        locked = locked_task(task.organization_id, task.pk)
        if not _still_waits(locked) or locked.escalated_at is not None:
            return 0
        told = [each for each in recipients if each.pk != locked.owner_id]
        locked.escalated_at = now
        locked.reminded_at = locked.reminded_at or now
        locked.save(update_fields=["escalated_at", "reminded_at"])
        note(
            locked,
            TaskEvent.Kind.ESCALATED,
            now,
            facts={"to": ", ".join(str(each) for each in told)},
        )
        notify_about_task(
            task=locked,
            recipients=told,
            kind=Notification.Kind.TASK_OVERDUE,
            change="overdue",
            facts={**_facts(locked), "owner": str(locked.owner or "")},
            at=now,
        )
        return 1


def _managers(owner_ids: Iterable[int]) -> dict[int, User]:
    profiles = StaffProfile.objects.filter(
        user_id__in=list(owner_ids), manager__is_active=True
    ).select_related("manager")
    return {p.user_id: p.manager for p in profiles if p.manager is not None}


def _by_owner(tasks: Iterable[ExpansionTask]) -> Iterable[tuple[User, list[ExpansionTask]]]:
    found: dict[int, tuple[User, list[ExpansionTask]]] = {}
    for task in tasks:
        if task.owner is not None:
            found.setdefault(task.owner.pk, (task.owner, []))[1].append(task)
    return found.values()


def _list_waiting(owner: User, tasks: list[ExpansionTask], now: datetime) -> int:
    """Write one message a waiting task and workday, the best first; the digest is one mail."""
    today: date = now.astimezone(ZoneInfo(owner.time_zone or "UTC")).date()
    if today.weekday() > 4:
        return 0
    tasks.sort(key=lambda task: (-in_dollars(task.expected_minor, task.currency), task.pk))
    wanted = {f"task:{t.pk}:digest:{today.isoformat()}": t for t in tasks[:MOST_IN_A_DIGEST]}
    with staff_context(user_id=0, scope=StaffScope.ALL):
        there = set(
            Notification.objects.filter(
                recipient=owner,
                kind=Notification.Kind.TASK_DIGEST,
                dedupe_key__in=list(wanted),
            ).values_list("dedupe_key", flat=True)
        )
    for key, task in wanted.items():
        if key in there:
            continue
        with organization_context(task.organization_id):
            notify_about_task(
                task=task,
                recipients=[owner],
                kind=Notification.Kind.TASK_DIGEST,
                change=f"digest:{today.isoformat()}",
                facts={
                    "evidence": task.evidence,
                    "value_minor": task.value_minor,
                    "currency": task.currency,
                    "expected_minor": task.expected_minor,
                },
                at=now,
            )
    return len(wanted) - len(there)
