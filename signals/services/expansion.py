"""What signals do to expansion tasks: opening, merging and closing them.

One live task per organization and play: a second signal of the play joins it, and one of a play
whose task was merged by hand into another joins that one. Functions run inside the organization's
tenancy context. What people do is in `task_work`; who is given a task and when in `dealing`.

What happens to a task is kept in `TaskEvent`, insert-only, and not in the general history: that one
is the customer's to read, and the vendor's plans are not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import Organization, User
from accounts.services.history import SYSTEM
from signals.domain.business_time import BusinessCalendar, Deadlines, deadlines
from signals.domain.evidence import Evidence
from signals.domain.tasks import (
    HANDLING,
    PARKED_BY_LOW_USE,
    Credit,
    Play,
    SignalKind,
    TaskState,
    auto_close,
)
from signals.models import DetectorKind, ExpansionTask, Notification, Signal, TaskEvent
from signals.services.offer import Offer
from signals.services.outbox import notify_owner
from signals.services.steps import make_steps
from signals.services.task_events import close, note


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a task is opened or becomes more urgent: a signal, its evidence and the offer in it."""

    signal: Signal
    kind: SignalKind
    evidence: Sequence[Evidence]
    offer: Offer
    facts: dict[str, Any]
    at: datetime

    @property
    def play(self) -> Play:
        """The play that the signal asks for."""
        return HANDLING[self.kind].play


def calendar_of(organization: Organization, owner: User | None) -> BusinessCalendar:
    """Return the business hours of a task's owner, of the organization without one."""
    name = (owner.time_zone if owner else "") or organization.time_zone
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return BusinessCalendar(zone)


def _deadlines(organization: Organization, kind: SignalKind, at: datetime) -> Deadlines:
    calendar = calendar_of(organization, organization.account_manager)
    return deadlines(calendar, at, HANDLING[kind].business_days)


def _live_task(organization_id: int, play: Play) -> ExpansionTask | None:
    """Return the task that works a play: its own, else the one that its own was merged into."""
    live = (
        ExpansionTask.objects.select_for_update(of=("self",), no_key=True)
        .live()
        .select_related("owner", "organization")
        .filter(organization_id=organization_id)
    )
    own = live.filter(play=play).first()
    if own is not None:
        return own
    merged = ExpansionTask.objects.filter(
        organization_id=organization_id, play=play, merged_into__isnull=False
    ).values("merged_into")
    return live.filter(pk__in=merged).first()


def open_or_raise_task(*, organization: Organization, occasion: Occasion) -> ExpansionTask:
    """Return the live task of the occasion's play: a new one, or the open one made more urgent.

    A new task is held until it is dealt (`dealing.deal_tasks`), and its owner hears of it then; of
    one that became more urgent at once.
    """
    due = _deadlines(organization, occasion.kind, occasion.at)
    task = _live_task(organization.pk, occasion.play)
    if task is None:
        try:
            with transaction.atomic():
                return _open_task(organization, occasion, due)
        except IntegrityError:
            # Another signal of the play opened it a moment ago.
            task = _live_task(organization.pk, occasion.play)
            if task is None:
                raise
    _raise_task(task, occasion, due)
    return task


def _open_task(organization: Organization, occasion: Occasion, due: Deadlines) -> ExpansionTask:
    task = ExpansionTask.objects.create(
        organization=organization,
        play=occasion.play,
        owner=organization.account_manager,
        created_at=occasion.at,
        held_since=occasion.at,
        action_days=HANDLING[occasion.kind].business_days,
        reminder_at=due.reminder_at,
        due_at=due.due_at,
        **_figures(occasion),
    )
    make_steps(task, calendar_of(organization, task.owner))
    _join(task, occasion.signal)
    if occasion.play is Play.ADD_SEATS:
        Signal.objects.filter(
            organization=organization, kind=DetectorKind.UNSEATED, task__isnull=True
        ).exclude(status=Signal.Status.RESOLVED).update(task=task)
    note(task, TaskEvent.Kind.OPENED, occasion.at, state_to=task.state, facts=occasion.facts)
    return task


def _raise_task(task: ExpansionTask, occasion: Occasion, due: Deadlines) -> None:
    for name, value in _merged_figures(task, occasion).items():
        setattr(task, name, value)
    task.action_days = min(task.action_days, HANDLING[occasion.kind].business_days)
    if task.first_action_at is None and due.due_at < task.due_at:
        task.reminder_at, task.due_at = due.reminder_at, due.due_at
    task.snoozed_until = None
    task.save()
    joined = occasion.signal.task_id == task.pk
    _join(task, occasion.signal)
    kind = TaskEvent.Kind.RAISED if joined else TaskEvent.Kind.MERGED
    note(task, kind, occasion.at, facts={"signal": occasion.kind.value})
    if task.held_since is not None:
        return
    notify_owner(
        task=task,
        kind=Notification.Kind.TASK_RAISED,
        change=f"{occasion.signal.pk}:{occasion.signal.band}",
        facts=occasion.facts,
        at=occasion.at,
        rule=occasion.signal.kind,
    )


