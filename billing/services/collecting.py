"""Invoices what was noted for approved organizations: one invoice a month, restartable.

    reserved  the purchases are tied to it -> drawn up at Stripe (same key every time)
    drafted   Stripe's total compared with ours -> final, then sent or charged
    issued    the purchases name the invoice

A renewal takes along what waits; `link_noted` sees that from the invoice's lines. When Stripe's
total is not ours, the draft stays a draft, an incident opens and a person decides.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import structlog

from accounts.models import Organization
from accounts.services.history import SYSTEM, record
from accounts.tenancy import organization_context
from billing.domain.collection import invoiced_at, month_of
from billing.gateways import stripe
from billing.models import BillingAccount, CollectedInvoice, Contract, Incident, Invoice, Purchase
from billing.selectors.credit import noted_purchases
from billing.services.catalog import ensure_tax_rate_at_stripe
from billing.services.incidents import open_incident
from billing.services.mirror import mirror_invoice
from seats.services.seats import lock_seat_pool

log = structlog.get_logger(__name__)

_State = CollectedInvoice.State
_BATCH = 500


def collect_noted(*, organization_id: int, is_month_over: bool, now: datetime) -> bool:
    """Invoice what is noted; with `is_month_over` only what belongs to months that have ended.

    Returns False when an invoice of before is stopped or not done yet. Nothing noted is done.
    Must not run inside a transaction. Raises `stripe.GatewayError`.
    """
    _link_what_was_taken_along(organization_id, now)
    under_way = _reserve(organization_id, is_month_over=is_month_over, now=now)
    if under_way is None:
        return True
    if under_way.state == _State.RESERVED:
        under_way = _draw_up(under_way, now)
    if under_way.state == _State.DRAFTED:
        under_way = _issue(under_way, now)
    return under_way.state == _State.ISSUED


def collect_months(*, now: datetime) -> int:
    """Invoice the months that have ended, over all organizations; return how many were tried."""
    found = set(
        Purchase.objects.using("pipeline")
        .filter(
            collection=Purchase.Collection.MONTHLY,
            terms_granted_at__isnull=False,
            invoice__isnull=True,
        )
        .values_list("organization_id", flat=True)[:_BATCH]
    ) | set(
        CollectedInvoice.objects.using("pipeline")
        .filter(state__in=[_State.RESERVED, _State.DRAFTED])
        .values_list("organization_id", flat=True)[:_BATCH]
    )
    for organization_id in sorted(found):
        try:
            collect_noted(organization_id=organization_id, is_month_over=True, now=now)
        except Exception:
            # One organization that cannot be invoiced must not hold up the others.
            log.exception("month_not_collected", organization=organization_id)
    return len(found)


def link_noted(*, organization_id: int, state: stripe.InvoiceState, invoice: Invoice) -> int:
    """Tie noted purchases to the invoice that holds their prorations; return how many.

    The second of the proration identifies a purchase. A draft may still change and ties nothing.
    """
    if state.status == "draft":
        return 0
    held = _held_by(organization_id, state)
    return Purchase.objects.filter(
        pk__in=[purchase.pk for purchase in held], invoice__isnull=True
    ).update(invoice=invoice)


def noted_on(*, organization_id: int, state: stripe.InvoiceState) -> int:
    """Return what monthly purchases amount to on an invoice: their entries are in the ledger."""
    return sum(purchase.total_minor for purchase in _held_by(organization_id, state))


def _held_by(organization_id: int, state: stripe.InvoiceState) -> list[Purchase]:
    # A line of ours in the place of a proration has its second, and no item of the subscription.
    seconds = {line.period_start for line in state.lines if line.is_proration or not line.item_id}
    return list(
        Purchase.objects.filter(
            organization_id=organization_id,
            collection=Purchase.Collection.MONTHLY,
            terms_granted_at__isnull=False,
            quote__prorated_at__in=seconds,
        )
    )


def _link_what_was_taken_along(organization_id: int, now: datetime) -> None:
    """Ask Stripe which of the noted items are on an invoice by now, such as a renewal's."""
    with organization_context(organization_id):
        noted = list(
            noted_purchases(organization_id)
            .filter(collected_in__isnull=True)
            .select_related("quote", "subscription")
        )
        account = BillingAccount.objects.filter(organization_id=organization_id).first()
    if not noted or account is None:
        return
    seconds = {purchase.quote.prorated_at for purchase in noted}
    taken = {
        item.invoice_id
        for item in stripe.waiting_items(
            customer_id=account.stripe_customer_id,
            subscription_id=noted[0].subscription.stripe_subscription_id,
            since=min(purchase.created_at for purchase in noted),
        )
        if item.invoice_id and item.prorated_at in seconds
    }
    for invoice_id in sorted(taken):
        state = stripe.retrieve_invoice(invoice_id)
        mirror = mirror_invoice(organization_id=organization_id, state=state, now=now)
        with organization_context(organization_id):
            link_noted(organization_id=organization_id, state=state, invoice=mirror)


