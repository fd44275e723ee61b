"""The lines that Stripe notes for a monthly addition, and making them what was quoted.

Stripe may have noted other amounts than were quoted. Then a person chooses: one line beside them
for the difference, or our lines instead of theirs. Both come to what was quoted, so nobody pays
anything else than the quote says. Every step looks at what is there first and has a name of its
own, so a repair that was cut off goes on, however much later.
"""

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Organization
from accounts.tenancy import organization_context
from billing.gateways import stripe
from billing.models import BillingAccount, Purchase


def noted_items(purchase: Purchase) -> list[stripe.WaitingItem]:
    """Return what Stripe has noted for a purchase. Must not run inside a transaction."""
    found = stripe.waiting_items(
        customer_id=_customer_id(purchase),
        subscription_id=purchase.subscription.stripe_subscription_id,
        since=purchase.charge_requested_at or purchase.created_at,
    )
    return [item for item in found if item.prorated_at == purchase.quote.prorated_at]


def net_of(purchase: Purchase) -> int:
    """Return what the quoted lines come to, less their discount and without tax."""
    lines = purchase.quote.snapshot().lines
    return sum(line.amount_minor - line.discount_minor for line in lines)


def make_equal(purchase: Purchase, items: list[stripe.WaitingItem]) -> None:
    """Make what Stripe noted come to what was quoted, as was chosen. Outside of a transaction."""
    ours = {item.stands_for for item in items if item.stands_for}
    if purchase.noted_repair == Purchase.NotedRepair.ADD_LINE:
        difference = net_of(purchase) - sum(item.amount_minor for item in items)
        if difference:
            _put(purchase, f"{purchase.pk}-difference", difference)
        return
    for position, line in enumerate(purchase.quote.snapshot().lines):
        name = f"{purchase.pk}-{position}"
        if name not in ours:
            _put(purchase, name, line.amount_minor - line.discount_minor)
    # Ours are there before theirs go, so that something always tells whose second it is.
    for item in items:
        if not item.stands_for:
            stripe.remove_item(item.id)


def _put(purchase: Purchase, name: str, amount_minor: int) -> None:
    with organization_context(purchase.organization_id):
        language = Organization.objects.get(pk=purchase.organization_id).language
    with translation.override(language):
        is_beside = purchase.noted_repair == Purchase.NotedRepair.ADD_LINE
        words = (
            _("Difference to the quote of %(seats)s additional seats")
            if is_beside
            else _("%(seats)s additional seats, as quoted")
        ) % {"seats": purchase.seats}
    stripe.put_noted_line(
        customer_id=_customer_id(purchase),
        subscription_id=purchase.subscription.stripe_subscription_id,
        stands_for=name,
        prorated_at=purchase.quote.prorated_at,
        period_end=_period_end(purchase),
        description=words,
        amount_minor=amount_minor,
        currency=purchase.currency,
    )


def _period_end(purchase: Purchase) -> datetime:
    return purchase.quote.snapshot().period.end


def _customer_id(purchase: Purchase) -> str:
    with organization_context(purchase.organization_id):
        account = BillingAccount.objects.get(organization_id=purchase.organization_id)
    return account.stripe_customer_id
