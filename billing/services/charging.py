"""Carries a stored purchase out, from whatever state it was left in.

    reserved          compare our figures with Stripe's preview, then commit to charging
    awaiting_payment  ask Stripe for the new quantity (same idempotency key every time), then look
    requires_action   look whether the payer has confirmed
    on_terms          grant the seats that finance approved on terms
    paid              grant the seats

`advance_purchase` is called by the request that bought, by the webhook and by the sweeper, also at
the same time: every step re-reads the row under a lock, and a step that was taken is not repeated.
Between two steps the process may die; the next caller goes on from the stored state.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from accounts.services.history import SYSTEM, Actor
from billing.domain.collection import Collection
from billing.domain.purchase import PurchaseEvent, PurchaseState
from billing.gateways import stripe
from billing.models import Purchase
from billing.services.beside import put_beside, take_back_beside
from billing.services.mirror import mirror_invoice, refresh_customer
from billing.services.on_terms import (
    collect_before,
    issue_on_terms,
    noted_at_stripe,
    report_given_up,
)
from billing.services.preview import preview_problem
from billing.services.provisioning import provision
from billing.services.purchase_steps import (
    end_purchase,
    follow_balance,
    mark_paid,
    move_purchase,
    note_attempt,
    read_purchase,
    refuse,
)
from billing.services.renewal_plan import tell_stripe

log = structlog.get_logger(__name__)

# Stripe keeps an idempotency key for 24 hours; after that the same call would charge again.
KEY_IS_SAFE_FOR = timedelta(hours=23)
_LARGEST_NUMBER_OF_STEPS = 8
_RESTING = (
    Purchase.State.REQUIRES_ACTION,
    Purchase.State.PROVISIONED,
    Purchase.State.FAILED,
    Purchase.State.EXPIRED,
)


def advance_purchase(*, organization_id: int, purchase_id: UUID, now: datetime) -> Purchase:
    """Take a purchase as far as it gets now; return it. Must not run inside a transaction.

    What Stripe does not answer for the moment is left to the sweeper; no error is raised for it. A
    purchase that came to its end lets Stripe hear what became of the plan for the renewal.
    """
    purchase = _advance(organization_id, purchase_id, now)
    if purchase.is_finished:
        tell_stripe(organization_id=organization_id, now=now)
    return purchase


def _advance(organization_id: int, purchase_id: UUID, now: datetime) -> Purchase:
    purchase = read_purchase(organization_id, purchase_id)
    for _step in range(_LARGEST_NUMBER_OF_STEPS):
        state = purchase.state
        try:
            purchase = _take_step(purchase, now)
        except stripe.TemporarilyUnavailable as error:
            log.warning("stripe_unavailable", purchase=str(purchase_id), error=str(error))
            return note_attempt(purchase, now)
        except stripe.GatewayError:
            # What became of the charge could not be read. It stays as it is and is looked at again.
            log.exception("stripe_not_understood", purchase=str(purchase_id))
            return note_attempt(purchase, now)
        if purchase.state == state or purchase.state in _RESTING:
            return purchase
    return purchase


def _take_step(purchase: Purchase, now: datetime) -> Purchase:
    match PurchaseState(purchase.state):
        case PurchaseState.RESERVED:
            return _commit_to_charge(purchase, now)
        case PurchaseState.AWAITING_PAYMENT:
            return _charge(purchase, now)
        case PurchaseState.REQUIRES_ACTION | PurchaseState.FAILED | PurchaseState.EXPIRED:
            return _look(purchase, now)
        case PurchaseState.PAID | PurchaseState.ON_TERMS:
            return _provision(purchase, now)
        case PurchaseState.PROVISIONED if purchase.stripe_invoice_id and purchase.paid_at is None:
            return _look(purchase, now)
    return purchase


def _provision(purchase: Purchase, now: datetime) -> Purchase:
    """Grant what was bought; another price only once Stripe has put it in force."""
    state = None
    if purchase.price is not None:
        state = stripe.retrieve_subscription(purchase.subscription.stripe_subscription_id)
        if (state.price_id, state.quantity) != (
            purchase.price.stripe_price_id,
            purchase.quantity_to,
        ):
            return note_attempt(purchase, now)
    return provision(
        organization_id=purchase.organization_id,
        purchase_id=purchase.pk,
        now=now,
        period=state.period if state else None,
    )


def _commit_to_charge(purchase: Purchase, now: datetime) -> Purchase:
    if not purchase.quote.is_open(now):
        return end_purchase(purchase, PurchaseEvent.TIME_RAN_OUT, now, code="quote_expired")
    try:
        if not collect_before(purchase=purchase, now=now):
            return refuse(purchase, now, code="collection_stopped", message="")
        if purchase.price is not None:
            _release_plan(purchase)
        problem = preview_problem(purchase=purchase, now=now)
    except stripe.GatewayFault as fault:
        log.exception("preview_refused", purchase=str(purchase.pk))
        return refuse(purchase, now, code="gateway_fault", message=str(fault))
    if problem is not None:
        return refuse(purchase, now, code=problem, message="")
    return move_purchase(
        purchase, PurchaseEvent.CHARGE_REQUESTED, now, changes={"charge_requested_at": now}
    )


def _release_plan(purchase: Purchase) -> None:
    """Another price ends what was planned for the renewal; it is told again if nothing is paid."""
    state = stripe.retrieve_subscription(purchase.subscription.stripe_subscription_id)
    if state.schedule_id:
        stripe.release_schedule(state.schedule_id)


def _charge(purchase: Purchase, now: datetime) -> Purchase:
    requested_at = purchase.charge_requested_at or purchase.created_at
    if not purchase.stripe_invoice_id and now - requested_at < KEY_IS_SAFE_FOR:
        try:
            put_beside(purchase)
            stripe.set_quantity(
                item_id=purchase.subscription.stripe_item_id,
                quantity=purchase.quantity_to,
                prorated_at=purchase.quote.prorated_at,
                idempotency_key=f"purchase-{purchase.pk}",
                collection=Collection(purchase.collection),
                price_id=purchase.price.stripe_price_id if purchase.price else "",
                is_paid=not purchase.quote.snapshot().has_invoice,
            )
        except stripe.CardDeclined as declined:
            take_back_beside(purchase)
            return refuse(purchase, now, code=declined.code, message=declined.message)
        except stripe.GatewayFault as fault:
            log.exception("charge_refused", purchase=str(purchase.pk))
            take_back_beside(purchase)
            return refuse(purchase, now, code="gateway_fault", message=str(fault))
    return _look(purchase, now)


def _look(purchase: Purchase, now: datetime) -> Purchase:
    """Read from Stripe what became of the charge, and store it."""
    if purchase.charge_requested_at is None:
        return purchase
    if not purchase.quote.snapshot().has_invoice:
        return _look_for_seats(purchase, now)
    if purchase.stripe_invoice_id:
        invoice: stripe.InvoiceState | None = stripe.retrieve_invoice(purchase.stripe_invoice_id)
    elif purchase.collection == Purchase.Collection.MONTHLY:
        return _look_for_noted(purchase, now)
    else:
        invoice = stripe.find_change_invoice(
            subscription_id=purchase.subscription.stripe_subscription_id,
            prorated_at=purchase.quote.prorated_at,
        )
    if invoice is None:
        return _not_made(purchase, now)
    return settle(purchase, invoice, now)


def _look_for_seats(purchase: Purchase, now: datetime) -> Purchase:
    """Seats that were paid before bring no invoice: they are there once Stripe says so."""
    if purchase.state != Purchase.State.AWAITING_PAYMENT:
        return purchase
    state = stripe.retrieve_subscription(purchase.subscription.stripe_subscription_id)
    if state.quantity != purchase.quantity_to:
        return _not_made(purchase, now)
    return move_purchase(
        purchase, PurchaseEvent.PAYMENT_SUCCEEDED, now, changes={"paid_at": now, "ended_at": None}
    )


def _not_made(purchase: Purchase, now: datetime) -> Purchase:
    """Nothing of the change is at Stripe: ask again while the key is safe, then give it up."""
    requested_at = purchase.charge_requested_at or purchase.created_at
    if now - requested_at < KEY_IS_SAFE_FOR:
        return note_attempt(purchase, now)
    take_back_beside(purchase)
    return end_purchase(purchase, PurchaseEvent.TIME_RAN_OUT, now, code="never_charged")


def _look_for_noted(purchase: Purchase, now: datetime) -> Purchase:
    """A monthly addition is on terms once Stripe holds its items, equal to the cent."""
    match noted_at_stripe(purchase=purchase, now=now):
        case None:
            return _not_made(purchase, now)
        case False:
            return note_attempt(purchase, now)
        case _:
            return _grant_terms(purchase, now, {})


def _grant_terms(purchase: Purchase, now: datetime, links: dict[str, object]) -> Purchase:
    return move_purchase(
        purchase,
        PurchaseEvent.TERMS_GRANTED,
        now,
        changes=links
        | {"terms_granted_at": now, "ended_at": None, "failure_code": "", "failure_message": ""},
    )


def settle(purchase: Purchase, invoice: stripe.InvoiceState, now: datetime) -> Purchase:
    """Store what an invoice says about its purchase."""
    if purchase.collection == Purchase.Collection.INVOICE and invoice.status == "draft":
        invoice = issue_on_terms(purchase=purchase, invoice=invoice, now=now)
    mirror = mirror_invoice(
        organization_id=purchase.organization_id,
        state=invoice,
        now=now,
        ordered_under=purchase.po_number,
    )
    links = {
        "stripe_invoice_id": invoice.id,
        "invoice": mirror,
        "hosted_invoice_url": invoice.hosted_invoice_url,
    }
    if invoice.is_paid:
        return mark_paid(purchase, invoice, now, links)
    if purchase.terms_granted_at is not None:
        if invoice.is_given_up:
            report_given_up(purchase=purchase, invoice=invoice, now=now)
        return purchase
    if purchase.collection == Purchase.Collection.INVOICE and invoice.status == "open":
        follow_balance(purchase, invoice, now)
        return _grant_terms(purchase, now, links)
    if purchase.is_finished:
        return purchase
    if invoice.is_given_up:
        # Whoever voided it noted why before; the webhook may be here before they are done.
        known = read_purchase(purchase.organization_id, purchase.pk)
        return end_purchase(
            purchase,
            PurchaseEvent.PAYMENT_FAILED,
            now,
            code=known.failure_code or "invoice_void",
            message=known.failure_message,
            links=links,
        )
    if invoice.needs_action:
        return move_purchase(purchase, PurchaseEvent.ACTION_REQUIRED, now, changes=links)
    refusal = invoice.refusal
    if refusal is None:
        return note_attempt(purchase, now, links)
    purchase = note_attempt(purchase, now, links)
    return _give_up(
        purchase,
        PurchaseEvent.PAYMENT_FAILED,
        now,
        code=refusal.failure_code or "card_declined",
        message=refusal.failure_message,
    )


def cancel_purchase(
    *, organization_id: int, purchase_id: UUID, actor: Actor, now: datetime
) -> Purchase:
    """Give up a purchase that waits for the payer; the invoice is voided. Paid ones stay paid."""
    purchase = read_purchase(organization_id, purchase_id)
    if purchase.state != Purchase.State.REQUIRES_ACTION:
        return purchase
    return _give_up(
        purchase, PurchaseEvent.PAYMENT_FAILED, now, code="canceled", message="", actor=actor
    )


def expire_purchase(*, organization_id: int, purchase_id: UUID, now: datetime) -> Purchase:
    """End a purchase that nobody confirmed in time; the invoice is voided."""
    purchase = read_purchase(organization_id, purchase_id)
    if purchase.state != Purchase.State.REQUIRES_ACTION:
        return purchase
    return _give_up(purchase, PurchaseEvent.TIME_RAN_OUT, now, code="not_confirmed", message="")


def _give_up(
    purchase: Purchase,
    event: PurchaseEvent,
    now: datetime,
    *,
    code: str,
    message: str,
    actor: Actor = SYSTEM,
) -> Purchase:
    """Void the invoice first, so that nothing can be paid later; only then end the purchase.

    Why is noted before: another caller may find the voided invoice and end the purchase.
    """
    purchase = note_attempt(
        purchase, now, {"failure_code": code[:60], "failure_message": message[:300]}
    )
    try:
        stripe.void_invoice(
            invoice_id=purchase.stripe_invoice_id, idempotency_key=f"purchase-{purchase.pk}-void"
        )
    except stripe.GatewayFault:
        log.info("invoice_not_voided", purchase=str(purchase.pk))
    invoice = stripe.retrieve_invoice(purchase.stripe_invoice_id)
    mirror = mirror_invoice(organization_id=purchase.organization_id, state=invoice, now=now)
    if invoice.is_paid:
        return mark_paid(purchase, invoice, now, {"invoice": mirror})
    if not invoice.is_given_up:
        return note_attempt(purchase, now)
    refresh_customer(organization_id=purchase.organization_id, now=now)
    return end_purchase(
        purchase, event, now, code=code, message=message, actor=actor, links={"invoice": mirror}
    )