def _reserve(
    organization_id: int, *, is_month_over: bool, now: datetime
) -> CollectedInvoice | None:
    """Store which purchases the next invoice holds, or return the one that is under way."""
    with organization_context(organization_id):
        lock_seat_pool(organization_id=organization_id)
        under_way = (
            CollectedInvoice.objects.filter(state__in=[_State.RESERVED, _State.DRAFTED])
            .select_related("subscription")
            .first()
        )
        if under_way is not None:
            return under_way
        zone = ZoneInfo(Organization.objects.get(pk=organization_id).time_zone)
        waiting = list(
            noted_purchases(organization_id)
            .filter(collected_in__isnull=True)
            .select_related("quote", "subscription")
        )
        if not waiting:
            return None
        month = month_of(waiting[0].quote.prorated_at, zone)
        if is_month_over and now < invoiced_at(month, zone):
            return None
        return _write(organization_id, waiting, month, is_month_over=is_month_over, now=now)


def _write(
    organization_id: int,
    waiting: list[Purchase],
    month: date,
    *,
    is_month_over: bool,
    now: datetime,
) -> CollectedInvoice:
    reason = CollectedInvoice.Reason.MONTH if is_month_over else CollectedInvoice.Reason.PURCHASE
    collected = CollectedInvoice.objects.create(
        organization_id=organization_id,
        subscription=waiting[0].subscription,
        month=month,
        reason=reason,
        total_minor=sum(purchase.total_minor for purchase in waiting),
        currency=waiting[0].currency,
        created_at=now,
    )
    Purchase.objects.filter(pk__in=[purchase.pk for purchase in waiting]).update(
        collected_in=collected
    )
    record(
        actor=SYSTEM,
        verb="month_collected",
        subject=collected,
        organization_id=organization_id,
        now=now,
        changes={"total_minor": collected.total_minor, "currency": collected.currency},
    )
    return collected


def _draw_up(collected: CollectedInvoice, now: datetime) -> CollectedInvoice:
    organization_id = collected.organization_id
    with organization_context(organization_id):
        account = BillingAccount.objects.get(organization_id=organization_id)
        contract = Contract.objects.filter(organization_id=organization_id).first()
    conditions = contract.conditions() if contract else None
    subscription_id = collected.subscription.stripe_subscription_id
    draft = stripe.find_collected_invoice(
        subscription_id=subscription_id,
        collected_id=str(collected.pk),
    ) or stripe.draft_collected_invoice(
        customer_id=account.stripe_customer_id,
        subscription_id=subscription_id,
        by_invoice=bool(conditions and conditions.by_invoice),
        net_days=conditions.net_days if conditions else 30,
        tax_rate_id=ensure_tax_rate_at_stripe(basis_points=account.tax_rate_basis_points, now=now),
        collected_id=str(collected.pk),
        idempotency_key=f"collected-{collected.pk}",
    )
    changes: dict[str, object] = {"stripe_invoice_id": draft.id, "state": _State.DRAFTED}
    if draft.total_minor != collected.total_minor:
        changes["state"] = _State.STOPPED
        open_incident(
            organization_id=organization_id,
            kind=Incident.Kind.COLLECTED_DIFFERS,
            purchase=None,
            ours={"total_minor": collected.total_minor, "month": str(collected)},
            theirs={"total_minor": draft.total_minor, "invoice": draft.id},
            now=now,
        )
    return _store(collected, changes)


def _issue(collected: CollectedInvoice, now: datetime) -> CollectedInvoice:
    key = f"collected-{collected.pk}"
    state = stripe.retrieve_invoice(collected.stripe_invoice_id)
    if state.status == "draft":
        stripe.finalize_invoice(invoice_id=state.id, idempotency_key=f"{key}-finalize")
        state = stripe.retrieve_invoice(state.id)
    if state.status == "open" and state.collection_method == "send_invoice":
        stripe.send_invoice(invoice_id=state.id, idempotency_key=f"{key}-send")
    elif state.status == "open":
        try:
            stripe.pay_invoice(invoice_id=state.id, idempotency_key=f"{key}-pay")
        except (stripe.CardDeclined, stripe.GatewayFault):
            # The seats were granted on approval; what is open is followed up like a renewal.
            log.info("collected_invoice_not_paid", collected=str(collected.pk))
        state = stripe.retrieve_invoice(state.id)
    mirror = mirror_invoice(organization_id=collected.organization_id, state=state, now=now)
    with organization_context(collected.organization_id):
        link_noted(organization_id=collected.organization_id, state=state, invoice=mirror)
    return _store(collected, {"state": _State.ISSUED, "invoice": mirror, "issued_at": now})


def _store(collected: CollectedInvoice, changes: dict[str, object]) -> CollectedInvoice:
    with organization_context(collected.organization_id):
        CollectedInvoice.objects.filter(pk=collected.pk).update(**changes)
        return CollectedInvoice.objects.select_related("subscription").get(pk=collected.pk)
