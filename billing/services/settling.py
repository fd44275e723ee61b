"""Carries a settlement out, from whatever state it was left in.

    reserved   draw up one invoice at Stripe, a line each, and compare it with ours to the cent
    drafted    make it final, and compare again
    issued     collect it by card or send it, then look whether it is paid
    paid, on_terms   claim the seats, once no purchase is under way
    applying   Stripe's quantity and the ledger, the one that brings seats first at Stripe
    settled    look whether an invoice on terms was paid

Called by whoever signs, by the webhook and by the sweeper, also at the same time: every step
re-reads the row under a lock, and a step that was taken is not repeated. The quantity is set
without a proration, because the amounts are ours; what Stripe's next proration then leaves out is
said beside it by the quote (`domain.ledger.debited_quantity`).
"""

from datetime import datetime
from uuid import UUID

import structlog
from django.db.models import Q

from accounts.tenancy import organization_context
from billing.domain import settlement as domain
from billing.gateways import stripe
from billing.models import (
    BillingAccount,
    Incident,
    Purchase,
    Settlement,
)
from billing.services.catalog import ensure_tax_rate_at_stripe
from billing.services.dunning import follow_invoice
from billing.services.incidents import open_incident
from billing.services.mirror import mirror_invoice, refresh_customer
from billing.services.renewal_plan import tell_stripe
from billing.services.settled_seats import apply_seats, claim_seats
from billing.services.settlements import move, note, read

log = structlog.get_logger(__name__)

_State, _Event = domain.State, domain.Event
_LARGEST_NUMBER_OF_STEPS = 8
_BATCH = 500


def advance_settlement(*, organization_id: int, settlement_id: UUID, now: datetime) -> Settlement:
    """Take a settlement as far as it gets now; return it. Must not run inside a transaction.

    What Stripe does not answer for the moment is left to the sweeper; no error is raised for it.
    """
    settlement = read(organization_id, settlement_id)
    for _step in range(_LARGEST_NUMBER_OF_STEPS):
        state = settlement.state
        try:
            settlement = _take_step(settlement, now)
        except stripe.TemporarilyUnavailable as error:
            log.warning("stripe_unavailable", settlement=str(settlement_id), error=str(error))
            return note(settlement, now)
        except stripe.GatewayError:
            log.exception("stripe_not_understood", settlement=str(settlement_id))
            return note(settlement, now)
        if settlement.state == state:
            break
    if settlement.state == _State.SETTLED:
        tell_stripe(organization_id=organization_id, now=now)
    return settlement


def _take_step(settlement: Settlement, now: datetime) -> Settlement:
    match _State(settlement.state):
        case _State.RESERVED:
            return _draw_up(settlement, now)
        case _State.DRAFTED:
            return _finalize(settlement, now)
        case _State.ISSUED:
            return _collect(settlement, now)
        case _State.PAID | _State.ON_TERMS:
            return claim_seats(settlement, now)
        case _State.APPLYING:
            return apply_seats(settlement, now)
        case _State.SETTLED | _State.FAILED | _State.LAPSED if settlement.paid_at is None:
            return _look(settlement, now)
    return settlement


# -- the invoice ------------------------------------------------------------------------------


def _draw_up(settlement: Settlement, now: datetime) -> Settlement:
    organization_id = settlement.organization_id
    with organization_context(organization_id):
        customer_id = BillingAccount.objects.get(organization_id=organization_id).stripe_customer_id
    subscription_id = settlement.subscription.stripe_subscription_id
    terms = stripe.InvoiceTerms(
        by_invoice=settlement.collection == Purchase.Collection.INVOICE,
        net_days=settlement.net_days,
        tax_rate_id=ensure_tax_rate_at_stripe(basis_points=settlement.tax_basis_points, now=now),
        po_number=settlement.po_number,
    )
    draft = _known_invoice(settlement)
    if draft is not None and draft.status == "draft":
        stripe.correct_draft(invoice_id=draft.id, terms=terms)
    elif draft is None:
        draft = stripe.draft_settlement(
            customer_id=customer_id,
            subscription_id=subscription_id,
            currency=settlement.currency,
            terms=terms,
            key=settlement.key,
        )
    if draft.status == "draft":
        _put_lines(settlement, draft.id, customer_id)
        draft = stripe.retrieve_invoice(draft.id)
    mirror = mirror_invoice(organization_id=organization_id, state=draft, now=now)
    links: dict[str, object] = {"stripe_invoice_id": draft.id, "invoice": mirror}
    found = _differences(settlement, draft)
    if found:
        return _stop(settlement, draft, found, now, links)
    return move(settlement, _Event.DRAWN_UP, now, changes=links)


