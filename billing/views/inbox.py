"""The inbox of Stripe's events for vendor operations."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission, may
from accounts.services.history import Actor
from billing.models import WebhookEvent
from billing.selectors import inbox as selectors
from billing.services.inbox import process_again
from billing.tasks import process_webhook_inbox
from billing.views.lists import PER_PAGE, filters, search_of

_BADGES = {"waiting": "warn", "failing": "bad", "processed": "good"}


@vendor_page(Permission.JOBS_READ)
@require_safe
def inbox(request: VendorRequest) -> HttpResponse:
    """List what Stripe told us: state, age, error, tries."""
    search, state = search_of(request), request.GET.get("state", "")
    counts = selectors.counts(search=search)
    page = Paginator(selectors.events(state=state, search=search), PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(
        request,
        "billing/inbox.html",
        {
            "page_obj": page,
            "rows": [(event, *_shown(event)) for event in page],
            "filters": filters("state", list(selectors.STATES.items()), state, counts, search),
            "search": search,
            "keep": [{"name": "state", "value": state}] if state else [],
            "failing": counts["failing"],
            "waiting": counts["waiting"],
            "may_process": may(request.vendor_role, Permission.RECONCILIATION_MANAGE),
        },
    )


@vendor_page(Permission.JOBS_READ)
@require_safe
def inbox_event(request: VendorRequest, event_id: int) -> HttpResponse:
    """Show one event: what is kept of it is ids and times, never what it said."""
    event = get_object_or_404(WebhookEvent, pk=event_id)
    label, kind = _shown(event)
    return render(
        request,
        "billing/inbox_event.html",
        {
            "event": event,
            "label": label,
            "kind": kind,
            "may_process": may(request.vendor_role, Permission.RECONCILIATION_MANAGE),
        },
    )


@vendor_page(Permission.RECONCILIATION_MANAGE)
@require_POST
def inbox_again(request: VendorRequest) -> HttpResponse:
    """Work off the chosen events again."""
    chosen = [int(value) for value in request.POST.getlist("event") if value.isdecimal()]
    count = process_again(event_ids=chosen, actor=Actor.of(request.user), now=timezone.now())
    transaction.on_commit(lambda: process_webhook_inbox.delay())
    messages.success(
        request,
        ngettext(
            "%(count)s event is processed again.", "%(count)s events are processed again.", count
        )
        % {"count": count},
    )
    return redirect("inbox")


def _shown(event: WebhookEvent) -> tuple[str, str]:
    """Return an event's state in words, and the kind of its badge."""
    state = selectors.state_of(event)
    return str(selectors.STATES.get(state, state)), _BADGES.get(state, "")
