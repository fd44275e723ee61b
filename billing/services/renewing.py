"""What a renewal brings, and what the end takes: ledger entries, price, baseline, seats.

A renewal brings what was planned for it, as far as Stripe brought it too: fewer seats and another
price with the period, more seats once its invoice is paid. A plan that Stripe had not heard of in
time waits for the next renewal, because what Stripe charged is what was paid for.

Called inside the transaction that holds the seat pool locked; `periods` decides when.
"""

from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.services.history import STRIPE, record
from billing.domain.ledger import Balance, Cause, plan_next_term
from billing.domain.period import Period
from billing.gateways import stripe
from billing.models import (
    BillingAccount,
    Contract,
    Invoice,
    Price,
    ScheduledChange,
    SeatLedgerEntry,
    Subscription,
)
from billing.selectors.plans import planned_changes
from billing.services.ledger import append_entry
from billing.services.plans import end_plans
from billing.services.renewal_plan import bump_plan
from seats.services.seats import change_purchased_seats, release_every_seat

_Kind, _State = ScheduledChange.Kind, ScheduledChange.State


def as_range(period: Period) -> DateTimeTZRange:
    """Return a period as the database keeps it."""
    return DateTimeTZRange(period.start, period.end)


def renew(
    subscription: Subscription,
    state: stripe.SubscriptionState,
    *,
    period: Period,
    invoice: Invoice | None,
    amount_minor: int,
    now: datetime,
) -> SeatLedgerEntry:
    """Write the renewal into the ledger with what was planned for it; return its entry."""
    plans = planned_changes(subscription)
    missed = _missed(subscription, plans, state)
    brought = [change for change in plans if change not in missed]
    target = subscription.next_term_seats
    seats_missed = bool(missed) and target != subscription.purchased_seats
    if seats_missed:
        # Stripe renewed with what it had been told before, maybe with fewer seats: never beyond it.
        charged = min(subscription.purchased_seats, state.quantity)
        _plan_seats(subscription, charged, missed[0], period.start, now)
    late = _told_too_late(subscription, state, period, brought)
    if state.quantity < min(subscription.purchased_seats, subscription.next_term_seats):
        for change in [change for change in late if change.quantity_to is not None][:1]:
            _plan_seats(subscription, state.quantity, change, period.start, now)
    brought += late
    entry = append_entry(
        subscription=subscription,
        cause=Cause.RENEWAL,
        effective_at=period.start,
        actor=STRIPE,
        now=now,
        amount_minor=amount_minor,
        currency=subscription.price.currency,
        invoice=invoice,
        scheduled_change=next((c for c in brought if c.quantity_to is not None), None),
    )
    _apply(subscription, brought, now)
    if seats_missed and target != subscription.purchased_seats:
        _plan_seats(subscription, target, missed[0], period.start, now)
    _postpone(missed, period, now)
    if plans:
        bump_plan(subscription)
    write_baseline(subscription)
    return entry


def _missed(
    subscription: Subscription, plans: list[ScheduledChange], state: stripe.SubscriptionState
) -> list[ScheduledChange]:
    """Return the plans that Stripe's renewal did not bring: it renewed as it was."""
    brought_seats = state.quantity == subscription.next_term_seats

    def is_missed(change: ScheduledChange) -> bool:
        if change.price_to is not None and change.price_to.stripe_price_id != state.price_id:
            return True
        if change.quantity_to is not None and not brought_seats:
            return True
        return change.kind == _Kind.CANCELLATION

    return [change for change in plans if is_missed(change)]


def _told_too_late(
    subscription: Subscription,
    state: stripe.SubscriptionState,
    period: Period,
    brought: list[ScheduledChange],
) -> list[ScheduledChange]:
    """Return the plans that were taken back or replaced too late for Stripe to hear of it.

    Stripe renewed with them all the same. What it charged is what was paid for: its price, and no
    more seats than it has.
    """
    if subscription.plan_version == subscription.plan_version_at_stripe:
        return []
    ended = ScheduledChange.objects.filter(
        subscription=subscription,
        kind__in=[_Kind.SEATS, _Kind.PRICE],
        state__in=[_State.UNDONE, _State.SUPERSEDED],
        effective_at=period.start,
    ).order_by("-ended_at")
    prices = [change.price_to for change in brought if change.price_to] or [subscription.price]
    has_other_price = prices[0].stripe_price_id != state.price_id
    has_fewer_seats = state.quantity < min(
        subscription.purchased_seats, subscription.next_term_seats
    )
    late: list[ScheduledChange] = []
    for change in ended.select_related("price_to"):
        if change.price_to is not None and change.price_to.stripe_price_id != state.price_id:
            continue
        brings_price = change.price_to is not None and has_other_price
        brings_seats = change.quantity_to is not None and has_fewer_seats
        if brings_price or brings_seats:
            late.append(change)
            has_other_price = has_other_price and not brings_price
            has_fewer_seats = has_fewer_seats and not brings_seats
    return late


