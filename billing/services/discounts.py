"""Grants percentages off a subscription, and ends them early.

The row is the intent. `carry_out_discount` does at Stripe what the row says and may be called as
often as wanted: by the task after the commit and by the sweeper.
"""

from datetime import datetime
from typing import ClassVar

import structlog
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import STRIPE, Actor, record
from accounts.tenancy import organization_context
from billing.domain.discount import WHOLE
from billing.gateways import stripe
from billing.models import SubscriptionDiscount
from billing.selectors.terms import current_subscription
from billing.services.collecting import collect_noted
from billing.services.renewal_plan import bump_plan, tell_stripe
from seats.services.seats import lock_seat_pool

LONGEST_MONTHS = 120


log = structlog.get_logger(__name__)


class DiscountRefused(DomainError):
    """This percentage, or this number of months, cannot be given."""

    code: ClassVar[str] = "discount_refused"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "percent"


class DiscountInForce(DomainError):
    """The subscription has a discount; it ends first."""

    code: ClassVar[str] = "discount_in_force"


def grant_discount(
    *,
    organization_id: int,
    basis_points: int,
    months: int | None,
    reason: str,
    actor: Actor,
    now: datetime,
) -> SubscriptionDiscount:
    """Store a discount on the organization's subscription; it reduces invoices once carried out.

    Without `months` it has no end. Raises DiscountRefused, DiscountInForce, NoSubscription.
    """
    if not 0 < basis_points <= WHOLE or not (months is None or 0 < months <= LONGEST_MONTHS):
        raise DiscountRefused(
            _("A discount is more than 0 and at most 100 %, for up to 120 months.")
        )
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        subscription = current_subscription(organization_id)
        given = SubscriptionDiscount.objects.filter(subscription=subscription)
        given.filter(ends_at__lte=now, ended_at__isnull=True).update(ended_at=F("ends_at"))
        if given.filter(ended_at__isnull=True).exists():
            raise DiscountInForce(_("There is a discount already. End it before you give another."))
        discount = SubscriptionDiscount.objects.create(
            organization_id=organization_id,
            subscription=subscription,
            basis_points=basis_points,
            months=months,
            reason=reason[:300],
            granted_by_id=actor.user_id,
            actor_label=actor.label[:200],
            created_at=now,
        )
        record(
            actor=actor,
            verb="discount_granted",
            subject=discount,
            organization_id=organization_id,
            now=now,
            changes={"months": months or 0, "reason": discount.reason},
        )
        return discount


def end_discount(
    *, organization_id: int, discount_id: int, actor: Actor, now: datetime
) -> SubscriptionDiscount:
    """Store that a discount ends now; asking again changes nothing."""
    with organization_context(organization_id, user_id=actor.user_id):
        discount = SubscriptionDiscount.objects.select_for_update().get(pk=discount_id)
        if discount.end_asked_at is None and not discount.is_over(now):
            discount.end_asked_at = now
            discount.save(update_fields=["end_asked_at"])
            record(
                actor=actor,
                verb="discount_end_asked",
                subject=discount,
                organization_id=organization_id,
                now=now,
            )
        return discount


def carry_out_discount(
    *, organization_id: int, discount_id: int, now: datetime
) -> SubscriptionDiscount:
    """Do at Stripe what is stored of a discount. Must not run inside a transaction.

    Raises `stripe.GatewayError` when Stripe does not do it; calling it again goes on.
    """
    discount = _read(organization_id, discount_id)
    if discount.starts_at is None and discount.end_asked_at is None:
        # What was noted before was quoted without it, and is invoiced without it.
        if not collect_noted(organization_id=organization_id, is_month_over=False, now=now):
            log.warning("discount_waits_for_what_is_noted", discount=discount.pk)
            return discount
        discount = _put_in_force(discount, now)
    if discount.end_asked_at is not None and discount.ended_at is None:
        if discount.starts_at is not None:
            stripe.remove_discounts(
                subscription_id=discount.subscription.stripe_subscription_id,
                idempotency_key=f"discount-end-{discount.stripe_key}",
            )
        discount = _write(discount, now, "discount_ended", ended_at=now)
    tell_stripe(organization_id=organization_id, now=now)
    return discount


def _put_in_force(discount: SubscriptionDiscount, now: datetime) -> SubscriptionDiscount:
    coupon_id = discount.stripe_coupon_id
    if not coupon_id:
        coupon_id = stripe.create_coupon(
            basis_points=discount.basis_points,
            months=discount.months,
            name=f"{discount.basis_points / 100:g} % off",
            idempotency_key=f"coupon-{discount.stripe_key}",
        )
        discount = _write(discount, now, "", stripe_coupon_id=coupon_id)
    state = stripe.redeem_coupon(
        subscription_id=discount.subscription.stripe_subscription_id,
        coupon_id=coupon_id,
        idempotency_key=f"discount-{discount.stripe_key}",
    )
    if state is None:
        raise stripe.GatewayFault(f"{coupon_id} was redeemed and reduces nothing.")
    return _write(
        discount,
        now,
        "discount_started",
        stripe_discount_id=state.id,
        starts_at=state.starts_at,
        ends_at=state.ends_at,
    )


def _write(
    discount: SubscriptionDiscount, now: datetime, verb: str, **changes: object
) -> SubscriptionDiscount:
    with organization_context(discount.organization_id):
        lock_seat_pool(organization_id=discount.organization_id)
        locked = SubscriptionDiscount.objects.select_for_update().get(pk=discount.pk)
        is_news = any(getattr(locked, name) in (None, "") for name in changes)
        for name, value in changes.items():
            if getattr(locked, name) in (None, ""):
                setattr(locked, name, value)
        locked.save()
        if verb and is_news:
            # A planned renewal has discounts of its own at Stripe: it is told again.
            bump_plan(locked.subscription)
            record(
                actor=STRIPE,
                verb=verb,
                subject=locked,
                organization_id=locked.organization_id,
                now=now,
            )
    return _read(discount.organization_id, discount.pk)


def _read(organization_id: int, discount_id: int) -> SubscriptionDiscount:
    with organization_context(organization_id):
        return SubscriptionDiscount.objects.select_related("subscription").get(pk=discount_id)
