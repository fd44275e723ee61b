"""What a change's invoice carries beside Stripe's proration: what a true-up brought already.

Stripe's credit is of the seats that it charged itself. Seats of a true-up were charged or credited
by an invoice of their own, so their share of the time ahead is put beside the proration as an item
that the invoice of the change takes along. When no such invoice comes, the item is taken away
before the purchase ends, so that no other invoice takes it.
"""

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.tenancy import organization_context
from billing.gateways import stripe
from billing.models import BillingAccount, Purchase


def beside_minor(purchase: Purchase) -> int:
    """Return the amount, net of tax: below zero what was paid, above what was credited."""
    line = purchase.quote.snapshot().settled_line
    return line.amount_minor if line is not None else 0


def put_beside(purchase: Purchase) -> None:
    """Let the invoice of the change carry it; asked again it is there once."""
    amount_minor = beside_minor(purchase)
    if amount_minor:
        account = _account(purchase)
        with translation.override(account.organization.language):
            description = _("Seats of a true-up, settled before")
        stripe.add_credit_beside(
            customer_id=account.stripe_customer_id,
            subscription_id=purchase.subscription.stripe_subscription_id,
            purchase=str(purchase.pk),
            description=description,
            amount_minor=amount_minor,
            currency=purchase.currency,
        )


def take_back_beside(purchase: Purchase) -> None:
    """Take it away when the change did not come; what is on an invoice stays there."""
    if beside_minor(purchase):
        stripe.take_back_credit_beside(
            customer_id=_account(purchase).stripe_customer_id,
            purchase=str(purchase.pk),
            since=purchase.charge_requested_at or purchase.created_at,
        )


def _account(purchase: Purchase) -> BillingAccount:
    with organization_context(purchase.organization_id):
        return BillingAccount.objects.select_related("organization").get(
            organization_id=purchase.organization_id
        )
