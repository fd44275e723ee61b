"""Starts a subscription that an organization chose by itself: reserve, commit, ask Stripe, finish.

`advance_start` is called by the request that chose, when the card page comes back, by webhooks and
by the sweeper, also at the same time: every step re-reads the row under a lock, and Stripe is asked
under the key of the row, so that there is one subscription however often it is called.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from accounts.services.history import SYSTEM, Actor, record
from accounts.tenancy import organization_context
from billing.domain.starting import StartState, step
from billing.gateways import stripe
from billing.models import BillingAccount, Incident, Price, Subscription, SubscriptionStart
from billing.selectors.starting import DAYS_TO_PAY, days_to_pay, open_start
from billing.services.catalog import ensure_price_at_stripe, ensure_tax_rate_at_stripe
from billing.services.choosing import withdraw_choice
from billing.services.details import carry_out_details
from billing.services.incidents import open_incident
from billing.services.mirror import refresh_customer
from billing.services.subscriptions import ensure_customer, grant_first_seats
from billing.services.tax import carry_out_tax
from seats.services.seats import lock_seat_pool

log = structlog.get_logger(__name__)

_State = SubscriptionStart.State
_LARGEST_NUMBER_OF_STEPS = 6
# Stripe keeps an idempotency key for 24 hours; after that the same call would begin another one.
KEY_IS_SAFE_FOR = timedelta(hours=23)


def withdraw_start(*, organization_id: int, start_id: UUID, actor: Actor, now: datetime) -> None:
    """Give up a beginning that is not paid; what Stripe began is taken back there first."""
    start = _read(organization_id, start_id)
    if start.state == _State.RESERVED:
        with organization_context(organization_id, user_id=actor.user_id):
            lock_seat_pool(organization_id=organization_id)
            withdraw_choice(organization_id, actor, now)
    elif start.state == _State.REQUIRES_ACTION:
        _give_up(start, "canceled", "", now)


def advance_start(*, organization_id: int, start_id: UUID, now: datetime) -> SubscriptionStart:
    """Take a beginning as far as it gets now; return it. Must not run inside a transaction.

    What Stripe does not answer for the moment is left to the sweeper; no error is raised for it.
    """
    start = _read(organization_id, start_id)
    for _step in range(_LARGEST_NUMBER_OF_STEPS):
        state = start.state
        try:
            start = _take_step(start, now)
        except stripe.GatewayFault as fault:
            if start.state == _State.RESERVED:
                log.exception("start_refused", start=str(start_id))
                return _fail(start, "gateway_fault", str(fault), now)
            log.exception("start_not_understood", start=str(start_id))
            return _move(start, StartState(start.state), now)
        except stripe.GatewayError as error:
            log.warning("start_left_to_the_sweeper", start=str(start_id), error=str(error))
            return _move(start, StartState(start.state), now)
        if start.state == state or start.is_finished:
            return start
    return start


def _take_step(start: SubscriptionStart, now: datetime) -> SubscriptionStart:
    match StartState(start.state):
        case StartState.RESERVED:
            return _commit(start, now)
        case StartState.ASKED:
            return _begin(start, now)
        case StartState.REQUIRES_ACTION:
            return _settle(start, stripe.retrieve_subscription(start.stripe_subscription_id), now)
    return start


def _commit(start: SubscriptionStart, now: datetime) -> SubscriptionStart:
    """With a way to pay, and both sides' figures equal, commit to asking Stripe."""
    organization_id = start.organization_id
    with organization_context(organization_id):
        account = BillingAccount.objects.get(organization_id=organization_id)
    if not (account.has_card or start.by_invoice or start.trial_days):
        return start
    customer_id = ensure_customer(organization_id=organization_id, now=now)
    carry_out_details(organization_id=organization_id)
    account = carry_out_tax(organization_id=organization_id, now=now)
    if account.tax_rate_basis_points != start.tax_basis_points:
        return _fail(start, "price_changed", "", now)
    problem = _preview_problem(start, customer_id, now)
    if problem:
        return _fail(start, problem, "", now)
    with organization_context(organization_id):
        lock_seat_pool(organization_id=organization_id)
        locked = SubscriptionStart.objects.select_for_update().get(pk=start.pk)
        if locked.state == _State.RESERVED:
            Subscription.objects.current().filter(
                organization_id=organization_id, status=Subscription.Status.RESERVED
            ).update(status=Subscription.Status.INCOMPLETE_EXPIRED)
            is_annual = start.price.interval == Price.Interval.YEAR
            locked.subscription = Subscription.objects.create(
                organization_id=organization_id,
                price_id=start.price_id,
                committed_baseline_seats=start.seats if is_annual else 0,
                created_at=now,
            )
            locked.state = step(StartState.RESERVED, StartState.ASKED).value
            locked.asked_at = locked.checked_at = now
            locked.save()
            _tell(locked, "start_asked", now)
    return _read(organization_id, start.pk)


