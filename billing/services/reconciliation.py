"""The nightly comparison of ledger and Stripe. It reports each difference and repairs none.

Our side is read set-based over all organizations, Stripe's a hundred objects a request, so the
number of requests does not grow with what agrees. A difference is written only if it is still
there on a second look: a purchase or renewal may be under way while the lists are read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Sum

from accounts.tenancy import organization_context
from billing.domain.ledger import breaches
from billing.domain.period import Period
from billing.gateways import stripe
from billing.models import (
    BillingAccount,
    Difference,
    Invoice,
    Purchase,
    ReconciliationRun,
    SeatLedgerEntry,
    Subscription,
    SubscriptionPeriod,
)
from seats.models import SeatPool

_Kind = Difference.Kind


@dataclass(frozen=True, slots=True)
class Found:
    """One difference before it is written."""

    organization_id: int
    kind: str
    subject: str
    ours: str
    theirs: str


def reconcile(*, now: datetime) -> ReconciliationRun:
    """Compare everything, write the report, return the run.

    A run that Stripe interrupts keeps what it found and names the error.
    """
    run = ReconciliationRun.objects.create(started_at=now)
    found: list[Found] = []
    try:
        theirs = {state.id: state for state in stripe.iterate_subscriptions()}
        open_invoices = {state.id: state for state in stripe.iterate_open_invoices()}
        found += [
            *_confirmed(_subscription_differences(theirs)),
            *_open_invoice_differences(open_invoices),
        ]
        run.subscriptions, run.invoices = len(theirs), len(open_invoices)
    except stripe.GatewayError as error:
        run.error = type(error).__name__
    found += [*_pool_differences(), *_ledger_breaches(), *_amount_differences()]
    for difference in found:
        with organization_context(difference.organization_id):
            Difference.objects.create(
                organization_id=difference.organization_id,
                run=run,
                kind=difference.kind,
                subject=difference.subject,
                ours=difference.ours[:200],
                theirs=difference.theirs[:200],
            )
    run.differences = len(found)
    run.finished_at = now
    run.save()
    return run


def _live_subscriptions() -> Iterator[Subscription]:
    return (
        Subscription.objects.using("pipeline")
        .current()
        .exclude(stripe_subscription_id="")
        .select_related("price")
        .iterator()
    )


def _subscription_differences(theirs: dict[str, stripe.SubscriptionState]) -> Iterator[Found]:
    periods = {
        period.subscription_id: period.period
        for period in SubscriptionPeriod.objects.using("pipeline").order_by("during").iterator()
    }
    ours_ids = set()
    for ours in _live_subscriptions():
        ours_ids.add(ours.stripe_subscription_id)
        state = theirs.get(ours.stripe_subscription_id)
        if state is None:
            yield _found(ours, _Kind.SUBSCRIPTION_MISSING, ours.status, "")
        else:
            yield from _compare(ours, periods.get(ours.pk), state)
    accounts = dict(
        BillingAccount.objects.using("pipeline").values_list(
            "stripe_customer_id", "organization_id"
        )
    )
    for identifier, state in theirs.items():
        organization_id = accounts.get(state.customer_id)
        if identifier not in ours_ids and organization_id is not None:
            yield Found(
                organization_id, _Kind.SUBSCRIPTION_UNKNOWN, identifier, "", str(state.quantity)
            )


def _compare(
    ours: Subscription, period: Period | None, theirs: stripe.SubscriptionState
) -> Iterator[Found]:
    pairs: tuple[tuple[str, object, object], ...] = (
        (_Kind.STATUS, ours.status, theirs.status),
        (_Kind.QUANTITY, ours.purchased_seats, theirs.quantity),
        (_Kind.PRICE, ours.price.stripe_price_id, theirs.price_id),
        (_Kind.PERIOD, period, theirs.period),
    )
    for kind, mine, yours in pairs:
        if mine != yours:
            yield _found(ours, kind, _words(mine), _words(yours))


def _found(subscription: Subscription, kind: str, ours: str, theirs: str) -> Found:
    return Found(
        subscription.organization_id, kind, subscription.stripe_subscription_id, ours, theirs
    )


def _words(value: object) -> str:
    if isinstance(value, Period):
        return f"{value.start.isoformat()} / {value.end.isoformat()}"
    return "" if value is None else str(value)


def _confirmed(found: Iterator[Found]) -> Iterator[Found]:
    """Yield what is still different on a second look, outside of unfinished purchases."""
    for difference in list(found):
        unfinished = Purchase.objects.using("pipeline").unfinished()
        if unfinished.filter(organization_id=difference.organization_id).exists():
            continue
        if difference.kind in (_Kind.SUBSCRIPTION_MISSING, _Kind.SUBSCRIPTION_UNKNOWN):
            yield difference
            continue
        yield from (
            again for again in _look_again(difference.subject) if again.kind == difference.kind
        )


def _look_again(stripe_subscription_id: str) -> Iterator[Found]:
    state = stripe.retrieve_subscription(stripe_subscription_id)
    ours = (
        Subscription.objects.using("pipeline")
        .select_related("price")
        .get(stripe_subscription_id=stripe_subscription_id)
    )
    last = (
        SubscriptionPeriod.objects.using("pipeline")
        .filter(subscription_id=ours.pk)
        .order_by("during")
        .last()
    )
    return _compare(ours, last.period if last else None, state)


def _open_invoice_differences(theirs: dict[str, stripe.InvoiceState]) -> Iterator[Found]:
    ours = {
        invoice.stripe_invoice_id: invoice
        for invoice in Invoice.objects.using("pipeline").filter(status=Invoice.Status.OPEN)
    }
    accounts = dict(
        BillingAccount.objects.using("pipeline").values_list(
            "stripe_customer_id", "organization_id"
        )
    )
    for identifier, state in theirs.items():
        mine = ours.get(identifier)
        organization_id = accounts.get(state.customer_id)
        amount = f"{state.amount_remaining_minor} {state.currency}"
        if mine is None and organization_id is not None:
            yield Found(organization_id, _Kind.OPEN_INVOICE, identifier, "", amount)
        elif mine is not None and mine.amount_remaining_minor != state.amount_remaining_minor:
            shown = f"{mine.amount_remaining_minor} {mine.currency}"
            yield Found(mine.organization_id, _Kind.OPEN_INVOICE, identifier, shown, amount)
    for identifier, mine in ours.items():
        if identifier not in theirs:
            state = stripe.retrieve_invoice(identifier)
            if state.status != mine.status:
                yield Found(
                    mine.organization_id, _Kind.OPEN_INVOICE, identifier, mine.status, state.status
                )


def _pool_differences() -> Iterator[Found]:
    pools = dict(
        SeatPool.objects.using("pipeline").values_list("organization_id", "purchased_seats")
    )
    sums = (
        SeatLedgerEntry.objects.using("pipeline")
        .filter(subscription__in=Subscription.objects.using("pipeline").current())
        .values("organization_id")
        .annotate(seats=Sum("seats_delta"))
    )
    for row in sums:
        pool = pools.get(row["organization_id"], 0)
        if pool != row["seats"]:
            yield Found(row["organization_id"], _Kind.SEAT_POOL, "", str(pool), str(row["seats"]))


def _ledger_breaches() -> Iterator[Found]:
    entries: dict[int, list[SeatLedgerEntry]] = {}
    for entry in (
        SeatLedgerEntry.objects.using("pipeline").order_by("subscription", "sequence").iterator()
    ):
        entries.setdefault(entry.subscription_id, []).append(entry)
    for rows in entries.values():
        for breach in breaches(row.entry() for row in rows):
            row = rows[breach.position]
            yield Found(row.organization_id, _Kind.LEDGER, f"#{row.sequence}", breach.sentence, "")


def _amount_differences() -> Iterator[Found]:
    rows = (
        SeatLedgerEntry.objects.using("pipeline")
        .filter(invoice__isnull=False)
        .exclude(amount_minor=F("invoice__total_minor"))
        .select_related("invoice")
    )
    for row in rows:
        if row.invoice is not None:
            yield Found(
                row.organization_id,
                _Kind.AMOUNT,
                str(row.invoice),
                f"{row.amount_minor} {row.currency}",
                f"{row.invoice.total_minor} {row.invoice.currency}",
            )
