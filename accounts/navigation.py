"""What every page shows around its content: navigation by role, who the reader is and where."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.domain.roles import OrganizationRole, Permission, Powers, VendorRole, may
from accounts.models import Membership, User
from accounts.tenancy import user_context


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the navigation; shown to roles that include `permission`.

    `covers` are pages of the same subject under other addresses.
    """

    label: Promise
    url_name: str
    icon: str
    permission: Permission
    covers: tuple[str, ...] = ()


ORGANIZATION_ENTRIES: tuple[Entry, ...] = (
    Entry(_("Overview"), "overview", "gauge", Permission.OVERVIEW_READ),
    Entry(_("People"), "people", "users", Permission.PEOPLE_READ),
    Entry(_("Usage"), "usage", "activity", Permission.USAGE_READ, covers=("features", "outcomes")),
    Entry(
        _("Seats and billing"),
        "seats",
        "credit-card",
        Permission.BILLING_READ,
        covers=(
            "quotes",
            "invoices",
            "payment",
            "statement",
            "billing_details",
            "true_ups",
            "papers",
        ),
    ),
    Entry(
        _("Requests"),
        "purchase_requests",
        "inbox",
        Permission.REQUESTS_READ,
        covers=("requests", "planning"),
    ),
    Entry(_("Settings"), "settings", "settings", Permission.SETTINGS_READ),
    Entry(_("My usage"), "my_usage", "activity", Permission.OWN_USAGE_READ),
    Entry(_("Ask for a seat"), "ask_for_seat", "plus", Permission.SEATS_REQUEST),
)
# Those who answer for seats see the first six that their role includes; those who use the product
# start with their own usage.
_MOST_ENTRIES = 6
_OWN_FIRST = {
    OrganizationRole.APPROVER: ("purchase_requests", "overview", "my_usage", "ask_for_seat"),
    OrganizationRole.CHAMPION: ("my_usage", "ask_for_seat", "overview"),
    OrganizationRole.MEMBER: ("my_usage", "ask_for_seat"),
}

VENDOR_ENTRIES: tuple[Entry, ...] = (
    Entry(_("Today"), "today", "sun", Permission.TASKS_WORK),
    Entry(
        _("Accounts"),
        "accounts",
        "building",
        Permission.PORTFOLIO_READ,
        covers=("portfolio",),
    ),
    Entry(_("Tasks"), "tasks", "check-square", Permission.TASKS_WORK),
    Entry(_("Signals"), "signals", "radio", Permission.PORTFOLIO_READ),
    Entry(_("True-ups"), "vendor_true_ups", "true-up", Permission.TRUE_UPS_MANAGE),
    Entry(_("Planning"), "vendor_planning", "calendar", Permission.PORTFOLIO_READ),
    Entry(
        _("Reconciliation"),
        "reconciliation",
        "scale",
        Permission.RECONCILIATION_READ,
        covers=("reviews",),
    ),
    Entry(
        _("Invoices"),
        "vendor_invoices",
        "file-text",
        Permission.INVOICES_READ,
        covers=("vendor_dunning",),
    ),
    Entry(_("Contracts"), "contracts", "briefcase", Permission.CONTRACTS_READ),
    Entry(_("Ledger"), "vendor_ledger", "list", Permission.INVOICES_READ),
    Entry(_("Prices"), "prices", "tag", Permission.CATALOG_READ),
    Entry(_("Policies"), "policies", "shield", Permission.POLICIES_READ),
    Entry(_("Rules"), "rules", "sliders", Permission.RULES_READ),
    Entry(
        _("Jobs"),
        "jobs",
        "cpu",
        Permission.JOBS_READ,
        covers=("endpoints", "inbox", "retention", "usage_operations"),
    ),
    Entry(_("History"), "vendor_history", "clock", Permission.HISTORY_READ),
)
# Six a role; vendor admins land on rules and keep what no other role has, finance its money.
_VENDOR_NAMES = {
    VendorRole.ACCOUNT_MANAGER: (
        "today",
        "accounts",
        "tasks",
        "signals",
        "vendor_planning",
        "rules",
    ),
    VendorRole.FINANCE: (
        "vendor_true_ups",
        "reconciliation",
        "vendor_invoices",
        "contracts",
        "vendor_ledger",
        "policies",
    ),
    VendorRole.VENDOR_ADMIN: (
        "rules",
        "accounts",
        "prices",
        "policies",
        "jobs",
        "vendor_history",
    ),
}


