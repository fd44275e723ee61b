"""Tells endpoints of other systems what people are told: the same change, once, in the same words.

Owns: which message is which kind of event, and its data. Does not own: endpoints and sending
(`integrations`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.models import Organization
from integrations.event_types import add_event_type
from integrations.services.events import emit_event
from signals.models import ExpansionTask, Notification, Signal
from signals.selectors.notice_words import words_of

_Kind = Notification.Kind
_TYPES: Final[Mapping[Notification.Kind, tuple[str, Promise]]] = {
    _Kind.SIGNAL_RAISED: ("signal.raised", gettext_lazy("seats are running out")),
    _Kind.TASK_OPENED: ("task.opened", gettext_lazy("a new task")),
    _Kind.TASK_RAISED: ("task.raised", gettext_lazy("a task became more urgent")),
    _Kind.TASK_WON: ("task.won", gettext_lazy("a task was won")),
    _Kind.TASK_REMINDER: ("task.due_soon", gettext_lazy("a task is due soon")),
    _Kind.TASK_OVERDUE: ("task.overdue", gettext_lazy("a task is overdue")),
}
_FACTS: Final = ("band", "active", "assigned", "purchased", "seats", "arr_minor", "currency")


def offer_event_types() -> None:
    """Let endpoints choose among the kinds of this app."""
    for name, label in _TYPES.values():
        add_event_type(name, label)


def tell_endpoints(
    organization: Organization,
    *,
    kind: Notification.Kind,
    subject: Signal | ExpansionTask,
    change: str,
    facts: Mapping[str, Any],
    at: datetime,
) -> None:
    """Write the event of a message in the product's first language; some kinds have none."""
    if kind not in _TYPES:
        return
    with translation.override(settings.LANGUAGE_CODE):
        words = words_of(
            organization, Notification(kind=kind, subject_id=subject.pk, facts=dict(facts))
        )
    data: dict[str, Any] = {name: facts[name] for name in _FACTS if name in facts}
    path = words.action_url
    if isinstance(subject, ExpansionTask):
        data |= {
            "task": subject.pk,
            "play": subject.play,
            "state": subject.state,
            "due_at": subject.due_at.isoformat(),
        }
    else:
        data |= {"signal": subject.pk, "kind": subject.kind}
        # Who reads this works for the vendor; the customer's page is not theirs to open.
        path = reverse("account", args=[organization.slug])
    emit_event(
        organization=organization,
        type=_TYPES[kind][0],
        dedupe_key=change,
        title=f"{organization.name}: {words.subject}" if "signal" in data else words.subject,
        text=words.intro,
        path=path,
        data=data,
        at=at,
    )
