"""What the pages about invoices show."""

from django.db.models import Count, Q, QuerySet

from billing.models import CreditNote, Invoice
from billing.selectors.overview import organization_invoices


def found_invoices(
    organization_id: int, *, status: str = "", search: str = ""
) -> QuerySet[Invoice]:
    """Return an organization's invoices by state and by number, order or line; newest first."""
    found = organization_invoices(organization_id)
    if status in Invoice.Status.values:
        found = found.filter(status=status)
    if search:
        found = found.filter(
            Q(number__icontains=search)
            | Q(po_number__icontains=search)
            | Q(pk__in=_by_credit_note(organization_id, search))
        )
    return found


def _by_credit_note(organization_id: int, search: str) -> QuerySet[CreditNote, int]:
    notes = CreditNote.objects.filter(organization_id=organization_id, number__icontains=search)
    return notes.values_list("invoice_id", flat=True)


def invoice_counts(organization_id: int, *, search: str = "") -> dict[str, int]:
    """Return how many invoices there are in each state, within a search."""
    found = found_invoices(organization_id, search=search).order_by()
    return dict(found.values_list("status").annotate(Count("id")))


def organization_credit_notes(organization_id: int) -> QuerySet[CreditNote]:
    """Return the credit notes, newest first."""
    return CreditNote.objects.filter(organization_id=organization_id).select_related("invoice")
