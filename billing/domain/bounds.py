"""Safety bounds: the purchase or invoice that does not fit the organization stops for a person.

Owns: the limits, which of them something breaks, and the sentence about each. Does not own: where
limits are kept, what has been bought in the last hours (handed in), or what happens after a stop.

Amounts are minor units. None for a limit means that there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final

WINDOW: Final = timedelta(hours=24)

# A factor of a handful of seats says nothing: three instead of one is threefold.
_FACTOR_FROM_SEATS: Final = 20


class Rule(StrEnum):
    """Which bound was broken."""

    SEATS = "seats"
    FACTOR = "factor"
    PURCHASE_AMOUNT = "purchase_amount"
    DAY_AMOUNT = "day_amount"
    RENEWAL = "renewal"


@dataclass(frozen=True, slots=True)
class Limits:
    """What passes without a person.

    `seats` added in one purchase; `factor_percent` of today's seats that the new number may be
    (300: three times as many), asked only where a purchase adds 20 seats or more; amounts with tax
    in one purchase and in 24 hours; `renewal_percent` that a renewal's invoice may be above what
    the price says.
    """

    seats: int | None = None
    factor_percent: int | None = None
    purchase_minor: int | None = None
    day_minor: int | None = None
    renewal_percent: int | None = None

    def with_overrides(self, own: Limits) -> Limits:
        """Return these limits with what an organization has of its own."""
        return Limits(
            **{
                field.name: getattr(self, field.name)
                if getattr(own, field.name) is None
                else getattr(own, field.name)
                for field in fields(self)
            }
        )


DEFAULT: Final = Limits(seats=500, factor_percent=1000, renewal_percent=25)

# One purchase and one day, in minor units; other currencies have none until somebody sets them.
DEFAULT_AMOUNTS: Final[Mapping[str, tuple[int, int]]] = {
    "EUR": (50_000_00, 100_000_00),
    "USD": (50_000_00, 100_000_00),
    "IDR": (800_000_000_00, 1_600_000_000_00),
    "JPY": (8_000_000, 16_000_000),
}


@dataclass(frozen=True, slots=True)
class Ask:
    """A purchase that somebody wants: from and to are all seats, `total_minor` includes tax.

    `day_minor` is what the organization bought in the 24 hours before.
    """

    quantity_from: int
    quantity_to: int
    total_minor: int
    day_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Breach:
    """A bound that was broken: the limit and what was asked, both in the rule's unit.

    Seats for `seats` and `factor`, minor units of `currency` for the amounts.
    """

    rule: Rule
    limit: int
    asked: int
    currency: str = ""

    @property
    def sentence(self) -> str:
        """Return the refusal for programs, in English; pages say it in the reader's language."""
        match self.rule:
            case Rule.SEATS:
                return f"{self.asked} seats at once; {self.limit} pass without a review."
            case Rule.FACTOR:
                return f"{self.asked} seats in all; {self.limit} pass without a review."
            case Rule.PURCHASE_AMOUNT:
                return (
                    f"{self.asked} minor units of {self.currency} at once; {self.limit} pass "
                    "without a review."
                )
            case Rule.DAY_AMOUNT:
                return (
                    f"{self.asked} minor units of {self.currency} in 24 hours; {self.limit} pass "
                    "without a review."
                )
            case Rule.RENEWAL:
                return (
                    f"The renewal is {self.asked} minor units of {self.currency}; up to "
                    f"{self.limit} were to be expected."
                )


def breaches(ask: Ask, limits: Limits) -> tuple[Breach, ...]:
    """Return every bound that the purchase breaks; empty when it may go through."""
    found: list[Breach] = []
    added = ask.quantity_to - ask.quantity_from
    if limits.seats is not None and added > limits.seats:
        found.append(Breach(Rule.SEATS, limits.seats, added))
    if limits.factor_percent is not None and added >= _FACTOR_FROM_SEATS:
        most = ask.quantity_from * limits.factor_percent // 100
        if ask.quantity_from and ask.quantity_to > most:
            found.append(Breach(Rule.FACTOR, most, ask.quantity_to))
    if limits.purchase_minor is not None and ask.total_minor > limits.purchase_minor:
        found.append(
            Breach(Rule.PURCHASE_AMOUNT, limits.purchase_minor, ask.total_minor, ask.currency)
        )
    in_a_day = ask.day_minor + ask.total_minor
    if limits.day_minor is not None and in_a_day > limits.day_minor:
        found.append(Breach(Rule.DAY_AMOUNT, limits.day_minor, in_a_day, ask.currency))
    return tuple(found)


def renewal_breach(
    *, expected_minor: int, total_minor: int, currency: str, limits: Limits
) -> Breach | None:
    """Return the breach of a renewal that is more than `renewal_percent` above the expected one.

    Being cheaper than expected holds nothing: the customer is not harmed, and the reconciliation
    reports it.
    """
    if limits.renewal_percent is None:
        return None
    most = int(Fraction(expected_minor * (100 + limits.renewal_percent), 100))
    if total_minor <= most:
        return None
    return Breach(Rule.RENEWAL, most, total_minor, currency)


@dataclass(frozen=True, slots=True)
class Approval:
    """What a person let pass: up to so many seats and so much money, until a time."""

    quantity_to: int
    total_minor: int
    currency: str
    until: datetime

    def covers(self, ask: Ask, now: datetime) -> bool:
        """Whether the purchase is what was approved, or less, in time."""
        return (
            now < self.until
            and ask.currency == self.currency
            and ask.quantity_to <= self.quantity_to
            and ask.total_minor <= self.total_minor
        )
