"""Expansion tasks as deals for a CRM; runs inside the context of who reads."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy

from accounts.templatetags.headroom import exponent
from signals.domain.crm import Deal, DealField, Subject, deal_of
from signals.domain.tasks import TaskState
from signals.models import ExpansionTask, TaskEvent
from signals.models.task import LIVE_STATES

_F = DealField
_FIELDS: dict[DealField, Promise] = {
    _F.EXTERNAL_ID: gettext_lazy("External id, to upsert by"),
    _F.NAME: gettext_lazy("Name"),
    _F.ACCOUNT: gettext_lazy("Account"),
    _F.ACCOUNT_EXTERNAL_ID: gettext_lazy("External id of the account"),
    _F.AMOUNT: gettext_lazy("Worth a year"),
    _F.CURRENCY: gettext_lazy("Currency"),
    _F.STAGE: gettext_lazy("Stage"),
    _F.STATUS: gettext_lazy("Open, won or lost"),
    _F.PROBABILITY: gettext_lazy("Likely, in per cent"),
    _F.CLOSE_ON: gettext_lazy("Expected to close on"),
    _F.CREATED_ON: gettext_lazy("Opened on"),
    _F.OWNER: gettext_lazy("Owner, e-mail address"),
    _F.SEATS: gettext_lazy("Seats"),
    _F.PLAY: gettext_lazy("Play"),
    _F.REASON: gettext_lazy("Why it ended"),
    _F.LINK: gettext_lazy("Link to the task"),
    _F.CRM_ID: gettext_lazy("Id in the CRM"),
}


def subject_of(task: ExpansionTask) -> Subject:
    """Return what the deal of a task is made of; a won task is worth what was credited."""
    return Subject(
        task_id=task.pk,
        account=task.organization.name,
        account_external_id=task.organization.external_id,
        play=capfirst(task.get_play_display()),
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


def column_rows(columns: Sequence[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Return every field with its words and heading, "" for one that is left out."""
    headings = {name: heading for heading, name in columns}
    ordered = [name for _heading, name in columns]
    ordered += [field.value for field in DealField if field.value not in headings]
    return [(name, str(_FIELDS[DealField(name)]), headings.get(name, "")) for name in ordered]


def stage_rows(stages: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return what has a stage in a CRM: the live states, won and lost."""
    live = [(value, str(ExpansionTask.State(value).label)) for value in LIVE_STATES]
    ends = [("won", gettext("won")), ("lost", gettext("lost"))]
    return [(name, label, stages.get(name, "")) for name, label in (*live, *ends)]
