"""Vendor operations: the health of each rule, and the mail that is in doubt."""

from typing import Any, Final

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.exports import table_response, wanted_format
from accounts.services.history import Actor
from accounts.views.answers import done
from signals.models import DetectorKind, Notification
from signals.selectors.rule_health import changes_of_rule, months_of_rule
from signals.selectors.rule_health import rule_health as measured
from signals.services.outbox_repair import IN_DOUBT, settle_notifications
from signals.services.rule_mutes import switch_messages

_PER_PAGE: Final = 50


@vendor_page(Permission.RULES_MANAGE)
@require_safe
def rule_health(request: VendorRequest) -> HttpResponse:
    """List the rules with how they stand."""
    rows = measured(now=timezone.now())
    troubled = sum(1 for row in rows if row.state[1] in ("bad", "warn"))
    return render(request, "signals/rule_health.html", {"rows": rows, "troubled": troubled})


@vendor_page(Permission.RULES_MANAGE)
@require_safe
def rule_health_export(request: VendorRequest, format: str) -> HttpResponse:
    """Return the health of the rules as a file."""
    return table_response(
        "rule-health",
        wanted_format(format),
        [
            _("Rule"),
            _("State"),
            _("Signals in 90 days"),
            _("Signals per organization and year"),
            _("Tasks"),
            _("Acted on"),
            _("Ended"),
            _("False positives"),
            _("Hours to the first action"),
            _("Seats won"),
            _("Won per year"),
            _("Held back because"),
        ],
        (row.cells for row in measured(now=timezone.now())),
    )


@vendor_page(Permission.RULES_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def rule_health_of(request: VendorRequest, kind: str) -> HttpResponse:
    """Show one rule by month; switch its messages off or on, with a reason."""
    if kind not in DetectorKind.values:
        raise Http404("No such rule")
    now, error = timezone.now(), ""
    if request.method == "POST":
        is_muted = request.POST.get("messages") == "off"
        try:
            switch_messages(
                kind=DetectorKind(kind),
                is_muted=is_muted,
                reason=request.POST.get("reason", ""),
                actor=Actor.of(request.user),
                now=now,
            )
        except DomainError as refused:
            error = str(refused)
        else:
            said = (
                _("The rule tells nobody; it still records signals and tasks.")
                if is_muted
                else _("The rule tells people again. Tasks that end from now on are judged.")
            )
            return done(request, said, reverse("rule_health_of", args=[kind]))
    rule = next(row for row in measured(now=now) if row.kind == kind)
    context: dict[str, Any] = {
        "rule": rule,
        "label": rule.state[0],
        "badge": rule.state[1],
        "months": months_of_rule(kind, now=now),
        "changes": changes_of_rule(kind),
        "error": error,
    }
    return render(request, "signals/rule_health_of.html", context, status=422 if error else 200)


@vendor_page(Permission.JOBS_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def messages_in_doubt(request: VendorRequest) -> HttpResponse:
    """List mail that was refused or may have arrived; send it again or let it rest."""
    found = Notification.objects.filter(state__in=IN_DOUBT).select_related(
        "recipient", "organization"
    )
    if request.method == "POST":
        ids = [int(i) for i in request.POST.getlist("id") if i.isdecimal() and len(i) < 19]
        again = request.POST.get("do") == "again"
        count = settle_notifications(
            pairs=list(found.filter(pk__in=ids).values_list("organization_id", "pk")),
            again=again,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        said = (
            ngettext("%(n)s message is sent again.", "%(n)s messages are sent again.", count)
            if again
            else ngettext("%(n)s message rests.", "%(n)s messages rest.", count)
        )
        return done(request, said % {"n": count}, reverse("messages_in_doubt"))
    page = Paginator(found.order_by("-created_at", "-id"), _PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(request, "signals/messages_in_doubt.html", {"page_obj": page, "rows": list(page)})
