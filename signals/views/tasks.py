"""Expansion tasks: the list, one task, and what is done with it."""

from datetime import date
from typing import Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.forms import CharField, DateField, Form, Textarea
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission
from accounts.exports import table_response, wanted_format
from accounts.services.history import Actor, record_staff_access
from accounts.templatetags.headroom import exponent, shortdate
from accounts.views.answers import act, asked_by_htmx, go_to, safe_next
from signals.domain.tasks import CLOSED, TaskState
from signals.models import ExpansionTask
from signals.selectors.sentences import headline, reason_text
from signals.selectors.task_detail import moves_of, sleeps, task_detail
from signals.selectors.tasks import SHOWS, TaskFilter, counts_of_tasks, filtered_tasks, rows_of
from signals.services.task_work import move_task, snooze_task
from signals.views.filters import chosen_of, filter_links

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


def _visible_task(task_id: int) -> ExpansionTask:
    return get_object_or_404(
        ExpansionTask.objects.select_related("organization", "owner"), pk=task_id
    )


@vendor_page(Permission.TASKS_WORK)
@require_safe
def task(request: VendorRequest, task_id: int) -> HttpResponse:
    """Show one task."""
    found = _visible_task(task_id)
    record_staff_access(user=request.user, page=request.path, organization_id=found.organization_id)
    now = timezone.now()
    context = {"detail": task_detail(found, now=now), "sleeps": sleeps(now)}
    return render(request, "signals/task.html", context)


class ReasonForm(Form):
    """Why a task is closed."""

    reason = CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=Textarea(attrs={"rows": 3, "autofocus": True}),
        help_text=gettext_lazy(
            "A few words. The rules learn from them, and so does the next reader."
        ),
    )


@vendor_page(Permission.TASKS_WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def task_move(request: VendorRequest, task_id: int, to: str) -> HttpResponse:
    """Ask for the reason of a closing, and move the task."""
    found = _visible_task(task_id)
    if to not in {move.to for move in moves_of(found)} and request.method != "POST":
        raise Http404("The task cannot go there")
    try:
        state = TaskState(to)
    except ValueError as error:
        raise Http404("No such state") from error
    form = ReasonForm(request.POST or None)
    asks = state in CLOSED
    if request.method != "POST" or (asks and not form.is_valid()):
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
    reason = form.cleaned_data.get("reason", "") if form.is_valid() else ""

    def move() -> str:
        moved = move_task(
            organization_id=found.organization_id,
            task_id=found.pk,
            to=state,
            reason=reason,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("%(organization)s: %(state)s.") % {
            "organization": found.organization.name,
            "state": moved.get_state_display(),
        }

    return act(request, move, safe_next(request, reverse("task", args=[found.pk])))


@vendor_page(Permission.TASKS_WORK)
@require_POST
def task_snooze(request: VendorRequest, task_id: int) -> HttpResponse:
    """Let a task sleep until a day."""
    found = _visible_task(task_id)
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

    return act(request, sleep, back)
