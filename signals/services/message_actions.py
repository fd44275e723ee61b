"""What can be done to a task from a message: put it off, close it, take it.

Whoever presses needs what the page of the task needs: a role that works tasks, and the account in
the portfolio.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import portfolio_of
from accounts.domain.roles import STAFF_SCOPES, Permission, StaffScope, VendorRole, may
from accounts.models import User
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from integrations.actions import Action, add_action
from signals.domain.closing import Outcome
from signals.domain.tasks import TaskState
from signals.models import ExpansionTask
from signals.services.task_work import assign_task, move_task, snooze_task

SLEEPS: Final = timedelta(days=7)
_TYPES: Final = (
    "task.opened",
    "task.raised",
    "task.due_soon",
    "task.overdue",
    "task.changed",
)


def offer() -> None:
    """Offer the buttons under messages about tasks."""
    for name, label, question, run in (
        (
            "task.take",
            gettext_lazy("Assign to me"),
            gettext_lazy("Take this task?"),
            _take,
        ),
        (
            "task.snooze",
            gettext_lazy("Snooze a week"),
            gettext_lazy("Let this task sleep for a week?"),
            _snooze,
        ),
        (
            "task.done",
            gettext_lazy("Done"),
            gettext_lazy("Close this task as handled?"),
            _done,
        ),
    ):
        add_action(Action(name, label, question, _TYPES, "task", run, _describe))


def _may(user: User, organization_id: int) -> bool:
    if not user.vendor_role:
        return False
    role = VendorRole(user.vendor_role)
    if not may(role, Permission.TASKS_WORK):
        return False
    return STAFF_SCOPES[role] is not StaffScope.PORTFOLIO or organization_id in portfolio_of(user)


def _require(user: User, organization_id: int) -> None:
    if not _may(user, organization_id):
        raise PermissionDenied


def _describe(user: User, organization_id: int, subject: str) -> str:
    """Return which task it is, to whoever may see it."""
    if not _may(user, organization_id):
        return ""
    with organization_context(organization_id):
        task = ExpansionTask.objects.select_related("organization").filter(pk=subject).first()
        return str(task or "")


def _take(*, user: User, organization_id: int, subject: str, now: datetime) -> str:
    _require(user, organization_id)
    task = assign_task(
        organization_id=organization_id,
        task_id=int(subject),
        owner_id=user.pk,
        actor=Actor.of(user),
        now=now,
    )
    return _("The task is yours: %(task)s.") % {"task": task}


def _snooze(*, user: User, organization_id: int, subject: str, now: datetime) -> str:
    _require(user, organization_id)
    until = now.astimezone(UTC).date() + SLEEPS
    task = snooze_task(
        organization_id=organization_id,
        task_id=int(subject),
        until=until,
        actor=Actor.of(user),
        now=now,
    )
    return _("The task sleeps until %(day)s: %(task)s.") % {"day": until, "task": task}


def _done(*, user: User, organization_id: int, subject: str, now: datetime) -> str:
    _require(user, organization_id)
    task = move_task(
        organization_id=organization_id,
        task_id=int(subject),
        to=TaskState.DONE,
        outcome=Outcome.HANDLED.value,
        reason=_("Closed from a message."),
        actor=Actor.of(user),
        now=now,
    )
    return _("The task is closed: %(task)s.") % {"task": task}
