"""What somebody changed in Stripe's dashboard, so that finance has something to repair.

None of it touches an organization of the story. Nothing is written on our side: the comparison
finds it as it would find anything else.
"""

from datetime import datetime
from typing import Final

from django.utils import timezone

from accounts.domain.roles import StaffScope
from accounts.models import Organization
from accounts.tenancy import organization_context, staff_context
from billing.models import BillingAccount, Subscription
from billing.services.reconciliation import reconcile
from demo.dataset.money import Clocks

SEATS_GIVEN_AWAY: Final = "killbill"
CREDIT_BY_HAND: Final = "dj-stripe"
_MORE_SEATS: Final = 2
_CREDIT_MINOR: Final = 15_00
_SOMEBODY_ELSE: Final = "Workshop tickets 2026"


def differ_from_stripe(clocks: Clocks, *, now: datetime) -> None:
    """Change a quantity and a balance at Stripe, add a customer of something else, and compare."""
    with clocks.deliveries_held_back():
        subscription = _subscription(SEATS_GIVEN_AWAY)
        clocks.in_the_dashboard(
            f"subscription_items/{subscription.stripe_item_id}",
            quantity=subscription.purchased_seats + _MORE_SEATS,
            proration_behavior="none",
        )
        account = _account(CREDIT_BY_HAND)
        clocks.in_the_dashboard(
            f"customers/{account.stripe_customer_id}/balance_transactions",
            amount=-_CREDIT_MINOR,
            currency="eur",
            description="Sorry for the wait on the phone",
        )
        clocks.in_the_dashboard("customers", name=_SOMEBODY_ELSE)
    reconcile(now=now, clock=timezone.now)


def _organization(external_id: str) -> Organization:
    with staff_context(user_id=0, scope=StaffScope.ALL):
        return Organization.objects.get(external_id=external_id)


def _subscription(external_id: str) -> Subscription:
    with organization_context(_organization(external_id).pk):
        return Subscription.objects.current().get()


def _account(external_id: str) -> BillingAccount:
    with organization_context(_organization(external_id).pk):
        return BillingAccount.objects.get()
