"""Deals new tasks to their owners, and hands tasks over while an owner is away.

A new task is held until it is dealt. Its owner is the organization's account manager, else the
least loaded of the first rule that fits, else nobody: then it is in the queue. A manager is given
at most 5 new tasks a day and has 25 open; the rest waits, the best next.

One deal at a time: an advisory lock is held on the pipeline's connection while the tasks are
written one by one in their organizations' contexts, so that two workers cannot both use the same
room. A crash leaves the rest held, and the next deal goes on.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

from django.db import connections, transaction
from django.db.models import Q

from accounts.domain.roles import StaffScope
from accounts.models import User
from accounts.tenancy import organization_context, staff_context
from signals.domain.business_time import deadlines
from signals.domain.ownership import Absence
from signals.domain.tasks import Candidate, MergeKey, Play, TaskState, deal
from signals.models import ExpansionTask, Notification, StaffProfile, TaskEvent
from signals.selectors.owners import (
    Staff,
    accounts_of,
    given_today_by,
    open_tasks,
    owner_of,
    owner_rules,
    staff_at,
)
from signals.selectors.tasks import in_dollars
from signals.services.expansion import calendar_of
from signals.services.outbox import notify_owner
from signals.services.task_events import locked_task, note

_LOCK: Final = 7_215_001
_SAME_MOMENT: Final = timedelta(hours=1)


@dataclass(slots=True)
class Dealt:
    """What a deal did, in tasks."""

    given: int = 0
    queued: int = 0
    waiting: int = 0
    handed_over: int = 0
    returned: int = 0


def deal_tasks(*, now: datetime) -> Dealt:
    """Give held tasks to those who have room, and hand over those of the absent.

    Safe to repeat, to interrupt and to run twice at once.
    """
    dealt = Dealt()
    if not _has_work():
        return dealt
    with transaction.atomic(using="pipeline"):
        with connections["pipeline"].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        staff = staff_at(now)
        _hand_over(staff, now, dealt)
        _deal(staff, now, dealt)
    return dealt


def _has_work() -> bool:
    with staff_context(user_id=0, scope=StaffScope.ALL):
        parked = ExpansionTask.objects.live().filter(
            Q(held_since__isnull=False) | Q(deputy_for__isnull=False)
        )
        absent = StaffProfile.objects.filter(absent_from__isnull=False)
        return parked.order_by().values("pk").union(absent.order_by().values("pk")).exists()


def _hand_over(staff: Staff, now: datetime, dealt: Dealt) -> None:
    """Move due tasks of the absent to their deputies, and back when the owner is there again."""
    away = [user_id for user_id in staff.absences if user_id in staff.today]
    with staff_context(user_id=0, scope=StaffScope.ALL):
        due = list(ExpansionTask.objects.given().filter(owner_id__in=away, deputy_for__isnull=True))
        lent = list(ExpansionTask.objects.live().filter(deputy_for__isnull=False))
    for task in due:
        absence = staff.absences[task.owner_id or 0]
        there = staff.stand_in(absence.user_id)
        if there != absence.user_id and _falls_due(task, absence):
            dealt.handed_over += _give_over(task, there, absence.user_id, now)
    for task in lent:
        owner_id = task.deputy_for_id or 0
        if owner_id in staff.today and staff.stand_in(owner_id) == owner_id:
            dealt.returned += _give_over(task, owner_id, None, now)


def _falls_due(task: ExpansionTask, absence: Absence) -> bool:
    """Whether a task asks for its owner before they are back, or is being worked on."""
    return task.first_action_at is not None or task.due_at.date() <= absence.until_on


def _give_over(task: ExpansionTask, to_id: int, deputy_for_id: int | None, now: datetime) -> int:
    with organization_context(task.organization_id):
        locked = locked_task(task.organization_id, task.pk)
        unchanged = (locked.owner_id, locked.deputy_for_id) == (task.owner_id, task.deputy_for_id)
        if not locked.is_live or not unchanged:
            return 0
        locked.owner = User.objects.get(pk=to_id)
        locked.deputy_for_id = deputy_for_id
        locked.save(update_fields=["owner", "deputy_for"])
        kind = TaskEvent.Kind.STOOD_IN if deputy_for_id else TaskEvent.Kind.RETURNED
        event = note(locked, kind, now, facts={"to": str(locked.owner)})
        notify_owner(
            task=locked,
            kind=Notification.Kind.TASK_OPENED,
            change=f"{kind.value}:{event.pk}",
            facts={"evidence": locked.evidence},
            at=now,
        )
        return 1


def _deal(staff: Staff, now: datetime, dealt: Dealt) -> None:
    with staff_context(user_id=0, scope=StaffScope.ALL):
        held = list(
            ExpansionTask.objects.live()
            .filter(held_since__isnull=False, parked_at__isnull=True)
            .select_related("organization")
        )
        open_now = open_tasks(staff)
        given_today = given_today_by(staff)
        accounts = accounts_of(
            task.organization
            for task in held
            if task.organization.account_manager_id not in staff.today
        )
    by_manager: dict[int, list[ExpansionTask]] = defaultdict(list)
    principals: dict[int, int] = {}
    loads = dict(open_now)
    rules = [rule for _row, rule in owner_rules()]
    for task in sorted(held, key=lambda each: each.pk):
        owner_id = owner_of(task, staff, accounts, rules, loads)
        if owner_id is None:
            dealt.queued += _give(task, None, None, now)
            continue
        there = staff.stand_in(owner_id)
        loads[there] = loads.get(there, 0) + 1
        principals[task.pk] = owner_id
        by_manager[there].append(task)
    for manager_id, tasks in by_manager.items():
        hand = deal(
            [_candidate(task) for task in tasks],
            given_today=given_today.get(manager_id, 0),
            open_now=open_now.get(manager_id, 0),
        )
        by_key = {(task.organization_id, task.play): task for task in tasks}
        for candidate in hand.given:
            task = by_key[candidate.key.organization_id, candidate.key.play.value]
            principal = principals[task.pk]
            dealt.given += _give(
                task, manager_id, principal if principal != manager_id else None, now
            )
        for candidate in hand.digest:
            task = by_key[candidate.key.organization_id, candidate.key.play.value]
            dealt.waiting += _keep(task, manager_id)


def _candidate(task: ExpansionTask) -> Candidate:
    return Candidate(
        MergeKey(task.organization_id, Play(task.play)),
        int(in_dollars(task.value_minor, task.currency)),
        Fraction(task.probability_basis_points, 10_000),
    )


def _give(
    task: ExpansionTask, owner_id: int | None, deputy_for_id: int | None, now: datetime
) -> int:
    with organization_context(task.organization_id):
        locked = locked_task(task.organization_id, task.pk)
        if locked.held_since is None:
            # Somebody acted on it meanwhile, or it closed itself.
            return 0
        locked.owner = None if owner_id is None else User.objects.get(pk=owner_id)
        locked.deputy_for_id = deputy_for_id
        locked.held_since = None
        locked.given_at = now
        if now - locked.created_at > _SAME_MOMENT:
            _start_clock(locked, now)
        locked.save()
        note(locked, TaskEvent.Kind.GIVEN, now, facts={"to": str(locked.owner or "")})
        opened = locked.events.filter(kind=TaskEvent.Kind.OPENED).first()
        notify_owner(
            task=locked,
            kind=Notification.Kind.TASK_OPENED,
            change="opened",
            facts={**(opened.facts if opened else {}), "evidence": locked.evidence},
            at=now,
        )
        return 1


def _start_clock(task: ExpansionTask, now: datetime) -> None:
    """Let due times run from the moment a task that waited is given."""
    calendar = calendar_of(task.organization, task.owner)
    due = deadlines(calendar, now, task.action_days)
    moved = due.due_at - task.due_at
    task.reminder_at, task.due_at = due.reminder_at, due.due_at
    for step in task.steps.all():
        step.due_at += moved
        step.save(update_fields=["due_at"])


def _keep(task: ExpansionTask, owner_id: int) -> int:
    """Write down for whom a task waits; nothing when that is known already."""
    if task.owner_id != owner_id:
        with organization_context(task.organization_id):
            locked = locked_task(task.organization_id, task.pk)
            if locked.held_since is not None and locked.state == TaskState.OPEN:
                locked.owner_id = owner_id
                locked.save(update_fields=["owner"])
    return 1
