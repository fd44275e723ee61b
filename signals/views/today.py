"""Today: what an account manager does next, the most valuable first."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission, VendorRole
from accounts.views.answers import asked_by_htmx
from signals.models import ExpansionTask
from signals.selectors.task_detail import sleeps, task_detail, task_play
from signals.selectors.tasks import rows_of, tasks_of_today


@vendor_page(Permission.TASKS_WORK)
@require_safe
def today(request: VendorRequest, task_id: int | None = None) -> HttpResponse:
    """Show the list and the chosen task, the first one without a choice."""
    now = timezone.now()
    is_manager = request.vendor_role is VendorRole.ACCOUNT_MANAGER
    tasks = tasks_of_today(owner_id=request.user.pk if is_manager else None, now=now)
    chosen = tasks[0] if tasks else None
    if task_id is not None:
        chosen = get_object_or_404(
            ExpansionTask.objects.select_related("organization", "owner", "deputy_for"), pk=task_id
        )
    detail = task_detail(chosen, now=now) if chosen is not None else None
    context: dict[str, Any] = {
        "detail": detail,
        "play": task_play(detail, reader=request.user) if detail is not None else None,
        "sleeps": sleeps(now),
        "here": reverse("today_task", args=[chosen.pk]) if chosen is not None else "",
        "after": reverse("today"),
    }
    if asked_by_htmx(request):
        return render(request, "signals/task_detail.html", context)
    context |= {"rows": rows_of(tasks, now=now), "chosen": chosen}
    return render(request, "signals/today.html", context)
