"""Keeps subscriptions in step with Stripe: status, periods, renewals, the end."""

from datetime import datetime

from accounts.services.history import STRIPE, record
from accounts.tenancy import organization_context
from billing.domain.period import Period
from billing.gateways import stripe
from billing.models import Invoice, Subscription, SubscriptionPeriod
from billing.models.subscription import ENDED_STATUSES
from billing.services.collecting import noted_on
from billing.services.mirror import mirror_invoice
from billing.services.renewal_plan import tell_stripe, wanted_renewal
from billing.services.renewals import check_renewal
from billing.services.renewing import as_range, end, grant_planned_increase, renew
from billing.services.taking_over import Reading, take_over
from seats.services.seats import change_purchased_seats, lock_seat_pool

_OVERDUE = (Subscription.Status.PAST_DUE, Subscription.Status.UNPAID)


def sync_subscription(
    *, organization_id: int, stripe_subscription_id: str, now: datetime
) -> Subscription | None:
    """Ask Stripe for a subscription and write status and periods; None if it is not ours.

    A period that begins writes the renewal into the ledger, with its invoice: the seats become
    those of the next term. When nobody told us for longer than a period, each one that was missed
    is written, oldest first. A subscription that ended has no seats. Answers that are older than
    what is stored are dropped.
    """
    with organization_context(organization_id):
        known = Subscription.objects.filter(stripe_subscription_id=stripe_subscription_id).first()
        last = _last_period(known) if known else None
    if known is None:
        return None
    before = Reading.of(known)
    state = stripe.retrieve_subscription(stripe_subscription_id)
    early = _first_paid_invoice(known, last, state)
    renewals: list[stripe.InvoiceState] = []
    if last is not None and state.period.start >= last.period.end:
        renewals = stripe.renewal_invoices(
            subscription_id=stripe_subscription_id, since=last.period.end
        )
    for renewal in renewals:
        check_renewal(organization_id=organization_id, invoice=renewal, now=now)
    with organization_context(organization_id):
        lock_seat_pool(organization_id=organization_id)
        subscription = (
            Subscription.objects.select_for_update(of=("self",))
            .select_related("price")
            .get(pk=known.pk)
        )
        if subscription.synced_at is not None and subscription.synced_at > now:
            return subscription
        is_latest = Reading.of(subscription) == before
        if is_latest:
            _take_over_reactivation(subscription, state, before, now)
        for renewal in renewals:
            if renewal.renewed_period is not None:
                _begin_period(subscription, state, renewal.renewed_period, renewal, now)
        if state.status in ENDED_STATUSES:
            end(subscription, state, now)
        else:
            if early is not None:
                _cut_trial(subscription, state.period.start)
            _begin_period(subscription, state, state.period, early, now)
            last = _last_period(subscription)
            if last is not None:
                grant_planned_increase(subscription, last.period, now)
            if is_latest:
                _take_over_plan(subscription, state, now)
        _write_status(subscription, state, now)
    tell_stripe(organization_id=organization_id, now=now)
    return subscription


def _take_over_reactivation(
    subscription: Subscription, state: stripe.SubscriptionState, before: Reading, now: datetime
) -> None:
    """Take over that an end was taken back at Stripe, before the renewal that it made possible."""
    last = _last_period(subscription)
    has_gone_on = state.status not in ENDED_STATUSES and not state.cancels_at_period_end
    if last is not None and before.ends_at_stripe and has_gone_on:
        take_over(
            subscription,
            state,
            before=before,
            since=last.period.start,
            is_scheduled=False,
            now=now,
        )


def _take_over_plan(
    subscription: Subscription, state: stripe.SubscriptionState, now: datetime
) -> None:
    """Take over what was changed at Stripe about the next renewal."""
    last = _last_period(subscription)
    if last is None or last.period.end != state.period.end:
        return
    # The renewal may just have raised the version of the plan.
    subscription.refresh_from_db(
        fields=["plan_version", "plan_version_at_stripe", "next_term_seats", "purchased_seats"]
    )
    take_over(
        subscription,
        state,
        before=Reading.of(subscription),
        since=last.period.start,
        is_scheduled=wanted_renewal(subscription, last.period.start).wants_schedule,
        now=now,
    )


def _first_paid_invoice(
    known: Subscription, last: SubscriptionPeriod | None, state: stripe.SubscriptionState
) -> stripe.InvoiceState | None:
    """Return the invoice with which paying began before the trial was over, or None."""
    if last is None or known.status != Subscription.Status.TRIALING or state.status == "trialing":
        return None
    if not last.period.start <= state.period.start < last.period.end:
        return None
    return stripe.retrieve_invoice(state.latest_invoice_id)


def _cut_trial(subscription: Subscription, at: datetime) -> None:
    """Let the trial's period end where the first paid one begins."""
    last = _last_period(subscription)
    if last is None or not last.period.start <= at < last.period.end:
        return
    if last.period.start == at:
        last.delete()
        return
    last.during = as_range(Period(last.period.start, at))
    last.save(update_fields=["during"])


def _last_period(subscription: Subscription) -> SubscriptionPeriod | None:
    return SubscriptionPeriod.objects.filter(subscription=subscription).order_by("during").last()


def _begin_period(
    subscription: Subscription,
    state: stripe.SubscriptionState,
    period: Period,
    renewal: stripe.InvoiceState | None,
    now: datetime,
) -> None:
    last = _last_period(subscription)
    if last is not None and period.start < last.period.end:
        return
    SubscriptionPeriod.objects.create(
        organization_id=subscription.organization_id,
        subscription=subscription,
        during=as_range(period),
        recorded_at=now,
    )
    invoice: Invoice | None = None
    if renewal is not None:
        invoice = mirror_invoice(
            organization_id=subscription.organization_id, state=renewal, now=now
        )
    entry = renew(
        subscription,
        state,
        period=period,
        invoice=invoice,
        amount_minor=_renewed_minor(invoice, renewal),
        now=now,
    )
    if entry.seats_delta:
        change_purchased_seats(
            organization_id=subscription.organization_id,
            seats_after=entry.seats_after,
            actor=STRIPE,
            now=now,
        )
    record(
        actor=STRIPE,
        verb="subscription_renewed",
        subject=subscription,
        organization_id=subscription.organization_id,
        now=now,
        changes={"seats": entry.seats_after, "until": period.end.isoformat()},
    )


def _renewed_minor(invoice: Invoice | None, renewal: stripe.InvoiceState | None) -> int:
    """Return the renewal's own amount: what was noted before and comes along has its entries."""
    if invoice is None or renewal is None:
        return 0
    return invoice.total_minor - noted_on(organization_id=invoice.organization_id, state=renewal)


def _write_status(
    subscription: Subscription, state: stripe.SubscriptionState, now: datetime
) -> None:
    before = subscription.status
    subscription.status = state.status
    subscription.anchor_at = state.anchor_at
    subscription.canceled_at = state.canceled_at
    subscription.synced_at = now
    if state.status in _OVERDUE:
        subscription.past_due_since = subscription.past_due_since or now
    else:
        subscription.past_due_since = None
    subscription.save(
        update_fields=["status", "anchor_at", "canceled_at", "synced_at", "past_due_since"]
    )
    if before != state.status:
        record(
            actor=STRIPE,
            verb="subscription_status_changed",
            subject=subscription,
            organization_id=subscription.organization_id,
            now=now,
            changes={"from": before, "to": state.status},
        )
