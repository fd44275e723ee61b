"""What must hold after every step of a life, and what must hold once everything is quiet.

Stripe's side is read from the sandbox over HTTP, ours from the database: nothing here asks the
product's own comparisons, except where it says so.
"""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from accounts.tenancy import organization_context
from billing.domain.ledger import breaches
from billing.models import (
    CollectedInvoice,
    Contract,
    DunningCase,
    Incident,
    Invoice,
    InvoicePaymentAttempt,
    Purchase,
    ScheduledChange,
    SeatLedgerEntry,
    SubscriptionPeriod,
    SubscriptionStart,
    WebhookEvent,
)
from tests.fire.life import Life

# Neither may ever happen while nobody but the product changes the subscription.
_NEVER = (
    Incident.Kind.PREVIEW_DIFFERS,
    Incident.Kind.INVOICE_DIFFERS,
    Incident.Kind.GRANT_BLOCKED,
)


def check_always(life: Life) -> None:
    """After every step, also while events, worker or answers are missing."""
    subscription = life.subscription
    with organization_context(life.id):
        entries = list(
            SeatLedgerEntry.objects.filter(subscription=subscription).order_by("sequence")
        )
        granted = set(
            SeatLedgerEntry.objects.exclude(purchase=None).values_list("purchase_id", flat=True)
        )
        purchases = list(Purchase.objects.select_related("quote", "invoice"))
        incidents = list(Incident.objects.filter(kind__in=_NEVER))
    assert not incidents, [(row.kind, row.ours, row.theirs) for row in incidents]
    invoices = {invoice["id"]: invoice for invoice in life.invoices_at_stripe()}
    _ledger_adds_up(life, entries)
    _grants_are_paid(granted, purchases, invoices)
    _nobody_is_charged_twice(purchases, invoices)
    _nothing_is_granted_beyond_stripe(life)


def _ledger_adds_up(life: Life, entries: list[SeatLedgerEntry]) -> None:
    found = breaches(entry.entry() for entry in entries)
    assert not found, found
    total = sum(entry.seats_delta for entry in entries)
    subscription, pool = life.current(), life.pool()
    assert total == subscription.purchased_seats == pool.purchased_seats, (
        f"ledger {total}, subscription {subscription.purchased_seats}, pool {pool.purchased_seats}"
    )
    # Who sat when a decrease came keeps the seat; nobody else gets one until it fits again.
    keeps = pool.kept_seats if pool.limit == "closed" else 0
    assert pool.assigned_seats <= pool.purchased_seats + keeps


def _grants_are_paid(
    granted: set[UUID], purchases: list[Purchase], invoices: dict[str, Any]
) -> None:
    """Paid by card, or approved on terms with its invoice issued or its amount noted."""
    for purchase in purchases:
        is_granted = purchase.pk in granted
        assert is_granted == (purchase.state == Purchase.State.PROVISIONED), purchase.state
        figures = purchase.quote.snapshot()
        if not is_granted or not figures.has_invoice:
            continue
        on_terms = purchase.collection != Purchase.Collection.CARD
        assert purchase.paid_at or (on_terms and purchase.terms_granted_at)
        if purchase.collection == Purchase.Collection.MONTHLY:
            continue
        invoice = invoices[purchase.stripe_invoice_id]
        assert invoice["total"] == figures.now.total_minor
        if on_terms:
            assert invoice["status"] in ("open", "paid", "uncollectible"), invoice["status"]
            continue
        assert invoice["status"] == "paid", (purchase.state, invoice["status"])
        assert invoice["amount_due"] == invoice["amount_paid"] == purchase.total_minor


def _nobody_is_charged_twice(purchases: list[Purchase], invoices: dict[str, Any]) -> None:
    """Every paid change belongs to one purchase; at most one is not noted by us yet."""
    linked = [row.stripe_invoice_id for row in purchases if row.stripe_invoice_id]
    assert len(linked) == len(set(linked)), "two purchases say they made the same invoice"
    noted = set(linked)
    changes = {
        key
        for key, invoice in invoices.items()
        if invoice["billing_reason"] == "subscription_update" and invoice["status"] != "void"
    }
    strangers = changes - noted
    unfinished = [row for row in purchases if not row.is_finished and not row.stripe_invoice_id]
    assert len(strangers) <= len(unfinished), f"{len(strangers)} changes that nobody asked for"


def _nothing_is_granted_beyond_stripe(life: Life) -> None:
    """In the period that both sides know, Stripe charges for at least the seats granted."""
    state = life.subscription_at_stripe()
    item = state["items"]["data"][0]
    with organization_context(life.id):
        last = (
            SubscriptionPeriod.objects.filter(subscription=life.subscription)
            .order_by("during")
            .last()
        )
    if last is None:
        return
    period = last.period
    if int(period.start.timestamp()) == item["current_period_start"]:
        assert life.pool().purchased_seats <= item["quantity"], (
            f"{life.pool().purchased_seats} granted, {item['quantity']} at Stripe"
        )


