"""Makes what Stripe will do at the renewal equal to what we planned.

Level-triggered: what is wanted follows from our rows alone (planned changes and the ledger's next
term), Stripe's side is read and made equal, and only then is the version noted that was told. So
it does not matter how often it runs, where it was interrupted, or what Stripe had before. Whoever
changes a plan calls `bump_plan` in the same transaction and `tell_stripe` after it; what was left
is told by the sweeper.

What a customer changed on Stripe's own page meanwhile is taken over first (`taking_over`), so that
telling never undoes it.

A lease keeps two tellers apart. The one that has it looks again before it gives it back, under the
lock that `bump_plan` takes, so a version that came meanwhile is told as well.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db.models import F

from accounts.tenancy import organization_context
from billing.gateways import stripe
from billing.models import (
    Price,
    Purchase,
    ScheduledChange,
    Settlement,
    Subscription,
    SubscriptionPeriod,
)
from billing.models.subscription import ENDED_STATUSES
from billing.selectors.plans import planned_changes
from billing.services.catalog import ensure_price_at_stripe
from billing.services.taking_over import Reading, take_over
from seats.services.seats import lock_seat_pool

log = structlog.get_logger(__name__)

# Longer than the calls of one attempt take.
LEASE = timedelta(seconds=90)
_LARGEST_NUMBER_OF_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class RenewalPlan:
    """What the renewal at the end of the running period shall bring; nothing planned: no change."""

    ends: bool
    price: Price
    seats: int
    is_change: bool

    @property
    def wants_schedule(self) -> bool:
        """Whether Stripe needs a schedule for it."""
        return self.is_change and not self.ends


def bump_plan(subscription: Subscription) -> None:
    """Note that the plan is another one now, inside the transaction that changes it."""
    Subscription.objects.filter(pk=subscription.pk).update(plan_version=F("plan_version") + 1)


def tell_stripe(*, organization_id: int, now: datetime) -> bool:
    """Tell Stripe the plan; return whether it knows the latest one. Not inside a transaction.

    What Stripe does not answer for the moment is left to the sweeper; no error is raised for it.
    """
    for _round in range(_LARGEST_NUMBER_OF_ROUNDS):
        told = _claim(organization_id, now)
        if told is None:
            return False
        if told.is_known:
            return True
        is_told = False
        try:
            is_told = _make_equal(told, now)
        except stripe.GatewayError:
            log.exception("renewal_plan_not_told", organization=organization_id)
        finally:
            is_latest = _give_back(told, is_told=is_told)
        if not is_told or is_latest:
            return is_told
    return False


@dataclass(frozen=True, slots=True)
class _Claim:
    organization_id: int
    subscription_id: int
    stripe_subscription_id: str
    version: int
    is_known: bool
    plan: RenewalPlan
    period_ends_at: datetime | None
    reading: Reading


def _claim(organization_id: int, now: datetime) -> _Claim | None:
    """Take the lease; None where there is nothing to tell, or somebody else is at it."""
    with organization_context(organization_id):
        subscription = (
            Subscription.objects.current()
            .select_for_update(of=("self",))
            .exclude(stripe_subscription_id="")
            .filter(organization_id=organization_id)
            .select_related("price")
            .first()
        )
        if subscription is None:
            return None
        is_known = subscription.plan_version == subscription.plan_version_at_stripe
        # A change at once releases the schedule while it is paid; afterwards the plan is told.
        under_way = (
            Purchase.objects.unfinished().filter(organization_id=organization_id).exists()
            or Settlement.objects.moving().filter(organization_id=organization_id).exists()
        )
        leased = subscription.plan_lease_until
        if not is_known and (under_way or (leased is not None and leased > now)):
            return None
        last = (
            SubscriptionPeriod.objects.filter(subscription=subscription).order_by("during").last()
        )
        if not is_known:
            subscription.plan_lease_until = now + LEASE
            subscription.save(update_fields=["plan_lease_until"])
        return _Claim(
            organization_id=organization_id,
            subscription_id=subscription.pk,
            stripe_subscription_id=subscription.stripe_subscription_id,
            version=subscription.plan_version,
            is_known=is_known,
            plan=wanted_renewal(subscription, last.period.start if last else None),
            period_ends_at=last.period.end if last else None,
            reading=Reading.of(subscription),
        )


def wanted_renewal(subscription: Subscription, period_start: datetime | None) -> RenewalPlan:
    """Return what the renewal shall bring, from our rows alone.

    A planned increase whose renewal has come and waits for its payment is at Stripe already: what
    follows it is nothing new.
    """
    price, seats, ends = subscription.price, subscription.next_term_seats, False
    awaiting = False
    for change in planned_changes(subscription):
        if period_start is not None and change.effective_at <= period_start:
            awaiting = True
            continue
        if change.kind == ScheduledChange.Kind.CANCELLATION:
            ends = True
        elif change.price_to is not None:
            price = change.price_to
    is_change = not awaiting and (
        price.pk != subscription.price_id or seats != subscription.purchased_seats
    )
    return RenewalPlan(ends=ends, price=price, seats=seats, is_change=is_change)


def _make_equal(claim: _Claim, now: datetime) -> bool:
    """Read Stripe's side and change what differs; return whether it is equal now.

    What was canceled or reactivated there is taken over; the plan is another one then.
    """
    state = stripe.retrieve_subscription(claim.stripe_subscription_id)
    if state.status in ENDED_STATUSES:
        return True
    if state.period.end != claim.period_ends_at:
        # The renewal has happened and we have not heard of it; then the plan is another one.
        return False
    plan = claim.plan
    if state.cancels_at_period_end is not plan.ends:
        if _is_taken_over(claim, state, now):
            return True
        _note_telling(claim)
    elif claim.reading.ends_at_stripe is not plan.ends:
        _note_telling(claim)
    wants_schedule = plan.wants_schedule
    if state.schedule_id and not wants_schedule:
        stripe.release_schedule(state.schedule_id)
    if state.cancels_at_period_end is not plan.ends:
        stripe.end_at_renewal(state.id, ends=plan.ends)
    if wants_schedule:
        price_id = ensure_price_at_stripe(plan.price)
        if not _is_scheduled(state, price_id, plan.seats):
            stripe.schedule_renewal(
                state,
                price_id=price_id,
                quantity=plan.seats,
                interval=plan.price.interval,
            )
    return True


def _is_taken_over(claim: _Claim, state: stripe.SubscriptionState, now: datetime) -> bool:
    with organization_context(claim.organization_id):
        lock_seat_pool(organization_id=claim.organization_id)
        subscription = (
            Subscription.objects.select_for_update(of=("self",))
            .select_related("price")
            .get(pk=claim.subscription_id)
        )
        made = take_over(
            subscription,
            state,
            before=claim.reading,
            since=state.period.start,
            is_scheduled=False,
            now=now,
        )
        return made is not None


def _note_telling(claim: _Claim) -> None:
    """From here on it is not known what Stripe has, until the answer is stored."""
    with organization_context(claim.organization_id):
        Subscription.objects.filter(pk=claim.subscription_id).update(ends_at_stripe=None)


def _is_scheduled(state: stripe.SubscriptionState, price_id: str, seats: int) -> bool:
    if not state.schedule_id:
        return False
    # A phase brings its own discounts and tax rates: what changed since is told again.
    kept = (state.discount_ids, state.tax_rate_ids)
    return [
        (phase.starts_at, phase.price_id, phase.quantity, phase.discount_ids, phase.tax_rate_ids)
        for phase in stripe.retrieve_schedule(state.schedule_id).phases
    ] == [
        (state.period.start, state.price_id, state.quantity, *kept),
        (state.period.end, price_id, seats, *kept),
    ]


def _give_back(claim: _Claim, *, is_told: bool) -> bool:
    """Give the lease back and note what was told; return whether that is the latest plan."""
    with organization_context(claim.organization_id):
        subscription = Subscription.objects.select_for_update().get(pk=claim.subscription_id)
        subscription.plan_lease_until = None
        if is_told:
            subscription.plan_version_at_stripe = claim.version
            if subscription.ends_at_stripe is None:
                subscription.ends_at_stripe = claim.plan.ends
        subscription.save(
            update_fields=["plan_lease_until", "plan_version_at_stripe", "ends_at_stripe"]
        )
        return subscription.plan_version == claim.version
