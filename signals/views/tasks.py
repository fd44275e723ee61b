"""Expansion tasks: the list, one task, and what is done with it."""

from typing import Any, Final

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
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission, may
from accounts.exports import table_response, wanted_format
from accounts.models import Organization
from accounts.services.history import record_staff_access
from accounts.templatetags.headroom import exponent
from signals.models import PlayChoice
from signals.selectors.sentences import headline, reason_text
from signals.selectors.task_detail import sleeps, task_detail, task_play
from signals.selectors.tasks import (
    DUES,
    SHOWS,
    TaskFilter,
    board_of,
    counts_of_tasks,
    filtered_tasks,
    rows_of,
    vendor_views,
)
from signals.services.task_work import may_own_tasks
from signals.views.filters import chosen_of, filter_links
from signals.views.task_actions import visible_task

_PER_PAGE: Final = 50
_MOST_ROWS: Final = 50_000
_LABELS = {
    "open": gettext_lazy("Open"),
    "overdue": gettext_lazy("Overdue"),
    "queue": gettext_lazy("Without an owner"),
    "room": gettext_lazy("Waiting for room"),
    "asleep": gettext_lazy("Asleep"),
    "won": gettext_lazy("Won"),
    "closed": gettext_lazy("Closed"),
    "all": gettext_lazy("All"),
}

_DUE_LABELS = {
    "overdue": gettext_lazy("Overdue"),
    "today": gettext_lazy("Due today"),
    "week": gettext_lazy("Due this week"),
}


def chosen_tasks(request: VendorRequest) -> TaskFilter:
    """Return the filters of the address; what cannot be is left out."""
    show, search = chosen_of(request, SHOWS, otherwise="open")
    wanted = request.GET
    play, segment = wanted.get("play", ""), wanted.get("segment", "")
    owner, least = wanted.get("owner", ""), wanted.get("least", "")
    return TaskFilter(
        show=show,
        search=search,
        play=play if play in PlayChoice.values else "",
        owner=owner if owner.isdigit() and len(owner) < 12 else "",
        segment=segment if segment in Organization.Segment.values else "",
        least=least if least.isdigit() and len(least) < 10 else "",
        due=wanted.get("due", "") if wanted.get("due") in DUES else "",
    )


def _choices(request: VendorRequest, chosen: TaskFilter) -> dict[str, Any]:
    """Return what the list and the board share: the filters' choices and the saved views."""
    query = urlencode(chosen.as_query())
    return {
        "chosen": chosen,
        "plays": PlayChoice.choices,
        "segments": Organization.Segment.choices,
        "dues": [(due, _DUE_LABELS[due]) for due in DUES],
        "may_manage": may(request.vendor_role, Permission.RULES_MANAGE),
        "owners": may_own_tasks(),
        "views": vendor_views(user=request.user),
        "query": query,
        "csv_url": f"{reverse('tasks_export', args=['csv'])}?{query}",
        "xlsx_url": f"{reverse('tasks_export', args=['xlsx'])}?{query}",
    }


@vendor_page(Permission.TASKS_WORK)
@require_safe
def tasks(request: VendorRequest) -> HttpResponse:
    """List the tasks of a filter."""
    now, chosen = timezone.now(), chosen_tasks(request)
    page = Paginator(filtered_tasks(chosen, now=now), _PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": rows_of(page, now=now),
        "filters": filter_links(
            _LABELS, chosen.show, counts_of_tasks(now=now), search=chosen.search
        ),
        "sleeps": sleeps(now),
        **_choices(request, chosen),
    }
    return render(request, "signals/tasks.html", context)


@vendor_page(Permission.TASKS_WORK)
@require_safe
def tasks_board(request: VendorRequest) -> HttpResponse:
    """Show the live tasks of a filter by state."""
    now, chosen = timezone.now(), chosen_tasks(request)
    context = {
        "columns": board_of(chosen, now=now),
        "page_class": "page-wide",
        "here": request.get_full_path(),
        **_choices(request, chosen),
    }
    return render(request, "signals/board.html", context)


@vendor_page(Permission.TASKS_WORK, recent=Recent.EXPORTING)
@require_safe
def tasks_export(request: VendorRequest, format: str) -> HttpResponse:
    """Return the tasks of a filter as a file."""
    found = filtered_tasks(chosen_tasks(request), now=timezone.now())[:_MOST_ROWS]
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
    detail = task_detail(found, now=now)
    context = {
        "detail": detail,
        "play": task_play(detail, reader=request.user, language=request.GET.get("mail", "")),
        "sleeps": sleeps(now),
    }
    return render(request, "signals/task.html", context)
