"""Invoices in the search of an organization."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.domain.roles import Permission
from accounts.models import Organization
from accounts.templatetags.headroom import format_money, shortdate
from accounts.views.finders import Finder, Found
from billing.selectors.overview import organization_invoices


def found_invoices(*, organization: Organization, search: str, limit: int) -> list[Found]:
    """Return invoices whose number holds the search, newest first."""
    fitting = organization_invoices(organization.pk).filter(number__icontains=search)
    return [
        Found(
            label=invoice.number,
            note=f"{shortdate(invoice.issued_at)} · "
            f"{format_money(invoice.total_minor, invoice.currency)}",
            url=reverse("invoice", args=[organization.slug, invoice.pk]),
        )
        for invoice in fitting[:limit]
    ]


INVOICES = Finder(
    heading=_("Invoices"), icon="invoice", permission=Permission.BILLING_READ, find=found_invoices
)
