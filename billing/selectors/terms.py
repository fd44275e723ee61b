"""What an organization's next seats would cost: the terms of the moment, and figures from them."""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from django.db.models import Max, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from billing.domain.changes import ChangeKind, ChangeRefused, Holding, WaitsForRenewal
from billing.domain.collection import Collection, Conditions, collection_of
from billing.domain.ledger import Balance, Cause, Entry, append, debited_quantity, paid_quantity
from billing.domain.period import Period, add_intervals, whole_second
from billing.domain.price_table import PriceTable, QuantityNotAllowed
from billing.domain.pricing import check_quantity
from billing.domain.quoting import QuoteFigures, quote_change
from billing.models import (
    BillingAccount,
    Contract,
    Price,
    Purchase,
    ScheduledChange,
    SeatLedgerEntry,
    Subscription,
    SubscriptionPeriod,
)
from billing.selectors.discounts import NO_REDUCTIONS, Reductions, reductions
from billing.selectors.minimums import table_for
from billing.selectors.plans import planned_changes
from billing.selectors.refusals import refusal_sentence
from seats.hooks import SeatPrice

# Stripe's clock may be a little ahead of ours when a period begins.
_CLOCK_TOLERANCE = timedelta(minutes=5)
# Seats add up the same whenever it is.
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)

# Below these Stripe charges nothing now and carries the amount on the customer's balance.
# https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
_MINIMUM_CHARGE_MINOR = {
    "USD": 50, "AUD": 50, "BRL": 50, "CAD": 50, "CHF": 50, "EUR": 50, "GBP": 30, "JPY": 50,
    "NZD": 50, "SGD": 50, "HKD": 400, "MXN": 1000, "SEK": 300, "NOK": 300, "DKK": 250,
}  # fmt: skip


class NoSubscription(DomainError):
    """The organization has no subscription that seats could be added to."""

    code: ClassVar[str] = "no_subscription"


class SubscriptionCannotGrow(DomainError):
    """A payment is overdue, or the subscription is not live: nothing is added to it."""

    code: ClassVar[str] = "subscription_cannot_grow"


class RenewalUnderWay(DomainError):
    """The last known period is over and Stripe has not told us of the next one yet."""

    code: ClassVar[str] = "renewal_under_way"


class QuantityRefused(DomainError):
    """This number of seats cannot be bought; the sentence says which can."""

    code: ClassVar[str] = "quantity_refused"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "quantity"


class ChangeNotNow(DomainError):
    """The change is possible at the renewal only; the sentence says from which day."""

    code: ClassVar[str] = "change_not_now"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "price"


