"""The vendor's search: accounts, tasks, invoices and pages of the reader's role."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission
from accounts.views.answers import asked_by_htmx
from signals.selectors.search import found_accounts, found_invoices, found_pages, found_tasks


@vendor_page(Permission.STAFF_SEARCH)
@require_safe
def vendor_search(request: VendorRequest) -> HttpResponse:
    """Find what the reader may see; a fragment for the palette, a page without script."""
    asked = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    role = request.vendor_role
    groups = [
        (_("Accounts"), found_accounts(search=asked, role=role)),
        (_("Tasks"), found_tasks(search=asked, role=role)),
        (_("Invoices"), found_invoices(search=asked, role=role)),
        (_("Pages"), found_pages(search=asked, role=role)),
    ]
    context = {"asked": asked, "groups": [(title, found) for title, found in groups if found]}
    template = "search_results" if asked_by_htmx(request) else "search"
    return render(request, f"signals/{template}.html", context)