def _figures(occasion: Occasion) -> dict[str, Any]:
    return {
        "evidence": [each.as_json() for each in occasion.evidence],
        "seats_suggested": occasion.offer.seats,
        "value_minor": occasion.offer.value_minor,
        "currency": occasion.offer.currency,
        "probability_basis_points": occasion.offer.probability_basis_points,
    }


def _merged_figures(task: ExpansionTask, occasion: Occasion) -> dict[str, Any]:
    """Return the figures of a task that several signals ask for.

    What has just been found comes first, then the rest of what the others say; the larger offer
    counts, as one purchase answers both.
    """
    figures = _figures(occasion)
    others = task.signals.exclude(pk=occasion.signal.pk).exclude(status=Signal.Status.RESOLVED)
    for other in others.exclude(kind=DetectorKind.UNSEATED).order_by("-raised_at", "pk"):
        figures["evidence"] += [e for e in other.evidence if e not in figures["evidence"]]
        if task.seats_suggested > occasion.offer.seats:
            figures = {"evidence": figures["evidence"]}
    return figures


def _join(task: ExpansionTask, signal: Signal) -> None:
    if signal.task_id != task.pk:
        signal.task = task
        signal.save(update_fields=["task"])


def join_live_task(*, signal: Signal, play: Play, at: datetime) -> None:
    """Put a finding into the live task of a play; without one it stays a finding."""
    task = _live_task(signal.organization_id, play)
    if task is not None:
        _join(task, signal)
        note(task, TaskEvent.Kind.MERGED, at, facts={"signal": signal.kind})


def wake_task(*, organization_id: int, play: Play, at: datetime) -> ExpansionTask | None:
    """End the snooze of a live task whose signal fires again; None when there is no live task."""
    task = _live_task(organization_id, play)
    if task is not None and task.snoozed_until is not None:
        task.snoozed_until = None
        task.save(update_fields=["snoozed_until"])
        note(task, TaskEvent.Kind.WOKEN, at)
    return task


def is_asked_for_otherwise(signal: Signal) -> bool:
    """Whether other open signals ask for the task of one that ended."""
    return (
        signal.task is not None
        and signal.task.signals.exclude(pk=signal.pk)
        .exclude(kind=DetectorKind.UNSEATED)
        .exclude(status=Signal.Status.RESOLVED)
        .exists()
    )


def park_tasks(*, organization_id: int, at: datetime) -> None:
    """Let the tasks that ask for more seats rest until those that are there get used."""
    for task in _to_park(organization_id).filter(parked_at__isnull=True):
        task.parked_at = at
        task.save(update_fields=["parked_at"])
        note(task, TaskEvent.Kind.PARKED, at)


def resume_tasks(*, organization: Organization, at: datetime) -> None:
    """Take parked tasks up again; what nobody has begun is due as if it were new."""
    for task in _to_park(organization.pk).filter(parked_at__isnull=False):
        task.parked_at = None
        if task.first_action_at is None:
            kinds = [_kind_of(signal) for signal in task.signals.all()]
            due = min(
                (_deadlines(organization, kind, at) for kind in kinds if kind is not None),
                key=lambda each: each.due_at,
                default=None,
            )
            if due is not None:
                task.reminder_at, task.due_at = due.reminder_at, due.due_at
        task.save(update_fields=["parked_at", "reminder_at", "due_at"])
        note(task, TaskEvent.Kind.RESUMED, at)


def _to_park(organization_id: int) -> QuerySet[ExpansionTask]:
    return (
        ExpansionTask.objects.select_for_update(of=("self",))
        .live()
        .filter(organization_id=organization_id, play__in=PARKED_BY_LOW_USE)
        .order_by("pk")
    )


def _kind_of(signal: Signal) -> SignalKind | None:
    """Return what a signal asks a task for; None for a finding that only joined."""
    name = signal.band or signal.kind
    return SignalKind(name) if name in SignalKind else None


def close_settled_task(
    *,
    organization_id: int,
    play: Play,
    bought: Credit | None,
    is_condition_cleared: bool,
    at: datetime,
) -> ExpansionTask | None:
    """Close the live task of a play by itself: won when seats were bought, done when it cleared."""
    task = _live_task(organization_id, play)
    if task is None:
        return None
    if task.play != play.value and _has_open_signals(task):
        # What was merged into it has cleared; the reason that it was opened for still holds.
        is_condition_cleared = False
    closing = auto_close(
        TaskState(task.state), bought=bought, is_condition_cleared=is_condition_cleared
    )
    if closing is None:
        return None
    if closing.credit is not None:
        task.seats_credited = closing.credit.seats
        task.arr_credited_minor = closing.credit.arr_minor
        task.currency = closing.credit.currency
    close(task, TaskState.DONE, closing.reason.value, SYSTEM, at)
    if closing.is_won:
        notify_owner(
            task=task,
            kind=Notification.Kind.TASK_WON,
            change="won",
            facts={
                "seats": task.seats_credited,
                "arr_minor": task.arr_credited_minor,
                "currency": task.currency,
            },
            at=at,
        )
    return task


def _has_open_signals(task: ExpansionTask) -> bool:
    return task.signals.exclude(status=Signal.Status.RESOLVED).exists()