def _known_invoice(settlement: Settlement) -> stripe.InvoiceState | None:
    """Return the invoice of this settlement that still counts, whatever round drew it up."""
    if settlement.stripe_invoice_id:
        known = stripe.retrieve_invoice(settlement.stripe_invoice_id)
        if not known.is_given_up:
            return known
    return stripe.find_settlement(
        subscription_id=settlement.subscription.stripe_subscription_id,
        key=settlement.key,
    )


def _put_lines(settlement: Settlement, invoice_id: str, customer_id: str) -> None:
    """Let a draft have exactly our lines: what is missing is added, what is strange taken off."""
    wanted = {
        f"{settlement.key}/{line.position}": (line.description, line.amount_minor)
        for line in settlement.lines.all()
    }
    for item in stripe.items_on(invoice_id):
        if wanted.get(item.name) == (item.description, item.amount_minor):
            del wanted[item.name]
        else:
            stripe.remove_item(item.id)
    for name, (description, amount_minor) in wanted.items():
        stripe.add_line(
            customer_id=customer_id,
            invoice_id=invoice_id,
            name=name,
            description=description,
            amount_minor=amount_minor,
            currency=settlement.currency,
            idempotency_key=f"settlement-{name}",
        )


def _differences(
    settlement: Settlement, invoice: stripe.InvoiceState
) -> tuple[domain.Difference, ...]:
    ours = domain.expected_invoice(
        settlement.domain_lines(),
        currency=settlement.currency,
        tax_basis_points=settlement.tax_basis_points,
    )
    theirs = domain.InvoiceFigures(
        currency=invoice.currency,
        lines=tuple(
            domain.InvoicedLine(
                line.description, line.amount_minor, line.tax_minor, line.discount_minor
            )
            for line in invoice.lines
        ),
        tax_minor=invoice.tax_minor,
        total_minor=invoice.total_minor,
    )
    return domain.differences(ours, theirs)


def _stop(
    settlement: Settlement,
    invoice: stripe.InvoiceState,
    found: tuple[domain.Difference, ...],
    now: datetime,
    links: dict[str, object],
) -> Settlement:
    """Open an incident and grant nothing; a person looks at both sides and tries again."""
    open_incident(
        organization_id=settlement.organization_id,
        kind=Incident.Kind.SETTLEMENT_DIFFERS,
        purchase=None,
        subject=settlement.key,
        ours={"reference": settlement.reference, **{row.what: row.ours for row in found}},
        theirs={"invoice": invoice.id, **{row.what: row.theirs for row in found}},
        now=now,
    )
    rows = [{"what": row.what, "ours": row.ours, "theirs": row.theirs} for row in found]
    return move(settlement, _Event.DIFFERED, now, changes=links | {"differences": rows})


def _finalize(settlement: Settlement, now: datetime) -> Settlement:
    invoice = stripe.retrieve_invoice(settlement.stripe_invoice_id)
    if invoice.status == "draft" and not _differences(settlement, invoice):
        stripe.finalize_invoice(
            invoice_id=invoice.id, idempotency_key=f"settlement-{settlement.key}-finalize"
        )
        invoice = stripe.retrieve_invoice(invoice.id)
    found = _differences(settlement, invoice)
    if found and invoice.status == "open":
        # Somebody changed it between the two looks. Nobody is charged for what was not signed.
        stripe.void_invoice(
            invoice_id=invoice.id, idempotency_key=f"settlement-{settlement.key}-void"
        )
        invoice = stripe.retrieve_invoice(invoice.id)
    mirror = mirror_invoice(organization_id=settlement.organization_id, state=invoice, now=now)
    links: dict[str, object] = {"invoice": mirror}
    if found:
        return _stop(settlement, invoice, found, now, links)
    return move(settlement, _Event.FINALIZED, now, changes=links | {"issued_at": now})


