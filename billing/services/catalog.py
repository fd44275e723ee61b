"""Writes the catalog and its twins at Stripe."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import SYSTEM, Actor, record
from billing.domain.period import Interval
from billing.domain.price_comparison import SavingRange, saving_range, thousandths
from billing.domain.price_table import PriceTable
from billing.gateways import stripe
from billing.models import Plan, Price, PriceTier, TaxRate
from billing.selectors.catalog import counterpart_on_sale


class AlreadyPublished(DomainError):
    """The newest version of this price has the same terms."""

    code: ClassVar[str] = "already_published"


class OutsideAnnualBand(DomainError):
    """A year's commitment saves less than 15 or more than 20 %, and nobody said why."""

    code: ClassVar[str] = "outside_annual_band"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "reason"


class PlanNameNotPossible(DomainError):
    """The plan's name has no letter and no digit, or is another plan's."""

    code: ClassVar[str] = "plan_name_not_possible"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "name"


class NotOnSaleAnyMore(DomainError):
    """The price or plan is retired already."""

    code: ClassVar[str] = "not_on_sale_any_more"


def make_plan(
    *, code: str, name: str, description: str = "", now: datetime, actor: Actor = SYSTEM
) -> Plan:
    """Return the plan of that code; create it when missing."""
    plan, is_new = Plan.objects.get_or_create(
        code=code, defaults={"name": name, "description": description, "created_at": now}
    )
    if is_new:
        record(actor=actor, verb="plan_created", subject=plan, organization_id=None, now=now)
    return plan


def add_plan(*, name: str, description: str, actor: Actor, now: datetime) -> Plan:
    """Make a plan without prices; its code is its name. Raises PlanNameNotPossible."""
    code = slugify(name)[:60]
    if not code:
        raise PlanNameNotPossible(_("Give the plan a name with letters or digits."))
    if Plan.objects.filter(code=code).exists():
        raise PlanNameNotPossible(_("There is a plan of this name already."))
    return make_plan(code=code, name=name, description=description, now=now, actor=actor)


@transaction.atomic
def retire_plan(*, plan_id: int, actor: Actor, now: datetime) -> Plan:
    """Take a plan off sale with all its prices; who has one keeps it."""
    plan = Plan.objects.select_for_update().get(pk=plan_id)
    if plan.retired_at is not None:
        raise NotOnSaleAnyMore(_("This plan is retired already."))
    plan.retired_at = now
    plan.save(update_fields=["retired_at"])
    record(actor=actor, verb="plan_retired", subject=plan, organization_id=None, now=now)
    return plan


@transaction.atomic
def retire_price(*, price_id: int, actor: Actor, now: datetime) -> Price:
    """Take a price off sale without a new version; who has it keeps it.

    Raises NotOnSaleAnyMore.
    """
    price = Price.objects.select_for_update(of=["self"]).select_related("plan").get(pk=price_id)
    if price.published_at is None or price.retired_at is not None:
        raise NotOnSaleAnyMore(_("This price is not on sale."))
    _retire(price, actor, now)
    return price


def _retire(price: Price, actor: Actor, now: datetime) -> None:
    price.retired_at = now
    price.save(update_fields=["retired_at"])
    record(actor=actor, verb="price_retired", subject=price, organization_id=None, now=now)


def saving_beside(
    *, interval: Interval, table: PriceTable, counterpart: Price | None
) -> SavingRange | None:
    """Return what the annual of two prices saves; None without one to compare with."""
    if counterpart is None:
        return None
    if interval is Interval.YEAR:
        return saving_range(counterpart.table(), table)
    return saving_range(table, counterpart.table())


def _check_band(plan: Plan, interval: Interval, table: PriceTable, reason: str) -> None:
    counterpart = counterpart_on_sale(plan=plan, interval=interval, currency=table.currency)
    saving = saving_beside(interval=interval, table=table, counterpart=counterpart)
    if saving is None or saving.is_in_band or reason:
        return
    low, high = _percent(saving.lowest), _percent(saving.highest)
    raise OutsideAnnualBand(
        _(
            "A year saves %(range)s %% against twelve months; 15 to 20 %% is the rule. "
            "Write down the reason, or change the amounts."
        )
        % {"range": low if low == high else f"{low} – {high}"}
    )


def _percent(share: Fraction) -> str:
    return str(Decimal(thousandths(share)) / 10)


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
    AlreadyPublished when nothing would change, NotOnSaleAnyMore for a retired plan, and
    OutsideAnnualBand when the annual price of the plan would then not lie 15 to 20 % below the
    monthly one and `reason` is empty.
    """
    if Plan.objects.select_for_update().get(pk=plan.pk).retired_at is not None:
        raise NotOnSaleAnyMore(_("This plan is retired; its prices cannot be published."))
    versions = Price.objects.filter(plan=plan, currency=table.currency, interval=interval.value)
    on_sale = versions.on_sale().prefetch_related("tiers").first()
    if on_sale is not None and on_sale.table() == table and on_sale.trial_days == trial_days:
        raise AlreadyPublished(_("This price is on sale with exactly these terms."))
    _check_band(plan, interval, table, reason)
    if on_sale is not None:
        _retire(on_sale, actor, now)
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


def ensure_tax_rate_at_stripe(*, basis_points: int, name: str = "", now: datetime) -> str:
    """Return the id of a tax rate at Stripe, made when missing; empty for no tax."""
    if basis_points == 0:
        return ""
    rate, _created = TaxRate.objects.get_or_create(
        basis_points=basis_points, name=name or "VAT", defaults={"created_at": now}
    )
    if not rate.stripe_tax_rate_id:
        rate.stripe_tax_rate_id = stripe.create_tax_rate(
            basis_points=basis_points,
            name=rate.name,
            idempotency_key=f"tax-rate-{rate.stripe_key}",
        )
        rate.save(update_fields=["stripe_tax_rate_id"])
    return rate.stripe_tax_rate_id
