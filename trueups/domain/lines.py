"""The lines of a true-up: what overage costs, what a removal gives back.

Owns: from which number of seats to which, the floor under removals, the amounts. Does not own: how
many seats are over (`high_water`), who is removed (the customer), tax.

    amount = round((T(to) - T(from)) x share x (1 - discount)), rounded once

T is the price of a number of seats for the whole term under the subscription's own table, so tiers
hold. A charge is never below zero and a credit never above it: where more seats of a volume price
cost less in all, overage costs nothing, and giving them up credits nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from billing.domain.discount import WHOLE
from billing.domain.money import round_half_up, split
from billing.domain.price_table import PriceTable
from billing.domain.pricing import total_minor


class Kind(StrEnum):
    OVERAGE = "overage"
    REMOVAL = "removal"


class Effect(StrEnum):
    """When a line takes effect; only what does so now has an amount."""

    NOW = "now"
    RENEWAL = "renewal"
    NOTHING = "nothing"


class NotForSale(ValueError):
    """The price ends before so many seats."""

    def __init__(self, seats: int, maximum: int | None) -> None:
        super().__init__(f"The price reaches {maximum} seats, not {seats}.")
        self.seats = seats
        self.maximum = maximum


@dataclass(frozen=True, slots=True)
class Holding:
    """What an organization has while its true-up is counted.

    `share` of the term's price is charged or given back, less the discount. Removals of this term
    stop at `baseline`, the seats committed for the year, and at the plan's minimum.
    """

    table: PriceTable
    purchased: int
    baseline: int
    share: Fraction
    discount_basis_points: int = 0

    @property
    def floor(self) -> int:
        return max(self.baseline, self.table.minimum_seats)


@dataclass(frozen=True, slots=True)
class Line:
    """One line, amounts in minor units of the table's currency; a credit is negative."""

    kind: Kind
    effect: Effect
    seats_from: int
    seats_to: int
    share: Fraction
    full_from_minor: int
    full_to_minor: int
    discount_basis_points: int
    exact: Fraction
    amount_minor: int

    @property
    def seats_delta(self) -> int:
        return self.seats_to - self.seats_from


def propose(holding: Holding, overage: int, removals: int = 0) -> tuple[Line, ...]:
    """The lines for `overage` seats above the purchased ones and `removals` people who go.

    At most one line each of: overage, removal now, removal at the renewal. Removals start from the
    seats that the overage leads to. Raises `NotForSale` where the price does not reach so far.
    """
    top = _at_least(holding.table, holding.purchased + overage) if overage else holding.purchased
    lines = []
    if overage:
        effect = Effect.NOW if holding.share else Effect.NOTHING
        lines.append(_line(holding, Kind.OVERAGE, effect, holding.purchased, top))
    # Where nothing is left of the term the overage changes nothing, and removals start below it.
    start = top if holding.share else holding.purchased
    now, renewal = removal_targets(holding, start, removals)
    if now < start:
        lines.append(_line(holding, Kind.REMOVAL, Effect.NOW, start, now))
    if renewal < now:
        lines.append(_line(holding, Kind.REMOVAL, Effect.RENEWAL, now, renewal))
    return tuple(lines)


def removal_targets(holding: Holding, start: int, removals: int) -> tuple[int, int]:
    """The seats that `removals` leave now, and those that they leave from the renewal on.

    Now: not below the floor, and nothing where the term has no share left. At the renewal: not
    below the plan's minimum. Seats that are sold in steps go in whole steps.
    """
    table = holding.table
    wanted = start - removals
    now = start
    if holding.share:
        now = min(table.sellable_from(max(wanted, holding.floor)) or start, start)
    renewal = min(table.sellable_from(wanted) or now, now)
    return now, renewal


def _at_least(table: PriceTable, seats: int) -> int:
    """The smallest number on sale that is not below `seats`."""
    found = table.sellable_from(seats)
    if found is None:
        raise NotForSale(seats, table.maximum_seats)
    return found


def _line(holding: Holding, kind: Kind, effect: Effect, seats_from: int, seats_to: int) -> Line:
    full_from = total_minor(holding.table, seats_from)
    full_to = total_minor(holding.table, seats_to)
    share = holding.share if effect is Effect.NOW else Fraction(0)
    paid = Fraction(WHOLE - holding.discount_basis_points, WHOLE)
    exact = (full_to - full_from) * share * paid
    exact = max(exact, Fraction(0)) if kind is Kind.OVERAGE else min(exact, Fraction(0))
    return Line(
        kind=kind,
        effect=effect,
        seats_from=seats_from,
        seats_to=seats_to,
        share=share,
        full_from_minor=full_from,
        full_to_minor=full_to,
        discount_basis_points=holding.discount_basis_points,
        exact=exact,
        amount_minor=round_half_up(exact),
    )


def credit_per_person(credit_minor: int, people: int) -> tuple[int, ...]:
    """The part of a removal's credit that belongs to each person; the parts sum to the whole.

    Whoever comes back inside the lock-out brings exactly their part back.
    """
    return split(credit_minor, [1] * people) if people else ()
