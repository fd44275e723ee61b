"""Vendor operations of usage: how the pipeline stands, and what a person repairs."""

from datetime import date

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission, may
from accounts.models import Organization
from accounts.services.history import Actor, record_staff_access
from seats.models import QuarantinedEvent
from seats.services.quarantine import NotWaiting, discard, replay
from seats.services.rebuild import DaysGone, DaysToCome, ask_rebuild
from seats.tasks import work_rebuilds
from signals.jobs import scheduled_jobs
from signals.selectors import pipeline as selectors
from signals.selectors.jobs import job_rows

_JOBS = (
    *("seats.tasks.roll_up_usage", selectors.SCAN, "seats.tasks.snapshot_utilization"),
    *(
        "seats.tasks.make_partitions",
        "accounts.tasks.forget_what_is_over",
        "seats.tasks.check_drift",
    ),
    "seats.tasks.work_rebuilds",
)


@vendor_page(Permission.JOBS_READ)
@require_safe
def usage_operations(request: VendorRequest) -> HttpResponse:
    """Show lag, rates, refusals, repairs and the jobs of the pipeline."""
    now = timezone.now()
    schedule = {task: when for task, when in scheduled_jobs().items() if task in _JOBS}
    jobs = job_rows(schedule, now=now)
    lag = selectors.lag(now)
    scanned = lag.scan_seconds(now)
    return render(
        request,
        "signals/usage_operations.html",
        {
            "lag": lag,
            "waits": round(lag.rollup_seconds),
            "scan_seconds": None if scanned is None else round(scanned),
            "events": selectors.events_of_last_day(now),
            "rates": selectors.rates(now),
            "rejects": selectors.rejects(now),
            "load": selectors.load_of_ingest(now),
            "quarantine": selectors.quarantine_size(),
            "drift": selectors.open_drift(),
            "check": selectors.last_check(),
            "rebuilds": selectors.rebuilds(),
            "kept_since": selectors.kept_since(now),
            "today": now.date().isoformat(),
            "jobs": jobs,
            "troubled": sum(1 for row in jobs if row.kind in ("bad", "warn")),
            "may_repair": may(request.vendor_role, Permission.USAGE_REPAIR),
        },
    )


@vendor_page(Permission.JOBS_READ)
@require_safe
def quarantine(request: VendorRequest) -> HttpResponse:
    """List the events that were put aside."""
    states = QuarantinedEvent.State
    state = request.GET.get("state", "")
    state = state if state in states.values else states.WAITING.value
    rows = selectors.quarantined(state=state)
    filters = [(each.value, each.label, each.value == state) for each in states]
    waiting = selectors.quarantine_size()
    context = {"rows": rows, "filters": filters, "state": state, "waiting": waiting}
    return render(request, "signals/quarantine.html", context)


@vendor_page(Permission.JOBS_READ)
@require_safe
def quarantined_event(request: VendorRequest, quarantined_id: int) -> HttpResponse:
    """Show one event that was put aside, with what can be done."""
    event = _event(quarantined_id)
    record_staff_access(
        user=request.user, page="usage_quarantine", organization_id=event.organization_id
    )
    names = selectors.organization_names([event.organization_id])
    context = {
        "event": event,
        "organization_name": names.get(event.organization_id, ""),
        "may_repair": may(request.vendor_role, Permission.USAGE_REPAIR),
    }
    return render(request, "signals/quarantined_event.html", context)


@vendor_page(Permission.USAGE_REPAIR, transaction=False)
@require_POST
def quarantined_decide(request: VendorRequest, quarantined_id: int) -> HttpResponse:
    """Count an event that was put aside, or discard it."""
    event = _event(quarantined_id)
    actor, now = Actor.of(request.user), timezone.now()
    try:
        if request.POST.get("decision") == "discard":
            discard(quarantined_id=event.pk, actor=actor, now=now)
            messages.success(request, _("The event is discarded."))
        elif replay(quarantined_id=event.pk, actor=actor, now=now):
            messages.success(request, _("The event is counted."))
        else:
            messages.error(request, _("The event still cannot be counted. It stays here."))
    except NotWaiting as error:
        messages.error(request, str(error))
    return redirect("quarantined_event", event.pk)


def _event(quarantined_id: int) -> QuarantinedEvent:
    event = QuarantinedEvent.objects.using("pipeline").filter(pk=quarantined_id).first()
    if event is None:
        raise Http404("No such event")
    return event


@vendor_page(Permission.USAGE_REPAIR, transaction=False)
@require_http_methods(["POST"])
def usage_rebuild(request: VendorRequest) -> HttpResponse:
    """Order a range of days to be counted anew."""
    try:
        since = date.fromisoformat(request.POST.get("since", ""))
        until = date.fromisoformat(request.POST.get("until", ""))
    except ValueError:
        messages.error(request, _("Choose the first and the last day."))
        return redirect("usage_operations")
    organization_id = None
    if name := request.POST.get("organization", "").strip():
        found = Organization.objects.using("pipeline").filter(external_id=name).first()
        if found is None:
            messages.error(request, _("There is no organization with this id."))
            return redirect("usage_operations")
        organization_id = found.pk
    try:
        ask_rebuild(
            since=since,
            until=until,
            organization_id=organization_id,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except (DaysGone, DaysToCome) as error:
        messages.error(request, str(error))
        return redirect("usage_operations")
    transaction.on_commit(lambda: work_rebuilds.delay())
    messages.success(request, _("The days are being counted again."))
    return redirect("usage_operations")