def _preview_problem(start: SubscriptionStart, customer_id: str, now: datetime) -> str:
    """Return why nothing may be charged, or an empty text when both sides agree to the cent."""
    if start.trial_days:
        return ""
    preview = stripe.preview_start(
        customer_id=customer_id,
        price_id=ensure_price_at_stripe(start.price),
        quantity=start.seats,
        tax_rate_id=_tax_rate(start, now),
    )
    if preview.total_minor == start.invoice_minor and (
        start.by_invoice or preview.amount_due_minor == start.due_minor
    ):
        return ""
    if preview.total_minor == start.invoice_minor:
        refresh_customer(organization_id=start.organization_id, now=now)
        return "balance_changed"
    open_incident(
        organization_id=start.organization_id,
        kind=Incident.Kind.PREVIEW_DIFFERS,
        purchase=None,
        ours={"total_minor": start.invoice_minor, "start": str(start.pk)},
        theirs={"total_minor": preview.total_minor},
        now=now,
    )
    return "preview_differs"


def _tax_rate(start: SubscriptionStart, now: datetime) -> str:
    return ensure_tax_rate_at_stripe(
        basis_points=start.tax_basis_points, name=start.tax_name, now=now
    )


def _begin(start: SubscriptionStart, now: datetime) -> SubscriptionStart:
    organization_id = start.organization_id
    customer_id = ensure_customer(organization_id=organization_id, now=now)
    asked_at = start.asked_at or start.created_at
    state: stripe.SubscriptionState | None
    if now - asked_at < KEY_IS_SAFE_FOR:
        state = stripe.begin_subscription(
            customer_id=customer_id,
            price_id=ensure_price_at_stripe(start.price),
            quantity=start.seats,
            tax_rate_id=_tax_rate(start, now),
            trial_days=start.trial_days,
            days_until_due=_days_to_pay(start),
            start=str(start.pk),
            organization=str(organization_id),
            idempotency_key=f"start-{start.pk}",
        )
        # The answer of a repeated call is the first one; what became of it is asked for.
        state = stripe.retrieve_subscription(state.id)
    else:
        state = stripe.find_begun(customer_id=customer_id, start=str(start.pk))
    if state is None:
        return _fail(start, "never_charged", "", now)
    return _settle(start, state, now)


def _days_to_pay(start: SubscriptionStart) -> int | None:
    if not start.by_invoice:
        return None
    with organization_context(start.organization_id):
        return days_to_pay(start.organization_id) or DAYS_TO_PAY


def _settle(
    start: SubscriptionStart, state: stripe.SubscriptionState, now: datetime
) -> SubscriptionStart:
    """Store what Stripe says of the subscription that was begun."""
    start = _move(start, StartState(start.state), now, stripe_subscription_id=state.id)
    if state.status in ("active", "trialing", "past_due"):
        return _finish(start, state, now)
    if state.status != "incomplete":
        return _fail(start, start.failure_code or "not_confirmed", "", now)
    invoice = stripe.retrieve_invoice(state.latest_invoice_id)
    if invoice.is_paid:
        return _finish(start, stripe.retrieve_subscription(state.id), now)
    if invoice.needs_action:
        return _move(
            start,
            StartState.REQUIRES_ACTION,
            now,
            hosted_invoice_url=invoice.hosted_invoice_url,
        )
    refusal = invoice.refusal
    code = refusal.failure_code if refusal else ""
    return _give_up(start, code or "card_declined", refusal.failure_message if refusal else "", now)


