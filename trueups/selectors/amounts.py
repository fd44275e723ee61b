"""What a true-up amounts to at a moment, for decisions that are made and for those that are not.

Reads, and writes nothing: the page that shows an amount while people decide, the service that
writes the lines, and the simulation count with the same function.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from billing.domain.period import Period
from trueups.domain import states
from trueups.domain.high_water import HighWater, high_water
from trueups.domain.lines import Effect, Holding, Kind, Line, NotForSale, propose
from trueups.models import PersonEvidence, TrueUp, TrueUpLine
from trueups.selectors import facts


@dataclass(frozen=True, slots=True)
class Amounts:
    """The lines and their sums, in minor units of `currency`; credits are negative.

    `problem` is the sentence that keeps finance from signing; then there are no lines.
    """

    currency: str
    water: HighWater
    holding: Holding | None
    overage_seats: int
    removals: int
    lines: tuple[Line, ...] = ()
    problem: str = field(default="")

    @property
    def overage_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines if line.kind is Kind.OVERAGE)

    @property
    def removal_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines if line.kind is Kind.REMOVAL)

    @property
    def total_minor(self) -> int:
        return self.overage_minor + self.removal_minor

    @property
    def seats_removed_now(self) -> int:
        return sum(
            -line.seats_delta
            for line in self.lines
            if line.kind is Kind.REMOVAL and line.effect is Effect.NOW
        )


def counted_period(true_up: TrueUp, term: Period) -> Period:
    """Return the part of the quarter that counts: what lies in the term in which it ends.

    What was used beyond in a term that is over has no share left and costs nothing.
    """
    quarter = true_up.period
    return Period(max(quarter.start, term.start), quarter.end)


def pending_seats(true_up: TrueUp) -> int:
    """Return the overage of earlier quarters that is not settled: it is not charged again."""
    earlier = TrueUpLine.objects.filter(
        true_up__organization_id=true_up.organization_id,
        true_up__state__in=[state.value for state in states.OPEN],
        true_up__quarter__endswith__lte=true_up.quarter.lower,
        kind=TrueUpLine.Kind.OVERAGE,
        takes_effect=TrueUpLine.Effect.NOW,
    )
    return sum(line.seats_delta for line in earlier)


def amounts_of(
    true_up: TrueUp, *, now: datetime, removals: int | None = None, waived: int | None = None
) -> Amounts:
    """Return what a true-up with a snapshot amounts to at `now`.

    `removals` and `waived` stand in for the decisions and the waiver that are stored.
    """
    contract = facts.contracted(true_up.organization_id, true_up.quarter.upper)
    if contract is None:
        water = HighWater(true_up.peak_seats, true_up.quarter.lower, 0, None)
        return Amounts(true_up.currency, water, None, 0, 0, problem="no_subscription")
    changes = facts.purchased_changes(true_up.organization_id)
    period = counted_period(true_up, contract.term)
    water = high_water(
        facts.counted_spans(true_up.organization_id, period, true_up.agreed()),
        changes,
        period,
        now,
        pending_seats(true_up),
    )
    # What is left of the term is charged; once the term is over nothing is.
    share = Fraction(true_up.share) if now < contract.term.end else Fraction(0)
    holding = contract.holding(
        purchased=facts.purchased_at(changes, now),
        share=share,
        discount_basis_points=true_up.discount_basis_points,
    )
    if removals is None:
        removals = true_up.people.filter(decision=PersonEvidence.Decision.REMOVE).count()
    overage = max(water.overage - (true_up.waived_seats if waived is None else waived), 0)
    return priced(holding, water, overage, removals)


def priced(holding: Holding, water: HighWater, overage: int, removals: int) -> Amounts:
    """Return the lines of so much overage and so many removals; with a problem where none fit."""
    currency = holding.table.currency
    try:
        lines = propose(holding, overage, removals)
    except NotForSale:
        return Amounts(currency, water, holding, overage, removals, problem="not_for_sale")
    return Amounts(currency, water, holding, overage, removals, lines)


def amount_if(true_up: TrueUp, *, remove: Iterable[int], now: datetime) -> Amounts:
    """Return what the true-up would amount to if exactly these memberships were removed."""
    offered = true_up.people.filter(is_offered=True, membership_id__in=list(remove)).count()
    return amounts_of(true_up, now=now, removals=offered)
