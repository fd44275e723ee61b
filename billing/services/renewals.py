"""Holds back the invoice of a renewal that is far above the expected, until a person decides.

Stripe keeps the invoice of a renewal as a draft for about an hour before it charges it. In that
hour it can be told not to go on by itself; nothing is lost by that, and a person releases or voids
the invoice. One that was charged before we saw it is an incident all the same.
"""

from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import STRIPE, Actor, record
from accounts.tenancy import organization_context
from billing.domain.bounds import Breach, renewal_breach
from billing.domain.pricing import total_minor
from billing.domain.quoting import tax_on
from billing.gateways import stripe
from billing.models import (
    BillingAccount,
    Incident,
    InvoiceHold,
    Subscription,
)
from billing.selectors.bounds import limits_of
from billing.selectors.plans import planned_changes
from billing.services.incidents import close_incident, open_incident
from billing.services.mirror import mirror_invoice

_State = InvoiceHold.State


class HoldNoteMissing(DomainError):
    """What is decided about a held invoice is written down with its reason."""

    code: ClassVar[str] = "hold_note_missing"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "note"


def check_renewal(
    *, organization_id: int, invoice: stripe.InvoiceState, now: datetime
) -> InvoiceHold | None:
    """Hold back the invoice of a renewal that is out of pattern; return the hold, or None.

    Stripe is told before the hold is written: told twice, the invoice is held once. Must not run
    inside a transaction. Raises the gateway's errors when Stripe does not answer.
    """
    if invoice.billing_reason != "subscription_cycle" or invoice.is_given_up:
        return None
    with organization_context(organization_id):
        known = InvoiceHold.objects.filter(stripe_invoice_id=invoice.id).first()
        if known is not None:
            return known
        found = _breach(organization_id, invoice)
    if found is None:
        return None
    breach, expected = found
    is_draft = invoice.status == "draft"
    if is_draft:
        stripe.hold_invoice(invoice_id=invoice.id, idempotency_key=f"hold-{invoice.id}")
    mirror = mirror_invoice(organization_id=organization_id, state=invoice, now=now)
    with organization_context(organization_id):
        hold, is_new = InvoiceHold.objects.get_or_create(
            organization_id=organization_id,
            stripe_invoice_id=invoice.id,
            defaults={
                "invoice": mirror,
                "state": _State.HELD if is_draft else _State.TOO_LATE,
                "expected_minor": expected,
                "most_minor": breach.limit,
                "total_minor": breach.asked,
                "currency": breach.currency,
                "held_at": now,
            },
        )
        if is_new:
            record(
                actor=STRIPE,
                verb="renewal_held" if is_draft else "renewal_seen_too_late",
                subject=hold,
                organization_id=organization_id,
                now=now,
            )
            open_incident(
                organization_id=organization_id,
                kind=Incident.Kind.RENEWAL_HELD,
                purchase=None,
                subject=invoice.id,
                ours={"expected_minor": expected, "most_minor": breach.limit},
                theirs={"total_minor": breach.asked, "invoice": invoice.id},
                now=now,
            )
        return hold


def _breach(organization_id: int, invoice: stripe.InvoiceState) -> tuple[Breach, int] | None:
    subscription = (
        Subscription.objects.filter(stripe_subscription_id=invoice.subscription_id)
        .select_related("price")
        .prefetch_related("price__tiers")
        .first()
    )
    if subscription is None:
        return None
    account = BillingAccount.objects.get(organization_id=organization_id)
    planned = (change.price_to for change in planned_changes(subscription))
    price = next((price for price in planned if price is not None), subscription.price)
    net = total_minor(price.table(), subscription.next_term_seats)
    expected = net + tax_on(net, account.tax_rate_basis_points)
    # Prorations are what was bought during the term and agreed on then, line by line.
    prorated = sum(
        line.amount_minor + line.tax_minor for line in invoice.lines if line.is_proration
    )
    breach = renewal_breach(
        expected_minor=expected,
        total_minor=invoice.total_minor - prorated,
        currency=invoice.currency,
        limits=limits_of(organization_id, invoice.currency),
    )
    return (breach, expected) if breach else None


def release_renewal(
    *, organization_id: int, hold_id: int, note: str, actor: Actor, now: datetime
) -> InvoiceHold:
    """Let Stripe finalize and charge a held invoice as it would have; a decided one stays so."""
    hold = _held(organization_id, hold_id, note)
    if hold.state == _State.HELD:
        stripe.release_invoice(
            invoice_id=hold.stripe_invoice_id,
            idempotency_key=f"release-{hold.stripe_invoice_id}",
        )
    return _decide(hold, _State.RELEASED, note, actor, now)


def void_renewal(
    *, organization_id: int, hold_id: int, note: str, actor: Actor, now: datetime
) -> InvoiceHold:
    """Void a held invoice: it is finalized without being charged, then given up."""
    hold = _held(organization_id, hold_id, note)
    if hold.state == _State.HELD:
        key = f"void-{hold.stripe_invoice_id}"
        stripe.finalize_and_void(invoice_id=hold.stripe_invoice_id, idempotency_key=key)
    return _decide(hold, _State.VOIDED, note, actor, now)


def _held(organization_id: int, hold_id: int, note: str) -> InvoiceHold:
    if not note.strip():
        raise HoldNoteMissing(_("Say why, so that others can follow it later."))
    with organization_context(organization_id):
        return InvoiceHold.objects.get(pk=hold_id)


def _decide(
    hold: InvoiceHold, state: InvoiceHold.State, note: str, actor: Actor, now: datetime
) -> InvoiceHold:
    if hold.state != _State.HELD:
        return hold
    organization_id = hold.organization_id
    invoice = stripe.retrieve_invoice(hold.stripe_invoice_id)
    mirror_invoice(organization_id=organization_id, state=invoice, now=now)
    with organization_context(organization_id, user_id=actor.user_id):
        row = InvoiceHold.objects.select_for_update().get(pk=hold.pk)
        if row.state != _State.HELD:
            return row
        row.state, row.note = state, note.strip()[:500]
        row.decided_at, row.decided_by_id = now, actor.user_id
        row.save()
        record(
            actor=actor,
            verb=f"renewal_{state.value}",
            subject=row,
            organization_id=organization_id,
            now=now,
            changes={"note": row.note},
        )
        incident = Incident.objects.filter(
            kind=Incident.Kind.RENEWAL_HELD, subject=row.stripe_invoice_id
        ).first()
    if incident is not None:
        close_incident(
            organization_id=organization_id,
            incident_id=incident.pk,
            note=note,
            actor=actor,
            now=now,
        )
    return row
