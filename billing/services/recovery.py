"""Pays an open invoice now, with the card on file or a new one: the way out of dunning.

asked (stored, committed) -> Stripe -> paid | confirm | refused. The attempt's id is the idempotency
key; after a crash the sweeper repeats the call and reads the invoice, which decides.
"""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

import structlog
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import SYSTEM, Actor, record
from accounts.tenancy import organization_context
from billing.gateways import stripe
from billing.models import BillingAccount, Invoice, InvoicePaymentAttempt
from billing.selectors.dunning import open_cases
from billing.services.dunning import follow_invoice
from billing.services.mirror import mirror_invoice
from billing.services.periods import sync_subscription
from seats.services.seats import lock_seat_pool

log = structlog.get_logger(__name__)

_State = InvoicePaymentAttempt.State
_IDLE_FOR = timedelta(seconds=45)
_KEY_IS_SAFE_FOR = timedelta(hours=23)
_BATCH = 500


class InvoiceNotPayable(DomainError):
    """The invoice is paid or given up, or there is no card to charge."""

    code: ClassVar[str] = "invoice_not_payable"


def pay_invoice_now(
    *, organization_id: int, invoice_id: int, actor: Actor, now: datetime
) -> InvoicePaymentAttempt:
    """Charge the card on file for an open invoice; return the attempt as far as it got.

    While an attempt is under way the same one is returned, so a double click charges once. Must not
    run inside a transaction. Raises InvoiceNotPayable, Invoice.DoesNotExist.
    """
    attempt = _reserve(organization_id, invoice_id, actor, now)
    return finish_attempt(organization_id=organization_id, attempt_id=attempt.pk, now=now)


def pay_overdue_invoices(
    *, organization_id: int, actor: Actor, now: datetime
) -> list[InvoicePaymentAttempt]:
    """Pay every overdue invoice with the card that was just added; stop at the first refusal."""
    with organization_context(organization_id):
        waiting = [case.invoice_id for case in open_cases(organization_id)]
    done: list[InvoicePaymentAttempt] = []
    for invoice_id in waiting:
        try:
            done.append(
                pay_invoice_now(
                    organization_id=organization_id, invoice_id=invoice_id, actor=actor, now=now
                )
            )
        except InvoiceNotPayable:
            continue
        if done[-1].state != _State.PAID:
            break
    return done


def _reserve(
    organization_id: int, invoice_id: int, actor: Actor, now: datetime
) -> InvoicePaymentAttempt:
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        invoice = Invoice.objects.get(pk=invoice_id, organization_id=organization_id)
        under_way = InvoicePaymentAttempt.objects.filter(
            invoice=invoice, state=_State.ASKED
        ).first()
        if under_way is not None:
            return under_way
        if invoice.status != Invoice.Status.OPEN:
            raise InvoiceNotPayable(_("This invoice is settled; there is nothing to pay."))
        account = BillingAccount.objects.get(organization_id=organization_id)
        if not account.has_card:
            raise InvoiceNotPayable(_("There is no card to charge. Add one first."))
        attempt = InvoicePaymentAttempt.objects.create(
            organization_id=organization_id,
            invoice=invoice,
            payment_method_id=account.payment_method_id,
            requested_by_id=actor.user_id,
            actor_label=actor.label[:200],
            created_at=now,
        )
        _record(attempt, "payment_asked", actor, now)
        return attempt


def finish_attempt(
    *, organization_id: int, attempt_id: UUID, now: datetime
) -> InvoicePaymentAttempt:
    """Ask Stripe for the payment and store what became of it; an attempt that ended stays."""
    attempt = _read(organization_id, attempt_id)
    if attempt.state != _State.ASKED:
        return attempt
    refusal = ""
    try:
        if now - attempt.created_at < _KEY_IS_SAFE_FOR:
            stripe.pay_invoice(
                invoice_id=attempt.invoice.stripe_invoice_id,
                payment_method_id=attempt.payment_method_id,
                idempotency_key=f"payment-{attempt.pk}",
            )
    except stripe.CardDeclined as declined:
        refusal = declined.code
    except stripe.TemporarilyUnavailable as error:
        log.warning("stripe_unavailable", attempt=str(attempt.pk), error=str(error))
        return attempt
    except stripe.GatewayFault:
        # Paid or given up meanwhile: the invoice itself says which.
        log.info("invoice_not_payable", attempt=str(attempt.pk))
        refusal = "not_payable"
    try:
        state = stripe.retrieve_invoice(attempt.invoice.stripe_invoice_id)
    except stripe.GatewayError:
        log.exception("attempt_not_read", attempt=str(attempt.pk))
        return attempt
    return _store(attempt, state, refusal or "never_charged", now)


def _store(
    attempt: InvoicePaymentAttempt, state: stripe.InvoiceState, refusal: str, now: datetime
) -> InvoicePaymentAttempt:
    organization_id = attempt.organization_id
    mirror = mirror_invoice(organization_id=organization_id, state=state, now=now)
    outcome = _State.REFUSED
    if state.is_paid:
        outcome = _State.PAID
    elif state.needs_action:
        outcome = _State.CONFIRM
    verb = {
        _State.PAID: "payment_taken",
        _State.CONFIRM: "payment_to_confirm",
        _State.REFUSED: "payment_refused",
    }[outcome]
    with organization_context(organization_id):
        locked = InvoicePaymentAttempt.objects.select_for_update(of=("self",)).get(pk=attempt.pk)
        if locked.state == _State.ASKED:
            locked.state = outcome
            locked.finished_at = now
            locked.failure_code = refusal[:60] if outcome == _State.REFUSED else ""
            locked.save(update_fields=["state", "finished_at", "failure_code"])
            _record(locked, verb, SYSTEM, now)
    if state.subscription_id:
        sync_subscription(
            organization_id=organization_id,
            stripe_subscription_id=state.subscription_id,
            now=now,
        )
    follow_invoice(organization_id=organization_id, invoice_id=mirror.pk, now=now)
    return _read(organization_id, attempt.pk)


def _read(organization_id: int, attempt_id: UUID) -> InvoicePaymentAttempt:
    with organization_context(organization_id):
        return InvoicePaymentAttempt.objects.select_related("invoice").get(pk=attempt_id)


def sweep_attempts(*, now: datetime) -> int:
    """Go on with attempts that were left before their end; return how many."""
    found = list(
        InvoicePaymentAttempt.objects.using("pipeline")
        .filter(state=_State.ASKED, created_at__lte=now - _IDLE_FOR)
        .values_list("organization_id", "pk")[:_BATCH]
    )
    for organization_id, attempt_id in found:
        try:
            finish_attempt(organization_id=organization_id, attempt_id=attempt_id, now=now)
        except Exception:
            log.exception("attempt_not_finished", attempt=str(attempt_id))
    return len(found)


def _record(attempt: InvoicePaymentAttempt, verb: str, actor: Actor, now: datetime) -> None:
    record(
        actor=actor,
        verb=verb,
        subject=attempt,
        organization_id=attempt.organization_id,
        now=now,
    )
