"""Puts money on an organization's credit balance, with the reason."""

from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Organization
from accounts.services.history import STRIPE, Actor, record
from accounts.tenancy import organization_context
from billing.gateways import stripe
from billing.models import CreditGrant
from billing.services.mirror import refresh_customer
from billing.services.subscriptions import ensure_customer


class CreditRefused(DomainError):
    """An amount of nothing or less, or one without a reason."""

    code: ClassVar[str] = "credit_refused"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "amount"


def grant_credit(
    *,
    organization_id: int,
    amount_minor: int,
    reason: str,
    idempotency_key: str,
    actor: Actor,
    now: datetime,
) -> CreditGrant:
    """Store a credit in the organization's currency; the balance grows once it is carried out.

    The same key returns the same grant. Raises CreditRefused.
    """
    if amount_minor <= 0 or not reason.strip():
        raise CreditRefused(_("Give an amount above zero and the reason for it."))
    with organization_context(organization_id, user_id=actor.user_id):
        organization = Organization.objects.get(pk=organization_id)
        grant, created = CreditGrant.objects.get_or_create(
            organization_id=organization_id,
            idempotency_key=idempotency_key[:200],
            defaults={
                "amount_minor": amount_minor,
                "currency": organization.currency,
                "reason": reason.strip()[:300],
                "granted_by_id": actor.user_id,
                "actor_label": actor.label[:200],
                "created_at": now,
            },
        )
        if created:
            record(
                actor=actor,
                verb="credit_granted",
                subject=grant,
                organization_id=organization_id,
                now=now,
                changes={"total_minor": amount_minor, "currency": grant.currency},
            )
        return grant


def carry_out_credit(*, organization_id: int, grant_id: int, now: datetime) -> CreditGrant:
    """Book a stored credit at Stripe, once. Must not run inside a transaction.

    Raises `stripe.GatewayError` when Stripe does not do it; calling it again goes on.
    """
    with organization_context(organization_id):
        grant = CreditGrant.objects.get(pk=grant_id)
    if grant.done_at is not None:
        return grant
    customer_id = ensure_customer(organization_id=organization_id, now=now)
    movement_id = stripe.add_credit(
        customer_id=customer_id,
        amount_minor=grant.amount_minor,
        currency=grant.currency,
        reason=grant.reason,
        grant=str(grant.stripe_key),
    )
    with organization_context(organization_id):
        grant = CreditGrant.objects.select_for_update().get(pk=grant_id)
        if grant.done_at is None:
            grant.stripe_transaction_id, grant.done_at = movement_id, now
            grant.save(update_fields=["stripe_transaction_id", "done_at"])
            record(
                actor=STRIPE,
                verb="credit_booked",
                subject=grant,
                organization_id=organization_id,
                now=now,
            )
    refresh_customer(organization_id=organization_id, now=now)
    return grant