def _give_up(start: SubscriptionStart, code: str, message: str, now: datetime) -> SubscriptionStart:
    """Take the unpaid subscription back at Stripe first, so that nothing can be paid later."""
    try:
        stripe.take_back_subscription(
            subscription_id=start.stripe_subscription_id,
            idempotency_key=f"start-{start.pk}-back",
        )
    except stripe.GatewayFault:
        log.info("start_not_taken_back", start=str(start.pk))
    state = stripe.retrieve_subscription(start.stripe_subscription_id)
    if state.status in ("active", "trialing", "past_due"):
        return _finish(start, state, now)
    return _fail(start, code, message, now)


def _finish(
    start: SubscriptionStart, state: stripe.SubscriptionState, now: datetime
) -> SubscriptionStart:
    """Grant the seats once; a second caller finds it done."""
    if start.subscription is None:
        raise RuntimeError(f"{start.pk} was asked for without a subscription of ours")
    invoice = stripe.retrieve_invoice(state.latest_invoice_id)
    organization_id = start.organization_id
    actor = Actor(label=start.actor_label, user_id=start.requested_by_id)
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        locked = SubscriptionStart.objects.select_for_update().get(pk=start.pk)
        if not locked.is_finished:
            _subscription, seated = grant_first_seats(
                subscription=start.subscription,
                state=state,
                invoice=invoice,
                seats=start.seats,
                actor=actor,
                now=now,
            )
            locked.state = step(StartState(locked.state), StartState.DONE).value
            locked.seated_membership_ids = [person.pk for person in seated]
            locked.ended_at = locked.checked_at = now
            locked.save()
    return _read(organization_id, start.pk)


def _fail(start: SubscriptionStart, code: str, message: str, now: datetime) -> SubscriptionStart:
    with organization_context(start.organization_id):
        lock_seat_pool(organization_id=start.organization_id)
        locked = SubscriptionStart.objects.select_for_update().get(pk=start.pk)
        if not locked.is_finished:
            locked.state = step(StartState(locked.state), StartState.FAILED).value
            locked.failure_code, locked.failure_message = code[:60], message[:300]
            locked.ended_at = locked.checked_at = now
            locked.save()
            Subscription.objects.filter(start=locked, status=Subscription.Status.RESERVED).update(
                status=Subscription.Status.INCOMPLETE_EXPIRED
            )
            _tell(locked, "start_failed", now, code=locked.failure_code)
    return _read(start.organization_id, start.pk)


def _move(
    start: SubscriptionStart, after: StartState, now: datetime, **changes: str
) -> SubscriptionStart:
    """Write what was learned, and the step; one that somebody else has passed is left alone."""
    with organization_context(start.organization_id):
        locked = SubscriptionStart.objects.select_for_update().get(pk=start.pk)
        if locked.state == start.state:
            before = locked.state
            locked.state = step(StartState(locked.state), after).value
            locked.checked_at = now
            for name, value in changes.items():
                setattr(locked, name, value)
            locked.save()
            if locked.state != before:
                _tell(locked, f"start_{after.value}", now)
    return _read(start.organization_id, start.pk)


def _tell(start: SubscriptionStart, verb: str, now: datetime, **changes: str) -> None:
    record(
        actor=SYSTEM,
        verb=verb,
        subject=start,
        organization_id=start.organization_id,
        now=now,
        changes={"seats": start.seats, **changes},
    )


def _read(organization_id: int, start_id: UUID) -> SubscriptionStart:
    with organization_context(organization_id):
        return SubscriptionStart.objects.select_related("price__plan", "subscription").get(
            pk=start_id
        )


def advance_open_start(*, organization_id: int, now: datetime) -> None:
    """Go on with the beginning that the organization has open, if it has one."""
    with organization_context(organization_id):
        waiting = open_start(organization_id)
    if waiting is not None:
        advance_start(organization_id=organization_id, start_id=waiting.pk, now=now)


def sweep_starts(*, now: datetime, idle_for: timedelta) -> int:
    """Go on with beginnings that nobody works on, over all organizations; return how many."""
    found = list(
        SubscriptionStart.objects.using("pipeline")
        .filter(state__in=[_State.ASKED, _State.REQUIRES_ACTION], checked_at__lte=now - idle_for)
        .values_list("organization_id", "pk")[:500]
    )
    for organization_id, start_id in found:
        try:
            advance_start(organization_id=organization_id, start_id=start_id, now=now)
        except Exception:
            # One that cannot go on must not hold up the others.
            log.exception("start_not_resumed", start=str(start_id))
    return len(found)
