"""Writes what Stripe told us of invoices and customers. Stripe owns them; nothing is decided here.

Answers may be written in another order than they were given. An invoice that has ended (paid, void)
therefore never goes back to draft or open.
"""

from dataclasses import asdict
from datetime import datetime

from accounts.services.history import STRIPE, record
from accounts.tenancy import organization_context
from billing.event_catalogue import tell_invoice_paid
from billing.gateways import stripe
from billing.models import (
    BillingAccount,
    Invoice,
    InvoiceLine,
    Payment,
    Purchase,
    Subscription,
)
from billing.selectors.sheets import current_seller, seller_details

_ORDER = {
    Invoice.Status.DRAFT: 0,
    Invoice.Status.OPEN: 1,
    Invoice.Status.UNCOLLECTIBLE: 2,
    Invoice.Status.VOID: 3,
    Invoice.Status.PAID: 3,
}


def mirror_invoice(
    *,
    organization_id: int,
    state: stripe.InvoiceState,
    now: datetime,
    is_correction: bool = False,
    ordered_under: str | None = None,
) -> Invoice:
    """Write an invoice with its lines and payments; return its mirror.

    `ordered_under` is the order number of the purchase it is for, where that is known already.
    `is_correction` is for a person who found that the mirror is wrong: it may go back then.
    """
    with organization_context(organization_id):
        invoice, created = Invoice.objects.select_for_update().get_or_create(
            organization_id=organization_id,
            stripe_invoice_id=state.id,
            defaults=_fields(organization_id, state, now, ordered_under),
        )
        was_paid = not created and invoice.status == Invoice.Status.PAID
        if not created:
            is_older = _ORDER[Invoice.Status(state.status)] < _ORDER[Invoice.Status(invoice.status)]
            if is_older and not is_correction:
                return invoice
            for name, value in _fields(organization_id, state, now, ordered_under).items():
                # Once final, an invoice keeps its parties.
                if name != "buyer" or not invoice.seller:
                    setattr(invoice, name, value)
            invoice.save()
        if state.finalized_at is not None and not invoice.seller:
            _fix_parties(invoice)
        _mirror_lines(invoice, state)
        _mirror_payments(invoice, state)
        if invoice.status == Invoice.Status.PAID and not was_paid:
            tell_invoice_paid(invoice=invoice, at=now)
        return invoice


def _fix_parties(invoice: Invoice) -> None:
    """Keep who sold, and the buyer's VAT id where Stripe has no kind of tax id for the country."""
    invoice.seller = seller_details(current_seller())
    if not invoice.buyer.get("tax_id"):
        vat_id = BillingAccount.objects.filter(organization_id=invoice.organization_id).values_list(
            "vat_id", flat=True
        )
        invoice.buyer = {**invoice.buyer, "tax_id": vat_id.first() or ""}
    invoice.save(update_fields=["seller", "buyer"])


def _fields(
    organization_id: int, state: stripe.InvoiceState, now: datetime, ordered_under: str | None
) -> dict[str, object]:
    subscription = (
        Subscription.objects.filter(
            organization_id=organization_id, stripe_subscription_id=state.subscription_id
        ).first()
        if state.subscription_id
        else None
    )
    if ordered_under is None:
        ordered_under = _ordered_under(organization_id, state)
    return {
        "subscription": subscription,
        "number": state.number,
        "status": state.status,
        "billing_reason": state.billing_reason,
        "currency": state.currency,
        "subtotal_minor": state.subtotal_minor,
        "tax_minor": state.tax_minor,
        "total_minor": state.total_minor,
        "starting_balance_minor": state.starting_balance_minor,
        "ending_balance_minor": state.ending_balance_minor,
        "discount_minor": state.discount_minor,
        "credited_before_payment_minor": state.credited_before_payment_minor,
        "credited_after_payment_minor": state.credited_after_payment_minor,
        "buyer": asdict(state.buyer) if state.buyer else {},
        "po_number": (ordered_under or state.po_number)[:80],
        "amount_due_minor": state.amount_due_minor,
        "amount_paid_minor": state.amount_paid_minor,
        "amount_remaining_minor": state.amount_remaining_minor,
        "period_start": state.period_start,
        "period_end": state.period_end,
        "issued_at": state.issued_at,
        "due_at": state.due_at,
        "finalized_at": state.finalized_at,
        "paid_at": state.paid_at,
        "voided_at": state.voided_at,
        "hosted_invoice_url": state.hosted_invoice_url,
        "pdf_url": state.pdf_url,
        "is_sent": state.collection_method == "send_invoice",
        "attempts": state.attempts,
        "next_attempt_at": state.next_attempt_at,
        "synced_at": now,
    }


def _ordered_under(organization_id: int, state: stripe.InvoiceState) -> str:
    """Return the order number of the purchase that an invoice is for.

    What a card pays is final at Stripe at once and carries the number of the billing details there.
    Our own invoice names the one that was ordered with.
    """
    if state.billing_reason != "subscription_update":
        return ""
    ordered = Purchase.objects.filter(
        organization_id=organization_id, stripe_invoice_id=state.id
    ).exclude(po_number="")
    return ordered.values_list("po_number", flat=True).first() or ""