class PriceNotOnSale(DomainError):
    """The price is retired or was never published."""

    code: ClassVar[str] = "price_not_on_sale"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "price"


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything that the price of a change depends on.

    `paid_quantity` is the number of seats paid in this term; seats up to it come back free. No
    change is prorated before `earliest_at`.
    """

    subscription: Subscription
    account: BillingAccount
    table: PriceTable
    period: Period
    earliest_at: datetime
    balance: Balance
    paid_quantity: int
    debited_quantity: int
    reductions: Reductions = NO_REDUCTIONS
    contract: Contract | None = None
    plans: tuple[ScheduledChange, ...] = ()

    @property
    def holding(self) -> Holding:
        """What the organization has today."""
        return Holding(self.table, self.subscription.price.billing_interval, self.quantity)

    @property
    def conditions(self) -> Conditions:
        """What was agreed about paying; without a contract, by card."""
        return self.contract.conditions() if self.contract else Conditions()

    @property
    def quantity(self) -> int:
        """The seats of today."""
        return self.balance.purchased_seats

    @property
    def is_ending(self) -> bool:
        """Whether the subscription ends with its period."""
        return any(plan.kind == ScheduledChange.Kind.CANCELLATION for plan in self.plans)

    @property
    def renewal_price(self) -> Price:
        """The price that the renewal brings."""
        planned = (plan.price_to for plan in self.plans if plan.price_to is not None)
        return next(planned, self.subscription.price)

    @property
    def first_quantity(self) -> int | None:
        """The smallest larger number of seats that is on sale; None at the maximum."""
        return self.table.sellable_from(self.quantity + 1)


def current_subscription(organization_id: int) -> Subscription:
    """Return the organization's subscription with price, plan and tiers.

    Raises NoSubscription.
    """
    subscription = (
        Subscription.objects.current()
        .exclude(status=Subscription.Status.RESERVED)
        .filter(organization_id=organization_id)
        .select_related("price__plan")
        .prefetch_related("price__tiers")
        .first()
    )
    if subscription is None:
        raise NoSubscription(_("There is no subscription yet, so no seats can be added to it."))
    return subscription


def current_period(subscription: Subscription, now: datetime) -> Period:
    """Return the period that holds `now`; raises RenewalUnderWay."""
    latest = (
        SubscriptionPeriod.objects.filter(
            subscription=subscription, during__startswith__lte=now + _CLOCK_TOLERANCE
        )
        .order_by("during")
        .last()
    )
    if latest is None or latest.period.end <= now:
        raise RenewalUnderWay(
            _("The subscription is renewing right now. Please try again in a minute.")
        )
    return latest.period


def current_terms(organization_id: int, now: datetime) -> Terms:
    """Return the terms for adding seats at `now`, inside the organization's tenancy context.

    Raises NoSubscription, SubscriptionCannotGrow, RenewalUnderWay.
    """
    subscription = current_subscription(organization_id)
    if not subscription.may_grow:
        raise SubscriptionCannotGrow(
            _("A payment is open. Seats can be added as soon as it is settled."),
            subscription_status=subscription.status,
        )
    period = current_period(subscription, now)
    plans = tuple(planned_changes(subscription))
    if any(plan.effective_at <= period.start for plan in plans):
        raise RenewalUnderWay(
            _("The renewal with the planned seats is being paid. Add seats as soon as it is.")
        )
    entries = entries_of_term(subscription)
    return Terms(
        subscription=subscription,
        account=BillingAccount.objects.get(organization_id=organization_id),
        table=table_for(organization_id, subscription.price, now),
        period=period,
        earliest_at=_earliest_second(subscription, period),
        balance=Balance(subscription.purchased_seats, subscription.next_term_seats),
        reductions=reductions(subscription, now, period.end),
        paid_quantity=paid_quantity(entries),
        debited_quantity=debited_quantity(entries),
        contract=Contract.objects.filter(organization_id=organization_id).first(),
        plans=plans,
    )


def _earliest_second(subscription: Subscription, period: Period) -> datetime:
    """Return the second after the last change: by its second a change is known at Stripe."""
    last = Purchase.objects.filter(
        subscription=subscription, charge_requested_at__isnull=False
    ).aggregate(at=Max("quote__prorated_at"))["at"]
    return period.start if last is None else max(period.start, last + timedelta(seconds=1))


def entries_of_term(subscription: Subscription) -> tuple[Entry, ...]:
    """Return the ledger of the running term: what was paid in it follows from these."""
    entries = SeatLedgerEntry.objects.filter(subscription=subscription)
    term = (
        entries.filter(cause__in=[Cause.RENEWAL.value, Cause.SWITCH.value])
        .order_by("-sequence")
        .values("sequence")[:1]
    )
    of_term = entries.filter(sequence__gte=Coalesce(Subquery(term), 1)).order_by("sequence")
    return tuple(entry.entry() for entry in of_term)


def increase_figures(terms: Terms, quantity: int, at: datetime) -> QuoteFigures:
    """Return the figures of growing to `quantity` seats in all at `at`; raises QuantityRefused."""
    return change_figures(terms, quantity, at)


def change_figures(
    terms: Terms, quantity: int, at: datetime, price: Price | None = None
) -> QuoteFigures:
    """Return the figures of a change at `at` to `quantity` seats in all, under another price too.

    Another price ends every plan for the renewal. Raises QuantityRefused, ChangeNotNow,
    PriceNotOnSale.
    """
    before = terms.holding
    second = max(whole_second(at), terms.earliest_at)
    kind, after, renewal, reduced = ChangeKind.INCREASE, before, None, terms.reductions
    if price is None or price.pk == terms.subscription.price_id:
        after = replace(before, quantity=quantity)
    else:
        _check_on_sale(price, terms)
        after = Holding(price.table(), price.billing_interval, quantity)
        is_switch = after.interval is not before.interval
        kind = ChangeKind.SWITCH if is_switch else ChangeKind.PLAN_CHANGE
        if is_switch:
            renews_at = add_intervals(second, after.interval, 1)
            reduced = reductions(terms.subscription, at, renews_at)
    in_trial = terms.subscription.status == Subscription.Status.TRIALING
    if in_trial and kind is not ChangeKind.INCREASE:
        raise ChangeNotNow(
            _("The plan can be changed when the trial is over. Seats can be added now."),
            possible_at=terms.period.end.isoformat(),
        )
    try:
        if kind is ChangeKind.INCREASE:
            renewal = _renewal_after(terms, quantity)
        return quote_change(
            kind,
            before,
            after,
            second,
            terms.period,
            # A trial charges nothing, so seats that are added to it count as paid.
            paid_quantity=max(quantity, terms.paid_quantity) if in_trial else terms.paid_quantity,
            debited_quantity=None if in_trial else terms.debited_quantity,
            renewal=renewal,
            tax_basis_points=terms.account.tax_rate_basis_points,
            credit_balance_minor=max(terms.account.credit_balance_minor, 0),
            discount_basis_points=terms.reductions.basis_points,
            next_discount_basis_points=reduced.next_basis_points,
            paid_share=terms.reductions.paid_share,
        )
    except WaitsForRenewal as refusal:
        raise ChangeNotNow(
            refusal_sentence(refusal), possible_at=refusal.until.isoformat()
        ) from refusal
    except (ChangeRefused, QuantityNotAllowed) as refusal:
        raise QuantityRefused(refusal_sentence(refusal)) from refusal


def _check_on_sale(price: Price, terms: Terms) -> None:
    if price.published_at is None or price.retired_at is not None:
        raise PriceNotOnSale(_("This price is not on sale any more."))
    if terms.is_ending:
        raise ChangeNotNow(
            _("The subscription ends with this period. Reactivate it before changing it.")
        )


def _renewal_after(terms: Terms, quantity: int) -> Holding:
    """Return what the renewal brings after a purchase, with what is planned for it."""
    price = terms.renewal_price
    seats = 0 if terms.is_ending else _renewing(terms.balance, quantity)
    if price.pk == terms.subscription.price_id:
        return replace(terms.holding, quantity=seats)
    table = price.table()
    if quantity > terms.quantity:
        check_quantity(table, seats)
    return Holding(table, price.billing_interval, seats)


def _renewing(balance: Balance, quantity: int) -> int:
    """Return what the renewal brings after a purchase; as things are when it adds nothing."""
    added = quantity - balance.purchased_seats
    if added <= 0:
        return balance.next_term_seats
    return append(balance, Cause.PURCHASE, _ANY_TIME, seats_delta=added).next_term_after


def collection_for(terms: Terms, figures: QuoteFigures) -> Collection:
    """Return how the money of a change would come.

    Neither another price nor what a true-up already brought is ever noted for the month. Nor is an
    addition with a discount: Stripe takes it off where an invoice is made, so the next change would
    credit the whole of what was noted although less of it will be charged.
    """
    is_plain = figures.kind is ChangeKind.INCREASE and figures.settled_line is None
    if not is_plain or figures.discount_basis_points:
        return Collection.INVOICE if terms.conditions.by_invoice else Collection.CARD
    return collection_of(terms.conditions, figures.now.total_minor)


def owed_minor(terms: Terms, figures: QuoteFigures) -> int:
    """Return what an increase costs under the terms: charged, invoiced, or noted for the month.

    What is noted meets the credit balance only on the monthly invoice.
    """
    if collection_for(terms, figures) is Collection.MONTHLY:
        return figures.now.total_minor
    return due_now_minor(figures, terms.account.credit_balance_minor)


def due_now_minor(figures: QuoteFigures, credit_balance_minor: int) -> int:
    """Return what the card is charged for `figures`.

    It is the figures' own charge except at two edges that Stripe has: an amount below the
    currency's minimum is not charged but carried to the next invoice, and what was carried that
    way before (a negative credit balance) is charged along.
    """
    return due_minor(figures.now.total_minor, credit_balance_minor, figures.currency)


def due_minor(total_minor: int, credit_balance_minor: int, currency: str) -> int:
    """Return what the card is charged for an invoice of that total; see `due_now_minor`."""
    owed = total_minor - credit_balance_minor
    if total_minor <= 0 or owed <= 0:
        return 0
    return 0 if owed < _MINIMUM_CHARGE_MINOR.get(currency, 1) else owed


def carried_minor(terms: Terms, figures: QuoteFigures) -> int:
    """Return what a card is not charged because it is below the currency's minimum.

    Stripe carries it on the customer's balance to the next invoice.
    """
    if collection_for(terms, figures) is not Collection.CARD:
        return 0
    balance = terms.account.credit_balance_minor
    owed = figures.now.total_minor - balance
    return max(owed, 0) if owed_minor(terms, figures) == 0 and figures.now.total_minor > 0 else 0


def fingerprint(figures: QuoteFigures, due_minor: int) -> str:
    """Return the SHA-256 over every figure and the amount charged."""
    return hashlib.sha256(f"{figures.fingerprint()}:{due_minor}".encode()).hexdigest()


def price_of_seats(*, organization_id: int, seats: int, now: datetime) -> SeatPrice | None:
    """Return what adding `seats` seats is charged now; None where they cannot be bought."""
    try:
        terms = current_terms(organization_id, now)
        figures = increase_figures(terms, terms.quantity + seats, now)
    except DomainError:
        return None
    return SeatPrice(minor=owed_minor(terms, figures), currency=figures.currency)