def check_credit(life: Life, bought: Purchase) -> None:
    """Right after a purchase on terms: no more is open and noted than finance approved."""
    if bought.collection == Purchase.Collection.CARD or not bought.quote.snapshot().has_invoice:
        return
    with organization_context(life.id):
        limit = Contract.objects.get().credit_limit_minor
        noted = sum(
            row.total_minor
            for row in Purchase.objects.filter(
                collection=Purchase.Collection.MONTHLY,
                terms_granted_at__isnull=False,
                invoice=None,
            )
        )
    opened = sum(
        invoice["amount_remaining"]
        for invoice in life.invoices_at_stripe()
        if invoice["status"] == "open"
    )
    assert opened + noted <= limit, f"{opened} open, {noted} noted, {limit} approved"


def check_quiet(life: Life) -> None:
    """When no event waits, the worker has done its rounds and Stripe answers."""
    check_always(life)
    _every_purchase_has_ended(life)
    _every_beginning_has_ended(life)
    _every_contract_is_applied(life)
    _every_event_is_worked_off(life)
    _seats_are_the_same_on_both_sides(life)
    _money_is_the_same_on_both_sides(life)
    _what_is_overdue_is_followed_up(life)


def _every_purchase_has_ended(life: Life) -> None:
    """All but one that waits for the payer's bank, which is the payer's turn."""
    with organization_context(life.id):
        left = [row.state for row in Purchase.objects.unfinished()]
    assert set(left) <= {Purchase.State.REQUIRES_ACTION}, left


def _every_beginning_has_ended(life: Life) -> None:
    """All but one that waits for a card or for the payer's bank."""
    waits = {SubscriptionStart.State.RESERVED, SubscriptionStart.State.REQUIRES_ACTION}
    with organization_context(life.id):
        left = {start.state for start in SubscriptionStart.objects.all() if not start.is_finished}
        attempts = InvoicePaymentAttempt.objects.filter(state=InvoicePaymentAttempt.State.ASKED)
        assert not attempts.exists(), "a payment was asked for and never looked at"
    assert left <= waits, left


def _every_contract_is_applied(life: Life) -> None:
    """Stripe collects as finance approved."""
    with organization_context(life.id):
        contract = Contract.objects.first()
    state = life.subscription_at_stripe()
    if contract is None or state["status"] in ("canceled", "incomplete_expired"):
        return
    assert contract.applied_at is not None
    by_invoice = contract.collection == Contract.Collection.INVOICE
    assert (state["collection_method"] == "send_invoice") == by_invoice


def _every_event_is_worked_off(life: Life) -> None:
    left = WebhookEvent.objects.filter(customer_id=life.customer_id, processed_at__isnull=True)
    assert not left, [(event.type, event.attempts, event.last_error) for event in left]


def _seats_are_the_same_on_both_sides(life: Life) -> None:
    state = life.subscription_at_stripe()
    item = state["items"]["data"][0]
    ours = life.current()
    assert ours.status == state["status"], (ours.status, state["status"])
    if ours.status in ("canceled", "incomplete_expired"):
        assert ours.purchased_seats == 0, "a subscription that has ended keeps its seats"
        return
    if ours.purchased_seats != item["quantity"]:
        # Planned seats come with the renewal's payment, and that is still open.
        assert ours.next_term_seats == item["quantity"] > ours.purchased_seats, (
            f"{ours.purchased_seats} granted, {ours.next_term_seats} planned, "
            f"{item['quantity']} at Stripe"
        )
        latest = life.invoices_at_stripe()
        assert any(
            invoice["billing_reason"] == "subscription_cycle" and invoice["status"] != "paid"
            for invoice in latest
        ), "a paid renewal did not bring its seats"
    _the_plan_is_the_same_on_both_sides(life, state)
    assert ours.price.stripe_price_id == item["price"]["id"]
    with organization_context(life.id):
        periods = [
            row.period
            for row in SubscriptionPeriod.objects.filter(subscription=ours).order_by("during")
        ]
    assert int(periods[-1].start.timestamp()) == item["current_period_start"]
    assert int(periods[-1].end.timestamp()) == item["current_period_end"]
    for earlier, later in pairwise(periods):
        assert earlier.end == later.start, "a period is missing"


