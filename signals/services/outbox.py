"""Writes messages about changes of state into the outbox, once a change and person.

Owns: who is told and the key that makes a message unique. Does not own: sending (`delivery`) or
the words (`mails`).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts.models import Membership, Organization, User
from signals.models import ExpansionTask, Notification, Signal

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
    """Tell the organization's admins that a signal opened or rose."""
    _write(
        organization_id=organization.pk,
        recipients=customer_admins(organization.pk),
        kind=Notification.Kind.SIGNAL_RAISED,
        subject=signal,
        dedupe_key=f"signal:{signal.pk}:{signal.band}",
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
) -> None:
    """Tell the owner of a task about `change`; a task in the queue has nobody to tell."""
    if task.owner is not None:
        notify_about_task(
            task=task, recipients=[task.owner], kind=kind, change=change, facts=facts, at=at
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
    `value_minor`, `currency` and `expected_minor`, by which a digest ranks.
    """
    _write(
        organization_id=task.organization_id,
        recipients=recipients,
        kind=kind,
        subject=task,
        dedupe_key=f"task:{task.pk}:{change}",
        facts=facts,
        at=at,
    )


def _write(
    *,
    organization_id: int,
    recipients: Iterable[User],
    kind: Notification.Kind,
    subject: Signal | ExpansionTask,
    dedupe_key: str,
    facts: dict[str, Any],
    at: datetime,
) -> None:
    Notification.objects.bulk_create(
        [
            Notification(
                organization_id=organization_id,
                recipient=recipient,
                kind=kind,
                subject_type=subject._meta.model_name or "",
                subject_id=subject.pk,
                dedupe_key=dedupe_key,
                facts=facts,
                created_at=at,
                next_attempt_at=at,
            )
            for recipient in recipients
        ],
        ignore_conflicts=True,
    )
