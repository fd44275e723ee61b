"""Which change of a subscription may happen when: at once, or at the renewal.

Owns: what a change is, and the rules that refuse one. Does not own: what it costs (`quoting`) or
how it enters the ledger (`ledger`).

| change                         | at once                        | at renewal         |
| ------------------------------ | ------------------------------ | ------------------ |
| more seats                     | yes, prorated                  | yes                |
| fewer seats                    | never: they are paid           | not below assigned |
| monthly to annual              | yes, a new term begins         | yes                |
| annual to monthly              | never: the year is committed   | yes                |
| another plan, same or dearer   | yes, prorated                  | yes                |
| another plan, cheaper          | never: the old one is paid     | yes                |
| another currency               | never                          | never              |

The renewal of an annual commitment is its end, so what waits for the renewal waits for the year.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from billing.domain.arr import annual_minor
from billing.domain.period import Interval
from billing.domain.price_table import PriceTable
from billing.domain.pricing import check_quantity


class ChangeKind(StrEnum):
    """What a change at once does to the running period."""

    INCREASE = "increase"  # more seats of the same price, for the rest of the period
    PLAN_CHANGE = "plan_change"  # another price of the same interval, for the rest of the period
    SWITCH = "switch"  # another interval: the running period ends and a new one begins


class ChangeRefused(ValueError):
    """A change that may not happen, or not now; the subclasses name the rule."""


class NotAnIncrease(ChangeRefused):
    """Seats are added now and taken away at renewal; this change would not add any."""

    def __init__(self, quantity_from: int, quantity_to: int) -> None:
        super().__init__(f"{quantity_to} seats are not more than the {quantity_from} of today.")
        self.quantity_from = quantity_from
        self.quantity_to = quantity_to


class NothingChanges(ChangeRefused):
    """The renewal brings this already."""

    def __init__(self) -> None:
        super().__init__("The renewal brings this already.")


class OtherCurrency(ChangeRefused):
    """A subscription keeps the currency it began with."""

    def __init__(self, currency: str, wanted: str) -> None:
        super().__init__(f"The subscription is paid in {currency}; {wanted} is another currency.")
        self.currency = currency
        self.wanted = wanted


class WaitsForRenewal(ChangeRefused):
    """Possible, but not before `until`, the end of what is paid."""

    def __init__(self, until: datetime, sentence: str) -> None:
        super().__init__(sentence)
        self.until = until


class FewerSeatsWait(WaitsForRenewal):
    def __init__(self, until: datetime, quantity: int) -> None:
        super().__init__(until, f"Fewer than {quantity} seats are possible from {until:%Y-%m-%d}.")
        self.quantity = quantity


class CommittedUntil(WaitsForRenewal):
    def __init__(self, until: datetime) -> None:
        super().__init__(until, f"The year is committed until {until:%Y-%m-%d}.")


class CheaperPlanWaits(WaitsForRenewal):
    def __init__(self, until: datetime) -> None:
        super().__init__(until, f"A cheaper plan is possible from {until:%Y-%m-%d}.")


class BelowAssigned(ChangeRefused):
    """Fewer seats than are assigned to people."""

    def __init__(self, quantity: int, assigned: int) -> None:
        super().__init__(f"{assigned} seats are assigned: release some before keeping {quantity}.")
        self.quantity = quantity
        self.assigned = assigned


@dataclass(frozen=True, slots=True)
class Holding:
    """Seats under a price: what an organization has, or would have after a change."""

    table: PriceTable
    interval: Interval
    quantity: int


def check_change_now(
    kind: ChangeKind, before: Holding, after: Holding, *, period_end: datetime
) -> None:
    """Refuse a change that may not happen before the running period ends.

    Raises a `ChangeRefused` or a `QuantityNotAllowed`.
    """
    if before.table.currency != after.table.currency:
        raise OtherCurrency(before.table.currency, after.table.currency)
    if kind is ChangeKind.INCREASE and after.quantity <= before.quantity:
        raise NotAnIncrease(before.quantity, after.quantity)
    if after.quantity < before.quantity:
        raise FewerSeatsWait(period_end, before.quantity)
    if before.interval is Interval.YEAR and after.interval is Interval.MONTH:
        raise CommittedUntil(period_end)
    check_quantity(after.table, after.quantity)
    if kind is ChangeKind.PLAN_CHANGE and _is_cheaper(before, after):
        raise CheaperPlanWaits(period_end)


def _is_cheaper(before: Holding, after: Holding) -> bool:
    """Whether a year of the wanted seats costs less than under today's price."""
    seats = after.quantity
    return annual_minor(after.table, seats, after.interval) < annual_minor(
        before.table, seats, before.interval
    )


def check_change_at_renewal(before: Holding, after: Holding, *, assigned_seats: int) -> None:
    """Refuse a renewal that the price does not sell or that would unseat people.

    `before` is what would renew without this change. Raises a `ChangeRefused` or a
    `QuantityNotAllowed`.
    """
    if before.table.currency != after.table.currency:
        raise OtherCurrency(before.table.currency, after.table.currency)
    check_quantity(after.table, after.quantity)
    if after.quantity < min(before.quantity, assigned_seats):
        raise BelowAssigned(after.quantity, assigned_seats)


@dataclass(frozen=True, slots=True)
class AnnualSaving:
    """A year paid monthly against the same year paid at once; `share` of the monthly sum."""

    by_month_minor: int
    by_year_minor: int

    @property
    def minor(self) -> int:
        """Negative when the year costs more than its months."""
        return self.by_month_minor - self.by_year_minor

    @property
    def share(self) -> Fraction:
        return Fraction(self.minor, self.by_month_minor) if self.by_month_minor else Fraction(0)


def annual_saving(monthly: PriceTable, annual: PriceTable, quantity: int) -> AnnualSaving:
    """What paying `quantity` seats for a year at once saves; both tables in one currency."""
    return AnnualSaving(
        by_month_minor=annual_minor(monthly, quantity, Interval.MONTH),
        by_year_minor=annual_minor(annual, quantity, Interval.YEAR),
    )
