"""Writes the catalog and its twins at Stripe."""

from datetime import datetime
from typing import ClassVar

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import Actor, record
from billing.domain.period import Interval
from billing.domain.price_table import PriceTable
from billing.gateways import stripe
from billing.models import Plan, Price, PriceTier, TaxRate


class AlreadyPublished(DomainError):
    """The newest version of this price has the same terms."""

    code: ClassVar[str] = "already_published"


def make_plan(*, code: str, name: str, description: str = "", now: datetime) -> Plan:
    """Return the plan of that code; create it when missing."""
    plan, _created = Plan.objects.get_or_create(
        code=code, defaults={"name": name, "description": description, "created_at": now}
    )
    return plan


@transaction.atomic
def publish_price(
    *,
    plan: Plan,
    interval: Interval,
    table: PriceTable,
    actor: Actor,
    now: datetime,
    trial_days: int = 0,
    reason: str = "",
) -> Price:
    """Put a new version of a price on sale; the version before it is retired.

    Runs in the staff context of scope `all`. `table` is valid by construction. Raises
    AlreadyPublished when nothing would change.
    """
    Plan.objects.select_for_update().get(pk=plan.pk)
    versions = Price.objects.filter(plan=plan, currency=table.currency, interval=interval.value)
    on_sale = versions.on_sale().prefetch_related("tiers").first()
    if on_sale is not None:
        if on_sale.table() == table and on_sale.trial_days == trial_days:
            raise AlreadyPublished(_("This price is on sale with exactly these terms."))
        on_sale.retired_at = now
        on_sale.save(update_fields=["retired_at"])
    last = versions.order_by("-version").first()
    price = Price.objects.create(
        plan=plan,
        version=last.version + 1 if last else 1,
        currency=table.currency,
        interval=interval.value,
        scheme=table.scheme.value,
        minimum_seats=table.minimum_seats,
        maximum_seats=table.maximum_seats,
        step=table.step,
        trial_days=trial_days,
        publish_reason=reason,
        created_at=now,
    )
    PriceTier.objects.bulk_create(
        PriceTier(
            price=price,
            position=position,
            up_to=tier.up_to,
            unit_amount_minor=tier.unit_amount_minor,
            flat_amount_minor=tier.flat_amount_minor,
        )
        for position, tier in enumerate(table.tiers)
    )
    price.published_at = now
    price.save(update_fields=["published_at"])
    record(actor=actor, verb="price_published", subject=price, organization_id=None, now=now)
    return price


def sync_catalog() -> int:
    """Create what Stripe does not have yet of our published prices; return how many were created.

    Repeating it changes nothing, and after a crash it goes on with the same idempotency keys.
    """
    missing = Price.objects.filter(published_at__isnull=False, stripe_price_id="")
    return sum(bool(ensure_price_at_stripe(price)) for price in missing.select_related("plan"))


def ensure_price_at_stripe(price: Price) -> str:
    """Return the id of a price at Stripe; create product and price when missing."""
    if price.stripe_price_id:
        return price.stripe_price_id
    plan = price.plan
    if not plan.stripe_product_id:
        plan.stripe_product_id = stripe.create_product(
            name=plan.name, code=plan.code, idempotency_key=f"product-{plan.stripe_key}"
        )
        plan.save(update_fields=["stripe_product_id"])
    price.stripe_price_id = stripe.create_price(
        product_id=plan.stripe_product_id,
        table=price.table(),
        interval=price.interval,
        label=str(price.version),
        idempotency_key=f"price-{price.stripe_key}",
    )
    price.save(update_fields=["stripe_price_id"])
    return price.stripe_price_id


def ensure_tax_rate_at_stripe(*, basis_points: int, now: datetime) -> str:
    """Return the id of a tax rate at Stripe, made when missing; empty for no tax."""
    if basis_points == 0:
        return ""
    rate, _created = TaxRate.objects.get_or_create(
        basis_points=basis_points, defaults={"created_at": now}
    )
    if not rate.stripe_tax_rate_id:
        rate.stripe_tax_rate_id = stripe.create_tax_rate(
            basis_points=basis_points,
            name="VAT",
            idempotency_key=f"tax-rate-{rate.stripe_key}",
        )
        rate.save(update_fields=["stripe_tax_rate_id"])
    return rate.stripe_tax_rate_id
