"""Stripe's objects to our dataclasses."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import stripe

from billing.domain.period import Period
from billing.gateways.stripe.errors import GatewayFault
from billing.gateways.stripe.states import (
    BuyerState,
    CardState,
    ChargeState,
    CreditNoteLineState,
    CreditNoteState,
    CustomerState,
    InvoiceLineState,
    InvoiceState,
    PaymentState,
    SubscriptionState,
    moment,
    moment_or_none,
)


def id_of(value: Any) -> str:
    """Return the id of an object that may or may not be expanded; empty for None."""
    if value is None:
        return ""
    return value if isinstance(value, str) else str(value.id)


def _text(subject: Any, name: str) -> str:
    # Stripe leaves out fields of an error that do not apply.
    return str(getattr(subject, name, None) or "")


def read_card(method: stripe.PaymentMethod | str | None) -> CardState | None:
    """Return the card of an expanded payment method, or None."""
    if method is None or isinstance(method, str) or method.card is None:
        return None
    card = method.card
    return CardState(
        payment_method_id=method.id,
        brand=card.brand,
        last4=card.last4 or "",
        exp_month=card.exp_month,
        exp_year=card.exp_year,
    )


def read_customer(customer: stripe.Customer) -> CustomerState:
    """Read a customer whose default payment method is expanded."""
    settings = customer.invoice_settings
    return CustomerState(
        id=customer.id,
        credit_balance_minor=-(customer.balance or 0),
        card=read_card(settings.default_payment_method if settings else None),
    )


def read_subscription(subscription: stripe.Subscription) -> SubscriptionState:
    """Read a subscription; raises GatewayFault unless it has exactly one item."""
    # The mapping's own method `items` hides the field of that name.
    items = subscription["items"].data
    if len(items) != 1:
        raise GatewayFault(f"{subscription.id} has {len(items)} items; we sell one.")
    item = items[0]
    pending = subscription.pending_update
    pending_items = (pending.subscription_items or []) if pending else []
    return SubscriptionState(
        id=subscription.id,
        customer_id=id_of(subscription.customer),
        status=subscription.status,
        item_id=item.id,
        price_id=item.price.id,
        quantity=item.quantity or 0,
        period=Period(moment(item.current_period_start), moment(item.current_period_end)),
        anchor_at=moment(subscription.billing_cycle_anchor),
        started_at=moment(subscription.start_date),
        canceled_at=moment_or_none(subscription.canceled_at),
        latest_invoice_id=id_of(subscription.latest_invoice),
        pending_quantity=pending_items[0].quantity if pending_items else None,
        pending_expires_at=moment_or_none(pending.expires_at if pending else None),
        ended_at=moment_or_none(subscription.ended_at),
        schedule_id=id_of(subscription.schedule),
        cancels_at_period_end=subscription.cancel_at_period_end,
        tax_rate_ids=tuple(id_of(rate) for rate in subscription.default_tax_rates or []),
        discount_ids=tuple(id_of(discount) for discount in subscription.discounts or []),
    )


def read_line(line: stripe.InvoiceLineItem) -> InvoiceLineState:
    """Read one line; a proration says so in its parent."""
    parent = line.parent
    details: Any = None
    if parent is not None:
        details = parent.subscription_item_details or parent.invoice_item_details
    pricing = line.pricing
    taxes = line.taxes or []
    return InvoiceLineState(
        id=line.id,
        description=line.description or "",
        quantity=line.quantity,
        amount_minor=line.amount,
        tax_minor=sum(tax.amount for tax in taxes),
        period_start=moment(line.period.start),
        period_end=moment(line.period.end),
        is_proration=bool(details and details.proration),
        # An item of the invoice itself names no item of the subscription.
        item_id=_text(details, "subscription_item"),
        price_id=id_of(pricing.price_details.price) if pricing and pricing.price_details else "",
        unit_amount_minor=_whole(pricing.unit_amount_decimal if pricing else None),
        discount_minor=sum(discount.amount for discount in line.discount_amounts or []),
        tax_rate_id=_tax_rate(taxes),
        taxability_reason=_text(taxes[0], "taxability_reason") if taxes else "",
    )


def _whole(amount: Decimal | None) -> int | None:
    if amount is None or amount != amount.to_integral_value():
        return None
    return int(amount)


def _tax_rate(taxes: Sequence[Any]) -> str:
    details = taxes[0].tax_rate_details if taxes else None
    return str(details.tax_rate) if details else ""


def read_payment(payment: stripe.InvoicePayment) -> PaymentState:
    """Read a payment whose intent is expanded."""
    intent = payment.payment.payment_intent
    expanded = None if isinstance(intent, str) else intent
    error = expanded.last_payment_error if expanded else None
    transitions = payment.status_transitions
    return PaymentState(
        id=payment.id,
        intent_id=id_of(intent),
        status=payment.status,
        intent_status=expanded.status if expanded else "",
        amount_minor=payment.amount_paid
        if payment.amount_paid is not None
        else payment.amount_requested,
        currency=payment.currency.upper(),
        paid_at=moment_or_none(transitions.paid_at if transitions else None),
        failure_code=_text(error, "decline_code") or _text(error, "code"),
        failure_message=_text(error, "message"),
        payment_method_id=id_of(expanded.payment_method) if expanded else "",
    )


def read_charge(charge: stripe.Charge) -> ChargeState:
    """Read a charge: what paid, described as it may be shown, and what was given back."""
    details = charge.payment_method_details
    method = details.type if details else ""
    described = getattr(details, method, None) if method else None
    return ChargeState(
        intent_id=id_of(charge.payment_intent),
        method=method,
        brand=_text(described, "brand"),
        last4=_text(described, "last4"),
        refunded_minor=charge.amount_refunded,
    )


def read_credit_note(
    note: stripe.CreditNote, lines: list[stripe.CreditNoteLineItem] | None = None
) -> CreditNoteState:
    """Read a credit note; `lines` are all lines where the note itself holds only the first."""
    return CreditNoteState(
        id=note.id,
        invoice_id=id_of(note.invoice),
        number=note.number or "",
        status=note.status,
        reason=note.reason or "",
        memo=note.memo or "",
        currency=note.currency.upper(),
        subtotal_minor=note.subtotal,
        tax_minor=sum(tax.amount for tax in note.total_taxes or []),
        total_minor=note.total,
        before_payment_minor=note.pre_payment_amount,
        after_payment_minor=note.post_payment_amount,
        refunded_minor=sum(refund.amount_refunded for refund in note.refunds or []),
        elsewhere_minor=note.out_of_band_amount or 0,
        issued_at=moment(note.created),
        voided_at=moment_or_none(note.voided_at),
        lines=tuple(_read_credit_line(line) for line in (lines or note.lines.data)),
    )


def _read_credit_line(line: stripe.CreditNoteLineItem) -> CreditNoteLineState:
    taxes = line.taxes or []
    return CreditNoteLineState(
        id=line.id,
        invoice_line_id=line.invoice_line_item or "",
        description=line.description or "",
        quantity=line.quantity,
        unit_amount_minor=line.unit_amount,
        amount_minor=line.amount,
        discount_minor=line.discount_amount or 0,
        tax_minor=sum(tax.amount for tax in taxes),
        tax_rate_id=_tax_rate(taxes),
    )


# The name that the purchase order's number has among the custom fields of an invoice.
PO_NUMBER_FIELD = "PO number"


def _read_buyer(invoice: stripe.Invoice) -> BuyerState:
    address = invoice.customer_address
    tax_ids = invoice.customer_tax_ids or []
    return BuyerState(
        name=invoice.customer_name or "",
        email=invoice.customer_email or "",
        line1=_text(address, "line1"),
        line2=_text(address, "line2"),
        postal_code=_text(address, "postal_code"),
        city=_text(address, "city"),
        state=_text(address, "state"),
        country=_text(address, "country"),
        tax_id=_text(tax_ids[0], "value") if tax_ids else "",
        is_reversed=invoice.customer_tax_exempt == "reverse",
    )


def _po_number(invoice: stripe.Invoice) -> str:
    for field in invoice.custom_fields or []:
        if field.name == PO_NUMBER_FIELD:
            return field.value
    return ""


def read_invoice(
    invoice: stripe.Invoice, lines: list[stripe.InvoiceLineItem] | None = None
) -> InvoiceState:
    """Read an invoice whose payments and their intents are expanded.

    `lines` are all lines where the invoice itself holds only the first ones.
    """
    details = invoice.parent.subscription_details if invoice.parent else None
    transitions = invoice.status_transitions
    # Absent, not None, unless it was expanded.
    paid_with = getattr(invoice, "payments", None)
    payments = paid_with.data if paid_with else []
    return InvoiceState(
        id=invoice.id,
        customer_id=id_of(invoice.customer),
        subscription_id=id_of(details.subscription) if details else "",
        number=invoice.number or "",
        status=invoice.status or "draft",
        billing_reason=invoice.billing_reason or "",
        currency=invoice.currency.upper(),
        subtotal_minor=invoice.subtotal,
        tax_minor=sum(tax.amount for tax in invoice.total_taxes or []),
        total_minor=invoice.total,
        starting_balance_minor=-invoice.starting_balance,
        ending_balance_minor=-(invoice.ending_balance or 0),
        amount_due_minor=invoice.amount_due,
        amount_paid_minor=invoice.amount_paid,
        amount_remaining_minor=invoice.amount_remaining,
        period_start=moment(invoice.period_start),
        period_end=moment(invoice.period_end),
        issued_at=moment(invoice.created),
        due_at=moment_or_none(invoice.due_date),
        finalized_at=moment_or_none(transitions.finalized_at),
        paid_at=moment_or_none(transitions.paid_at),
        voided_at=moment_or_none(transitions.voided_at),
        hosted_invoice_url=invoice.hosted_invoice_url or "",
        pdf_url=invoice.invoice_pdf or "",
        collection_method=invoice.collection_method,
        attempts=invoice.attempt_count,
        next_attempt_at=moment_or_none(invoice.next_payment_attempt),
        discount_minor=sum(discount.amount for discount in invoice.total_discount_amounts or []),
        credited_before_payment_minor=invoice.pre_payment_credit_notes_amount,
        credited_after_payment_minor=invoice.post_payment_credit_notes_amount,
        po_number=_po_number(invoice),
        buyer=_read_buyer(invoice),
        lines=tuple(read_line(line) for line in (lines or invoice.lines.data)),
        payments=tuple(read_payment(payment) for payment in payments),
    )
