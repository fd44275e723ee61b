"""Expansion tasks as deals for a CRM; runs inside the context of who reads."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from accounts.templatetags.headroom import exponent
from signals.domain.crm import Deal, Subject, deal_of
from signals.domain.tasks import TaskState
from signals.models import ExpansionTask, TaskEvent


def subject_of(task: ExpansionTask) -> Subject:
    """Return what the deal of a task is made of; a won task is worth what was credited."""
    return Subject(
        task_id=task.pk,
        account=task.organization.name,
        account_external_id=task.organization.external_id,
        play=str(task.get_play_display()),
        state=TaskState(task.state),
        is_won=task.is_won,
        value_minor=task.arr_credited_minor if task.is_won else task.value_minor,
        currency=task.currency,
        digits=exponent(task.currency),
        probability_basis_points=task.probability_basis_points,
        seats=task.seats_credited if task.is_won else task.seats_suggested,
        created_at=task.created_at,
        ended_at=task.ended_at,
        owner_email=task.owner.email if task.owner else "",
        reason=task.reason,
        link=settings.BASE_URL + reverse("task", args=[task.pk]),
        crm_id=task.crm_id,
    )


def tasks_for_crm(*, since: datetime | None) -> QuerySet[ExpansionTask]:
    """Return the tasks to export, all or those to which something happened after `since`."""
    tasks = ExpansionTask.objects.select_related("organization", "owner").order_by("pk")
    if since is None:
        return tasks
    return tasks.filter(Exists(TaskEvent.objects.filter(task=OuterRef("pk"), at__gt=since)))


def deals(tasks: QuerySet[ExpansionTask]) -> Iterator[Deal]:
    """Return the tasks as deals."""
    return (deal_of(subject_of(task)) for task in tasks.iterator(chunk_size=500))
