"""What Stripe says about its objects, in our words: dataclasses without behaviour of Stripe's.

Amounts are minor units, currencies upper-case, times aware and in UTC. A credit balance is
positive here; Stripe writes it as a negative balance.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from billing.domain.period import Period


def moment(seconds: int) -> datetime:
    """Return the time that Stripe writes as seconds since 1970."""
    return datetime.fromtimestamp(seconds, tz=UTC)


def moment_or_none(seconds: int | None) -> datetime | None:
    """Return `moment(seconds)`, or None for None."""
    return None if seconds is None else moment(seconds)


@dataclass(frozen=True, slots=True)
class CardState:
    """A card as it may be shown."""

    payment_method_id: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int


@dataclass(frozen=True, slots=True)
class CustomerState:
    """A customer with the default card, if there is one."""

    id: str
    credit_balance_minor: int
    card: CardState | None


@dataclass(frozen=True, slots=True)
class SetupState:
    """How a hosted card page ended; `payment_method_id` is empty until it is complete."""

    customer_id: str
    is_complete: bool
    payment_method_id: str


@dataclass(frozen=True, slots=True)
class SubscriptionState:
    """A subscription with its one item."""

    id: str
    customer_id: str
    status: str
    item_id: str
    price_id: str
    quantity: int
    period: Period
    anchor_at: datetime
    started_at: datetime
    canceled_at: datetime | None
    latest_invoice_id: str
    pending_quantity: int | None
    pending_expires_at: datetime | None
    ended_at: datetime | None = None
    schedule_id: str = ""
    cancels_at_period_end: bool = False
    tax_rate_ids: tuple[str, ...] = ()
    discount_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PhaseState:
    """One phase of a schedule: seats under a price until `ends_at`, with its own reductions."""

    starts_at: datetime
    ends_at: datetime
    price_id: str
    quantity: int
    discount_ids: tuple[str, ...] = ()
    tax_rate_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScheduleState:
    """What is planned for a subscription, in order."""

    id: str
    is_live: bool
    phases: tuple[PhaseState, ...]


@dataclass(frozen=True, slots=True)
class InvoiceLineState:
    """One line of an invoice."""

    id: str
    description: str
    quantity: int | None
    amount_minor: int
    tax_minor: int
    period_start: datetime
    period_end: datetime
    is_proration: bool
    item_id: str = ""
    price_id: str = ""
    unit_amount_minor: int | None = None
    discount_minor: int = 0
    tax_rate_id: str = ""
    taxability_reason: str = ""


@dataclass(frozen=True, slots=True)
class ChargeState:
    """What an intent was paid with, and what was given back. `method` is Stripe's word for it."""

    intent_id: str
    method: str
    brand: str
    last4: str
    refunded_minor: int


@dataclass(frozen=True, slots=True)
class CreditNoteLineState:
    """One line of a credit note."""

    id: str
    invoice_line_id: str
    description: str
    quantity: int | None
    unit_amount_minor: int | None
    amount_minor: int
    discount_minor: int
    tax_minor: int
    tax_rate_id: str


@dataclass(frozen=True, slots=True)
class CreditNoteState:
    """A credit note. What was credited after payment was refunded, settled elsewhere or kept."""

    id: str
    invoice_id: str
    number: str
    status: str
    reason: str
    memo: str
    currency: str
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    before_payment_minor: int
    after_payment_minor: int
    refunded_minor: int
    elsewhere_minor: int
    issued_at: datetime
    voided_at: datetime | None
    lines: tuple[CreditNoteLineState, ...] = ()

    @property
    def to_balance_minor(self) -> int:
        """What went to the credit balance."""
        return self.after_payment_minor - self.refunded_minor - self.elsewhere_minor


@dataclass(frozen=True, slots=True)
class BuyerState:
    """Who was billed, fixed with the invoice. `is_reversed`: the buyer owes the tax."""

    name: str
    email: str
    line1: str
    line2: str
    postal_code: str
    city: str
    state: str
    country: str
    tax_id: str
    is_reversed: bool


