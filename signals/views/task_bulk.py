"""What is done to many tasks at once, and the saved filters of their list."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms import DateField
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission
from accounts.services.history import Actor
from accounts.views.answers import safe_next
from signals.domain.closing import OUTCOMES
from signals.domain.tasks import CLOSED, TaskState
from signals.models import ExpansionTask, VendorView
from signals.services.task_work import assign_task, in_bulk, move_task, snooze_task

MOST_AT_ONCE = 200


@vendor_page(Permission.TASKS_WORK)
@require_POST
def tasks_bulk(request: VendorRequest) -> HttpResponse:
    """Assign, snooze or move the chosen tasks; say what became of each."""
    back = safe_next(request, reverse("tasks"))
    ids = [int(each) for each in request.POST.getlist("task") if each.isdigit()][:MOST_AT_ONCE]
    chosen = list(ExpansionTask.objects.select_related("organization").filter(pk__in=ids))
    if not chosen:
        messages.error(request, _("Choose at least one task."))
        return redirect(back)
    actor, now = Actor.of(request.user), timezone.now()
    wanted = request.POST.get("action", "")
    owner = request.POST.get("owner", "")

    def act(task: ExpansionTask) -> ExpansionTask:
        at: dict[str, Any] = {"organization_id": task.organization_id, "task_id": task.pk}
        if wanted == "assign":
            owner_id = int(owner) if owner.isdigit() else None
            return assign_task(**at, owner_id=owner_id, actor=actor, now=now)
        if wanted == "snooze":
            return snooze_task(**at, until=until, actor=actor, now=now)
        state = TaskState(wanted)
        # Closed together, they ended for one reason; which one of the list stays open.
        outcome = OUTCOMES[state][-1] if state in CLOSED else ""
        reason = request.POST.get("reason", "")
        return move_task(**at, to=state, outcome=outcome, reason=reason, actor=actor, now=now)

    try:
        until = DateField(required=wanted == "snooze").clean(request.POST.get("until"))
        if wanted not in ("assign", "snooze"):
            TaskState(wanted)
    except ValidationError:
        messages.error(request, _("Choose the day until which they are snoozed."))
        return redirect(back)
    except ValueError:
        messages.error(request, _("Choose what to do with them."))
        return redirect(back)
    lines = in_bulk(chosen, act)
    context = {"lines": lines, "failed": sum(bool(line.error) for line in lines), "back": back}
    return render(request, "signals/tasks_bulk.html", context)


@vendor_page(Permission.TASKS_WORK)
@require_POST
def task_view_save(request: VendorRequest) -> HttpResponse:
    """Keep the filters of the list under a name."""
    back = safe_next(request, reverse("tasks"))
    name = " ".join(request.POST.get("name", "").split())[:80]
    if not name:
        messages.error(request, _("Give the view a name."))
        return redirect(back)
    try:
        with transaction.atomic():
            VendorView.objects.create(
                owner=request.user,
                name=name,
                query=request.POST.get("query", "")[:1000],
                is_shared=request.POST.get("shared") == "1",
            )
    except IntegrityError:
        messages.error(request, _("You have a view of that name already."))
        return redirect(back)
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": name})
    return redirect(back)


@vendor_page(Permission.TASKS_WORK)
@require_POST
def task_view_delete(request: VendorRequest) -> HttpResponse:
    """Delete one's own view."""
    wanted = request.POST.get("view", "")
    mine = VendorView.objects.filter(
        pk=int(wanted) if wanted.isdigit() else 0, owner=request.user, deleted_at__isnull=True
    )
    if mine.update(deleted_at=timezone.now()):
        messages.success(request, _("The view is deleted."))
    return redirect(safe_next(request, reverse("tasks")))
