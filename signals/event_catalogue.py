"""What other systems can hear of signals and expansion tasks, and in which words.

Tasks are the vendor's alone. Each message about a task carries it in the form of a deal (`crm`),
with an external id to upsert by.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.domain.scopes import Area
from accounts.models import Organization
from integrations.event_types import EventType, Fact, add_event_type
from signals.models import DetectorKind, Notification, Signal
from signals.selectors.notice_words import words_of
from signals.selectors.sentences import for_customers, headline

_SIGNALS: Final = gettext_lazy("Signals")
_TASKS: Final = gettext_lazy("Tasks")
_SIGNAL: Final[dict[str, Fact]] = {
    "signal": Fact("integer", "Number of the signal.", 31),
    "kind": Fact("string", "Kind of the signal.", "utilization"),
    "band": Fact("string", "How far it is: eighty, near, full or over; or empty.", "near"),
    "active": Fact("integer", "Active people, with a seat or without.", 9, is_optional=True),
    "assigned": Fact("integer", "Assigned seats.", 10, is_optional=True),
    "purchased": Fact("integer", "Purchased seats.", 10, is_optional=True),
}
TASK: Final[dict[str, Fact]] = {
    "task": Fact("integer", "Number of the task.", 204),
    "play": Fact("string", "What the task is about.", "add_seats"),
    "state": Fact("string", "State of the task.", "open"),
    "due_at": Fact(
        "string", "When the first action is due.", "2026-11-05T12:00:00+00:00", "date-time"
    ),
    "owner": Fact("string", "E-mail address of the owner; empty in the queue.", "max@example.com"),
    "crm": Fact(
        "object",
        "The task as a deal: external_id to upsert by, name, amount, currency, stage, close_on.",
        {
            "external_id": "headroom-task-204",
            "name": "Acme: Add seats",
            "amount": "1440.00",
            "currency": "EUR",
            "stage": "open",
            "probability_percent": 40,
            "close_on": "2027-01-21",
            "account_external_id": "acme",
            "crm_id": "",
        },
    ),
}
_Kind = Notification.Kind
TASK_TYPES: Final = {
    _Kind.TASK_OPENED: ("task.opened", gettext_lazy("a new task")),
    _Kind.TASK_RAISED: ("task.raised", gettext_lazy("a task became more urgent")),
    _Kind.TASK_WON: ("task.won", gettext_lazy("a task was won")),
    _Kind.TASK_REMINDER: ("task.due_soon", gettext_lazy("a task is due soon")),
    _Kind.TASK_OVERDUE: ("task.overdue", gettext_lazy("a task is overdue")),
}
_CREDIT: Final[dict[str, Fact]] = {
    "seats": Fact("integer", "Seats credited to the task.", 4),
    "arr_minor": Fact("integer", "Annual recurring revenue won, in minor units.", 144_000),
    "currency": Fact("string", "ISO 4217 code.", "EUR"),
}
_OUTCOME: Final[dict[str, Fact]] = {
    "outcome": Fact("string", "What came of it; empty when it ended by itself.", "customer_bought"),
    "reason": Fact("string", "Why it ended, as it was written.", "They bought four seats."),
}


def offer() -> None:
    """Offer the events about signals and tasks."""
    add_event_type(
        EventType(
            "signal.raised",
            gettext_lazy("a signal was raised"),
            _SIGNALS,
            Area.SIGNALS,
            _SIGNAL,
            words=_signal_words,
            ordered_by="signal",
        )
    )
    add_event_type(
        EventType(
            "signal.resolved",
            gettext_lazy("a signal was resolved"),
            _SIGNALS,
            Area.SIGNALS,
            _SIGNAL
            | {"resolution": Fact("string", "cleared, seats_bought or declined.", "cleared")},
            words=_resolved_words,
            ordered_by="signal",
        )
    )
    for name, label in TASK_TYPES.values():
        facts = TASK | _CREDIT if name == "task.won" else TASK
        _offer_task(name, label, facts)
    _offer_task(
        "task.changed", gettext_lazy("a task changed its state, was assigned or snoozed"), TASK
    )
    _offer_task("task.done", gettext_lazy("a task was closed"), TASK | _OUTCOME)


def _offer_task(name: str, label: Any, facts: Mapping[str, Fact]) -> None:
    add_event_type(
        EventType(
            name,
            label,
            _TASKS,
            Area.SIGNALS,
            facts,
            words=_task_words,
            ordered_by="task",
            is_vendor_only=True,
        )
    )


def _signal_words(message: Mapping[str, Any]) -> tuple[str, str]:
    return _signal_title(message), headline(for_customers(message["facts"]["evidence"]))


def _resolved_words(message: Mapping[str, Any]) -> tuple[str, str]:
    resolution = Signal.ResolutionChoice(message["data"]["resolution"]).label
    return _signal_title(message), capfirst(_("resolved: %(why)s") % {"why": resolution})


def _signal_title(message: Mapping[str, Any]) -> str:
    kind = DetectorKind(message["data"]["kind"]).label
    return f"{message['organization']['name']}: {kind}"


def _task_words(message: Mapping[str, Any]) -> tuple[str, str]:
    facts = message["facts"]
    about = message["organization"]
    organization = Organization(name=about["name"], slug=about["slug"])
    if "notice" in facts:
        words = words_of(
            organization,
            Notification(kind=facts["notice"], subject_id=message["data"]["task"], facts=facts),
        )
        return words.subject, words.intro
    said = {"organization": about["name"], "play": facts["play"], "state": facts["state"]}
    return (
        _("%(organization)s: %(play)s") % said,
        capfirst(str(facts["state"])) + (f": {facts['note']}" if facts.get("note") else ""),
    )
