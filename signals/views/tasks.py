"""Expansion tasks: the list, one task, and what is done with it."""

from typing import Final

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission
from accounts.exports import table_response, wanted_format
from accounts.services.history import record_staff_access
from accounts.templatetags.headroom import exponent
from signals.selectors.sentences import headline, reason_text
from signals.selectors.task_detail import sleeps, task_detail
from signals.selectors.tasks import SHOWS, TaskFilter, counts_of_tasks, filtered_tasks, rows_of
from signals.views.filters import chosen_of, filter_links
from signals.views.task_actions import visible_task

_PER_PAGE: Final = 50
_MOST_ROWS: Final = 50_000
_LABELS = {
    "open": gettext_lazy("Open"),
    "overdue": gettext_lazy("Overdue"),
    "queue": gettext_lazy("Without an owner"),
    "asleep": gettext_lazy("Asleep"),
    "won": gettext_lazy("Won"),
    "closed": gettext_lazy("Closed"),
    "all": gettext_lazy("All"),
}


def _chosen(request: VendorRequest) -> TaskFilter:
    show, search = chosen_of(request, SHOWS, otherwise="open")
    return TaskFilter(show=show, search=search, play=request.GET.get("play", "")[:30])


@vendor_page(Permission.TASKS_WORK)
@require_safe
def tasks(request: VendorRequest) -> HttpResponse:
    """List the tasks of a filter."""
    now, chosen = timezone.now(), _chosen(request)
    page = Paginator(filtered_tasks(chosen, now=now), _PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": rows_of(page, now=now),
        "filters": filter_links(
            _LABELS, chosen.show, counts_of_tasks(now=now), search=chosen.search
        ),
        "chosen": chosen,
        "keep": [{"name": "show", "value": chosen.show}],
        "csv_url": f"{reverse('tasks_export', args=['csv'])}?{urlencode(chosen.as_query())}",
        "xlsx_url": f"{reverse('tasks_export', args=['xlsx'])}?{urlencode(chosen.as_query())}",
    }
    return render(request, "signals/tasks.html", context)


@vendor_page(Permission.TASKS_WORK)
@require_safe
def tasks_export(request: VendorRequest, format: str) -> HttpResponse:
    """Return the tasks of a filter as a file."""
    found = filtered_tasks(_chosen(request), now=timezone.now())[:_MOST_ROWS]
    return table_response(
        "tasks",
        wanted_format(format),
        [
            _("Organization"),
            _("Play"),
            _("Why"),
            _("State"),
            _("Owner"),
            _("Opened"),
            _("Due"),
            _("Worth a year"),
            _("Currency"),
            _("Probability"),
            _("Ended"),
            _("Reason"),
            _("Seats won"),
            _("Revenue won"),
        ],
        (
            [
                task.organization.name,
                task.get_play_display(),
                headline(task.evidence),
                task.get_state_display(),
                str(task.owner or ""),
                task.created_at,
                task.due_at,
                task.value_minor / 10 ** exponent(task.currency),
                task.currency,
                task.probability_basis_points / 10_000,
                task.ended_at,
                reason_text(task.reason),
                task.seats_credited,
                task.arr_credited_minor / 10 ** exponent(task.currency),
            ]
            for task in found
        ),
    )


@vendor_page(Permission.TASKS_WORK)
@require_safe
def task(request: VendorRequest, task_id: int) -> HttpResponse:
    """Show one task."""
    found = visible_task(task_id)
    record_staff_access(user=request.user, page=request.path, organization_id=found.organization_id)
    now = timezone.now()
    context = {"detail": task_detail(found, now=now), "sleeps": sleeps(now)}
    return render(request, "signals/task.html", context)
