"""Grants what is paid or on terms: ledger entry, seats and waiting list in one transaction."""

from datetime import datetime
from uuid import UUID

from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from billing.domain.ledger import Cause
from billing.domain.period import Period
from billing.domain.purchase import PurchaseEvent, PurchaseState, advance
from billing.hooks import SeatsPurchased, on_seats_purchased
from billing.models import (
    Price,
    Purchase,
    ScheduledChange,
    SeatLedgerEntry,
    Subscription,
    SubscriptionPeriod,
)
from billing.selectors.plans import planned_changes
from billing.services.ledger import append_entry
from billing.services.plans import end_plans
from billing.services.renewal_plan import bump_plan
from billing.services.renewing import as_range, write_baseline
from seats.services.seats import change_purchased_seats, lock_seat_pool


def provision(
    *, organization_id: int, purchase_id: UUID, now: datetime, period: Period | None = None
) -> Purchase:
    """Grant what was paid for or approved; a purchase that has its seats is returned unchanged.

    `period` is the one that Stripe bills after a change of the price.

    Everything that changes the organization's seats waits for the same lock, and the ledger takes
    one entry per purchase, so seats are granted once however many callers there are.
    """
    with organization_context(organization_id):
        lock_seat_pool(organization_id=organization_id)
        # The invoice is not joined: a join is not read anew when the row was waited for, and an
        # invoice that was linked meanwhile would be missing.
        purchase = (
            Purchase.objects.select_for_update(of=("self",))
            .select_related("quote", "subscription", "price__plan")
            .get(pk=purchase_id)
        )
        if purchase.state not in (Purchase.State.PAID, Purchase.State.ON_TERMS):
            return purchase
        actor = Actor(label=purchase.actor_label, user_id=purchase.requested_by_id)
        subscription = (
            Subscription.objects.select_related("price__plan")
            .prefetch_related("price__tiers")
            .get(pk=purchase.subscription_id)
        )
        entry = append_entry(
            subscription=subscription,
            cause=Cause.PURCHASE if purchase.price is None else Cause.SWITCH,
            seats_delta=purchase.seats,
            effective_at=purchase.quote.prorated_at,
            actor=actor,
            now=now,
            amount_minor=_amount_minor(purchase),
            currency=purchase.currency,
            purchase=purchase,
            invoice=purchase.invoice,
        )
        if purchase.price is None:
            follow_plans(subscription, actor, now)
        else:
            _use_price(subscription, purchase.price, period, actor, now)
        seated = change_purchased_seats(
            organization_id=organization_id,
            seats_after=entry.seats_after,
            actor=actor,
            now=now,
            first=purchase.waiting_entry_ids,
        )
        purchase.state = advance(PurchaseState(purchase.state), PurchaseEvent.SEATS_GRANTED).value
        purchase.provisioned_at = now
        purchase.ended_at = now
        purchase.seated_membership_ids = [membership.pk for membership in seated]
        purchase.save()
        record(
            actor=actor,
            verb="seats_purchased" if purchase.price is None else "price_changed",
            subject=purchase,
            organization_id=organization_id,
            now=now,
            changes={
                "seats_from": entry.seats_after - entry.seats_delta,
                "seats_to": entry.seats_after,
                "total_minor": entry.amount_minor,
                "currency": entry.currency,
            },
        )
        if entry.seats_delta:
            _tell_of_seats(purchase, entry, actor, now)
        return purchase


def _amount_minor(purchase: Purchase) -> int:
    """Return the invoice's total, or what is noted for the invoice that will hold it."""
    if purchase.collection == Purchase.Collection.MONTHLY:
        return purchase.total_minor
    return purchase.invoice.total_minor if purchase.invoice else 0


def follow_plans(subscription: Subscription, actor: Actor, now: datetime) -> None:
    """Have Stripe told what new seats did to a plan; a target that is reached is none."""
    plans = planned_changes(subscription)
    if not plans:
        return
    if subscription.next_term_seats == subscription.purchased_seats:
        reached = [change for change in plans if change.kind == ScheduledChange.Kind.SEATS]
        end_plans(changes=reached, state=ScheduledChange.State.SUPERSEDED, actor=actor, now=now)
    bump_plan(subscription)


def _use_price(
    subscription: Subscription, price: Price, period: Period | None, actor: Actor, now: datetime
) -> None:
    """Put another price in force; another interval ends the running period and begins a new one.

    What was planned for the old term ends with it.
    """
    plans = planned_changes(subscription)
    end_plans(changes=plans, state=ScheduledChange.State.SUPERSEDED, actor=actor, now=now)
    if plans:
        bump_plan(subscription)
    is_switch = price.interval != subscription.price.interval
    subscription.price = price
    subscription.save(update_fields=["price"])
    if not is_switch or period is None:
        return
    write_baseline(subscription)
    last = SubscriptionPeriod.objects.filter(subscription=subscription).order_by("during").last()
    if last is not None and last.period.start == period.start:
        # Switched in the second in which it began: of the period before it nothing is left.
        last.during = as_range(period)
        last.save(update_fields=["during"])
        return
    if last is not None and last.period.start < period.start < last.period.end:
        last.during = as_range(Period(last.period.start, period.start))
        last.save(update_fields=["during"])
    SubscriptionPeriod.objects.create(
        organization_id=subscription.organization_id,
        subscription=subscription,
        during=as_range(period),
        recorded_at=now,
    )


def _tell_of_seats(purchase: Purchase, entry: SeatLedgerEntry, actor: Actor, now: datetime) -> None:
    on_seats_purchased(
        SeatsPurchased(
            organization_id=purchase.organization_id,
            purchase_id=purchase.pk,
            ledger_entry_id=entry.pk,
            seats_added=entry.seats_delta,
            seats_after=entry.seats_after,
            amount_minor=entry.amount_minor,
            annual_delta_minor=purchase.quote.snapshot().annual_delta_minor,
            currency=entry.currency,
            seated_membership_ids=tuple(purchase.seated_membership_ids),
            actor=actor,
            at=now,
        )
    )
