"""Grants what is paid or on terms: ledger entry, seats and waiting list in one transaction."""

from datetime import datetime
from uuid import UUID

from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from billing.domain.arr import annual_delta_minor
from billing.domain.ledger import Cause
from billing.domain.purchase import PurchaseEvent, PurchaseState, advance
from billing.hooks import SeatsPurchased, on_seats_purchased
from billing.models import Purchase, ScheduledChange, Subscription
from billing.selectors.plans import planned_changes
from billing.services.ledger import append_entry
from billing.services.renewal_plan import bump_plan
from billing.services.scheduling import end_plans
from seats.services.seats import change_purchased_seats, lock_seat_pool


def provision(*, organization_id: int, purchase_id: UUID, now: datetime) -> Purchase:
    """Grant what was paid for or approved; a purchase that has its seats is returned unchanged.

    Everything that changes the organization's seats waits for the same lock, and the ledger takes
    one entry per purchase, so seats are granted once however many callers there are.
    """
    with organization_context(organization_id):
        lock_seat_pool(organization_id=organization_id)
        purchase = (
            Purchase.objects.select_for_update(of=("self",))
            .select_related("quote", "subscription", "invoice")
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
            cause=Cause.PURCHASE,
            seats_delta=purchase.seats,
            effective_at=purchase.quote.prorated_at,
            actor=actor,
            now=now,
            amount_minor=_amount_minor(purchase),
            currency=purchase.currency,
            purchase=purchase,
            invoice=purchase.invoice,
        )
        _follow_plans(subscription, actor, now)
        seated = change_purchased_seats(
            organization_id=organization_id,
            seats_after=entry.seats_after,
            actor=actor,
            now=now,
        )
        purchase.state = advance(PurchaseState(purchase.state), PurchaseEvent.SEATS_GRANTED).value
        purchase.provisioned_at = now
        purchase.ended_at = now
        purchase.seated_membership_ids = [membership.pk for membership in seated]
        purchase.save()
        record(
            actor=actor,
            verb="seats_purchased",
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
        on_seats_purchased(
            SeatsPurchased(
                organization_id=organization_id,
                purchase_id=purchase.pk,
                ledger_entry_id=entry.pk,
                seats_added=entry.seats_delta,
                seats_after=entry.seats_after,
                amount_minor=entry.amount_minor,
                annual_delta_minor=annual_delta_minor(
                    subscription.price.table(),
                    entry.seats_after - entry.seats_delta,
                    entry.seats_after,
                    subscription.price.billing_interval,
                ),
                currency=entry.currency,
                seated_membership_ids=tuple(purchase.seated_membership_ids),
                actor=actor,
                at=now,
            )
        )
        return purchase


def _amount_minor(purchase: Purchase) -> int:
    """Return the invoice's total, or what is noted for the invoice that will hold it."""
    if purchase.collection == Purchase.Collection.MONTHLY:
        return purchase.total_minor
    return purchase.invoice.total_minor if purchase.invoice else 0


def _follow_plans(subscription: Subscription, actor: Actor, now: datetime) -> None:
    """Have Stripe told what the purchase did to a plan; a target that is reached is none."""
    plans = planned_changes(subscription)
    if not plans:
        return
    if subscription.next_term_seats == subscription.purchased_seats:
        reached = [change for change in plans if change.kind == ScheduledChange.Kind.SEATS]
        end_plans(changes=reached, state=ScheduledChange.State.SUPERSEDED, actor=actor, now=now)
    bump_plan(subscription)
