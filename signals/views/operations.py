"""Vendor operations: the quality of the rules and the health of the scheduled jobs."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission, may
from signals.jobs import scheduled_jobs
from signals.selectors.jobs import job_rows, mail_counts
from signals.selectors.retention import retention_rows
from signals.selectors.rule_pages import rule_rows
from signals.selectors.rules import rules as measured_rules


@vendor_page(Permission.RULES_READ)
@require_safe
def rules(request: VendorRequest) -> HttpResponse:
    """Show each rule with its thresholds and how well it works."""
    return render(
        request,
        "signals/rules.html",
        {
            "rules": measured_rules(now=timezone.now()),
            "rows": rule_rows(),
            "may_manage": may(request.vendor_role, Permission.RULES_MANAGE),
        },
    )


@vendor_page(Permission.JOBS_READ)
@require_safe
def jobs(request: VendorRequest) -> HttpResponse:
    """Show the scheduled jobs and the mail that waits."""
    rows = job_rows(scheduled_jobs(), now=timezone.now())
    troubled = sum(1 for row in rows if row.kind in ("bad", "warn"))
    context = {"rows": rows, "troubled": troubled, "mails": mail_counts()}
    return render(request, "signals/jobs.html", context)


@vendor_page(Permission.JOBS_READ)
@require_safe
def retention(request: VendorRequest) -> HttpResponse:
    """Show what is kept for how long, and what the last run let go."""
    rows = retention_rows(now=timezone.now())
    context = {"rows": rows, "troubled": sum(1 for row in rows if row.kind in ("bad", "warn"))}
    return render(request, "signals/retention.html", context)
