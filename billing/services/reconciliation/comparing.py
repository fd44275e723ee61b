"""Reads both sides, stage by stage, and says what is not the same. Writes nothing.

The lists of a run are read over minutes while customers buy and Stripe renews. So what looks
unequal is looked at once more by itself, and nothing is said about an object of which an event is
still on its way, nor about an organization in the middle of a purchase.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from billing.domain.reconciliation import (
    STAGE_OF,
    Found,
    InvoiceSide,
    Kind,
    Stage,
    StrangerKind,
    SubscriptionSide,
    compare_customers,
    compare_invoices,
    compare_subscriptions,
    unknown_subscriptions,
)
from billing.domain.reconciliation import amount_text as amount
from billing.gateways import stripe
from billing.selectors.sides import OurSide, on_its_way

type Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Scope:
    """What is compared: everything since a time, or all of one organization."""

    organization_id: int | None = None
    customer_id: str = ""
    since: datetime | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all organizations are compared."""
        return self.organization_id is None

    @property
    def is_at_stripe(self) -> bool:
        """Whether Stripe knows anything of it."""
        return self.is_whole or bool(self.customer_id)


@dataclass(frozen=True, slots=True)
class Unowned:
    """An object at Stripe whose customer is none of ours."""

    kind: StrangerKind
    stripe_id: str
    customer_id: str
    label: str = ""
    amount_minor: int | None = None
    currency: str = ""


@dataclass(slots=True)
class Compared:
    """What one stage looked at and found. `moving` are organizations that it says nothing about."""

    count: int = 0
    found: list[tuple[int, Found]] = field(default_factory=list)
    unowned: list[Unowned] = field(default_factory=list)
    moving: frozenset[int] = frozenset()


class Comparison:
    """One comparison; its stages share what was read. Raises the gateway's errors."""

    def __init__(self, scope: Scope, progress: Progress) -> None:
        self._scope = scope
        self._progress = progress
        self._ours = OurSide(scope.organization_id)
        self._owners = self._ours.owners()
        self._intents: set[str] = set()

    def size(self) -> int:
        """Return how many objects of ours there are to compare."""
        return (
            len(self._ours.customers())
            + 2 * len(self._ours.subscriptions())
            + len(self._ours.invoices(since=self._scope.since))
            + self._ours.payment_count(since=self._scope.since)
        )

    def compare(self, stage: Stage) -> Compared:
        """Compare one stage whole."""
        if stage is not Stage.LEDGER and not self._scope.is_at_stripe:
            return Compared()
        match stage:
            case Stage.CUSTOMERS:
                compared = self._customers()
            case Stage.SUBSCRIPTIONS:
                compared = self._subscriptions()
            case Stage.INVOICES:
                compared = self._invoices()
            case Stage.PAYMENTS:
                compared = self._payments()
            case Stage.LEDGER:
                compared = self._ledger()
        compared.moving = self._ours.organizations_that_buy()
        compared.found = list(self._confirmed(compared))
        return compared

    def _customers(self) -> Compared:
        ours, compared = self._ours.customers(), Compared()
        if self._scope.is_whole:
            theirs = {side.id: side for side in self._counted(stripe.iterate_customer_sides())}
            compared.unowned = [
                Unowned(
                    StrangerKind.CUSTOMER,
                    side.id,
                    side.id,
                    side.name,
                    side.credit_balance_minor or None,
                    side.currency,
                )
                for side in theirs.values()
                if side.id not in self._owners
            ]
        else:
            sides = [stripe.customer_side(customer_id) for customer_id in ours]
            theirs = {side.id: side for side in sides if side is not None}
        for mine in ours.values():
            for found in compare_customers(mine, theirs.get(mine.id)):
                compared.found.append((self._owners[mine.id], found))
        compared.count = len(ours)
        return compared

    def _subscriptions(self) -> Compared:
        ours, compared = self._ours.subscriptions(), Compared()
        theirs: dict[str, SubscriptionSide] = {
            side.id: side
            for side in self._counted(stripe.iterate_subscription_sides(self._scope.customer_id))
        }
        for mine in ours.values():
            for found in compare_subscriptions(mine, theirs.get(mine.id)):
                compared.found.append((self._owners[mine.customer_id], found))
        by_customer: dict[str, list[SubscriptionSide]] = {}
        for side in theirs.values():
            by_customer.setdefault(side.customer_id, []).append(side)
        known = self._ours.subscription_ids()
        for customer_id, sides in by_customer.items():
            if customer_id in self._owners:
                for found in unknown_subscriptions(sides, known):
                    compared.found.append((self._owners[customer_id], found))
            else:
                compared.unowned += [
                    Unowned(StrangerKind.SUBSCRIPTION, side.id, customer_id, f"{side.quantity}")
                    for side in sides
                ]
        compared.count = len(ours)
        return compared

    def _invoices(self) -> Compared:
        since, compared = self._scope.since, Compared()
        ours = self._ours.invoices(since=since)
        theirs: dict[str, InvoiceSide] = {
            side.id: side
            for side in self._counted(
                stripe.iterate_invoice_sides(since=since, customer_id=self._scope.customer_id)
            )
        }
        self._intents = {intent for side in theirs.values() for intent in side.intents}
        for side in theirs.values():
            owner = self._owners.get(side.customer_id)
            if owner is None:
                compared.unowned.append(
                    Unowned(
                        StrangerKind.INVOICE,
                        side.id,
                        side.customer_id,
                        side.status,
                        side.total_minor,
                        side.currency,
                    )
                )
                continue
            compared.found += [
                (owner, found) for found in compare_invoices(ours.get(side.id), side)
            ]
        for invoice in ours.values():
            if invoice.id not in theirs:
                owner = self._owners[invoice.customer_id]
                compared.found += [(owner, found) for found in compare_invoices(invoice, None)]
        compared.count = len(ours)
        return compared

    def _payments(self) -> Compared:
        compared = Compared()
        known = self._ours.intents()
        for side in stripe.iterate_payment_sides(
            since=self._scope.since, customer_id=self._scope.customer_id
        ):
            compared.count += 1
            # A payment of an invoice is told with that invoice.
            if side.id in known or side.id in self._intents:
                continue
            owner = self._owners.get(side.customer_id)
            if owner is not None:
                shown = amount(side.amount_minor, side.currency)
                compared.found.append((owner, Found(Kind.PAYMENT_UNKNOWN, side.id, "", shown)))
            else:
                compared.unowned.append(
                    Unowned(
                        StrangerKind.PAYMENT,
                        side.id,
                        side.customer_id,
                        "",
                        side.amount_minor,
                        side.currency,
                    )
                )
        return compared

    def _ledger(self) -> Compared:
        count = len(self._ours.subscriptions())
        return Compared(count=count, found=list(self._ours.own_differences()))

    def _counted[Side](self, sides: Iterable[Side]) -> Iterator[Side]:
        for count, side in enumerate(sides, start=1):
            yield side
            if count % 100 == 0:
                self._progress(100)

    def _confirmed(self, compared: Compared) -> Iterator[tuple[int, Found]]:
        """Yield what is still so on a second look."""
        waiting = on_its_way(object_ids={found.subject for _, found in compared.found})
        looked_at: set[tuple[Stage, str]] = set()
        for organization_id, found in compared.found:
            if organization_id in compared.moving or found.subject in waiting:
                continue
            stage = STAGE_OF[found.kind]
            if stage in (Stage.LEDGER, Stage.PAYMENTS) or found.kind in _SEEN_FROM_THE_CUSTOMER:
                yield organization_id, found
            elif (stage, found.subject) not in looked_at:
                looked_at.add((stage, found.subject))
                ours = OurSide(organization_id)
                for again in look_again(ours, stage, found.subject):
                    yield organization_id, again


