"""Appends to the seat ledger. The caller holds the organization's seat pool locked."""

from datetime import datetime

from accounts.services.history import Actor
from billing.domain import ledger
from billing.models import (
    Invoice,
    Purchase,
    ScheduledChange,
    SeatLedgerEntry,
    Settlement,
    Subscription,
)


def append_entry(
    *,
    subscription: Subscription,
    cause: ledger.Cause,
    seats_delta: int = 0,
    next_term_seats: int | None = None,
    effective_at: datetime,
    actor: Actor,
    now: datetime,
    amount_minor: int = 0,
    currency: str,
    purchase: Purchase | None = None,
    invoice: Invoice | None = None,
    scheduled_change: ScheduledChange | None = None,
    settlement: Settlement | None = None,
    note: str = "",
) -> SeatLedgerEntry:
    """Write the entry that follows the last one; raises `ledger.ImpossibleEntry`.

    The database's trigger checks the sum again and writes the balance to the subscription. What was
    paid for an earlier second than that of the last entry, because the bank took its time, takes
    effect with the last entry: the ledger never runs backwards.
    """
    last = SeatLedgerEntry.objects.filter(subscription=subscription).order_by("sequence").last()
    if last is not None:
        effective_at = max(effective_at, last.effective_at)
    balance = last.entry().balance if last else ledger.Balance()
    if last is not None:
        # Paid before a renewal and granted after it (the process died in between, the webhook was
        # late): the seats count from the renewal on, because the ledger's time never runs back.
        effective_at = max(effective_at, last.effective_at)
    entry = ledger.append(
        balance,
        cause,
        effective_at,
        seats_delta=seats_delta,
        next_term_seats=next_term_seats,
        amount_minor=amount_minor,
    )
    stored = SeatLedgerEntry.objects.create(
        organization_id=subscription.organization_id,
        subscription=subscription,
        sequence=last.sequence + 1 if last else 1,
        cause=cause.value,
        seats_delta=entry.seats_delta,
        seats_after=entry.seats_after,
        next_term_seats_after=entry.next_term_after,
        amount_minor=amount_minor,
        currency=currency,
        effective_at=effective_at,
        recorded_at=now,
        actor_id=actor.user_id,
        actor_label=actor.label[:200],
        quote_id=purchase.quote_id if purchase else None,
        purchase=purchase,
        invoice=invoice,
        scheduled_change=scheduled_change,
        settlement=settlement,
        note=note,
    )
    subscription.purchased_seats = entry.seats_after
    subscription.next_term_seats = entry.next_term_after
    return stored
