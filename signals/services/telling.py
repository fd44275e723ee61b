"""Tells endpoints of other systems what happens to signals and tasks, each change once.

Owns: which change is which kind of event, and its data. Does not own: endpoints and sending
(`integrations`), or the words (`signals.event_catalogue`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.urls import reverse

from integrations.services.events import emit_event
from signals.domain.crm import deal_of
from signals.event_catalogue import TASK_TYPES
from signals.models import DetectorKind, ExpansionTask, Notification, Signal, TaskEvent
from signals.selectors.crm import subject_of

_SEATS: Final = ("active", "assigned", "purchased")
_CREDIT: Final = ("seats", "arr_minor", "currency")
_CHANGES: Final = (TaskEvent.Kind.MOVED, TaskEvent.Kind.SNOOZED, TaskEvent.Kind.ASSIGNED)
_OF_CUSTOMERS: Final = (DetectorKind.UTILIZATION, DetectorKind.UNSEATED)


def tell_signal_raised(*, signal: Signal, facts: Mapping[str, Any], at: datetime) -> None:
    """Tell that a signal opened or rose; the organization hears of those it reads of itself."""
    _tell_signal(
        "signal.raised",
        signal,
        {name: facts[name] for name in _SEATS if name in facts},
        f"signal:{signal.pk}:{signal.band}:{at.isoformat()}",
        at,
    )


def tell_signal_resolved(*, signal: Signal, at: datetime) -> None:
    """Tell that a signal ended, and how."""
    _tell_signal(
        "signal.resolved", signal, {"resolution": signal.resolution}, f"signal:{signal.pk}:end", at
    )


def _tell_signal(
    type: str, signal: Signal, more: Mapping[str, Any], change: str, at: datetime
) -> None:
    emit_event(
        organization_id=signal.organization_id,
        type=type,
        dedupe_key=change,
        data={"signal": signal.pk, "kind": signal.kind, "band": signal.band, **more},
        facts={"evidence": signal.evidence},
        at=at,
        is_vendor_only=signal.kind not in _OF_CUSTOMERS,
    )


def tell_task(
    *,
    task: ExpansionTask,
    kind: Notification.Kind,
    change: str,
    facts: Mapping[str, Any],
    at: datetime,
) -> None:
    """Tell what the owner of a task is told; some kinds of messages have no event."""
    if kind not in TASK_TYPES:
        return
    name = TASK_TYPES[kind][0]
    credit = {key: facts[key] for key in _CREDIT if key in facts} if name == "task.won" else {}
    _tell_task(name, task, credit, dict(facts) | {"notice": kind.value}, change, at)


def tell_task_event(*, task: ExpansionTask, event: TaskEvent) -> None:
    """Tell that somebody moved, gave or put off a task, or that it was closed."""
    facts = {
        "play": task.get_play_display(),
        "state": task.get_state_display(),
        "note": event.note,
    }
    change = f"task:{task.pk}:event:{event.pk}"
    if event.kind == TaskEvent.Kind.CLOSED:
        ended = {"outcome": task.outcome, "reason": task.reason}
        _tell_task("task.done", task, ended, facts, change, event.at)
    elif event.kind in _CHANGES:
        _tell_task("task.changed", task, {}, facts, change, event.at)


def _tell_task(
    type: str,
    task: ExpansionTask,
    more: Mapping[str, Any],
    facts: Mapping[str, Any],
    change: str,
    at: datetime,
) -> None:
    emit_event(
        organization_id=task.organization_id,
        type=type,
        dedupe_key=change,
        data={
            "task": task.pk,
            "play": task.play,
            "state": task.state,
            "due_at": task.due_at.isoformat(),
            "owner": task.owner.email if task.owner else "",
            "crm": deal_of(subject_of(task)).as_json(),
            **more,
        },
        facts=facts,
        at=at,
        vendor_path=reverse("task", args=[task.pk]),
    )
