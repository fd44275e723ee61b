"""Comparing our records with Stripe's.

Owns: what is compared field by field, and which part of a comparison each kind of difference
belongs to. Does not own: reading either side (a selector reads ours, the gateway theirs, into the
same dataclasses), or which side to believe (`repairs`).

Amounts are minor units, positive for the customer where they are a credit balance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from billing.domain.period import Period


class Stage(StrEnum):
    """One part of a comparison; Stripe is asked for each of them by itself."""

    CUSTOMERS = "customers"
    SUBSCRIPTIONS = "subscriptions"
    INVOICES = "invoices"
    PAYMENTS = "payments"
    LEDGER = "ledger"


class Kind(StrEnum):
    """What is not the same on both sides."""

    CUSTOMER_MISSING = "customer_missing"
    BALANCE = "balance"
    PAYMENT_METHOD = "payment_method"
    SUBSCRIPTION_MISSING = "subscription_missing"
    SUBSCRIPTION_UNKNOWN = "subscription_unknown"
    TWO_SUBSCRIPTIONS = "two_subscriptions"
    ITEMS = "items"
    STATUS = "status"
    QUANTITY = "quantity"
    NEXT_QUANTITY = "next_quantity"
    PRICE = "price"
    PERIOD = "period"
    COLLECTION = "collection"
    TAX = "tax"
    INVOICE_MISSING = "invoice_missing"
    INVOICE_UNKNOWN = "invoice_unknown"
    INVOICE_STATUS = "invoice_status"
    INVOICE_TOTAL = "invoice_total"
    INVOICE_PAID = "invoice_paid"
    INVOICE_LINES = "invoice_lines"
    PAYMENT_UNKNOWN = "payment_unknown"
    PAYMENTS = "payments"
    SEAT_POOL = "seat_pool"
    LEDGER = "ledger"
    AMOUNT = "amount"


class StrangerKind(StrEnum):
    """An object at Stripe that belongs to no organization we know."""

    CUSTOMER = "customer"
    SUBSCRIPTION = "subscription"
    INVOICE = "invoice"
    PAYMENT = "payment"


_KINDS_OF: Final[Mapping[Stage, tuple[Kind, ...]]] = {
    Stage.CUSTOMERS: (Kind.CUSTOMER_MISSING, Kind.BALANCE, Kind.PAYMENT_METHOD),
    Stage.SUBSCRIPTIONS: (
        Kind.SUBSCRIPTION_MISSING,
        Kind.SUBSCRIPTION_UNKNOWN,
        Kind.TWO_SUBSCRIPTIONS,
        Kind.ITEMS,
        Kind.STATUS,
        Kind.QUANTITY,
        Kind.NEXT_QUANTITY,
        Kind.PRICE,
        Kind.PERIOD,
        Kind.COLLECTION,
        Kind.TAX,
    ),
    Stage.INVOICES: (
        Kind.INVOICE_MISSING,
        Kind.INVOICE_UNKNOWN,
        Kind.INVOICE_STATUS,
        Kind.INVOICE_TOTAL,
        Kind.INVOICE_PAID,
        Kind.INVOICE_LINES,
        Kind.PAYMENTS,
    ),
    Stage.PAYMENTS: (Kind.PAYMENT_UNKNOWN,),
    Stage.LEDGER: (Kind.SEAT_POOL, Kind.LEDGER, Kind.AMOUNT),
}
STAGE_OF: Final[Mapping[Kind, Stage]] = {
    kind: stage for stage, kinds in _KINDS_OF.items() for kind in kinds
}
STRANGER_STAGE: Final[Mapping[StrangerKind, Stage]] = {
    StrangerKind.CUSTOMER: Stage.CUSTOMERS,
    StrangerKind.SUBSCRIPTION: Stage.SUBSCRIPTIONS,
    StrangerKind.INVOICE: Stage.INVOICES,
    StrangerKind.PAYMENT: Stage.PAYMENTS,
}

ENDED: Final = frozenset({"canceled", "incomplete_expired"})


@dataclass(frozen=True, slots=True)
class CustomerSide:
    """A customer as one side holds it."""

    id: str
    credit_balance_minor: int
    payment_method_id: str
    currency: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class SubscriptionSide:
    """A subscription as one side holds it.

    `next_quantity` is what the next period begins with: of a schedule, or today's. `collection` is
    "card" or "invoice".
    """

    id: str
    customer_id: str
    status: str
    quantity: int
    next_quantity: int
    price_id: str
    period: Period | None
    collection: str
    tax_basis_points: int
    items: int = 1

    @property
    def is_live(self) -> bool:
        """Whether it has not ended."""
        return self.status not in ENDED


@dataclass(frozen=True, slots=True)
class InvoiceSide:
    """An invoice as one side holds it.

    `lines_minor` is the sum of its lines, without exclusive tax; `payments_minor` what was paid by
    its payments; `intents` their payment intents.
    """

    id: str
    customer_id: str
    status: str
    currency: str
    total_minor: int
    paid_minor: int
    lines_minor: int
    payments_minor: int
    intents: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PaymentSide:
    """Money that Stripe received, by the id of its payment intent."""

    id: str
    customer_id: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that is not the same, in the spelling that is stored.

    Amounts are written as "1200 EUR" (minor units), periods as two times in ISO form with " / "
    between them. `subject` is the id at Stripe, or what names the place on our side.
    """

    kind: Kind
    subject: str
    ours: str
    theirs: str


