"""What is done to many tasks at once, and the saved filters of their list."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.forms import DateField
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.services.history import Actor
from accounts.views.answers import go_to, safe_next
from signals.domain.tasks import CLOSED, TaskState
from signals.models import ExpansionTask
from signals.services.task_work import assign_task, in_bulk, move_task, snooze_task
from signals.services.vendor_views import (
    delete_vendor_view,
    restore_vendor_view,
    save_vendor_view,
)
from signals.views.task_forms import ClosingForm

MOST_AT_ONCE = 200


@vendor_page(Permission.TASKS_WORK)
@require_POST
def tasks_bulk(request: VendorRequest) -> HttpResponse:
    """Assign, snooze, move or close the chosen tasks; say what became of each.

    Closing asks first what came of them, as it does for one.
    """
    back = safe_next(request, reverse("tasks"))
    ids = [int(each) for each in request.POST.getlist("task") if each.isdigit()][:MOST_AT_ONCE]
    chosen = list(ExpansionTask.objects.select_related("organization").filter(pk__in=ids))
    if not chosen:
        messages.error(request, _("Choose at least one task."))
        return redirect(back)
    actor, now = Actor.of(request.user), timezone.now()
    wanted = request.POST.get("action", "")
    owner = request.POST.get("owner", "")
    until: date | None = None
    if wanted == "snooze":
        try:
            until = DateField().clean(request.POST.get("until"))
        except ValidationError:
            messages.error(request, _("Choose the day until which they are snoozed."))
            return redirect(back)
    elif wanted != "assign" and wanted not in set(TaskState):
        messages.error(request, _("Choose what to do with them."))
        return redirect(back)
    how: dict[str, Any] = {}
    if wanted in CLOSED:
        asked = "outcome" in request.POST
        form = ClosingForm(request.POST if asked else None, to=TaskState(wanted))
        if not form.is_valid():
            return _ask_how(request, chosen, wanted, form, back)
        how = form.as_values()

    def act(task: ExpansionTask) -> ExpansionTask:
        at: dict[str, Any] = {"organization_id": task.organization_id, "task_id": task.pk}
        if wanted == "assign":
            owner_id = int(owner) if owner.isdigit() else None
            return assign_task(**at, owner_id=owner_id, actor=actor, now=now)
        if until is not None:
            return snooze_task(**at, until=until, actor=actor, now=now)
        return move_task(**at, to=TaskState(wanted), actor=actor, now=now, **how)

    lines = in_bulk(chosen, act)
    context = {"lines": lines, "failed": sum(bool(line.error) for line in lines), "back": back}
    return render(request, "signals/tasks_bulk.html", context)


def _ask_how(
    request: VendorRequest, chosen: list[ExpansionTask], to: str, form: ClosingForm, back: str
) -> HttpResponse:
    context = {
        "tasks": chosen,
        "to": to,
        "label": ExpansionTask.State(to).label,
        "form": form,
        "back": back,
    }
    status = 422 if form.is_bound else 200
    return render(request, "signals/tasks_bulk_close.html", context, status=status)


@vendor_page(Permission.TASKS_WORK)
@require_POST
def task_view_save(request: VendorRequest) -> HttpResponse:
    """Keep the filters of the list under a name; that can be taken back."""
    back = safe_next(request, reverse("tasks"))
    try:
        view = save_vendor_view(
            name=request.POST.get("name", ""),
            query=request.POST.get("query", ""),
            is_shared=request.POST.get("shared") == "1",
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect(back)
    undo = f"{reverse('task_view_delete')}?{urlencode([('view', view.pk), ('next', back)])}"
    message = _("The view “%(name)s” is saved.") % {"name": view.name}
    messages.success(request, message, extra_tags=f"undo:{undo}")
    return redirect(back)


@vendor_page(Permission.TASKS_WORK)
@require_POST
def task_view_delete(request: VendorRequest) -> HttpResponse:
    """Delete one's own view; with `undo` in the address, bring it back."""
    back = safe_next(request, reverse("tasks"))
    wanted = request.POST.get("view") or request.GET.get("view", "")
    if not wanted:
        return go_to(request, back)
    is_undo = "undo" in request.GET
    change = restore_vendor_view if is_undo else delete_vendor_view
    try:
        view = change(
            view_id=int(wanted) if wanted.isdigit() and len(wanted) < 12 else 0,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except ObjectDoesNotExist as error:
        raise Http404("No such view") from error
    except DomainError as error:
        messages.error(request, str(error))
        return go_to(request, back)
    if is_undo:
        messages.success(request, _("The view “%(name)s” is back.") % {"name": view.name})
        return go_to(request, back)
    again = urlencode([("view", view.pk), ("undo", 1), ("next", back)])
    message = _("The view “%(name)s” is deleted.") % {"name": view.name}
    messages.success(request, message, extra_tags=f"undo:{reverse('task_view_delete')}?{again}")
    return go_to(request, back)
