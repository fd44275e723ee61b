"""What the vendor's finance pages show, over all organizations that the reader may see."""

from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet

from billing.models import (
    Incident,
    Invoice,
    Payment,
    Purchase,
    ReconciliationRun,
    SeatLedgerEntry,
)

_MOST_PURCHASES = 200


@dataclass(frozen=True, slots=True)
class PurchaseMatch:
    """One purchase with its invoice, its payments and its ledger entry side by side.

    Amounts are minor units of the purchase's currency; None where there is no such record, or
    where it does not count: the invoice of several small additions, and the payment of an invoice
    on terms that is still open.
    """

    purchase: Purchase
    entry: SeatLedgerEntry | None
    invoice: Invoice | None
    payments: tuple[Payment, ...]
    quoted_minor: int
    ledger_minor: int | None
    invoice_minor: int | None
    paid_minor: int | None
    from_balance_minor: int
    needs_invoice: bool

    @property
    def difference_minor(self) -> int:
        """The largest distance between any two of quote, ledger, invoice and what was paid."""
        paid = None if self.paid_minor is None else self.paid_minor + self.from_balance_minor
        known = [
            amount
            for amount in (self.quoted_minor, self.ledger_minor, self.invoice_minor, paid)
            if amount is not None
        ]
        return max(known) - min(known)

    @property
    def is_complete(self) -> bool:
        """Whether a purchase has its ledger entry, and its invoice if it is to have one."""
        if self.purchase.state != Purchase.State.PROVISIONED:
            return True
        return self.entry is not None and (self.invoice is not None or not self.needs_invoice)

    @property
    def agrees(self) -> bool:
        """Whether everything is there and equal to the cent."""
        return self.is_complete and self.difference_minor == 0


def purchase_matches(*, search: str = "") -> list[PurchaseMatch]:
    """Return the latest purchases, paid or on terms, those that do not agree first."""
    purchases = (
        Purchase.objects.filter(state__in=[Purchase.State.PAID, Purchase.State.PROVISIONED])
        .select_related("organization", "invoice", "quote")
        .prefetch_related(
            "invoice__payments",
            Prefetch("ledger_entries", queryset=SeatLedgerEntry.objects.order_by("id")),
        )
        .order_by("-created_at")
    )
    if search:
        purchases = purchases.filter(
            Q(organization__name__icontains=search) | Q(invoice__number__icontains=search)
        )
    matches = [_match(purchase) for purchase in purchases[:_MOST_PURCHASES]]
    return sorted(matches, key=lambda match: match.agrees)


def _match(purchase: Purchase) -> PurchaseMatch:
    entry = next(iter(purchase.ledger_entries.all()), None)
    invoice = purchase.invoice
    payments = tuple(p for p in invoice.payments.all() if p.status == "paid") if invoice else ()
    snapshot = purchase.quote.snapshot()
    # Several additions share the invoice of a month, and seats paid before need none.
    is_noted = purchase.collection == Purchase.Collection.MONTHLY
    own = None if is_noted else invoice
    is_awaited = purchase.terms_granted_at is not None and (
        own is not None and own.status == Invoice.Status.OPEN
    )
    return PurchaseMatch(
        purchase=purchase,
        entry=entry,
        invoice=invoice,
        payments=payments,
        quoted_minor=snapshot.now.total_minor,
        ledger_minor=entry.amount_minor if entry else None,
        invoice_minor=own.total_minor if own else None,
        paid_minor=(
            sum(payment.amount_minor for payment in payments) if own and not is_awaited else None
        ),
        from_balance_minor=own.starting_balance_minor - own.ending_balance_minor if own else 0,
        needs_invoice=snapshot.has_invoice and not is_noted,
    )


def open_incidents() -> QuerySet[Incident]:
    """Return the incidents that nobody has closed."""
    return Incident.objects.filter(closed_at__isnull=True).select_related(
        "organization", "purchase"
    )


def latest_run() -> ReconciliationRun | None:
    """Return the latest comparison of everything with Stripe."""
    return ReconciliationRun.objects.filter(only="").order_by("-started_at").first()


def invoices(*, status: str = "", search: str = "") -> QuerySet[Invoice]:
    """Return invoices, newest first, filtered by state and by organization or number."""
    found = Invoice.objects.select_related("organization").order_by("-issued_at", "-id")
    if status in Invoice.Status.values:
        found = found.filter(status=status)
    if search:
        found = found.filter(Q(organization__name__icontains=search) | Q(number__icontains=search))
    return found


def invoice_counts(*, search: str = "") -> dict[str, int]:
    """Return how many invoices there are in each state, within a search."""
    rows = invoices(search=search).order_by().values_list("status").annotate(Count("id"))
    return dict(rows)


def ledger(*, cause: str = "", search: str = "") -> QuerySet[SeatLedgerEntry]:
    """Return ledger entries, newest first, filtered by cause and by organization or invoice.

    Over all organizations the second from which the seats were paid for decides; entries of the
    same second follow the sequence of their subscription.
    """
    found = SeatLedgerEntry.objects.select_related("organization", "invoice").order_by(
        "-effective_at", "-subscription_id", "-sequence"
    )
    if cause in SeatLedgerEntry.Cause.values:
        found = found.filter(cause=cause)
    if search:
        found = found.filter(
            Q(organization__name__icontains=search)
            | Q(invoice__number__icontains=search)
            | Q(actor_label__icontains=search)
        )
    return found


def ledger_counts(*, search: str = "") -> dict[str, int]:
    """Return how many ledger entries there are of each cause, within a search."""
    rows = ledger(search=search).order_by().values_list("cause").annotate(Count("id"))
    return dict(rows)
