"""Carries out what was granted and is not known to Stripe yet, over all organizations."""

from datetime import datetime, timedelta

import structlog
from django.db.models import Q

from billing.models import CreditGrant, SubscriptionDiscount
from billing.services.credit import carry_out_credit
from billing.services.discounts import carry_out_discount
from billing.services.sweeping import IDLE_FOR

log = structlog.get_logger(__name__)

_BATCH = 500


def sweep_grants(*, now: datetime, idle_for: timedelta = IDLE_FOR) -> int:
    """Carry out discounts and credits that were stored and left; return how many."""
    before = now - idle_for
    asked = SubscriptionDiscount.objects.using("pipeline").filter(
        Q(starts_at__isnull=True, created_at__lte=before) | Q(end_asked_at__lte=before),
        ended_at__isnull=True,
    )
    approval = CreditGrant.Approval
    promised = CreditGrant.objects.using("pipeline").filter(
        done_at__isnull=True,
        created_at__lte=before,
        approval__in=[approval.NOT_NEEDED, approval.APPROVED],
    )
    discounts = list(asked.values_list("organization_id", "pk")[:_BATCH])
    credits = list(promised.values_list("organization_id", "pk")[:_BATCH])
    for organization_id, pk in discounts:
        try:
            carry_out_discount(organization_id=organization_id, discount_id=pk, now=now)
        except Exception:
            # One that cannot go on must not hold up the others.
            log.exception("discount_not_carried_out", discount=pk)
    for organization_id, pk in credits:
        try:
            carry_out_credit(organization_id=organization_id, grant_id=pk, now=now)
        except Exception:
            log.exception("credit_not_carried_out", grant=pk)
    return len(discounts) + len(credits)
