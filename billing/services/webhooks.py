"""The inbox of Stripe's webhook: take in once, answer at once, work off later.

An event says only that something happened; processing asks Stripe for the object as it is now. So
duplicates, disorder and delay change nothing, and an event whose delivery was lost for good is
fetched by `fetch_missed_events`.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import batched

import structlog
from django.db import transaction

from accounts.tenancy import organization_context
from accounts.tracing import continued, traceparent
from billing.gateways import stripe
from billing.models import BillingAccount, Purchase, WebhookEvent
from billing.services.cards import CardNotAdded, finish_card_setup
from billing.services.charging import advance_purchase
from billing.services.collecting import link_noted
from billing.services.credit_notes import complete_invoice, refresh_credit_note, write_charge
from billing.services.dunning import follow_invoice, follow_subscription
from billing.services.mirror import mirror_invoice, refresh_customer
from billing.services.periods import sync_subscription
from billing.services.renewals import check_renewal
from billing.services.settling import follow_settlement_invoice
from billing.services.starting import advance_open_start
from billing.services.trials import tell_of_trial_end

log = structlog.get_logger(__name__)

BATCH = 100
# Stripe repeats a delivery for three days.
DELIVERIES_TAKE_AT_MOST = timedelta(days=3)
# A worker that died with an event in hand gives it back after this long.
_LEASE = timedelta(minutes=2)
_FIRST_RETRY = timedelta(seconds=10)
_LAST_RETRY = timedelta(hours=1)
# A customer may be created at Stripe a moment before we store its id.
_ATTEMPTS_FOR_STRANGERS = 4

_PROCESSED, _IGNORED, _UNKNOWN = "processed", "ignored", "unknown_customer"


def receive_event(*, notice: stripe.EventNotice, now: datetime) -> bool:
    """Store a verified event; return whether it is new."""
    _event, created = WebhookEvent.objects.get_or_create(
        event_id=notice.event_id,
        defaults={
            "type": notice.type,
            "object_id": notice.object_id,
            "object_type": notice.object_type,
            "customer_id": notice.customer_id,
            "subscription_id": notice.subscription_id,
            "created_at": notice.created_at,
            "received_at": now,
            "next_attempt_at": now,
            "traceparent": traceparent(),
        },
    )
    return created


def fetch_missed_events(*, now: datetime) -> int:
    """Take in what Stripe says happened and nobody delivered; return how many events.

    Looks back for as long as Stripe itself goes on trying, or to the last delivery if that is
    longer ago: then deliveries failed all that time.
    """
    last = WebhookEvent.objects.order_by("-received_at").values_list("created_at", flat=True)
    since = min([now - DELIVERIES_TAKE_AT_MOST, *last[:1]])
    missed = 0
    for notices in batched(stripe.iterate_events(since=since), BATCH):
        ids = [notice.event_id for notice in notices]
        known = set(
            WebhookEvent.objects.filter(event_id__in=ids).values_list("event_id", flat=True)
        )
        for notice in notices:
            if notice.event_id not in known:
                missed += receive_event(notice=notice, now=now)
    return missed


def process_due_events(*, now: datetime, clock: Callable[[], datetime]) -> int:
    """Work off the events that are due; return how many. Several workers share them out."""
    done = 0
    while events := _claim(now):
        # All of these happened before now, so one look at an object answers every event about it.
        looked_at: set[tuple[str, str]] = set()
        for event in events:
            _process(event, clock(), looked_at)
            done += 1
        if len(events) < BATCH:
            break
    return done


def _claim(now: datetime) -> list[WebhookEvent]:
    with transaction.atomic():
        events = list(
            WebhookEvent.objects.select_for_update(skip_locked=True)
            .filter(processed_at__isnull=True, next_attempt_at__lte=now)
            .order_by("created_at", "pk")[:BATCH]
        )
        for event in events:
            event.attempts += 1
            event.next_attempt_at = now + _LEASE
        WebhookEvent.objects.bulk_update(events, ["attempts", "next_attempt_at"])
    return events


def _process(event: WebhookEvent, now: datetime, looked_at: set[tuple[str, str]]) -> None:
    structlog.contextvars.bind_contextvars(stripe_event=event.event_id)
    try:
        # Perhaps hours after the delivery, by a task that beat started: a link leads back to it.
        with continued("process Stripe event", [event.traceparent]):
            outcome = _handle(event, now, looked_at)
    except Exception as error:
        # One event that cannot be processed must not hold up the others.
        log.exception("webhook_event_failed", type=event.type, attempts=event.attempts)
        event.last_error = type(error).__name__
        event.next_attempt_at = now + min(_FIRST_RETRY * 2 ** min(event.attempts, 9), _LAST_RETRY)
        event.save(update_fields=["last_error", "next_attempt_at"])
        return
    if outcome == _UNKNOWN and event.attempts < _ATTEMPTS_FOR_STRANGERS:
        event.next_attempt_at = now + _FIRST_RETRY * 2**event.attempts
        event.save(update_fields=["next_attempt_at"])
        return
    event.outcome = outcome
    event.processed_at = now
    event.last_error = ""
    event.save(update_fields=["outcome", "processed_at", "last_error"])


def _handle(event: WebhookEvent, now: datetime, looked_at: set[tuple[str, str]]) -> str:
    handler = _handler_of(event.type)
    if handler is None or not event.customer_id:
        return _IGNORED
    organization_id = organization_of_customer(event.customer_id)
    if organization_id is None:
        return _UNKNOWN
    subject = (
        handler.__name__,
        event.customer_id if handler is _on_customer else event.object_id,
    )
    if subject not in looked_at:
        handler(event, organization_id, now)
        looked_at.add(subject)
    return _PROCESSED


def organization_of_customer(customer_id: str) -> int | None:
    """Return the organization of a Stripe customer, looked up over all tenants."""
    return (
        BillingAccount.objects.using("pipeline")
        .filter(stripe_customer_id=customer_id)
        .values_list("organization_id", flat=True)
        .first()
    )


def _on_invoice(event: WebhookEvent, organization_id: int, now: datetime) -> None:
    if event.type == "invoice.upcoming" or not event.object_id:
        return
    try:
        state = stripe.retrieve_invoice(event.object_id)
    except stripe.NotAtStripe:
        # A draft that was deleted.
        return
    mirror = mirror_invoice(organization_id=organization_id, state=state, now=now)
    if state.status == "draft":
        check_renewal(organization_id=organization_id, invoice=state, now=now)
    complete_invoice(organization_id=organization_id, invoice_id=mirror.pk, now=now)
    with organization_context(organization_id):
        link_noted(organization_id=organization_id, state=state, invoice=mirror)
    follow_invoice(organization_id=organization_id, invoice_id=mirror.pk, now=now)
    if state.billing_reason == "subscription_update":
        with organization_context(organization_id):
            purchase = Purchase.objects.filter(
                subscription__stripe_subscription_id=state.subscription_id,
                quote__prorated_at__in=state.change_seconds,
                charge_requested_at__isnull=False,
            ).first()
        if purchase is not None:
            advance_purchase(organization_id=organization_id, purchase_id=purchase.pk, now=now)
    if state.billing_reason == "manual":
        follow_settlement_invoice(
            organization_id=organization_id, stripe_invoice_id=state.id, now=now
        )
    if state.billing_reason == "subscription_create":
        advance_open_start(organization_id=organization_id, now=now)
    if state.subscription_id and state.billing_reason == "subscription_cycle":
        sync_subscription(
            organization_id=organization_id,
            stripe_subscription_id=state.subscription_id,
            now=now,
        )


def _on_subscription(event: WebhookEvent, organization_id: int, now: datetime) -> None:
    advance_open_start(organization_id=organization_id, now=now)
    sync_subscription(
        organization_id=organization_id, stripe_subscription_id=event.object_id, now=now
    )
    follow_subscription(organization_id=organization_id, now=now)
    with organization_context(organization_id):
        waiting = Purchase.objects.filter(
            state=Purchase.State.REQUIRES_ACTION,
            subscription__stripe_subscription_id=event.object_id,
        ).first()
    if waiting is not None:
        advance_purchase(organization_id=organization_id, purchase_id=waiting.pk, now=now)


def _on_trial_will_end(event: WebhookEvent, organization_id: int, now: datetime) -> None:
    tell_of_trial_end(
        organization_id=organization_id, stripe_subscription_id=event.object_id, now=now
    )


def _on_customer(event: WebhookEvent, organization_id: int, now: datetime) -> None:
    refresh_customer(organization_id=organization_id, now=now)


def _on_checkout(event: WebhookEvent, organization_id: int, now: datetime) -> None:
    try:
        finish_card_setup(organization_id=organization_id, session_id=event.object_id, now=now)
    except CardNotAdded:
        log.info("card_page_left", session=event.object_id)
        return
    # The page may have been closed on the way back; what was chosen before goes on all the same.
    advance_open_start(organization_id=organization_id, now=now)


def _on_credit_note(event: WebhookEvent, organization_id: int, now: datetime) -> None:
    refresh_credit_note(
        organization_id=organization_id, stripe_credit_note_id=event.object_id, now=now
    )


def _on_refund(event: WebhookEvent, organization_id: int, now: datetime) -> None:
    write_charge(organization_id=organization_id, state=stripe.retrieve_charge(event.object_id))


type _Handler = Callable[[WebhookEvent, int, datetime], None]

_HANDLERS: dict[str, _Handler] = {
    "invoice.": _on_invoice,
    "customer.subscription.trial_will_end": _on_trial_will_end,
    "customer.subscription.": _on_subscription,
    "customer.updated": _on_customer,
    "payment_method.": _on_customer,
    "checkout.session.completed": _on_checkout,
    "credit_note.": _on_credit_note,
    "charge.refunded": _on_refund,
}


def _handler_of(event_type: str) -> _Handler | None:
    for prefix, handler in _HANDLERS.items():
        if event_type.startswith(prefix):
            return handler
    return None
