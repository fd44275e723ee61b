"""What is done to one task: moved, closed, snoozed, assigned, merged, and taken back."""

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.forms import DateField
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.services.history import Actor
from accounts.templatetags.headroom import shortdate
from accounts.views.answers import act, asked_by_htmx, go_to, safe_next
from signals.domain.tasks import CLOSED, TaskState
from signals.models import ExpansionTask
from signals.selectors.task_detail import moves_of
from signals.services.steps import tick_step
from signals.services.task_work import (
    assign_task,
    merge_tasks,
    move_task,
    snooze_task,
    undo_last,
)
from signals.views.task_forms import ClosingForm


def visible_task(task_id: int) -> ExpansionTask:
    """Return a task that the reader may see, or raise Http404."""
    return get_object_or_404(
        ExpansionTask.objects.select_related("organization", "owner", "deputy_for"), pk=task_id
    )


def act_with_undo(
    request: VendorRequest, task: ExpansionTask, action: Callable[[], str], address: str
) -> HttpResponse:
    """Do what can be taken back, and offer that on the page that follows for ten seconds."""
    try:
        message = action()
    except ObjectDoesNotExist as error:
        raise Http404("No such task") from error
    except DomainError as error:
        messages.error(request, str(error))
        return go_to(request, address)
    messages.success(request, message, extra_tags=f"undo:{reverse('task_undo', args=[task.pk])}")
    return go_to(request, address)


@vendor_page(Permission.TASKS_WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def task_move(request: VendorRequest, task_id: int, to: str) -> HttpResponse:
    """Ask what came of a task that is closed, and move it."""
    found = visible_task(task_id)
    if to not in {move.to for move in moves_of(found)} and request.method != "POST":
        raise Http404("The task cannot go there")
    try:
        state = TaskState(to)
    except ValueError as error:
        raise Http404("No such state") from error
    asks = state in CLOSED
    form = ClosingForm(request.POST or None, to=state) if asks else None
    if request.method != "POST" or (form is not None and not form.is_valid()):
        label = next((move.label for move in moves_of(found) if move.to == to), to)
        context = {
            "task": found,
            "to": to,
            "label": label,
            "form": form,
            "asks": asks,
            "next": safe_next(request, ""),
        }
        status = 422 if request.method == "POST" and asked_by_htmx(request) else 200
        return render(request, "signals/task_move.html", context, status=status)
    back = safe_next(request, reverse("task", args=[found.pk]))

    def move() -> str:
        moved = move_task(
            organization_id=found.organization_id,
            task_id=found.pk,
            to=state,
            actor=Actor.of(request.user),
            now=timezone.now(),
            **(form.as_values() if form is not None else {}),
        )
        return _("%(organization)s: %(state)s.") % {
            "organization": found.organization.name,
            "state": moved.get_state_display(),
        }

    return act(request, move, back) if asks else act_with_undo(request, found, move, back)


@vendor_page(Permission.TASKS_WORK)
@require_POST
def task_snooze(request: VendorRequest, task_id: int) -> HttpResponse:
    """Let a task sleep until a day."""
    found = visible_task(task_id)
    back = safe_next(request, reverse("task", args=[found.pk]))
    try:
        until: date = DateField().clean(request.POST.get("until"))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return go_to(request, back)

    def sleep() -> str:
        snooze_task(
            organization_id=found.organization_id,
            task_id=found.pk,
            until=until,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("%(organization)s sleeps until %(day)s.") % {
            "organization": found.organization.name,
            "day": shortdate(until),
        }

    return act_with_undo(request, found, sleep, back)


@vendor_page(Permission.TASKS_WORK)
@require_POST
def task_assign(request: VendorRequest, task_id: int) -> HttpResponse:
    """Give a task to somebody, or put it into the queue."""
    found = visible_task(task_id)
    # Whoever gives a task away may not see it any more.
    back = safe_next(request, reverse("tasks"))
    wanted = request.POST.get("owner", "")

    def assign() -> str:
        task = assign_task(
            organization_id=found.organization_id,
            task_id=found.pk,
            owner_id=int(wanted) if wanted.isdigit() else None,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        if task.owner is None:
            return _("%(organization)s is in the queue.") % {"organization": task.organization}
        return _("%(organization)s is with %(owner)s now.") % {
            "organization": task.organization,
            "owner": task.owner,
        }

    return act_with_undo(request, found, assign, back)


@vendor_page(Permission.TASKS_WORK)
@require_POST
def task_merge(request: VendorRequest, task_id: int) -> HttpResponse:
    """Merge a task into another one of its organization."""
    found = visible_task(task_id)
    wanted = request.POST.get("into", "")
    into = (
        ExpansionTask.objects.live()
        .filter(pk=int(wanted) if wanted.isdigit() else 0, organization_id=found.organization_id)
        .first()
    )
    if into is None:
        messages.error(request, _("Choose another open task of this account."))
        return go_to(request, reverse("task", args=[found.pk]))

    def merge() -> str:
        merge_tasks(
            organization_id=found.organization_id,
            task_id=found.pk,
            into_id=into.pk,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("Merged. What is found from now on, and the credit, go to this task.")

    return act(request, merge, reverse("task", args=[into.pk]))


@vendor_page(Permission.TASKS_WORK)
@require_POST
def task_undo(request: VendorRequest, task_id: int) -> HttpResponse:
    """Take back what the reader did a moment ago."""
    # Not `visible_task`: whoever gave a task away takes it back though it is another's now.
    found = get_object_or_404(ExpansionTask, pk=task_id)

    def undo() -> str:
        undo_last(
            organization_id=found.organization_id,
            task_id=found.pk,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("Taken back.")

    return act(request, undo, safe_next(request, reverse("task", args=[found.pk])))


@vendor_page(Permission.TASKS_WORK)
@require_POST
def task_step(request: VendorRequest, task_id: int, position: int) -> HttpResponse:
    """Tick a step, or take the tick back."""
    found = visible_task(task_id)

    def tick() -> str:
        step = tick_step(
            organization_id=found.organization_id,
            task_id=found.pk,
            position=position,
            is_done=request.POST.get("done") == "1",
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("Ticked.") if step.done_at else _("The step is open again.")

    return act(request, tick, safe_next(request, reverse("task", args=[found.pk])))
