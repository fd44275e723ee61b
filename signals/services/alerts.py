"""What people's answers do to an alert: acknowledge, snooze, decline.

Owns: moving the machine's memory and the open signal together under the memory's lock. Does not
own: tasks, or the daily evaluation.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.services.history import Actor, record
from signals.domain.alerts import (
    AlertState,
    AlertStatus,
    ResolveAlert,
    acknowledge,
    decline,
    snooze,
)
from signals.domain.tasks import TaskState
from signals.models import ORGANIZATION_SCOPE, AlertMemory, DetectorKind, ExpansionTask, Signal
from signals.selectors.notice_choices import muted_rules
from signals.services.memory import lock_memory, save_memory
from signals.services.telling import tell_signal_resolved

NOT_NOW_SLEEPS = timedelta(days=30)


# What the customer reads in the history; the other findings are the vendor's own thoughts.
CUSTOMER_KINDS = (DetectorKind.UTILIZATION, DetectorKind.UNSEATED)


def open_signal(
    *, organization_id: int, kind: DetectorKind, scope: str = ORGANIZATION_SCOPE
) -> Signal | None:
    """Return the organization's open signal of a kind and scope."""
    return (
        Signal.objects.filter(organization_id=organization_id, kind=kind, scope=scope)
        .exclude(status=Signal.Status.RESOLVED)
        .first()
    )


def follow(signal: Signal, state: AlertState, *, on: date | None = None) -> None:
    """Let an open signal show what the machine's memory says."""
    signal.status = state.status.value
    signal.band = state.band or ""
    signal.snoozed_until = state.snoozed_until
    if on is not None:
        signal.evaluated_on = max(signal.evaluated_on, on)
    signal.save()


def end_signal(signal: Signal, effect: ResolveAlert, *, actor: Actor, at: datetime) -> None:
    """Resolve a signal, and say so in the history where the customer reads of it."""
    signal.status = Signal.Status.RESOLVED
    signal.resolution = effect.resolution.value
    signal.snoozed_until = None
    # A clock that lags must not keep paid seats from being granted.
    signal.resolved_at = max(at, signal.created_at)
    signal.save()
    if signal.kind not in muted_rules():
        tell_signal_resolved(signal=signal, at=at)
    if signal.kind not in CUSTOMER_KINDS:
        return
    record(
        actor=actor,
        verb="signal_resolved",
        subject=signal,
        organization_id=signal.organization_id,
        now=at,
        changes={
            "kind": signal.kind,
            "band": signal.band,
            "resolution": signal.resolution,
        },
    )


def answer_alert(
    *,
    task: ExpansionTask,
    to: TaskState,
    actor: Actor,
    now: datetime,
    until: date | None = None,
) -> None:
    """Let the alerts of a task follow what was done with it; `until` is for "not now"."""
    day = _day(task, now)
    if to is TaskState.NOT_NOW:
        snooze_alert(task=task, until=until or day + NOT_NOW_SLEEPS, actor=actor, now=now)
        return
    for signal in _alerts(task):
        memory = _memory_of(signal)
        if not memory.state.is_open:
            continue
        if to in (TaskState.DECLINED, TaskState.FALSE_POSITIVE):
            state, effects = decline(memory.state, day)
            save_memory(memory, state)
            for effect in effects:
                if isinstance(effect, ResolveAlert):
                    end_signal(signal, effect, actor=actor, at=now)
        else:
            state = acknowledge(memory.state)
            save_memory(memory, state)
            follow(signal, state)


def snooze_alert(*, task: ExpansionTask, until: date, actor: Actor, now: datetime) -> None:
    """Let the alerts of a task sleep until a day, on which they fire again."""
    for signal in _alerts(task):
        memory = _memory_of(signal)
        if not memory.state.is_open:
            continue
        state = snooze(memory.state, until)
        save_memory(memory, state)
        follow(signal, state)


def wake_alert(*, task: ExpansionTask) -> None:
    """Take a snooze back that was made a moment ago: the alerts of the task fire again."""
    for signal in _alerts(task):
        memory = lock_memory(organization_id=signal.organization_id, kind=DetectorKind(signal.kind))
        if memory.state.status is not AlertStatus.SNOOZED:
            continue
        state = replace(memory.state, status=AlertStatus.FIRING, snoozed_until=None)
        save_memory(memory, state)
        follow(signal, state)


def _alerts(task: ExpansionTask) -> list[Signal]:
    """Return the open signals that the task was asked for by, in the order of their locks."""
    return list(
        task.signals.exclude(kind=DetectorKind.UNSEATED)
        .exclude(status=Signal.Status.RESOLVED)
        .order_by("kind", "scope")
    )


def _memory_of(signal: Signal) -> AlertMemory:
    return lock_memory(
        organization_id=signal.organization_id, kind=DetectorKind(signal.kind), scope=signal.scope
    )


def _day(task: ExpansionTask, now: datetime) -> date:
    return now.astimezone(ZoneInfo(task.organization.time_zone)).date()
