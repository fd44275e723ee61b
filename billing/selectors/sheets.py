"""What a document needs to say: the parties, the lines with their prices, what was paid and how."""

from dataclasses import dataclass
from typing import Any, Final

from accounts.models import Organization
from billing.models import (
    BillingAccount,
    CreditNote,
    Invoice,
    InvoiceLine,
    Payment,
    Price,
    Seller,
    TaxRate,
)
from billing.models.seller import ONLY_ONE

_UNNAMED: Final = "Headroom"
_SELLER_FIELDS: Final = (
    "name",
    "address_line1",
    "address_line2",
    "postal_code",
    "city",
    "country",
    "vat_id",
    "registration",
    "email",
    "website",
    "bank_name",
    "iban",
    "bic",
    "footer",
)


@dataclass(frozen=True, slots=True)
class Party:
    """A seller or a buyer: name, address, VAT id. `country` is an ISO 3166 code of two letters."""

    name: str
    line1: str
    line2: str
    postal_code: str
    city: str
    country: str
    vat_id: str


@dataclass(frozen=True, slots=True)
class TaxRow:
    """The tax of one rate; `basis_points` is None where the rate is not one of ours."""

    basis_points: int | None
    tax_minor: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceSheet:
    """An invoice with everything that its document and its page say."""

    invoice: Invoice
    organization: Organization
    account: BillingAccount | None
    seller: Seller
    buyer: Party
    lines: list[InvoiceLine]
    prices: dict[str, Price]
    taxes: list[TaxRow]
    payments: list[Payment]
    credit_notes: list[CreditNote]

    @property
    def is_reversed(self) -> bool:
        """Whether the buyer owes the tax instead of the seller."""
        return bool(self.invoice.buyer.get("is_reversed")) or any(
            line.taxability_reason == "reverse_charge" for line in self.lines
        )

    @property
    def from_balance_minor(self) -> int:
        """What the credit balance paid; below zero it went to the balance."""
        return self.invoice.starting_balance_minor - self.invoice.ending_balance_minor

    @property
    def net_minor(self) -> int:
        """The total before tax, after discounts."""
        return self.invoice.total_minor - self.invoice.tax_minor

    @property
    def paid_on_terms(self) -> bool:
        """Whether it is paid by transfer within a time, not by card."""
        return self.invoice.due_at is not None


def current_seller() -> Seller:
    """Return the vendor's details of today; without any, the product's name."""
    return Seller.objects.filter(pk=ONLY_ONE).first() or Seller(name=_UNNAMED)


def seller_details(seller: Seller) -> dict[str, Any]:
    """Return the details as they are kept with an invoice."""
    return {name: getattr(seller, name) for name in _SELLER_FIELDS}


def seller_of(invoice: Invoice) -> Seller:
    """Return who sold by the time of the invoice."""
    return Seller(**invoice.seller) if invoice.seller else current_seller()


def seller_party(seller: Seller) -> Party:
    """Return the seller as a party."""
    return Party(
        seller.name,
        seller.address_line1,
        seller.address_line2,
        seller.postal_code,
        seller.city,
        seller.country,
        seller.vat_id,
    )


def buyer_today(organization: Organization, account: BillingAccount | None) -> Party:
    """Return who is billed by the details of today."""
    if account is None:
        return Party(organization.name, "", "", "", "", organization.country, "")
    return Party(
        account.payer_name or organization.name,
        account.address_line1,
        account.address_line2,
        account.postal_code,
        account.city,
        account.country,
        account.vat_id,
    )


def _buyer_of(
    invoice: Invoice, organization: Organization, account: BillingAccount | None
) -> Party:
    kept = invoice.buyer
    if not kept.get("name"):
        return buyer_today(organization, account)
    return Party(
        kept["name"],
        kept["line1"],
        kept["line2"],
        kept["postal_code"],
        " ".join(part for part in (kept["city"], kept["state"]) if part),
        kept["country"],
        kept["tax_id"],
    )


def invoice_sheet(invoice: Invoice) -> InvoiceSheet:
    """Return an invoice with all that belongs to it, in a fixed number of queries."""
    organization = Organization.objects.get(pk=invoice.organization_id)
    account = BillingAccount.objects.filter(organization_id=invoice.organization_id).first()
    lines = list(InvoiceLine.objects.filter(invoice=invoice).order_by("position"))
    return InvoiceSheet(
        invoice=invoice,
        organization=organization,
        account=account,
        seller=seller_of(invoice),
        buyer=_buyer_of(invoice, organization, account),
        lines=lines,
        prices=prices_by_stripe_id({line.stripe_price_id for line in lines}),
        taxes=tax_rows([(line.stripe_tax_rate_id, line.tax_minor) for line in lines]),
        payments=list(Payment.objects.filter(invoice=invoice, status="paid").order_by("paid_at")),
        credit_notes=list(
            CreditNote.objects.filter(invoice=invoice, status=CreditNote.Status.ISSUED).order_by(
                "issued_at", "pk"
            )
        ),
    )


def prices_by_stripe_id(stripe_price_ids: set[str]) -> dict[str, Price]:
    """Return our prices by the ids of their twins, with plan and tiers."""
    found = Price.objects.filter(stripe_price_id__in=stripe_price_ids - {""})
    return {
        price.stripe_price_id: price
        for price in found.select_related("plan").prefetch_related("tiers")
    }


def tax_rows(taxed: list[tuple[str, int]]) -> list[TaxRow]:
    """Return the tax by rate, from pairs of a rate's id at Stripe and an amount."""
    amounts: dict[str, int] = {}
    for rate_id, tax_minor in taxed:
        if rate_id or tax_minor:
            amounts[rate_id] = amounts.get(rate_id, 0) + tax_minor
    if not amounts:
        return []
    rates = {
        rate.stripe_tax_rate_id: rate
        for rate in TaxRate.objects.filter(stripe_tax_rate_id__in=set(amounts) - {""})
    }
    rows = []
    for rate_id, amount in amounts.items():
        rate = rates.get(rate_id)
        rows.append(TaxRow(rate.basis_points, amount, rate.name) if rate else TaxRow(None, amount))
    return rows
