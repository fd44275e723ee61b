"""Finalizes or voids the drafts that Stripe made while a subscription was not collected.

Oldest first; each is looked at again before it is touched, so that a run that was cut off goes on.
A draft that is held for a person, because it is out of pattern, is left to that person.
"""

from datetime import datetime

import structlog

from accounts.tenancy import organization_context
from billing.domain.kept_drafts import Fate, fate_of
from billing.domain.period import Period
from billing.gateways import stripe
from billing.models import InvoiceHold, Subscription
from billing.services.mirror import mirror_invoice

log = structlog.get_logger(__name__)


def finish_drafts(*, subscription: Subscription, since: datetime, now: datetime) -> int:
    """Decide about the drafts of the renewals since a time; return how many there were.

    Must not run inside a transaction. Raises `stripe.GatewayError`; calling it again goes on.
    """
    organization_id = subscription.organization_id
    renewals = stripe.renewal_invoices(
        subscription_id=subscription.stripe_subscription_id, since=since
    )
    with organization_context(organization_id):
        held = set(
            InvoiceHold.objects.filter(
                organization_id=organization_id, state=InvoiceHold.State.HELD
            ).values_list("stripe_invoice_id", flat=True)
        )
    charged = [
        period
        for invoice in renewals
        if invoice.status in ("open", "paid") and (period := invoice.renewed_period) is not None
    ]
    drafts = [invoice for invoice in renewals if invoice.status == "draft"]
    # Finalized by a run that was cut off before it charged.
    left = [invoice for invoice in renewals if invoice.status == "open" and not invoice.attempts]
    for invoice in left:
        _charge(invoice)
        mirror_invoice(
            organization_id=organization_id, state=stripe.retrieve_invoice(invoice.id), now=now
        )
    for draft in drafts:
        period = draft.renewed_period
        if period is None or draft.id in held:
            continue
        fate = fate_of(period, charged=charged, ended_at=subscription.canceled_at)
        if fate is Fate.VOID:
            stripe.finalize_and_void(invoice_id=draft.id, idempotency_key=f"kept-{draft.id}")
        else:
            _collect(draft)
            charged.append(Period(period.start, period.end))
        mirror_invoice(
            organization_id=organization_id, state=stripe.retrieve_invoice(draft.id), now=now
        )
    return len(drafts)


def _collect(draft: stripe.InvoiceState) -> None:
    stripe.finalize_invoice(invoice_id=draft.id, idempotency_key=f"kept-{draft.id}-final")
    state = stripe.retrieve_invoice(draft.id)
    if state.status == "open":
        _charge(state)


def _charge(invoice: stripe.InvoiceState) -> None:
    key = f"kept-{invoice.id}"
    if invoice.collection_method == "send_invoice":
        stripe.send_invoice(invoice_id=invoice.id, idempotency_key=f"{key}-send")
        return
    try:
        stripe.pay_invoice(invoice_id=invoice.id, idempotency_key=f"{key}-pay")
    except (stripe.CardDeclined, stripe.GatewayFault):
        # It is open and overdue then, and dunned like any other.
        log.info("kept_draft_not_paid", invoice=invoice.id)
