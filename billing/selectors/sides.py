"""Our side of a comparison with Stripe, read set-based in the dataclasses of the domain.

Over all organizations as the pipeline, or for one inside its tenancy context.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q, QuerySet, Sum

from accounts.tenancy import organization_context
from billing.domain.ledger import breaches
from billing.domain.reconciliation import (
    CustomerSide,
    Found,
    InvoiceSide,
    Kind,
    SubscriptionSide,
    amount_text,
)
from billing.models import (
    BillingAccount,
    Invoice,
    InvoiceLine,
    Payment,
    Price,
    Purchase,
    ScheduledChange,
    SeatLedgerEntry,
    Settlement,
    Subscription,
    SubscriptionPeriod,
    WebhookEvent,
)
from seats.models import SeatPool

PIPELINE = "pipeline"
# After so many attempts an event is no longer on its way: it is stuck, and hides nothing.
_ATTEMPTS_THAT_EXCUSE = 5


@dataclass(frozen=True, slots=True)
class OurSide:
    """Where our side is read: over all organizations, or of one.

    `using` is the connection: the pipeline's sees all rows, the default one those of the context.
    """

    organization_id: int | None = None
    using: str = PIPELINE

    @classmethod
    def of_one(cls, organization_id: int) -> "OurSide":
        """Return the side of an organization without the pipeline, as a page reads it."""
        return cls(organization_id, DEFAULT_DB_ALIAS)

    def reading(self) -> AbstractContextManager[None]:
        """Return the context to read in; no request to Stripe belongs inside."""
        if self.using == PIPELINE or self.organization_id is None:
            return nullcontext()
        return organization_context(self.organization_id)

    def owners(self) -> dict[str, int]:
        """Return the organization of each Stripe customer, of all that may be seen."""
        accounts = BillingAccount.objects.using(self.using).exclude(stripe_customer_id="")
        return dict(accounts.values_list("stripe_customer_id", "organization_id"))

    def customers(self) -> dict[str, CustomerSide]:
        """Return our customers by their id at Stripe."""
        accounts = (
            self._mine(BillingAccount.objects.using(self.using))
            .exclude(stripe_customer_id="")
            .only("stripe_customer_id", "credit_balance_minor", "payment_method_id", "payer_name")
        )
        currencies = dict(
            self._mine(Subscription.objects.using(self.using).current()).values_list(
                "organization_id", "price__currency"
            )
        )
        return {
            account.stripe_customer_id: CustomerSide(
                id=account.stripe_customer_id,
                credit_balance_minor=account.credit_balance_minor,
                payment_method_id=account.payment_method_id,
                currency=currencies.get(account.organization_id, ""),
                name=account.payer_name,
            )
            for account in accounts.iterator()
        }

    def subscriptions(self) -> dict[str, SubscriptionSide]:
        """Return the live subscriptions that are at Stripe, by their id there."""
        live = (
            self._mine(Subscription.objects.using(self.using).current())
            .exclude(stripe_subscription_id="")
            .select_related("price")
        )
        periods = {
            period.subscription_id: period.period
            for period in self._mine(SubscriptionPeriod.objects.using(self.using))
            .order_by("during")
            .iterator()
        }
        accounts = {
            account.organization_id: account
            for account in self._mine(BillingAccount.objects.using(self.using)).iterator()
        }
        begun = {
            change.subscription_id
            for change in self._mine(ScheduledChange.objects.using(self.using).planned())
            if change.quantity_to is not None
            and change.subscription_id in periods
            and change.effective_at <= periods[change.subscription_id].start
        }
        sides = {}
        for row in live.iterator():
            account = accounts[row.organization_id]
            # More seats that a renewal brought are charged for and not paid yet: Stripe has them.
            renewed = row.pk in begun and row.next_term_seats > row.purchased_seats
            sides[row.stripe_subscription_id] = SubscriptionSide(
                id=row.stripe_subscription_id,
                customer_id=account.stripe_customer_id,
                status=row.status,
                quantity=row.next_term_seats if renewed else row.purchased_seats,
                next_quantity=_seats_of_the_next_term(row),
                price_id=row.price.stripe_price_id,
                period=periods.get(row.pk),
                collection=account.collection,
                tax_basis_points=account.tax_rate_basis_points,
            )
        return sides

    def subscription_ids(self) -> frozenset[str]:
        """Return the ids of all our subscriptions at Stripe, ended ones too."""
        rows = self._mine(Subscription.objects.using(self.using)).exclude(stripe_subscription_id="")
        return frozenset(rows.values_list("stripe_subscription_id", flat=True))

    def invoices(self, *, since: datetime | None = None, only: str = "") -> dict[str, InvoiceSide]:
        """Return our mirrors made since a time, or that wait for money, by their id at Stripe."""
        chosen: QuerySet[Invoice] = self._mine(Invoice.objects.using(self.using))
        if only:
            chosen = chosen.filter(stripe_invoice_id=only)
        elif since is not None:
            waiting = [Invoice.Status.DRAFT, Invoice.Status.OPEN]
            chosen = chosen.filter(Q(issued_at__gte=since) | Q(status__in=waiting))
        lines = self._sums(InvoiceLine.objects.using(self.using), chosen)
        payments = self._sums(Payment.objects.using(self.using).filter(status="paid"), chosen)
        customers = dict(
            self._mine(BillingAccount.objects.using(self.using)).values_list(
                "organization_id", "stripe_customer_id"
            )
        )
        return {
            row.stripe_invoice_id: InvoiceSide(
                id=row.stripe_invoice_id,
                customer_id=customers.get(row.organization_id, ""),
                status=row.status,
                currency=row.currency,
                total_minor=row.total_minor,
                paid_minor=row.amount_paid_minor,
                lines_minor=lines.get(row.pk, 0),
                payments_minor=payments.get(row.pk, 0),
            )
            for row in chosen.iterator()
        }

    def payment_count(self, *, since: datetime | None = None) -> int:
        """Return how many payments of invoices made since a time we know."""
        rows = self._mine(Payment.objects.using(self.using)).filter(status="paid")
        return (rows.filter(invoice__issued_at__gte=since) if since else rows).count()

    def intents(self) -> frozenset[str]:
        """Return the payment intents of all payments that we know."""
        rows = self._mine(Payment.objects.using(self.using)).exclude(stripe_payment_intent_id="")
        return frozenset(rows.values_list("stripe_payment_intent_id", flat=True))

    def organizations_that_buy(self) -> frozenset[int]:
        """Return the organizations with a purchase or a settlement under way: both sides move."""
        bought = self._mine(Purchase.objects.using(self.using).unfinished())
        settled = self._mine(Settlement.objects.using(self.using).moving())
        return frozenset(bought.values_list("organization_id", flat=True)) | frozenset(
            settled.values_list("organization_id", flat=True)
        )

    def own_differences(self) -> Iterator[tuple[int, Found]]:
        """Yield what does not agree among our own tables, with the organization."""
        yield from self._pools()
        yield from self._breaches()
        yield from self._amounts()

    def _pools(self) -> Iterator[tuple[int, Found]]:
        pools = dict(
            self._mine(SeatPool.objects.using(self.using)).values_list(
                "organization_id", "purchased_seats"
            )
        )
        live = self._mine(Subscription.objects.using(self.using).current())
        for organization_id, seats in live.values_list("organization_id", "purchased_seats"):
            pool = pools.get(organization_id, 0)
            if pool != seats:
                yield organization_id, Found(Kind.SEAT_POOL, "", str(pool), str(seats))

    def _breaches(self) -> Iterator[tuple[int, Found]]:
        entries: dict[int, list[SeatLedgerEntry]] = {}
        rows = self._mine(SeatLedgerEntry.objects.using(self.using))
        for entry in rows.order_by("subscription", "sequence").iterator():
            entries.setdefault(entry.subscription_id, []).append(entry)
        for ledger in entries.values():
            for breach in breaches(row.entry() for row in ledger):
                row = ledger[breach.position]
                subject = f"{row.subscription_id}#{row.sequence}"
                yield row.organization_id, Found(Kind.LEDGER, subject, breach.sentence[:200], "")

    def _amounts(self) -> Iterator[tuple[int, Found]]:
        rows = (
            self._mine(SeatLedgerEntry.objects.using(self.using))
            .filter(invoice__isnull=False)
            .exclude(invoice__status=Invoice.Status.VOID)
            .values_list(
                "organization_id",
                "invoice__stripe_invoice_id",
                "invoice__total_minor",
                "invoice__currency",
            )
            .order_by()
            .annotate(booked=Sum("amount_minor"))
        )
        for organization_id, invoice_id, total, currency, booked in rows:
            if booked != total:
                yield (
                    organization_id,
                    Found(
                        Kind.AMOUNT,
                        invoice_id,
                        amount_text(booked, currency),
                        amount_text(total, currency),
                    ),
                )

    def _mine[Row: QuerySet](self, rows: Row) -> Row:  # type: ignore[type-arg]
        if self.organization_id is None:
            return rows
        mine: Row = rows.filter(organization_id=self.organization_id)
        return mine

    def _sums(
        self, rows: QuerySet[InvoiceLine] | QuerySet[Payment], chosen: QuerySet[Invoice]
    ) -> dict[int, int]:
        sums = (
            rows.filter(invoice__in=chosen.order_by().values("pk"))
            .order_by()
            .values_list("invoice_id")
            .annotate(sum=Sum("amount_minor"))
        )
        return dict(sums)


def _seats_of_the_next_term(subscription: Subscription) -> int:
    """Return what the next period begins with at Stripe; other scheduled changes belong here."""
    return subscription.next_term_seats


def on_its_way(*, object_ids: set[str]) -> frozenset[str]:
    """Return those objects at Stripe about which an event waits to be processed."""
    waiting = WebhookEvent.objects.filter(
        processed_at__isnull=True, attempts__lt=_ATTEMPTS_THAT_EXCUSE, object_id__in=object_ids
    )
    return frozenset(waiting.values_list("object_id", flat=True))


def has_unexplained_payment(organization_id: int, stripe_subscription_id: str) -> bool:
    """Whether the customer paid for a change of the subscription that no ledger entry names.

    Inside the organization's tenancy context.
    """
    return unexplained_invoices(organization_id, stripe_subscription_id).exists()


def unexplained_invoices(organization_id: int, stripe_subscription_id: str) -> QuerySet[Invoice]:
    """Return paid invoices of changes that no ledger entry names, the latest first."""
    return Invoice.objects.filter(
        organization_id=organization_id,
        subscription__stripe_subscription_id=stripe_subscription_id,
        billing_reason="subscription_update",
        status=Invoice.Status.PAID,
        total_minor__gt=0,
        ledger_entries__isnull=True,
    ).order_by("-issued_at")


def price_of(stripe_price_id: str) -> Price | None:
    """Return the price whose twin at Stripe has that id."""
    return Price.objects.select_related("plan").filter(stripe_price_id=stripe_price_id).first()
