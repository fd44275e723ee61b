"""What an organization has open on terms: invoices, and what is noted for the next one."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Sum

from billing.models import CollectedInvoice, Invoice, Purchase


@dataclass(frozen=True, slots=True)
class CreditUse:
    """How much is open and noted, in minor units, and the oldest overdue invoice if one is."""

    open_minor: int
    noted_minor: int
    overdue: Invoice | None


def noted_purchases(organization_id: int) -> QuerySet[Purchase]:
    """Return the purchases on terms that no invoice holds yet, the oldest first."""
    return Purchase.objects.filter(
        organization_id=organization_id,
        collection=Purchase.Collection.MONTHLY,
        terms_granted_at__isnull=False,
        invoice__isnull=True,
    ).order_by("terms_granted_at")


def noted_minor(organization_id: int) -> int:
    """Return what is noted for the next invoice, tax included."""
    return noted_purchases(organization_id).aggregate(sum=Sum("total_minor"))["sum"] or 0


def overdue_invoices(organization_id: int, now: datetime) -> QuerySet[Invoice]:
    """Return the open invoices whose day to pay is over, the oldest first."""
    return Invoice.objects.filter(
        organization_id=organization_id, status=Invoice.Status.OPEN, due_at__lte=now
    ).order_by("due_at")


def credit_use(organization_id: int, now: datetime) -> CreditUse:
    """Return what is open on terms, within the organization's tenancy context."""
    opened = Invoice.objects.filter(organization_id=organization_id, status=Invoice.Status.OPEN)
    return CreditUse(
        open_minor=opened.aggregate(sum=Sum("amount_remaining_minor"))["sum"] or 0,
        noted_minor=noted_minor(organization_id),
        overdue=overdue_invoices(organization_id, now).first(),
    )


def collected_invoices(organization_id: int) -> QuerySet[CollectedInvoice]:
    """Return the invoices that collected small additions, the latest first."""
    return CollectedInvoice.objects.filter(organization_id=organization_id).select_related(
        "invoice"
    )
