"""The writers of expansion tasks: opening, merging, working and closing them.

One live task per organization and play: a second signal of the play joins it. Functions run inside
the organization's tenancy context; those that people call (`move_task`, `snooze_task`) enter it.

What happens to a task is kept in `TaskEvent`, insert-only, and not in the general history: that one
is the customer's to read, and the vendor's plans are not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Organization
from accounts.services.history import SYSTEM, Actor
from accounts.tenancy import organization_context
from signals.domain.business_time import BusinessCalendar, Deadlines, deadlines
from signals.domain.evidence import Evidence
from signals.domain.tasks import (
    HANDLING,
    PARKED_BY_LOW_USE,
    Credit,
    IllegalTaskTransition,
    Play,
    ReasonMissing,
    SignalKind,
    SnoozedTooOften,
    SnoozeNotAhead,
    SnoozeTooLong,
    TaskState,
    auto_close,
    check_snooze,
    move,
)
from signals.models import DetectorKind, ExpansionTask, Notification, Signal, TaskEvent
from signals.services.alerts import answer_alert, snooze_alert
from signals.services.memory import lock_memory
from signals.services.offer import Offer
from signals.services.outbox import notify_owner


class TaskCannotMove(DomainError):
    """The task is closed, or cannot go there from where it is."""

    code: ClassVar[str] = "task_cannot_move"
    field: ClassVar[str] = "state"


class TaskReasonMissing(DomainError):
    """A task was closed without a reason."""

    code: ClassVar[str] = "reason_missing"
    status: ClassVar[int] = 400
    field: ClassVar[str] = "reason"


class TaskCannotSleep(DomainError):
    """A snooze that is too long, too often or not ahead."""

    code: ClassVar[str] = "task_cannot_sleep"
    field: ClassVar[str] = "until"


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


def _deadlines(organization: Organization, kind: SignalKind, at: datetime) -> Deadlines:
    manager = organization.account_manager
    name = (manager.time_zone if manager else "") or organization.time_zone
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return deadlines(BusinessCalendar(zone), at, HANDLING[kind].business_days)


def _live_task(organization_id: int, play: Play) -> ExpansionTask | None:
    return (
        ExpansionTask.objects.select_for_update(of=("self",))
        .live()
        .select_related("owner", "organization")
        .filter(organization_id=organization_id, play=play)
        .first()
    )


def open_or_raise_task(*, organization: Organization, occasion: Occasion) -> ExpansionTask:
    """Return the live task of the occasion's play: a new one, or the open one made more urgent.

    The owner hears of either once.
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
        reminder_at=due.reminder_at,
        due_at=due.due_at,
        **_figures(occasion),
    )
    _join(task, occasion.signal)
    if occasion.play is Play.ADD_SEATS:
        Signal.objects.filter(
            organization=organization, kind=DetectorKind.UNSEATED, task__isnull=True
        ).exclude(status=Signal.Status.RESOLVED).update(task=task)
    _note(task, TaskEvent.Kind.OPENED, occasion.at, state_to=task.state)
    notify_owner(
        task=task,
        kind=Notification.Kind.TASK_OPENED,
        change="opened",
        facts=occasion.facts,
        at=occasion.at,
        rule=occasion.signal.kind,
    )
    return task


def _raise_task(task: ExpansionTask, occasion: Occasion, due: Deadlines) -> None:
    for name, value in _merged_figures(task, occasion).items():
        setattr(task, name, value)
    if task.first_action_at is None and due.due_at < task.due_at:
        task.reminder_at, task.due_at = due.reminder_at, due.due_at
    task.snoozed_until = None
    task.save()
    joined = occasion.signal.task_id == task.pk
    _join(task, occasion.signal)
    kind = TaskEvent.Kind.RAISED if joined else TaskEvent.Kind.MERGED
    _note(task, kind, occasion.at, facts={"signal": occasion.kind.value})
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
        _note(task, TaskEvent.Kind.MERGED, at, facts={"signal": signal.kind})


