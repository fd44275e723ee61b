"""What is planned for the renewal and what could be changed, in dates, seats and money."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from billing.domain.changes import AnnualSaving, Holding, annual_saving
from billing.domain.discount import basis_points_at
from billing.domain.period import Interval
from billing.domain.pricing import QuantityNotAllowed, average_minor, check_quantity
from billing.domain.quoting import renewal_invoice
from billing.models import (
    BillingAccount,
    Price,
    PriceMove,
    ScheduledChange,
    Subscription,
    SubscriptionPeriod,
)
from billing.selectors.discounts import discounts_of
from billing.selectors.plans import planned_changes
from billing.selectors.terms import current_subscription
from seats.models import SeatPool


class PriceNotFound(DomainError):
    """No price on sale fits what was asked for."""

    code: ClassVar[str] = "price_not_found"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "price"


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """One plan in words and money: what the renewal brings with it, and what it would without.

    Amounts are the next invoice's total with tax, before the credit balance. `short` is how many
    people would be without a seat if nobody gave one back before. A new version is another price
    of the same plan and interval. The vendor's own plan is not the customer's to undo.
    """

    change: ScheduledChange
    at: datetime
    seats_from: int
    seats_to: int
    with_minor: int
    without_minor: int
    currency: str
    short: int
    is_being_paid: bool
    is_new_version: bool
    is_vendors: bool = False


@dataclass(frozen=True, slots=True)
class OtherPrice:
    """Another price that the subscription could move to; averages are for one interval."""

    price: Price
    average_minor: int
    renewal_minor: int
    saving: AnnualSaving | None


@dataclass(frozen=True, slots=True)
class Renewal:
    """The coming renewal as things are planned, and what it would be otherwise."""

    subscription: Subscription
    account: BillingAccount
    at: datetime
    has_begun_at: datetime
    plans: tuple[ScheduledChange, ...]
    discount_basis_points: int

    @property
    def today(self) -> Holding:
        """What the subscription is now."""
        price = self.subscription.price
        return Holding(price.table(), price.billing_interval, self.subscription.purchased_seats)

    @property
    def planned(self) -> Holding:
        """What the renewal brings as things are planned; no seats when it brings the end."""
        if self.is_ending:
            return replace(self.today, quantity=0)
        price = next((p.price_to for p in self.plans if p.price_to), self.subscription.price)
        return Holding(price.table(), price.billing_interval, self.subscription.next_term_seats)

    @property
    def is_ending(self) -> bool:
        """Whether the subscription ends instead of renewing."""
        return any(plan.kind == ScheduledChange.Kind.CANCELLATION for plan in self.plans)

    def total_minor(self, holding: Holding) -> int:
        """Return the renewal's invoice for a holding, with tax, before the credit balance."""
        return renewal_invoice(
            holding.table,
            holding.quantity,
            self.at,
            tax_basis_points=self.account.tax_rate_basis_points,
            discount_basis_points=self.discount_basis_points,
        ).total_minor


def coming_renewal(subscription: Subscription) -> Renewal | None:
    """Return the renewal of a subscription; None while its first period is not known."""
    last = SubscriptionPeriod.objects.filter(subscription=subscription).order_by("during").last()
    if last is None:
        return None
    return Renewal(
        subscription=subscription,
        account=BillingAccount.objects.get(organization_id=subscription.organization_id),
        at=last.period.end,
        has_begun_at=last.period.start,
        plans=tuple(planned_changes(subscription)),
        discount_basis_points=basis_points_at(discounts_of(subscription), last.period.end),
    )


def planned_rows(renewal: Renewal) -> list[PlannedChange]:
    """Return what is planned, each with what the next invoice would be without that plan."""
    pool = SeatPool.objects.filter(organization_id=renewal.subscription.organization_id).first()
    assigned = pool.assigned_seats if pool else 0
    planned = renewal.planned
    today = _offer(renewal.subscription.price)
    priced = [plan.pk for plan in renewal.plans if plan.price_to is not None]
    moved = PriceMove.objects.filter(scheduled_change__in=priced) if priced else ()
    vendors = {move.scheduled_change_id for move in moved}
    return [
        PlannedChange(
            change=plan,
            at=plan.effective_at,
            seats_from=renewal.subscription.purchased_seats,
            seats_to=planned.quantity,
            with_minor=renewal.total_minor(planned),
            without_minor=renewal.total_minor(_without(renewal, plan)),
            currency=renewal.subscription.price.currency,
            short=max(assigned - planned.quantity, 0),
            is_being_paid=plan.effective_at <= renewal.has_begun_at,
            is_new_version=plan.price_to is not None and _offer(plan.price_to) == today,
            is_vendors=plan.pk in vendors,
        )
        for plan in renewal.plans
    ]


def _offer(price: Price) -> tuple[int, str]:
    return price.plan_id, price.interval


def _without(renewal: Renewal, plan: ScheduledChange) -> Holding:
    if plan.kind == ScheduledChange.Kind.CANCELLATION:
        return renewal.today
    kept = renewal.planned
    if plan.price_to is not None:
        kept = replace(renewal.today, quantity=kept.quantity)
    if plan.quantity_to is not None:
        kept = replace(kept, quantity=renewal.today.quantity)
    return kept


def other_prices(renewal: Renewal) -> tuple[list[OtherPrice], list[OtherPrice]]:
    """Return the other intervals of today's plan and the other plans, in today's currency."""
    today = renewal.subscription.price
    on_sale = (
        Price.objects.on_sale()
        .filter(currency=today.currency)
        .exclude(pk=today.pk)
        .select_related("plan")
        .prefetch_related("tiers")
        .order_by("plan__name", "interval")
    )
    seats = renewal.subscription.next_term_seats
    found = [_other(renewal, price, seats) for price in on_sale]
    offers = [other for other in found if other is not None]
    same = [o for o in offers if o.price.plan_id == today.plan_id]
    return [o for o in same if o.price.interval != today.interval], [
        o for o in offers if o.price.plan_id != today.plan_id
    ]


def _other(renewal: Renewal, price: Price, seats: int) -> OtherPrice | None:
    """Return an offer for as many seats as renew; None where the price does not sell them."""
    table = price.table()
    try:
        check_quantity(table, seats)
    except QuantityNotAllowed:
        return None
    today = renewal.subscription.price
    saving = None
    if price.plan_id == today.plan_id and price.billing_interval is Interval.YEAR:
        saving = annual_saving(today.table(), table, seats)
    return OtherPrice(
        price=price,
        average_minor=average_minor(table, seats),
        renewal_minor=renewal.total_minor(Holding(table, price.billing_interval, seats)),
        saving=saving,
    )


def find_price(
    organization_id: int,
    *,
    price_id: int | None = None,
    plan: str | None = None,
    interval: str | None = None,
) -> Price:
    """Return the price on sale that is meant; what is not named is as it is today.

    Raises PriceNotFound and what `current_subscription` raises.
    """
    today = current_subscription(organization_id).price
    on_sale = Price.objects.on_sale().select_related("plan").prefetch_related("tiers")
    if price_id is not None:
        found = on_sale.filter(pk=price_id).first()
    else:
        found = on_sale.filter(
            currency=today.currency,
            plan__code=plan or today.plan.code,
            interval=interval or today.interval,
        ).first()
    if found is None:
        raise PriceNotFound(_("No price on sale fits. The list of plans names those that are."))
    return found
