"""Goes on with what nobody is working on: purchases, settlements, renewals of everybody."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db.models import F, Max

from accounts.tenancy import organization_context
from billing.models import Incident, Purchase, Subscription
from billing.services import settling
from billing.services.charging import advance_purchase, expire_purchase
from billing.services.credit_notes import complete_invoice, unnamed_payments
from billing.services.incidents import open_incident
from billing.services.periods import sync_subscription
from billing.services.renewal_plan import tell_stripe

log = structlog.get_logger(__name__)

# Longer than a request may take, so that the sweeper does not run after it.
IDLE_FOR = timedelta(seconds=45)
# Stripe drops a change that was not paid for after about 23 hours.
CONFIRM_WITHIN = timedelta(hours=22)
_LOOK_AGAIN_AFTER = timedelta(minutes=5)
# A webhook says that a period has begun; after this long it is lost or very late.
_RENEWAL_IS_TOLD_WITHIN = timedelta(minutes=2)
_ASK_AGAIN_AFTER = timedelta(minutes=10)
_BATCH = 500
# Each costs a request to Stripe.
_PAYMENTS = 50


def sweep_purchases(*, now: datetime) -> int:
    """Resume purchases that were left before payment or before their seats; return how many."""
    idle = now - IDLE_FOR
    left = (
        Purchase.objects.using("pipeline")
        .filter(
            state__in=[
                Purchase.State.RESERVED,
                Purchase.State.AWAITING_PAYMENT,
                Purchase.State.ON_TERMS,
                Purchase.State.PAID,
            ]
        )
        .exclude(created_at__gt=idle)
        .exclude(checked_at__gt=idle)
    )
    confirming = Purchase.objects.using("pipeline").filter(
        state=Purchase.State.REQUIRES_ACTION, checked_at__lte=now - _LOOK_AGAIN_AFTER
    )
    found = [
        *left.order_by("created_at").values_list("organization_id", "pk")[:_BATCH],
        *confirming.order_by("created_at").values_list("organization_id", "pk")[:_BATCH],
    ]
    for organization_id, purchase_id in found:
        try:
            advance_purchase(organization_id=organization_id, purchase_id=purchase_id, now=now)
        except Exception:
            # One purchase that cannot go on must not hold up the others.
            log.exception("purchase_not_resumed", purchase=str(purchase_id))
            _report_if_paid(organization_id, purchase_id, now)
    return len(found)


def _report_if_paid(organization_id: int, purchase_id: UUID, now: datetime) -> None:
    with organization_context(organization_id):
        purchase = Purchase.objects.filter(
            pk=purchase_id, state__in=[Purchase.State.PAID, Purchase.State.ON_TERMS]
        ).first()
    if purchase is not None:
        open_incident(
            organization_id=organization_id,
            kind=Incident.Kind.GRANT_BLOCKED,
            purchase=purchase,
            ours={"state": purchase.state, "seats": purchase.seats},
            theirs={"invoice": purchase.stripe_invoice_id, "status": purchase.state},
            now=now,
        )


def sweep_settlements(*, now: datetime) -> int:
    """Resume settlements that were left; look now and then at those that wait for money."""
    return settling.sweep_settlements(
        now=now, idle_before=now - IDLE_FOR, waiting_before=now - _LOOK_AGAIN_AFTER
    )


def sweep_renewals(*, now: datetime) -> int:
    """Ask Stripe for subscriptions whose last known period is over; return how many."""
    found = list(
        Subscription.objects.using("pipeline")
        .current()
        .exclude(stripe_subscription_id="")
        .filter(synced_at__lte=now - _ASK_AGAIN_AFTER)
        .annotate(known_until=Max("periods__during__endswith"))
        .filter(known_until__lte=now - _RENEWAL_IS_TOLD_WITHIN)
        .values_list("organization_id", "stripe_subscription_id")[:_BATCH]
    )
    for organization_id, stripe_subscription_id in found:
        try:
            sync_subscription(
                organization_id=organization_id,
                stripe_subscription_id=stripe_subscription_id,
                now=now,
            )
        except Exception:
            log.exception("renewal_not_read", organization=organization_id)
    return len(found)


def sweep_payments(*, now: datetime) -> int:
    """Ask Stripe what payments were made with that nobody told us of; return how many."""
    found = list(
        unnamed_payments()
        .using("pipeline")
        .filter(paid_at__lte=now - _ASK_AGAIN_AFTER)
        .order_by("-paid_at")
        .values_list("organization_id", "invoice_id")[:_PAYMENTS]
    )
    for organization_id, invoice_id in found:
        try:
            complete_invoice(organization_id=organization_id, invoice_id=invoice_id, now=now)
        except Exception:
            log.exception("payment_not_read", organization=organization_id)
    return len(found)


def sweep_plans(*, now: datetime) -> int:
    """Tell Stripe plans for renewals that it has not heard of; return how many."""
    found = list(
        Subscription.objects.using("pipeline")
        .current()
        .exclude(stripe_subscription_id="")
        .exclude(plan_version=F("plan_version_at_stripe"))
        .exclude(plan_lease_until__gt=now)
        .order_by("pk")
        .values_list("organization_id", flat=True)[:_BATCH]
    )
    for organization_id in found:
        try:
            tell_stripe(organization_id=organization_id, now=now)
        except Exception:
            log.exception("plan_not_told", organization=organization_id)
    return len(found)


def expire_purchases(*, now: datetime) -> int:
    """End purchases that nobody confirmed in time; return how many were looked at."""
    found = list(
        Purchase.objects.using("pipeline")
        .filter(state=Purchase.State.REQUIRES_ACTION, charge_requested_at__lte=now - CONFIRM_WITHIN)
        .order_by("created_at")
        .values_list("organization_id", "pk")[:_BATCH]
    )
    for organization_id, purchase_id in found:
        try:
            expire_purchase(organization_id=organization_id, purchase_id=purchase_id, now=now)
        except Exception:
            log.exception("purchase_not_expired", purchase=str(purchase_id))
    return len(found)
