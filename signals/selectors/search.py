"""What the vendor's search finds: accounts, tasks, invoices and pages, in the staff context."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst

from accounts.domain.roles import Permission, VendorRole, may
from accounts.models import Organization
from accounts.navigation import vendor_navigation
from accounts.templatetags.headroom import format_money
from billing.models import Invoice
from signals.models import ExpansionTask

_MOST: Final = 6


@dataclass(frozen=True, slots=True)
class Found:
    """One result: where it leads, what it is called, and a word beside it."""

    url: str
    label: str
    note: str
    icon: str


def found_pages(*, search: str, role: VendorRole) -> list[Found]:
    """Return the pages of a role whose name holds the search; all of them for an empty one."""
    return [
        Found(reverse(entry.url_name), str(entry.label), "", entry.icon)
        for entry in vendor_navigation(role)
        if search.lower() in str(entry.label).lower()
    ]


def found_accounts(*, search: str, role: VendorRole) -> list[Found]:
    """Return accounts by name, address or external id, for roles that have their pages."""
    if not search or not may(role, Permission.PORTFOLIO_READ):
        return []
    organizations = Organization.objects.filter(
        Q(name__icontains=search) | Q(slug__icontains=search) | Q(external_id__icontains=search)
    ).order_by("name")
    return [
        Found(reverse("account", args=[each.slug]), each.name, each.external_id, "building")
        for each in organizations[:_MOST]
    ]


def found_tasks(*, search: str, role: VendorRole) -> list[Found]:
    """Return tasks by the name of their organization, live ones first."""
    if not search or not may(role, Permission.TASKS_WORK):
        return []
    tasks = (
        ExpansionTask.objects.filter(organization__name__icontains=search)
        .select_related("organization")
        .order_by("ended_at", "-created_at")
    )
    return [
        Found(
            reverse("task", args=[task.pk]),
            f"{task.organization.name}: {capfirst(task.get_play_display())}",
            task.get_state_display(),
            "check-square",
        )
        for task in sorted(tasks[: _MOST * 4], key=lambda task: not task.is_live)[:_MOST]
    ]


def found_invoices(*, search: str, role: VendorRole) -> list[Found]:
    """Return invoices by number or organization, for roles that read them."""
    if not search or not may(role, Permission.INVOICES_READ):
        return []
    invoices = (
        Invoice.objects.filter(
            Q(number__icontains=search) | Q(organization__name__icontains=search)
        )
        .select_related("organization")
        .order_by("-issued_at")
    )
    return [
        Found(
            f"{reverse('vendor_invoices')}?{urlencode({'q': str(invoice)})}",
            f"{invoice} · {invoice.organization.name}",
            format_money(invoice.total_minor, invoice.currency),
            "invoice",
        )
        for invoice in invoices[:_MOST]
    ]