def amount_text(minor: int, currency: str) -> str:
    """Return an amount as it is stored; `amount_of` reads it again."""
    return f"{minor} {currency}"


def amount_of(text: str) -> tuple[int, str] | None:
    """Return minor units and currency of a stored amount, or None for anything else."""
    minor, _space, currency = text.partition(" ")
    if not currency or not minor.removeprefix("-").isdecimal():
        return None
    return int(minor), currency


def period_text(period: Period | None) -> str:
    """Return a period as it is stored; empty for None. `period_of` reads it again."""
    return f"{period.start.isoformat()} / {period.end.isoformat()}" if period else ""


def period_of(text: str) -> Period | None:
    """Return a stored period, or None for an empty text."""
    start, _slash, end = text.partition(" / ")
    return Period(datetime.fromisoformat(start), datetime.fromisoformat(end)) if end else None


def compare_customers(ours: CustomerSide, theirs: CustomerSide | None) -> Iterator[Found]:
    """Yield what is different about one customer of ours; None when Stripe does not know it."""
    if theirs is None:
        yield Found(Kind.CUSTOMER_MISSING, ours.id, ours.id, "")
        return
    if ours.credit_balance_minor != theirs.credit_balance_minor:
        currency = theirs.currency or ours.currency
        yield Found(
            Kind.BALANCE,
            ours.id,
            amount_text(ours.credit_balance_minor, currency),
            amount_text(theirs.credit_balance_minor, currency),
        )
    if ours.payment_method_id != theirs.payment_method_id:
        yield Found(Kind.PAYMENT_METHOD, ours.id, ours.payment_method_id, theirs.payment_method_id)


def compare_subscriptions(
    ours: SubscriptionSide, theirs: SubscriptionSide | None
) -> Iterator[Found]:
    """Yield what is different about one live subscription of ours."""
    if theirs is None or (ours.is_live and not theirs.is_live):
        yield Found(
            Kind.SUBSCRIPTION_MISSING, ours.id, ours.status, theirs.status if theirs else ""
        )
        return
    if theirs.items != 1:
        yield Found(Kind.ITEMS, ours.id, "1", str(theirs.items))
        return
    pairs = [
        (Kind.STATUS, ours.status, theirs.status),
        (Kind.QUANTITY, str(ours.quantity), str(theirs.quantity)),
        (Kind.PRICE, ours.price_id, theirs.price_id),
        (Kind.PERIOD, period_text(ours.period), period_text(theirs.period)),
        (Kind.COLLECTION, ours.collection, theirs.collection),
        (Kind.TAX, str(ours.tax_basis_points), str(theirs.tax_basis_points)),
    ]
    if ours.quantity == theirs.quantity:
        # Otherwise the next term differs for the same reason, and would be said twice.
        pairs.append((Kind.NEXT_QUANTITY, str(ours.next_quantity), str(theirs.next_quantity)))
    for kind, mine, yours in pairs:
        if mine != yours:
            yield Found(kind, ours.id, mine, yours)


def unknown_subscriptions(
    theirs: Iterable[SubscriptionSide], known: frozenset[str]
) -> Iterator[Found]:
    """Yield what Stripe bills one customer for that we did not start.

    `theirs` are all subscriptions of that customer, `known` the ids of ours. A second live one is
    called that, since the customer pays twice.
    """
    live = [side for side in theirs if side.is_live]
    known_live = [side.id for side in live if side.id in known]
    for side in live:
        if side.id in known:
            continue
        if known_live:
            yield Found(Kind.TWO_SUBSCRIPTIONS, side.id, known_live[0], side.id)
        else:
            yield Found(Kind.SUBSCRIPTION_UNKNOWN, side.id, "", str(side.quantity))


def compare_invoices(ours: InvoiceSide | None, theirs: InvoiceSide | None) -> Iterator[Found]:
    """Yield what is different about one invoice; None stands for a side that does not have it."""
    if ours is None or theirs is None:
        if theirs is not None:
            shown = amount_text(theirs.total_minor, theirs.currency)
            yield Found(Kind.INVOICE_UNKNOWN, theirs.id, "", shown)
        if ours is not None:
            shown = amount_text(ours.total_minor, ours.currency)
            yield Found(Kind.INVOICE_MISSING, ours.id, shown, "")
        return
    if ours.status != theirs.status:
        yield Found(Kind.INVOICE_STATUS, ours.id, ours.status, theirs.status)
    pairs = (
        (Kind.INVOICE_TOTAL, ours.total_minor, theirs.total_minor),
        (Kind.INVOICE_PAID, ours.paid_minor, theirs.paid_minor),
        (Kind.INVOICE_LINES, ours.lines_minor, theirs.lines_minor),
        (Kind.PAYMENTS, ours.payments_minor, theirs.payments_minor),
    )
    for kind, mine, yours in pairs:
        if mine != yours:
            yield Found(
                kind,
                ours.id,
                amount_text(mine, ours.currency),
                amount_text(yours, theirs.currency),
            )


class State(StrEnum):
    """Where a difference stands: open until a person repairs or accepts it, or it goes away."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REPAIRED = "repaired"
    GONE = "gone"


def seen_again(state: State, *, is_unchanged: bool) -> State:
    """Return the state of a difference that a run found again.

    What was accepted stays accepted only as long as both sides read as they did then.
    """
    return State.ACCEPTED if state is State.ACCEPTED and is_unchanged else State.OPEN