# These are seen in the list of a customer's subscriptions, not in the subscription itself.
_SEEN_FROM_THE_CUSTOMER = (Kind.SUBSCRIPTION_UNKNOWN, Kind.TWO_SUBSCRIPTIONS)


def look_again(ours: OurSide, stage: Stage, subject: str) -> list[Found]:
    """Return what is different about one object of one organization at this moment."""
    match stage:
        case Stage.CUSTOMERS:
            with ours.reading():
                customer = ours.customers().get(subject)
            if customer is not None:
                return list(compare_customers(customer, stripe.customer_side(subject)))
        case Stage.SUBSCRIPTIONS:
            with ours.reading():
                subscription = ours.subscriptions().get(subject)
            if subscription is not None:
                return list(compare_subscriptions(subscription, stripe.subscription_side(subject)))
        case Stage.INVOICES:
            with ours.reading():
                invoice = ours.invoices(only=subject).get(subject)
            return list(compare_invoices(invoice, stripe.invoice_side(subject)))
    return []


def look_at(organization_id: int, kind: Kind, subject: str) -> Found | None:
    """Return a difference as it reads now, or None when it is gone. Asks Stripe.

    Must not run inside a transaction.
    """
    ours = OurSide.of_one(organization_id)
    stage = STAGE_OF[kind]
    if stage is Stage.LEDGER:
        with ours.reading():
            again = [found for _, found in ours.own_differences()]
    elif stage is Stage.PAYMENTS or kind in _SEEN_FROM_THE_CUSTOMER:
        again = _look_at_customers(ours, stage)
    else:
        again = look_again(ours, stage, subject)
    return next((found for found in again if (found.kind, found.subject) == (kind, subject)), None)


def _look_at_customers(ours: OurSide, stage: Stage) -> list[Found]:
    with ours.reading():
        customers = list(ours.customers())
        known, intents = ours.subscription_ids(), ours.intents()
    found: list[Found] = []
    for customer_id in customers:
        if stage is Stage.PAYMENTS:
            found += [
                Found(Kind.PAYMENT_UNKNOWN, side.id, "", amount(side.amount_minor, side.currency))
                for side in stripe.iterate_payment_sides(customer_id=customer_id)
                if side.id not in intents
            ]
        else:
            sides = list(stripe.iterate_subscription_sides(customer_id))
            found += unknown_subscriptions(sides, known)
    return found
