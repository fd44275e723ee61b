"""Cards: added on Stripe's page, managed in Stripe's portal, mirrored here."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Organization
from accounts.tenancy import organization_context
from billing.gateways import stripe
from billing.models import BillingAccount
from billing.services.mirror import mirror_customer
from billing.services.subscriptions import ensure_customer


class CardNotAdded(DomainError):
    """The card page was left before it was complete, or belongs to somebody else."""

    code: ClassVar[str] = "card_not_added"


def begin_card_setup(
    *, organization_id: int, success_url: str, cancel_url: str, now: datetime
) -> str:
    """Return the address of Stripe's page for a new card.

    `success_url` holds {CHECKOUT_SESSION_ID}, which `finish_card_setup` takes.
    """
    customer_id = ensure_customer(organization_id=organization_id, now=now)
    with organization_context(organization_id):
        currency = Organization.objects.get(pk=organization_id).currency
    return stripe.create_setup_session(
        customer_id=customer_id,
        currency=currency,
        success_url=success_url,
        cancel_url=cancel_url,
        idempotency_key=f"setup-{uuid.uuid4()}",
    )


def finish_card_setup(*, organization_id: int, session_id: str, now: datetime) -> BillingAccount:
    """Use the card that was added on Stripe's page; doing it again changes nothing.

    Raises CardNotAdded.
    """
    try:
        setup = stripe.retrieve_setup_session(session_id)
    except stripe.GatewayFault as fault:
        raise CardNotAdded(_("No card was added. Please try again.")) from fault
    with organization_context(organization_id):
        account = BillingAccount.objects.get(organization_id=organization_id)
    if setup.customer_id != account.stripe_customer_id or not setup.payment_method_id:
        raise CardNotAdded(_("No card was added. Please try again."))
    state = stripe.set_default_card(
        customer_id=account.stripe_customer_id,
        payment_method_id=setup.payment_method_id,
        idempotency_key=f"default-{session_id}",
    )
    return mirror_customer(
        organization_id=organization_id, state=state, now=now, answers_our_change=True
    )


def card_portal_url(*, organization_id: int, return_url: str, now: datetime) -> str:
    """Return the address of Stripe's page where cards are managed."""
    customer_id = ensure_customer(organization_id=organization_id, now=now)
    return stripe.create_portal_session(customer_id=customer_id, return_url=return_url)