def _collect(settlement: Settlement, now: datetime) -> Settlement:
    """Charge or send the invoice, once; later only look. Dunning follows up what stays open."""
    if settlement.collect_asked_at is None:
        key = f"settlement-{settlement.key}"
        invoice = stripe.retrieve_invoice(settlement.stripe_invoice_id)
        if invoice.status == "open" and invoice.collection_method == "send_invoice":
            stripe.send_invoice(invoice_id=invoice.id, idempotency_key=f"{key}-send")
        elif invoice.status == "open":
            try:
                stripe.pay_invoice(invoice_id=invoice.id, idempotency_key=f"{key}-pay")
            except (stripe.CardDeclined, stripe.GatewayFault):
                log.info("settlement_not_paid", settlement=str(settlement.pk))
        settlement = note(settlement, now, {"collect_asked_at": now})
    return _look(settlement, now)


def _look(settlement: Settlement, now: datetime) -> Settlement:
    """Read from Stripe what became of the invoice, and store it."""
    organization_id = settlement.organization_id
    invoice = stripe.retrieve_invoice(settlement.stripe_invoice_id)
    mirror = mirror_invoice(organization_id=organization_id, state=invoice, now=now)
    if invoice.starting_balance_minor != invoice.ending_balance_minor:
        refresh_customer(organization_id=organization_id, now=now)
    if invoice.is_paid:
        paid_at = invoice.paid_at or now
        return move(settlement, _Event.PAYMENT_SUCCEEDED, now, changes={"paid_at": paid_at})
    follow_invoice(organization_id=organization_id, invoice_id=mirror.pk, now=now)
    if invoice.is_given_up:
        return _give_up(settlement, invoice, now)
    if settlement.state == _State.ISSUED and settlement.has_terms and invoice.status == "open":
        return move(settlement, _Event.TERMS_GRANTED, now, changes={"terms_granted_at": now})
    return note(settlement, now)


def _give_up(settlement: Settlement, invoice: stripe.InvoiceState, now: datetime) -> Settlement:
    if settlement.state in (_State.ISSUED, _State.FAILED):
        return move(settlement, _Event.GIVEN_UP, now, changes={"ended_at": now})
    open_incident(
        organization_id=settlement.organization_id,
        kind=Incident.Kind.TERMS_GIVEN_UP,
        purchase=None,
        subject=settlement.key,
        ours={"reference": settlement.reference, "seats": settlement.seats_delta},
        theirs={"invoice": invoice.id, "status": invoice.status},
        now=now,
    )
    return note(settlement, now)


# -- what was left -----------------------------------------------------------------------------


def follow_settlement_invoice(
    *, organization_id: int, stripe_invoice_id: str, now: datetime
) -> None:
    """Go on with the settlement of an invoice that Stripe told something of."""
    with organization_context(organization_id):
        found = (
            Settlement.objects.filter(stripe_invoice_id=stripe_invoice_id)
            .values_list("pk", flat=True)
            .first()
        )
    if found is not None:
        advance_settlement(organization_id=organization_id, settlement_id=found, now=now)


def sweep_settlements(*, now: datetime, idle_before: datetime, waiting_before: datetime) -> int:
    """Resume settlements that were left; look at those that wait for money less often."""
    left = Settlement.objects.using("pipeline").filter(
        Q(created_at__lte=idle_before) & (Q(checked_at=None) | Q(checked_at__lte=idle_before))
    )
    waiting = Q(state=_State.ISSUED, collect_asked_at__isnull=False)
    found = [
        *left.moving().values_list("organization_id", "pk")[:_BATCH],
        *left.filter(state=_State.ISSUED, collect_asked_at=None).values_list(
            "organization_id", "pk"
        )[:_BATCH],
        *left.filter(waiting, checked_at__lte=waiting_before).values_list("organization_id", "pk")[
            :_BATCH
        ],
    ]
    for organization_id, settlement_id in found:
        try:
            advance_settlement(
                organization_id=organization_id, settlement_id=settlement_id, now=now
            )
        except Exception:
            # One that cannot go on must not hold up the others.
            log.exception("settlement_not_resumed", settlement=str(settlement_id))
    return len(found)
