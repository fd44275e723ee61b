"""Goes on with purchases that nobody is working on, over all organizations."""

from datetime import datetime, timedelta

import structlog

from billing.models import Purchase
from billing.services.charging import advance_purchase, expire_purchase

log = structlog.get_logger(__name__)

# Longer than a request may take, so that the sweeper does not run after it.
IDLE_FOR = timedelta(seconds=45)
# Stripe drops a change that was not paid for after about 23 hours.
CONFIRM_WITHIN = timedelta(hours=22)
_LOOK_AGAIN_AFTER = timedelta(minutes=5)
_BATCH = 500


def sweep_purchases(*, now: datetime) -> int:
    """Resume purchases that were left before payment or before their seats; return how many."""
    idle = now - IDLE_FOR
    left = (
        Purchase.objects.using("pipeline")
        .filter(
            state__in=[
                Purchase.State.RESERVED,
                Purchase.State.AWAITING_PAYMENT,
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
