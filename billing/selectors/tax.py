"""Which tax an organization would pay under the vendor's rates of now."""

from billing.domain.tax import Buyer, Rate, TaxDecision, decide_tax, tidy_vat_id
from billing.models import BillingAccount, Seller, TaxRule


def tax_rates() -> dict[str, Rate]:
    """Return the vendor's rates by country."""
    return {rule.country: rule.rate for rule in TaxRule.objects.all()}


def seller_country() -> str:
    """Return where the vendor is; empty while its details are not written."""
    return Seller.objects.values_list("country", flat=True).first() or ""


def tax_for(*, country: str, vat_id: str = "", is_exempt: bool = False) -> TaxDecision:
    """Return the tax of a buyer with these details, and why."""
    return decide_tax(
        Buyer(country, tidy_vat_id(vat_id), is_exempt),
        seller_country=seller_country(),
        rates=tax_rates(),
    )


def tax_of(account: BillingAccount) -> TaxDecision:
    """Return the tax of an organization as its account stands."""
    return tax_for(country=account.country, vat_id=account.vat_id, is_exempt=account.is_tax_exempt)
