"""Writes messages about changes of state into the outbox, once a change and person.

Owns: who is told and the key that makes a message unique. Does not own: sending (`delivery`) or
the words (`mails`).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts.models import Membership, Organization, User
from signals.domain.notices import Channel, after_quiet, next_digest
from signals.models import ExpansionTask, Notification, Signal
from signals.selectors.notice_choices import Wishes, muted_rules, wishes_of
from signals.services.telling import tell_task

_CUSTOMER_ROLES = (Membership.Role.OWNER, Membership.Role.ADMIN)


def customer_admins(organization_id: int) -> list[User]:
    """Return the owners and admins of an organization who can sign in."""
    memberships = (
        Membership.objects.filter(
            organization_id=organization_id,
            role__in=_CUSTOMER_ROLES,
            state=Membership.State.ACTIVE,
            user__is_active=True,
        )
        .select_related("user")
        .order_by("pk")
    )
    return [m.user for m in memberships if m.user is not None]


def notify_customer(
    *, organization: Organization, signal: Signal, facts: dict[str, Any], at: datetime
) -> None:
    """Tell the organization's admins that a signal opened or rose; a muted rule tells nobody."""
    if signal.kind in muted_rules():
        return
    kind, change = Notification.Kind.SIGNAL_RAISED, f"signal:{signal.pk}:{signal.band}"
    _write(
        organization=organization,
        recipients=customer_admins(organization.pk),
        kind=kind,
        subject=signal,
        dedupe_key=change,
        facts=facts,
        at=at,
    )


def notify_owner(
    *,
    task: ExpansionTask,
    kind: Notification.Kind,
    change: str,
    facts: dict[str, Any],
    at: datetime,
    rule: str = "",
) -> None:
    """Tell the owner of a task about `change`; a task in the queue has nobody to tell.

    `rule` is the kind of the signal that changed it, if one did: a muted one tells nobody.
    """
    if not (rule and rule in muted_rules()):
        recipients = [task.owner] if task.owner is not None else []
        notify_about_task(
            task=task, recipients=recipients, kind=kind, change=change, facts=facts, at=at
        )


def notify_about_task(
    *,
    task: ExpansionTask,
    recipients: Iterable[User],
    kind: Notification.Kind,
    change: str,
    facts: dict[str, Any],
    at: datetime,
) -> None:
    """Tell people of the vendor about `change` of a task, each once.

    `facts` of TASK_REMINDER, TASK_OVERDUE and TASK_DIGEST: `evidence` as the task stores it; for
    the first two `due_at` (ISO 8601), for TASK_OVERDUE `owner` (a name) too, for TASK_DIGEST
    `value_minor`, `currency` and `expected_minor`, by which a digest ranks. A task that only muted
    rules asked for tells nobody but that it was won.
    """
    if kind is not Notification.Kind.TASK_WON and _is_muted(task):
        return
    change = f"task:{task.pk}:{change}"
    tell_task(task=task, kind=kind, change=change, facts=facts, at=at)
    _write(
        organization=task.organization,
        recipients=recipients,
        kind=kind,
        subject=task,
        dedupe_key=change,
        facts=facts,
        at=at,
    )


def _is_muted(task: ExpansionTask) -> bool:
    muted = muted_rules()
    if not muted:
        return False
    kinds = set(task.signals.values_list("kind", flat=True))
    return bool(kinds) and kinds <= muted


def _write(
    *,
    organization: Organization,
    recipients: Iterable[User],
    kind: Notification.Kind,
    subject: Signal | ExpansionTask,
    dedupe_key: str,
    facts: dict[str, Any],
    at: datetime,
) -> None:
    people = list(recipients)
    wishes = wishes_of(people, kind.value, time_zone=organization.time_zone)
    Notification.objects.bulk_create(
        [
            Notification(
                organization_id=organization.pk,
                recipient=recipient,
                kind=kind,
                subject_type=subject._meta.model_name or "",
                subject_id=subject.pk,
                dedupe_key=dedupe_key,
                facts={"organization": organization.name} | facts,
                created_at=at,
                **_way(wishes[recipient.pk], at),
            )
            for recipient in people
            if wishes[recipient.pk].channel is not Channel.OFF
        ],
        ignore_conflicts=True,
    )


def _way(wishes: Wishes, at: datetime) -> dict[str, Any]:
    match wishes.channel:
        case Channel.MAIL:
            due = after_quiet(wishes.timing, at)
        case Channel.DIGEST:
            due = next_digest(wishes.timing, at)
        case _:
            return {
                "channel": Channel.LIST.value,
                "state": Notification.State.KEPT,
                "next_attempt_at": at,
            }
    return {"channel": wishes.channel.value, "next_attempt_at": due}