type CountCallback = Callable[[Membership], int]
_COUNTS: dict[str, CountCallback] = {}


def count_in_navigation(url_name: str, count: CountCallback) -> None:
    """Have an entry show how much waits for the reader; `count` enters the tenancy context."""
    _COUNTS[url_name] = count


def organization_navigation(powers: OrganizationRole | Powers) -> list[Entry]:
    """Return the entries for what somebody may do inside an organization, six at most."""
    if isinstance(powers, OrganizationRole):
        powers = Powers(powers)
    entries, role = ORGANIZATION_ENTRIES, powers.role
    if role in _OWN_FIRST and powers.custom is None:
        by_name = {entry.url_name: entry for entry in entries}
        entries = tuple(by_name[name] for name in _OWN_FIRST[role])
    return [e for e in entries if powers.may(e.permission)][:_MOST_ENTRIES]


def vendor_navigation(role: VendorRole) -> list[Entry]:
    """Return the entries for a vendor role, six at most."""
    by_name = {entry.url_name: entry for entry in VENDOR_ENTRIES}
    return [by_name[name] for name in _VENDOR_NAMES[role] if may(role, by_name[name].permission)]


def landing_url(user: User) -> str | None:
    """Return where a user starts after signing in, or None if they belong nowhere."""
    if user.vendor_role:
        return reverse(vendor_navigation(VendorRole(user.vendor_role))[0].url_name)
    memberships = memberships_of(user)
    if not memberships:
        return None
    first = memberships[0]
    entry = organization_navigation(first.powers)[0]
    return reverse(entry.url_name, args=[first.organization.slug])


def memberships_of(user: User) -> list[Membership]:
    """Return a user's live memberships with their organizations, by the organization's name."""
    with user_context(user.pk):
        return list(
            Membership.objects.filter(user=user, state=Membership.State.ACTIVE)
            .select_related("organization", "custom_role")
            .order_by("organization__name")
        )


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: navigation, organizations to switch to, role, demo mode."""
    is_demo = settings.DEMO_DIR is not None
    context: dict[str, Any] = {
        "product_name": settings.PRODUCT_NAME,
        "demo_mode": is_demo,
        "demo_mail_url": "/demo/mail/" if is_demo else "",
        "navigation": [],
    }
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return context
    membership: Membership | None = getattr(request, "membership", None)
    if membership is not None:
        powers = membership.powers
        slug = membership.organization.slug
        context |= {
            "organization": membership.organization,
            "membership": membership,
            "role_label": capfirst(membership.role_name),
            "navigation": _links(organization_navigation(powers), request, slug, membership),
            "organizations": memberships_of(user),
            "may": {p.name.lower(): powers.may(p) for p in Permission},
            "search_url": reverse("search", args=[slug]),
            "acting": getattr(request, "support", None),
        }
    elif user.vendor_role:
        vendor_role = VendorRole(user.vendor_role)
        context |= {
            "role_label": capfirst(user.get_vendor_role_display()),
            "navigation": _links(vendor_navigation(vendor_role), request),
            "may": {p.name.lower(): may(vendor_role, p) for p in Permission},
            "search_url": reverse("vendor_search"),
        }
    return context


def _links(
    entries: list[Entry],
    request: HttpRequest,
    slug: str | None = None,
    membership: Membership | None = None,
) -> list[dict[str, Any]]:
    links = []
    for entry in entries:
        args = [slug] if slug else []
        url = reverse(entry.url_name, args=args)
        is_root = slug is not None and entry.url_name == "overview"
        subject = () if is_root else (url, *(reverse(name, args=args) for name in entry.covers))
        current = request.path == url or request.path.startswith(subject)
        links.append(
            {
                "label": entry.label,
                "url": url,
                "icon": entry.icon,
                "current": current,
                "count": _COUNTS[entry.url_name](membership)
                if membership is not None and entry.url_name in _COUNTS
                else 0,
            }
        )
    return links
