"""The steps that end in the row of a purchase: paid, refused, ended, looked at.

Every step re-reads the row under its lock and is taken only from the state that the caller saw; of
two callers one takes it. Does not own: what Stripe is asked, and which step is next (`charging`).
"""

from datetime import datetime
from uuid import UUID

from accounts.services.history import SYSTEM, Actor, record
from accounts.tenancy import organization_context
from billing.domain.purchase import PurchaseEvent, PurchaseState, advance
from billing.gateways import stripe
from billing.models import Incident, Purchase
from billing.services import incidents
from billing.services.mirror import refresh_customer


def mark_paid(
    purchase: Purchase, invoice: stripe.InvoiceState, now: datetime, links: dict[str, object]
) -> Purchase:
    """Note that the invoice is paid; open an incident for one that nobody expected so."""
    was_over = purchase.state in (Purchase.State.FAILED, Purchase.State.EXPIRED)
    expected = purchase.quote.snapshot().now.total_minor
    if invoice.total_minor != expected:
        incidents.open_incident(
            organization_id=purchase.organization_id,
            kind=Incident.Kind.INVOICE_DIFFERS,
            purchase=purchase,
            ours={"total_minor": expected},
            theirs={"total_minor": invoice.total_minor, "invoice": invoice.id},
            now=now,
        )
    if was_over:
        incidents.open_incident(
            organization_id=purchase.organization_id,
            kind=Incident.Kind.UNEXPECTED_PAYMENT,
            purchase=purchase,
            ours={"state": purchase.state},
            theirs={"invoice": invoice.id, "status": invoice.status},
            now=now,
        )
    if was_over:
        links = links | {"ended_at": None}
    paid = move_purchase(
        purchase,
        PurchaseEvent.PAYMENT_SUCCEEDED,
        now,
        changes=links
        | {
            "paid_at": invoice.paid_at or now,
            "failure_code": "",
            "failure_message": "",
        },
    )
    follow_balance(purchase, invoice, now)
    return paid


def follow_balance(purchase: Purchase, invoice: stripe.InvoiceState, now: datetime) -> None:
    """Read the credit balance anew when the invoice moved it: the next quote counts with it."""
    if invoice.starting_balance_minor != invoice.ending_balance_minor:
        refresh_customer(organization_id=purchase.organization_id, now=now)


def refuse(purchase: Purchase, now: datetime, *, code: str, message: str) -> Purchase:
    """End a purchase whose payment was refused."""
    return end_purchase(purchase, PurchaseEvent.PAYMENT_FAILED, now, code=code, message=message)


def end_purchase(
    purchase: Purchase,
    event: PurchaseEvent,
    now: datetime,
    *,
    code: str,
    message: str = "",
    actor: Actor = SYSTEM,
    links: dict[str, object] | None = None,
) -> Purchase:
    """End a purchase without seats, with why; `links` are fields to write with it."""
    return move_purchase(
        purchase,
        event,
        now,
        actor=actor,
        changes=(links or {})
        | {"ended_at": now, "failure_code": code[:60], "failure_message": message[:300]},
    )


def move_purchase(
    purchase: Purchase,
    event: PurchaseEvent,
    now: datetime,
    *,
    changes: dict[str, object],
    actor: Actor = SYSTEM,
) -> Purchase:
    """Take one arrow of the state machine under the row's lock; write the history."""
    with organization_context(purchase.organization_id):
        locked = Purchase.objects.select_for_update().get(pk=purchase.pk)
        before = PurchaseState(locked.state)
        if before is not PurchaseState(purchase.state):
            # Somebody else took a step meanwhile; the next look decides on what is stored now.
            return read_purchase(purchase.organization_id, purchase.pk)
        after = advance(before, event)
        locked.state = after.value
        locked.checked_at = now
        locked.attempts += 1
        for name, value in changes.items():
            setattr(locked, name, value)
        locked.save()
        if after is not before:
            record(
                actor=actor,
                verb=f"purchase_{after.value}",
                subject=locked,
                organization_id=locked.organization_id,
                now=now,
                changes={"from": before.value, "code": str(changes.get("failure_code", ""))},
            )
        return read_purchase(purchase.organization_id, purchase.pk)


def note_attempt(
    purchase: Purchase, now: datetime, links: dict[str, object] | None = None
) -> Purchase:
    """Note that somebody looked and no step could be taken."""
    with organization_context(purchase.organization_id):
        locked = Purchase.objects.select_for_update().get(pk=purchase.pk)
        locked.checked_at = now
        locked.attempts += 1
        for name, value in (links or {}).items():
            setattr(locked, name, value)
        locked.save(update_fields=["checked_at", "attempts", *(links or {})])
    return read_purchase(purchase.organization_id, purchase.pk)


def read_purchase(organization_id: int, purchase_id: UUID) -> Purchase:
    """Return the purchase with what its steps read."""
    with organization_context(organization_id):
        return Purchase.objects.select_related(
            "quote", "subscription", "invoice", "price__plan"
        ).get(pk=purchase_id)
