"""Changes who pays: name, address, VAT id, order number; here at once, at Stripe as soon as it can.

The change is stored first, with a key. `carry_out_details` tells Stripe under that key, from the
request that changed it or from the sweeper; a later change has another key and is told after it.
"""

import uuid
from datetime import datetime
from typing import Final

import structlog

from accounts.models import Organization
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from billing.domain.tax import EU_VAT_IDS
from billing.gateways import stripe
from billing.models import BillingAccount

log = structlog.get_logger(__name__)

DETAILS: Final = (
    "payer_name",
    "payer_email",
    "address_line1",
    "address_line2",
    "postal_code",
    "city",
    "country",
    "vat_id",
    "po_number",
)
# What the tax is decided from.
_TAXED_BY: Final = ("country", "vat_id")
# Stripe's kind of tax id by country; others are kept here and printed, but not sent.
_KINDS: Final = dict.fromkeys(EU_VAT_IDS, "eu_vat") | {
    "AU": "au_abn",
    "CH": "ch_vat",
    "GB": "gb_vat",
    "ID": "id_npwp",
    "NO": "no_vat",
    "US": "us_ein",
}
_BATCH: Final = 100


def change_details(
    *, organization_id: int, details: dict[str, str], actor: Actor, now: datetime
) -> BillingAccount:
    """Write the payer's details, which were checked before; Stripe is told afterwards.

    `details` are fields of `DETAILS`. Nothing is written when nothing changes. A new country or VAT
    id has the tax of later invoices decided again.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        organization = Organization.objects.get(pk=organization_id)
        BillingAccount.objects.get_or_create(
            organization_id=organization_id, defaults={"payer_name": organization.name}
        )
        account = BillingAccount.objects.select_for_update().get(organization_id=organization_id)
        changes = {
            name: [getattr(account, name), value]
            for name, value in details.items()
            if name in DETAILS and getattr(account, name) != value
        }
        if not changes:
            return account
        for name, (_before, after) in changes.items():
            setattr(account, name, after)
        account.details_key = uuid.uuid4()
        account.details_pending_since = now
        if any(name in changes for name in _TAXED_BY):
            account.tax_pending_since = now
        account.save()
        record(
            actor=actor,
            verb="billing_details_changed",
            subject=account,
            organization_id=organization_id,
            now=now,
            changes=changes,
        )
        return account


def carry_out_details(*, organization_id: int) -> BillingAccount:
    """Tell Stripe of the latest change; what it knows already is not told again.

    Must not run inside a transaction. Raises `stripe.GatewayError` when Stripe does not take it;
    calling it again goes on. Without a customer at Stripe yet, it stays as it is.
    """
    with organization_context(organization_id):
        account = BillingAccount.objects.get(organization_id=organization_id)
    if account.details_pending_since is None or not account.stripe_customer_id:
        return account
    key = f"details-{account.details_key}"
    stripe.update_details(
        customer_id=account.stripe_customer_id,
        name=account.payer_name,
        email=account.payer_email,
        address={
            "line1": account.address_line1,
            "line2": account.address_line2,
            "postal_code": account.postal_code,
            "city": account.city,
            "country": account.country,
        },
        po_number=account.po_number,
        idempotency_key=key,
    )
    kind = _KINDS.get(account.country, "")
    tax_id = ""
    try:
        tax_id = stripe.put_tax_id(
            customer_id=account.stripe_customer_id,
            kind=kind,
            value=account.vat_id if kind else "",
            idempotency_key=f"{key}-tax",
        )
    except stripe.GatewayFault:
        # Stripe knows forms that we do not check. Invoices then carry the id from our own mirror.
        log.warning("vat_id_not_taken", organization=organization_id, kind=kind)
    with organization_context(organization_id):
        account = BillingAccount.objects.select_for_update().get(organization_id=organization_id)
        account.stripe_tax_id = tax_id
        if f"details-{account.details_key}" == key:
            account.details_pending_since = None
        account.save(update_fields=["stripe_tax_id", "details_pending_since"])
        return account


def sweep_details(*, now: datetime) -> int:
    """Tell Stripe of changes that it does not know yet; return how many were looked at."""
    found = list(
        BillingAccount.objects.using("pipeline")
        .filter(details_pending_since__lte=now)
        .exclude(stripe_customer_id="")
        .values_list("organization_id", flat=True)[:_BATCH]
    )
    for organization_id in found:
        try:
            carry_out_details(organization_id=organization_id)
        except Exception:
            # One payer that Stripe does not take must not hold up the others.
            log.exception("details_not_carried_out", organization=organization_id)
    return len(found)