def _plan_seats(
    subscription: Subscription,
    seats: int,
    change: ScheduledChange,
    effective_at: datetime,
    now: datetime,
) -> None:
    balance = Balance(subscription.purchased_seats, subscription.next_term_seats)
    append_entry(
        subscription=subscription,
        cause=plan_next_term(balance, seats, effective_at).cause,
        next_term_seats=seats,
        effective_at=effective_at,
        actor=STRIPE,
        now=now,
        currency=subscription.price.currency,
        scheduled_change=change,
    )


def _apply(subscription: Subscription, plans: list[ScheduledChange], now: datetime) -> None:
    """Put in force what the period brings; more seats wait for the payment of its invoice."""
    waits = subscription.next_term_seats > subscription.purchased_seats
    for change in plans:
        if change.price_to is not None:
            _use_price(subscription, change.price_to)
    done = [change for change in plans if not (waits and change.quantity_to is not None)]
    end_plans(changes=done, state=_State.APPLIED, actor=STRIPE, now=now)


def _use_price(subscription: Subscription, price: Price) -> None:
    subscription.price = price
    subscription.save(update_fields=["price"])


def _postpone(missed: list[ScheduledChange], period: Period, now: datetime) -> None:
    for change in missed:
        change.effective_at = period.end
        change.save(update_fields=["effective_at"])
        record(
            actor=STRIPE,
            verb="scheduled_change_postponed",
            subject=change,
            organization_id=change.organization_id,
            now=now,
            changes={"until": period.end.isoformat()},
        )


def write_baseline(subscription: Subscription) -> None:
    """An annual term is committed with the seats it begins with; a monthly one is not."""
    is_annual = subscription.price.interval == Price.Interval.YEAR
    subscription.committed_baseline_seats = subscription.purchased_seats if is_annual else 0
    subscription.save(update_fields=["committed_baseline_seats"])


def grant_planned_increase(subscription: Subscription, period: Period, now: datetime) -> None:
    """Grant the seats that the renewal added, once its invoice is paid or sent on terms."""
    if subscription.next_term_seats <= subscription.purchased_seats:
        return
    due = [
        change
        for change in planned_changes(subscription)
        if change.quantity_to is not None and change.effective_at <= period.start
    ]
    if not due or not _is_settled(subscription, period):
        return
    entry = append_entry(
        subscription=subscription,
        cause=Cause.RENEWAL_INCREASE,
        effective_at=now,
        actor=STRIPE,
        now=now,
        currency=subscription.price.currency,
        scheduled_change=due[0],
    )
    end_plans(changes=due, state=_State.APPLIED, actor=STRIPE, now=now)
    bump_plan(subscription)
    write_baseline(subscription)
    change_purchased_seats(
        organization_id=subscription.organization_id,
        seats_after=entry.seats_after,
        actor=STRIPE,
        now=now,
    )


def _is_settled(subscription: Subscription, period: Period) -> bool:
    """Tell whether the renewal's invoice is paid; on terms it is enough that it was sent."""
    account = BillingAccount.objects.get(organization_id=subscription.organization_id)
    contract = Contract.objects.filter(organization_id=subscription.organization_id).first()
    conditions = contract.conditions() if contract else None
    if account.collection == BillingAccount.Collection.INVOICE or (
        conditions is not None and conditions.by_invoice
    ):
        return True
    return Invoice.objects.filter(
        subscription=subscription,
        billing_reason="subscription_cycle",
        lines__period_start=period.start,
        status=Invoice.Status.PAID,
    ).exists()


def end(subscription: Subscription, state: stripe.SubscriptionState, now: datetime) -> None:
    """Take the seats of a subscription that ended, and close what was planned for it."""
    plans = planned_changes(subscription)
    ending = [change for change in plans if change.kind == _Kind.CANCELLATION]
    end_plans(changes=ending, state=_State.APPLIED, actor=STRIPE, now=now)
    rest = [change for change in plans if change.kind != _Kind.CANCELLATION]
    end_plans(changes=rest, state=_State.SUPERSEDED, actor=STRIPE, now=now)
    if not SeatLedgerEntry.objects.filter(subscription=subscription).exists() or (
        subscription.purchased_seats == subscription.next_term_seats == 0
    ):
        return
    entry = append_entry(
        subscription=subscription,
        cause=Cause.END,
        effective_at=state.ended_at or now,
        actor=STRIPE,
        now=now,
        currency=subscription.price.currency,
        scheduled_change=ending[0] if ending else None,
    )
    subscription.committed_baseline_seats = 0
    subscription.save(update_fields=["committed_baseline_seats"])
    release_every_seat(
        organization_id=subscription.organization_id,
        actor=STRIPE,
        now=now,
        reason="subscription_ended",
    )
    change_purchased_seats(
        organization_id=subscription.organization_id,
        seats_after=entry.seats_after,
        actor=STRIPE,
        now=now,
    )
    record(
        actor=STRIPE,
        verb="subscription_ended",
        subject=subscription,
        organization_id=subscription.organization_id,
        now=now,
    )