def _the_plan_is_the_same_on_both_sides(life: Life, state: dict[str, Any]) -> None:
    """What renews at Stripe is what our ledger says will renew."""
    ours = life.current()
    ends = any(plan.kind == ScheduledChange.Kind.CANCELLATION for plan in life.plans())
    assert bool(state["cancel_at_period_end"] or state["cancel_at"]) == ends, "the planned end"
    if ends or ours.purchased_seats != state["items"]["data"][0]["quantity"]:
        return
    planned, price = ours.purchased_seats, state["items"]["data"][0]["price"]["id"]
    if state["schedule"]:
        schedule = life.sandbox.call("GET", f"subscription_schedules/{state['schedule']}")
        phase = schedule["phases"][-1]
        assert phase["start_date"] == int(life.period_end().timestamp())
        planned = phase["items"][0]["quantity"]
        price = phase["items"][0]["price"]
    assert planned == ours.next_term_seats, (planned, ours.next_term_seats)
    wanted = next((plan.price_to for plan in life.plans() if plan.price_to), ours.price)
    assert price == wanted.stripe_price_id, "another price is planned at Stripe"


def _money_is_the_same_on_both_sides(life: Life) -> None:
    theirs = {
        invoice["id"]: (
            invoice["status"],
            invoice["total"],
            invoice["amount_paid"],
            invoice["amount_remaining"],
        )
        for invoice in life.invoices_at_stripe()
    }
    with organization_context(life.id):
        ours = {
            row.stripe_invoice_id: (
                row.status,
                row.total_minor,
                row.amount_paid_minor,
                row.amount_remaining_minor,
            )
            for row in Invoice.objects.all()
        }
        booked = list(
            SeatLedgerEntry.objects.filter(invoice__isnull=False).select_related("invoice")
        )
        noted = Counter[int]()
        for row in Purchase.objects.filter(
            collection=Purchase.Collection.MONTHLY, invoice__isnull=False
        ):
            assert row.invoice_id is not None
            noted[row.invoice_id] += row.total_minor
        collected = list(
            CollectedInvoice.objects.filter(state=CollectedInvoice.State.ISSUED).select_related(
                "invoice"
            )
        )
    assert ours == theirs, {
        key: (ours.get(key), theirs.get(key))
        for key in ours.keys() | theirs.keys()
        if ours.get(key) != theirs.get(key)
    }
    for entry in booked:
        assert entry.invoice is not None
        # A renewal takes along what was noted during the month and stands in the ledger by itself.
        assert entry.amount_minor == entry.invoice.total_minor - noted[entry.invoice.pk]
    for month in collected:
        assert month.invoice is not None
        assert noted[month.invoice.pk] == month.total_minor == month.invoice.total_minor
    customer = life.sandbox.call("GET", f"customers/{life.customer_id}")
    assert life.account().credit_balance_minor == -customer["balance"]
    _every_period_is_booked(life, booked)


def _what_is_overdue_is_followed_up(life: Life) -> None:
    """Each refused or late invoice has its case, whose steps were taken on their days."""
    with organization_context(life.id):
        cases = {
            case.invoice.stripe_invoice_id: case
            for case in DunningCase.objects.select_related("invoice")
        }
    for invoice in life.invoices_at_stripe():
        late = invoice["due_date"] is not None and invoice["due_date"] <= life.now.timestamp()
        refused = invoice["attempt_count"] > 0 and invoice["billing_reason"] == "subscription_cycle"
        if invoice["status"] != "open" or not (late or refused):
            continue
        case = cases[invoice["id"]]
        assert case.closed_at is None or case.outcome == DunningCase.Outcome.SUBSCRIPTION_ENDED
        # The end keeps its distance from the restriction as it happened, at nine in the morning.
        asked = life.now - case.opened_at >= timedelta(days=case.end_after_days + 2)
        assert case.ended_at is not None or not asked, (case.stage, case.opened_at)
    open_cases = [case for case in cases.values() if case.closed_at is None]
    is_restricted = any(case.stage != DunningCase.Stage.PAST_DUE for case in open_cases)
    assert (life.pool().held_since is not None) == is_restricted, "seats held"


def _every_period_is_booked(life: Life, booked: list[SeatLedgerEntry]) -> None:
    """A renewal's money stands in the ledger beside its period, and every change's too."""
    noted = {entry.invoice.stripe_invoice_id for entry in booked if entry.invoice is not None}
    with organization_context(life.id):
        monthly = set(CollectedInvoice.objects.values_list("stripe_invoice_id", flat=True))
    for invoice in life.invoices_at_stripe():
        # What was never paid for was never granted, but for a renewal and for what is on terms.
        is_granted = (
            invoice["billing_reason"] == "subscription_cycle"
            or invoice["status"] == "paid"
            or (invoice["status"] == "open" and invoice["collection_method"] == "send_invoice")
        )
        if is_granted and invoice["id"] not in monthly:
            assert invoice["id"] in noted, (invoice["billing_reason"], invoice["status"])