def wake_task(*, organization_id: int, play: Play, at: datetime) -> ExpansionTask | None:
    """End the snooze of a live task whose signal fires again; None when there is no live task."""
    task = _live_task(organization_id, play)
    if task is not None and task.snoozed_until is not None:
        task.snoozed_until = None
        task.save(update_fields=["snoozed_until"])
        _note(task, TaskEvent.Kind.WOKEN, at)
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
        _note(task, TaskEvent.Kind.PARKED, at)


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
        _note(task, TaskEvent.Kind.RESUMED, at)


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
    closing = auto_close(
        TaskState(task.state), bought=bought, is_condition_cleared=is_condition_cleared
    )
    if closing is None:
        return None
    if closing.credit is not None:
        task.seats_credited = closing.credit.seats
        task.arr_credited_minor = closing.credit.arr_minor
        task.currency = closing.credit.currency
    _close(task, TaskState.DONE, closing.reason.value, SYSTEM, at)
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


def _close(task: ExpansionTask, to: TaskState, reason: str, actor: Actor, at: datetime) -> None:
    before = task.state
    task.state = to.value
    task.reason = reason.strip()[:300]
    task.ended_at = at
    task.snoozed_until = None
    task.save()
    _note(
        task,
        TaskEvent.Kind.CLOSED,
        at,
        actor=actor,
        state_from=before,
        state_to=task.state,
        note=task.reason,
    )


def move_task(
    *,
    organization_id: int,
    task_id: int,
    to: TaskState,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> ExpansionTask:
    """Start a task, let it wait for the customer, or close it with a reason.

    Starting acknowledges its alert; a decline or a false positive ends the alert with the long
    cooldown; "not now" lets it sleep for 30 days. Raises TaskCannotMove, TaskReasonMissing,
    ExpansionTask.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        task = _locked(organization_id, task_id)
        before = TaskState(task.state)
        try:
            move(before, to, reason)
        except ReasonMissing as error:
            raise TaskReasonMissing(
                _("Say in a few words why: the rules learn from it.")
            ) from error
        except IllegalTaskTransition as error:
            raise TaskCannotMove(
                _("This task is %(state)s and cannot be moved there.")
                % {"state": task.get_state_display()}
            ) from error
        if task.first_action_at is None:
            task.first_action_at = now
        if to in (TaskState.IN_PROGRESS, TaskState.WAITING_FOR_CUSTOMER):
            task.state = to.value
            task.snoozed_until = None
            task.save()
            _note(
                task,
                TaskEvent.Kind.MOVED,
                now,
                actor=actor,
                state_from=before,
                state_to=to,
                note=reason.strip()[:300],
            )
        else:
            _close(task, to, reason, actor, now)
        answer_alert(task=task, to=to, actor=actor, now=now)
        return task


def snooze_task(
    *, organization_id: int, task_id: int, until: date, actor: Actor, now: datetime
) -> ExpansionTask:
    """Let a task sleep until a day, 30 days ahead at most, twice at most; its alert sleeps too.

    Raises TaskCannotSleep, TaskCannotMove, ExpansionTask.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        task = _locked(organization_id, task_id)
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
        task.snoozed_until = until
        task.snoozes += 1
        task.first_action_at = task.first_action_at or now
        task.save()
        _note(
            task,
            TaskEvent.Kind.SNOOZED,
            now,
            actor=actor,
            facts={"until_on": until.isoformat()},
        )
        snooze_alert(task=task, until=until, actor=actor, now=now)
        return task


def _locked(organization_id: int, task_id: int) -> ExpansionTask:
    # The order of locks everywhere: the alert's memory, then the task. A scan takes both.
    lock_memory(organization_id=organization_id, kind=DetectorKind.UTILIZATION)
    return (
        ExpansionTask.objects.select_for_update(of=("self",))
        .select_related("owner", "organization")
        .get(pk=task_id)
    )


def _note(
    task: ExpansionTask,
    kind: TaskEvent.Kind,
    at: datetime,
    *,
    actor: Actor = SYSTEM,
    state_from: str = "",
    state_to: str = "",
    note: str = "",
    facts: dict[str, Any] | None = None,
) -> None:
    TaskEvent.objects.create(
        organization_id=task.organization_id,
        task=task,
        at=at,
        kind=kind,
        actor_label=actor.label[:200],
        state_from=state_from,
        state_to=state_to,
        note=note,
        facts=facts or {},
    )
