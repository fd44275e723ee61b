"""What the panel "Add seats" and the page of a purchase show."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Membership
from billing.domain.pricing import volume_cliffs
from billing.domain.quoting import LineKind, QuoteFigures
from billing.models import Purchase, Quote, SeatLedgerEntry
from billing.selectors.orders import still_waiting
from billing.selectors.overview import NextPrice, TierRow, next_price, tier_rows
from billing.selectors.terms import Terms, carried_minor
from seats.models import SeatPool, WaitingListEntry
from seats.selectors.people import waiting_people


@dataclass(frozen=True, slots=True)
class ProrationLine:
    """One line of today's amount in words: what a whole interval costs, and the share of it.

    `paid_percent` is what a discount left of the charge that a credit takes back, as a ratio.
    """

    is_credit: bool
    is_settled: bool
    quantity: int
    full_minor: int
    amount_minor: int
    tax_minor: int
    paid_percent: float | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """How today's amount comes about, to the second."""

    starts_at: datetime
    ends_at: datetime
    prorated_at: datetime
    seconds_left: int
    seconds: int
    lines: list[ProrationLine]


@dataclass(frozen=True, slots=True)
class Offer:
    """A quote with everything that the panel shows around it."""

    quote: Quote
    figures: QuoteFigures
    terms: Terms
    tiers: list[TierRow]
    next_price: NextPrice | None
    cheaper_quantity: int | None
    explanation: Explanation
    waiting: list[WaitingListEntry]
    waiting_left: int
    planned_decrease: int = 0
    carried_minor: int = 0


def explain(figures: QuoteFigures) -> Explanation:
    """Return the arithmetic of today's amount."""
    period = figures.period
    return Explanation(
        starts_at=period.start,
        ends_at=period.end,
        prorated_at=figures.at,
        seconds_left=int((period.end - figures.at).total_seconds()),
        seconds=int(period.seconds),
        lines=[
            ProrationLine(
                is_credit=line.kind is LineKind.CREDIT,
                is_settled=line.kind is LineKind.SETTLED,
                quantity=line.quantity,
                full_minor=line.full_minor,
                amount_minor=line.amount_minor,
                tax_minor=line.tax_minor,
                paid_percent=None if line.paid_share == 1 else float(line.paid_share),
            )
            for line in figures.lines
        ],
    )


def seats_to_offer(terms: Terms, wanted: int | None) -> int:
    """Return how many seats the panel opens with: what was asked for, else who waits, else one."""
    waiting = waiting_people().count()
    pool = SeatPool.objects.filter(organization_id=terms.subscription.organization_id).first()
    free = max(0, pool.purchased_seats - pool.assigned_seats) if pool else 0
    added = wanted if wanted is not None else max(1, waiting - free)
    target = terms.table.sellable_from(terms.quantity + max(1, added))
    if target is None:
        target = terms.table.sellable_up_to(terms.quantity + added) or terms.quantity + 1
    return max(1, target - terms.quantity)


def offer_for(quote: Quote, terms: Terms) -> Offer:
    """Return what the panel shows for a quote, within the organization's tenancy context."""
    pool = SeatPool.objects.filter(organization_id=quote.organization_id).first()
    assigned = pool.assigned_seats if pool else 0
    waiting = list(waiting_people())
    seated = waiting[: max(0, quote.quantity_to - assigned)]
    return Offer(
        quote=quote,
        figures=quote.snapshot(),
        terms=terms,
        tiers=tier_rows(terms.subscription, quote.quantity_to),
        next_price=next_price(terms.subscription, quote.quantity_to),
        cheaper_quantity=_cheaper_quantity(terms, quote.quantity_to),
        explanation=explain(quote.snapshot()),
        waiting=seated,
        waiting_left=len(waiting) - len(seated),
        planned_decrease=terms.balance.planned_decrease,
        carried_minor=carried_minor(terms, quote.snapshot()),
    )


def _cheaper_quantity(terms: Terms, quantity: int) -> int | None:
    for cliff in volume_cliffs(terms.table):
        if cliff.first_quantity <= quantity <= cliff.last_quantity:
            return cliff.better_quantity
    return None


@dataclass(frozen=True, slots=True)
class PurchaseResult:
    """A purchase as its page shows it; `still_waiting` are those it was made for who wait on."""

    purchase: Purchase
    figures: QuoteFigures
    entry: SeatLedgerEntry | None
    seated: list[Membership]
    still_waiting: list[Membership]


def purchase_result(purchase: Purchase) -> PurchaseResult:
    """Return a purchase with who got a seat and its ledger entry."""
    people = {
        person.pk: person
        for person in Membership.objects.filter(
            pk__in=purchase.seated_membership_ids
        ).select_related("department")
    }
    return PurchaseResult(
        purchase=purchase,
        figures=purchase.quote.snapshot(),
        entry=purchase.ledger_entries.first(),
        seated=[people[pk] for pk in purchase.seated_membership_ids if pk in people],
        still_waiting=still_waiting(purchase.waiting_entry_ids),
    )
