"""Writes what Stripe told us of credit notes, refunds and the card that paid.

Each is read anew whenever Stripe says that something happened, and what was not told is found by
the difference: an invoice knows how much of it was credited, a paid payment what it was paid with.
"""

from datetime import datetime

from django.db.models import QuerySet, Sum

from accounts.services.history import STRIPE, record
from accounts.tenancy import organization_context
from billing.gateways import stripe
from billing.models import CreditNote, CreditNoteLine, Invoice, Payment
from billing.services.mirror import mirror_invoice


def mirror_credit_note(
    *, organization_id: int, state: stripe.CreditNoteState, now: datetime
) -> CreditNote | None:
    """Write a credit note with its lines; None while its invoice is not known here.

    A note that was taken back never becomes issued again, in whatever order answers are written.
    """
    with organization_context(organization_id):
        invoice = Invoice.objects.filter(
            organization_id=organization_id, stripe_invoice_id=state.invoice_id
        ).first()
        if invoice is None:
            return None
        fields = {
            "invoice": invoice,
            "number": state.number,
            "status": state.status,
            "reason": state.reason,
            "memo": state.memo[:500],
            "currency": state.currency,
            "subtotal_minor": state.subtotal_minor,
            "tax_minor": state.tax_minor,
            "total_minor": state.total_minor,
            "before_payment_minor": state.before_payment_minor,
            "refunded_minor": state.refunded_minor,
            "elsewhere_minor": state.elsewhere_minor,
            "to_balance_minor": state.to_balance_minor,
            "issued_at": state.issued_at,
            "voided_at": state.voided_at,
            "synced_at": now,
        }
        note, created = CreditNote.objects.select_for_update().get_or_create(
            organization_id=organization_id, stripe_credit_note_id=state.id, defaults=fields
        )
        before = "" if created else note.status
        if before == CreditNote.Status.VOID:
            return note
        if not created:
            for name, value in fields.items():
                setattr(note, name, value)
            note.save()
        _mirror_lines(note, state)
        if before != state.status:
            record(
                actor=STRIPE,
                verb="credit_note_issued"
                if state.status == CreditNote.Status.ISSUED
                else "credit_note_voided",
                subject=note,
                organization_id=organization_id,
                now=now,
                changes={"total_minor": note.total_minor, "currency": note.currency},
            )
        return note


def _mirror_lines(note: CreditNote, state: stripe.CreditNoteState) -> None:
    if note.lines.count() == len(state.lines):
        # Lines of a credit note never change; only the memo does.
        return
    note.lines.all().delete()
    CreditNoteLine.objects.bulk_create(
        CreditNoteLine(
            organization_id=note.organization_id,
            credit_note=note,
            position=position,
            stripe_line_id=line.id,
            stripe_invoice_line_id=line.invoice_line_id,
            description=line.description[:500],
            quantity=line.quantity,
            unit_amount_minor=line.unit_amount_minor,
            amount_minor=line.amount_minor,
            discount_minor=line.discount_minor,
            tax_minor=line.tax_minor,
            stripe_tax_rate_id=line.tax_rate_id,
        )
        for position, line in enumerate(state.lines)
    )


def refresh_credit_note(
    *, organization_id: int, stripe_credit_note_id: str, now: datetime
) -> CreditNote | None:
    """Ask Stripe for a credit note and its invoice, and write both."""
    state = stripe.retrieve_credit_note(stripe_credit_note_id)
    invoice = stripe.retrieve_invoice(state.invoice_id)
    mirror_invoice(organization_id=organization_id, state=invoice, now=now)
    return mirror_credit_note(organization_id=organization_id, state=state, now=now)


def complete_invoice(*, organization_id: int, invoice_id: int, now: datetime) -> None:
    """Ask Stripe for what the mirror of an invoice lacks: credit notes, and what paid it.

    Asks nothing when nothing is missing. Must not run inside a transaction.
    """
    with organization_context(organization_id):
        invoice = Invoice.objects.get(pk=invoice_id)
        known = invoice.credit_notes.filter(status=CreditNote.Status.ISSUED).aggregate(
            credited=Sum("total_minor")
        )
        lacking = list(unnamed_payments().filter(invoice=invoice))
    credited = invoice.credited_before_payment_minor + invoice.credited_after_payment_minor
    if credited != (known["credited"] or 0):
        for state in stripe.credit_notes_of(invoice.stripe_invoice_id):
            mirror_credit_note(organization_id=organization_id, state=state, now=now)
    for payment in lacking:
        charge = stripe.charge_of_intent(payment.stripe_payment_intent_id)
        if charge is None:
            charge = stripe.ChargeState(payment.stripe_payment_intent_id, "other", "", "", 0)
        write_charge(organization_id=organization_id, state=charge)


def unnamed_payments() -> QuerySet[Payment]:
    """Return paid payments of which it is not known yet what they were paid with."""
    return Payment.objects.filter(status="paid", method="").exclude(stripe_payment_intent_id="")


def write_charge(*, organization_id: int, state: stripe.ChargeState) -> None:
    """Write what paid, and what was given back; a refund never becomes smaller."""
    with organization_context(organization_id):
        payment = (
            Payment.objects.select_for_update()
            .filter(organization_id=organization_id, stripe_payment_intent_id=state.intent_id)
            .first()
        )
        if payment is None:
            return
        payment.method = state.method
        payment.card_brand = state.brand[:20]
        payment.card_last4 = state.last4[:4]
        payment.refunded_minor = max(payment.refunded_minor, state.refunded_minor)
        payment.save(update_fields=["method", "card_brand", "card_last4", "refunded_minor"])