def _mirror_lines(invoice: Invoice, state: stripe.InvoiceState) -> None:
    wanted = [
        InvoiceLine(
            organization_id=invoice.organization_id,
            invoice=invoice,
            position=position,
            stripe_line_id=line.id,
            description=line.description[:500],
            quantity=line.quantity,
            amount_minor=line.amount_minor,
            tax_minor=line.tax_minor,
            period_start=line.period_start,
            period_end=line.period_end,
            is_proration=line.is_proration,
            renews=_renews(state, line),
            stripe_item_id=line.item_id,
            stripe_price_id=line.price_id,
            unit_amount_minor=line.unit_amount_minor,
            discount_minor=line.discount_minor,
            stripe_tax_rate_id=line.tax_rate_id,
            taxability_reason=line.taxability_reason,
        )
        for position, line in enumerate(state.lines)
    ]
    if [_compared(line) for line in invoice.lines.order_by("position")] == [
        _compared(line) for line in wanted
    ]:
        return
    invoice.lines.all().delete()
    InvoiceLine.objects.bulk_create(wanted)


def _renews(invoice: stripe.InvoiceState, line: stripe.InvoiceLineState) -> bool:
    """Whether the line charges a whole period of a subscription's item, and still counts."""
    return (
        invoice.billing_reason == "subscription_cycle"
        and not invoice.is_given_up
        and not line.is_proration
        and bool(line.item_id)
    )


def _compared(line: InvoiceLine) -> tuple[object, ...]:
    return tuple(
        getattr(line, field.attname) for field in InvoiceLine._meta.fields if not field.primary_key
    )


def _mirror_payments(invoice: Invoice, state: stripe.InvoiceState) -> None:
    account = BillingAccount.objects.filter(organization_id=invoice.organization_id).first()
    for payment in state.payments:
        # The card on file is known already; another one is asked for outside of the transaction.
        on_file = (
            account is not None
            and account.has_card
            and payment.payment_method_id == account.payment_method_id
        )
        described = (
            {"method": "card", "card_brand": account.card_brand, "card_last4": account.card_last4}
            if account is not None and on_file
            else {}
        )
        stored, created = Payment.objects.get_or_create(
            organization_id=invoice.organization_id,
            stripe_payment_id=payment.id,
            defaults={
                "invoice": invoice,
                "stripe_payment_intent_id": payment.intent_id,
                "status": payment.status,
                "amount_minor": payment.amount_minor,
                "currency": payment.currency,
                "paid_at": payment.paid_at,
                "payment_method_id": payment.payment_method_id,
                **described,
            },
        )
        if not created:
            if stored.payment_method_id != payment.payment_method_id:
                # Tried with one card, paid with another.
                stored.payment_method_id = payment.payment_method_id
                stored.method = described.get("method", "")
                stored.card_brand = described.get("card_brand", "")
                stored.card_last4 = described.get("card_last4", "")
            stored.stripe_payment_intent_id = payment.intent_id
            stored.status = payment.status
            stored.amount_minor = payment.amount_minor
            stored.paid_at = payment.paid_at
            stored.save()


def mirror_customer(
    *,
    organization_id: int,
    state: stripe.CustomerState,
    now: datetime,
    answers_our_change: bool = False,
) -> BillingAccount:
    """Write the default card and the credit balance of an organization's customer.

    What was read earlier than what is written already is dropped, unless it is Stripe's answer to
    a change of ours: a webhook may have read the customer just before that change, after `now`.
    """
    with organization_context(organization_id):
        account = BillingAccount.objects.select_for_update().get(organization_id=organization_id)
        synced_at = max(account.synced_at or now, now)
        if synced_at > now and not answers_our_change:
            return account
        before = account.payment_method_id
        card = state.card
        account.payment_method_id = card.payment_method_id if card else ""
        account.card_brand = card.brand if card else ""
        account.card_last4 = card.last4 if card else ""
        account.card_exp_month = card.exp_month if card else None
        account.card_exp_year = card.exp_year if card else None
        account.credit_balance_minor = state.credit_balance_minor
        account.synced_at = synced_at
        account.save()
        if account.payment_method_id != before:
            record(
                actor=STRIPE,
                verb="card_changed" if card else "card_removed",
                subject=account,
                organization_id=organization_id,
                now=now,
                changes={"card": f"{card.brand} {card.last4}" if card else ""},
            )
        return account


def refresh_customer(*, organization_id: int, now: datetime) -> BillingAccount:
    """Ask Stripe for the customer and write what it says."""
    with organization_context(organization_id):
        customer_id = BillingAccount.objects.get(organization_id=organization_id).stripe_customer_id
    state = stripe.retrieve_customer(customer_id)
    return mirror_customer(organization_id=organization_id, state=state, now=now)
