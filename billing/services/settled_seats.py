"""The seats of a settlement: claimed when nothing else changes them, then set on both sides.

Where seats are added Stripe hears of it first, where they go the ledger does: nobody ever has a
seat that Stripe does not charge for.
"""

from datetime import datetime

from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from billing.domain import settlement as domain
from billing.gateways import stripe
from billing.hooks import before_settled_seats
from billing.models import Incident, Purchase, Settlement, Subscription, SubscriptionPeriod
from billing.models.subscription import ENDED_STATUSES
from billing.services.incidents import open_incident
from billing.services.ledger import append_entry
from billing.services.provisioning import follow_plans
from billing.services.settlements import as_moved, move, note, read
from seats.models import SeatPool
from seats.services.seats import change_purchased_seats, lock_seat_pool

_State, _Event = domain.State, domain.Event


def claim_seats(settlement: Settlement, now: datetime) -> Settlement:
    """Reserve the number of seats that it leaves, while nothing else changes them."""
    organization_id = settlement.organization_id
    is_late = False
    with organization_context(organization_id):
        lock_seat_pool(organization_id=organization_id)
        subscription = Subscription.objects.select_for_update(of=("self",)).get(
            pk=settlement.subscription_id
        )
        lease = subscription.plan_lease_until
        if (
            Purchase.objects.unfinished().filter(organization_id=organization_id).exists()
            or Settlement.objects.filter(state=_State.APPLYING).exists()
            or (lease is not None and lease > now)
        ):
            return note(settlement, now)
        quantity = subscription.purchased_seats + settlement.seats_delta
        is_late = subscription.status in ENDED_STATUSES or (
            settlement.seats_delta > 0 and _is_after_its_term(settlement, subscription)
        )
        if not is_late:
            return move(settlement, _Event.SEATS_CLAIMED, now, changes={"quantity_to": quantity})
    open_incident(
        organization_id=organization_id,
        kind=Incident.Kind.SETTLEMENT_LATE,
        purchase=None,
        subject=settlement.key,
        ours={"reference": settlement.reference, "until": settlement.term_ends_at.isoformat()},
        theirs={"invoice": settlement.stripe_invoice_id},
        now=now,
    )
    return move(settlement, _Event.TERM_ENDED, now, changes={"ended_at": now})


def _is_after_its_term(settlement: Settlement, subscription: Subscription) -> bool:
    """Whether a renewal came since: it was charged without these seats."""
    last = SubscriptionPeriod.objects.filter(subscription=subscription).order_by("during").last()
    return last is not None and last.period.start >= settlement.term_ends_at


class _SeatsAreTaken(Exception):
    """People sit on more seats than would be left, and the limit allows no overage."""

    def __init__(self, assigned: int) -> None:
        super().__init__(f"{assigned} seats are assigned.")
        self.assigned = assigned


def apply_seats(settlement: Settlement, now: datetime) -> Settlement:
    """Set both sides to the new number: at Stripe first where seats are added, else last.

    So nobody ever has a seat that Stripe does not charge for.
    """
    if settlement.seats_delta > 0 and settlement.granted_at is None:
        settlement = _tell_quantity(settlement, now)
    if settlement.granted_at is None:
        settlement = _grant(settlement, now)
    if settlement.granted_at is not None and settlement.seats_delta <= 0:
        settlement = _tell_quantity(settlement, now)
    if settlement.granted_at is None:
        return settlement
    return move(settlement, _Event.SEATS_CHANGED, now, changes={"ended_at": now})


def _tell_quantity(settlement: Settlement, now: datetime) -> Settlement:
    subscription = settlement.subscription
    state = stripe.retrieve_subscription(subscription.stripe_subscription_id)
    if state.status not in ENDED_STATUSES and state.quantity != settlement.quantity_to:
        stripe.correct_quantity(
            item_id=subscription.stripe_item_id,
            quantity=settlement.quantity_to or 0,
            idempotency_key=f"settlement-{settlement.pk}-seats-{settlement.quantity_to}",
        )
    return note(settlement, now, {"told_at": now})


def _grant(settlement: Settlement, now: datetime) -> Settlement:
    """Write the ledger and the pool in one transaction; what is written already stays."""
    try:
        return _grant_or_refuse(settlement, now)
    except _SeatsAreTaken as taken:
        open_incident(
            organization_id=settlement.organization_id,
            kind=Incident.Kind.GRANT_BLOCKED,
            purchase=None,
            subject=settlement.key,
            ours={"reference": settlement.reference, "seats": settlement.quantity_to},
            theirs={"assigned": taken.assigned},
            now=now,
        )
        return note(settlement, now)


def _grant_or_refuse(settlement: Settlement, now: datetime) -> Settlement:
    organization_id = settlement.organization_id
    with organization_context(organization_id):
        lock_seat_pool(organization_id=organization_id)
        # Without the invoice: a join is not read anew when the row was waited for.
        locked = Settlement.objects.select_for_update().get(pk=settlement.pk)
        if locked.granted_at is not None or locked.state != _State.APPLYING:
            return read(organization_id, settlement.pk)
        subscription = Subscription.objects.select_related("price").get(pk=locked.subscription_id)
        quantity = subscription.purchased_seats + locked.seats_delta
        if quantity != locked.quantity_to:
            # A renewal came in between: the next look tells Stripe the number that follows it.
            return note(settlement, now, {"quantity_to": quantity, "told_at": None})
        actor = Actor(label=locked.actor_label, user_id=locked.requested_by_id)
        before_settled_seats(as_moved(locked, actor, now))
        pool = lock_seat_pool(organization_id=organization_id)
        if pool.limit == SeatPool.Limit.HARD and pool.assigned_seats > quantity:
            raise _SeatsAreTaken(pool.assigned_seats)
        for booking in domain.bookings(
            settlement.domain_lines(), tax_basis_points=locked.tax_basis_points
        ):
            _book(locked, subscription, booking, actor, now)
        follow_plans(subscription, actor, now)
        change_purchased_seats(
            organization_id=organization_id, seats_after=quantity, actor=actor, now=now
        )
        locked.granted_at = now
        locked.save(update_fields=["granted_at"])
        record(
            actor=actor,
            verb="settlement_granted",
            subject=locked,
            organization_id=organization_id,
            now=now,
            changes={
                "seats_from": quantity - locked.seats_delta,
                "seats_to": quantity,
                "total_minor": locked.total_minor,
                "currency": locked.currency,
            },
        )
    return read(organization_id, settlement.pk)


def _book(
    settlement: Settlement,
    subscription: Subscription,
    booking: domain.Booking,
    actor: Actor,
    now: datetime,
) -> None:
    append_entry(
        subscription=subscription,
        cause=booking.cause,
        seats_delta=booking.seats_delta,
        effective_at=now,
        actor=actor,
        now=now,
        amount_minor=booking.amount_minor,
        currency=settlement.currency,
        invoice=settlement.invoice,
        settlement=settlement,
        note=settlement.reference,
    )