@dataclass(frozen=True, slots=True)
class PaymentState:
    """One payment of an invoice with what its intent says."""

    id: str
    intent_id: str
    status: str
    intent_status: str
    amount_minor: int
    currency: str
    paid_at: datetime | None
    failure_code: str
    failure_message: str
    payment_method_id: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceState:
    """An invoice as it is now."""

    id: str
    customer_id: str
    subscription_id: str
    number: str
    status: str
    billing_reason: str
    currency: str
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    starting_balance_minor: int
    ending_balance_minor: int
    amount_due_minor: int
    amount_paid_minor: int
    amount_remaining_minor: int
    period_start: datetime
    period_end: datetime
    issued_at: datetime
    due_at: datetime | None
    finalized_at: datetime | None
    paid_at: datetime | None
    voided_at: datetime | None
    hosted_invoice_url: str
    pdf_url: str
    collection_method: str
    attempts: int
    next_attempt_at: datetime | None
    discount_minor: int = 0
    credited_before_payment_minor: int = 0
    credited_after_payment_minor: int = 0
    po_number: str = ""
    buyer: BuyerState | None = None
    lines: tuple[InvoiceLineState, ...] = field(default=())
    payments: tuple[PaymentState, ...] = field(default=())

    @property
    def change_seconds(self) -> frozenset[datetime]:
        """The seconds from which it prorates: those of the changes that it was made for.

        Stripe names the second of a change on previews only; a real invoice has it as the begin
        of its proration lines.
        """
        return frozenset(line.period_start for line in self.lines if line.is_proration)

    @property
    def is_paid(self) -> bool:
        """Whether nothing is left to pay on it."""
        return self.status == "paid"

    @property
    def renewed_period(self) -> Period | None:
        """The period that a renewal charges; None when it is not the invoice of a renewal."""
        if self.billing_reason != "subscription_cycle":
            return None
        for line in self.lines:
            if not line.is_proration and line.period_start < line.period_end:
                return Period(line.period_start, line.period_end)
        return None

    @property
    def is_given_up(self) -> bool:
        """Whether it will never be paid."""
        return self.status in ("void", "uncollectible")

    @property
    def needs_action(self) -> bool:
        """Whether the bank asks the payer to confirm."""
        return any(payment.intent_status == "requires_action" for payment in self.payments)

    @property
    def refusal(self) -> PaymentState | None:
        """The payment that the bank refused, if one was."""
        for payment in self.payments:
            if payment.intent_status == "requires_payment_method":
                return payment
        return None


@dataclass(frozen=True, slots=True)
class PreviewState:
    """What a change would cost now, as Stripe computes it."""

    currency: str
    subtotal_minor: int
    discount_minor: int
    tax_minor: int
    total_minor: int
    amount_due_minor: int
    starting_balance_minor: int
    lines: tuple[InvoiceLineState, ...]


@dataclass(frozen=True, slots=True)
class DiscountState:
    """A coupon redeemed by a subscription: from when on, and until when if it ends."""

    id: str
    coupon_id: str
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class WaitingItem:
    """One side of a proration that waits for an invoice; `invoice_id` once it is on one.

    `stands_for` names the purchase and the line of one that we put in the place of a proration, or
    beside it; it is empty for Stripe's own.
    """

    prorated_at: datetime
    amount_minor: int
    invoice_id: str
    id: str = ""
    stands_for: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceTerms:
    """How an invoice of ours is collected and taxed; without a number Stripe prints the payer's."""

    by_invoice: bool
    net_days: int
    tax_rate_id: str
    po_number: str


@dataclass(frozen=True, slots=True)
class OwnItem:
    """An item on an invoice; `name` is what we called it, empty when it is not ours."""

    id: str
    name: str
    description: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class EventNotice:
    """A verified delivery: that something happened to an object, not what it looks like now."""

    event_id: str
    type: str
    created_at: datetime
    object_id: str
    object_type: str
    customer_id: str
    subscription_id: str
