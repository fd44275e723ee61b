"""What a purchase on terms asks of Stripe: its invoice issued, or its amount noted for the month.

Decides nothing about the purchase's state; `charging` does, from what these functions answer.
"""

from datetime import datetime

import structlog

from accounts.tenancy import organization_context
from billing.gateways import stripe
from billing.models import Incident, Purchase
from billing.selectors.credit import noted_purchases
from billing.services.collecting import collect_noted
from billing.services.incidents import open_incident
from billing.services.noted_lines import make_equal, net_of, noted_items

log = structlog.get_logger(__name__)


def issue_on_terms(
    *, purchase: Purchase, invoice: stripe.InvoiceState, now: datetime
) -> stripe.InvoiceState:
    """Make the draft of a change final, with its purchase order number, and mail it.

    Each call has a key of its own; doing it again after a crash changes nothing. Stripe finalizes
    a draft by itself after an hour: what is final already is only looked at.
    """
    key = f"purchase-{purchase.pk}"
    try:
        stripe.put_po_number(
            invoice_id=invoice.id, po_number=purchase.po_number, idempotency_key=f"{key}-po"
        )
        stripe.finalize_invoice(invoice_id=invoice.id, idempotency_key=f"{key}-finalize")
    except stripe.GatewayFault:
        log.info("invoice_final_already", purchase=str(purchase.pk))
    issued = stripe.retrieve_invoice(invoice.id)
    if issued.status == "open":
        stripe.send_invoice(invoice_id=invoice.id, idempotency_key=f"{key}-send")
    if issued.status != "draft" and issued.po_number != purchase.po_number:
        open_incident(
            organization_id=purchase.organization_id,
            kind=Incident.Kind.PO_NUMBER_MISSING,
            purchase=purchase,
            ours={"po_number": purchase.po_number},
            theirs={"po_number": issued.po_number, "invoice": issued.id},
            now=now,
        )
    return issued


def noted_at_stripe(*, purchase: Purchase, now: datetime) -> bool | None:
    """Tell whether Stripe holds the two sides of a monthly addition; None when it holds nothing.

    False: it holds other amounts than were quoted, and an incident is opened. Once a person chose
    how to repair that (`noted_repairs`), it is carried out here.
    """
    items = noted_items(purchase)
    if items and purchase.noted_repair:
        make_equal(purchase, items)
        items = noted_items(purchase)
    if not items:
        return None
    ours = sorted(line.amount_minor for line in purchase.quote.snapshot().lines)
    theirs = sorted(item.amount_minor for item in items)
    if ours == theirs or (purchase.noted_repair and net_of(purchase) == sum(theirs)):
        return True
    open_incident(
        organization_id=purchase.organization_id,
        kind=Incident.Kind.INVOICE_DIFFERS,
        purchase=purchase,
        ours={"lines": ours},
        theirs={"lines": theirs},
        now=now,
    )
    return False


def collect_before(*, purchase: Purchase, now: datetime) -> bool:
    """Invoice what was noted before a change that is invoiced at once; False when that stopped.

    Stripe puts everything that waits on the next invoice. A card that is declined would take what
    was noted down with it when that invoice is voided.
    """
    if purchase.collection == Purchase.Collection.MONTHLY:
        return True
    with organization_context(purchase.organization_id):
        is_noted = noted_purchases(purchase.organization_id).exists()
    return not is_noted or collect_noted(
        organization_id=purchase.organization_id, is_month_over=False, now=now
    )


def report_given_up(*, purchase: Purchase, invoice: stripe.InvoiceState, now: datetime) -> None:
    """Open an incident: the seats are there, and their invoice will not be paid."""
    open_incident(
        organization_id=purchase.organization_id,
        kind=Incident.Kind.TERMS_GIVEN_UP,
        purchase=purchase,
        ours={"seats": purchase.seats, "total_minor": purchase.total_minor},
        theirs={"invoice": invoice.id, "status": invoice.status},
        now=now,
    )
