"""What the page "Seats and billing" shows."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet, Sum, Window

from billing.domain.collection import invoiced_at, month_of
from billing.domain.period import Period
from billing.domain.pricing import average_minor, next_tier, total_minor
from billing.models import (
    BillingAccount,
    Invoice,
    Purchase,
    SeatLedgerEntry,
    Subscription,
    SubscriptionDiscount,
    SubscriptionPeriod,
)
from billing.selectors.changing import Renewal, coming_renewal
from billing.selectors.credit import noted_minor
from billing.selectors.discounts import live_discount
from billing.selectors.terms import NoSubscription, current_subscription


@dataclass(frozen=True, slots=True)
class TierRow:
    """One row of a tier table; `last` is None for the open end."""

    first: int
    last: int | None
    unit_minor: int
    flat_minor: int
    current: bool


@dataclass(frozen=True, slots=True)
class NextPrice:
    """How far the next price is, and what it is."""

    seats_away: int
    unit_minor: int


@dataclass(frozen=True, slots=True)
class BillingOverview:
    """The subscription of an organization with what follows from it."""

    subscription: Subscription
    account: BillingAccount
    period: Period | None
    interval_minor: int
    average_minor: int
    next_invoice_minor: int
    noted_minor: int
    tiers: list[TierRow]
    next_price: NextPrice | None
    discount: SubscriptionDiscount | None
    renewal: Renewal | None

    @property
    def currency(self) -> str:
        """The currency of every amount here."""
        return self.subscription.price.currency


def tier_rows(subscription: Subscription, quantity: int) -> list[TierRow]:
    """Return the tiers of a subscription's price; the one that `quantity` reaches is lit."""
    table = subscription.price.table()
    reached = table.tier_of(quantity) if quantity else None
    return [
        TierRow(
            first=table.first_seat(index),
            last=tier.up_to,
            unit_minor=tier.unit_amount_minor,
            flat_minor=tier.flat_amount_minor,
            current=index == reached,
        )
        for index, tier in enumerate(table.tiers)
    ]


def next_price(subscription: Subscription, quantity: int) -> NextPrice | None:
    """Return the next price after `quantity` seats, or None when there is none."""
    following = next_tier(subscription.price.table(), quantity) if quantity else None
    if following is None:
        return None
    return NextPrice(following.seats_away, following.unit_amount_minor)


def billing_overview(organization_id: int, now: datetime) -> BillingOverview | None:
    """Return the organization's billing, or None without a subscription."""
    try:
        subscription = current_subscription(organization_id)
    except NoSubscription:
        return None
    account = BillingAccount.objects.get(organization_id=organization_id)
    table = subscription.price.table()
    last = SubscriptionPeriod.objects.filter(subscription=subscription).order_by("during").last()
    # Without a period there is no renewal to reduce; the subscription is being set up.
    starts_at = last.period.start if last else subscription.created_at
    renewal = coming_renewal(subscription)
    renewal_minor = renewal.total_minor(renewal.planned) if renewal else 0
    renews_at = last.period.end if last else subscription.created_at
    noted = noted_minor(organization_id)
    # Whichever invoice is first takes along what was noted since the last one.
    zone = ZoneInfo(subscription.organization.time_zone)
    along = noted if renews_at <= invoiced_at(month_of(now, zone), zone) else 0
    return BillingOverview(
        subscription=subscription,
        account=account,
        period=last.period if last else None,
        interval_minor=total_minor(table, subscription.purchased_seats),
        average_minor=average_minor(table, subscription.purchased_seats),
        next_invoice_minor=max(renewal_minor + along - account.credit_balance_minor, 0),
        noted_minor=noted,
        tiers=tier_rows(subscription, subscription.purchased_seats),
        next_price=next_price(subscription, subscription.purchased_seats),
        discount=live_discount(subscription, starts_at),
        renewal=renewal,
    )


def seat_statement(organization_id: int) -> QuerySet[SeatLedgerEntry]:
    """Return the ledger, newest first, each entry with `charged_so_far_minor`.

    The order is the ledger's own: a later subscription after an earlier one, inside of each its
    sequence. When an entry was written does not count: a backfill writes old entries late.
    """
    return (
        SeatLedgerEntry.objects.filter(organization_id=organization_id)
        .select_related("invoice", "purchase")
        .annotate(
            charged_so_far_minor=Window(
                Sum("amount_minor"),
                partition_by=[F("organization_id"), F("currency")],
                order_by=[F("subscription_id").asc(), F("sequence").asc()],
            )
        )
        .order_by("-subscription_id", "-sequence")
    )


def organization_invoices(organization_id: int) -> QuerySet[Invoice]:
    """Return the organization's invoices, newest first; drafts are not shown."""
    return Invoice.objects.filter(organization_id=organization_id).exclude(
        status=Invoice.Status.DRAFT
    )


def open_purchase(organization_id: int) -> Purchase | None:
    """Return the purchase that is under way, if one is."""
    return (
        Purchase.objects.unfinished()
        .filter(organization_id=organization_id)
        .select_related("quote")
        .first()
    )
