"""What an account manager compares accounts by: unpaid adoption, growth, and the order of both.

    unpaid adoption = active people with a seat + people without a seat
                      + estimated sharers - paid seats,            at least 0

People without a seat are active without one, or wait for one; each person counts once. Estimated
sharers are people who work on somebody else's account, as the detector of shared accounts expects
them, to the nearest person.

    growth = active people now - active people 90 days ago
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from math import floor
from typing import Final

GROWTH_WINDOW: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Adoption:
    """People of one account who use the product, against the seats it pays for."""

    active_seated: int
    without_seat: int
    paid_seats: int
    estimated_sharers: int = 0

    @property
    def using(self) -> int:
        """Everybody who uses the product or wants to, once."""
        return self.active_seated + self.without_seat + self.estimated_sharers

    @property
    def unpaid(self) -> int:
        """How many of them no seat is paid for; a seat that lies idle makes up for one of them."""
        return max(self.using - self.paid_seats, 0)


def estimated_people(expected: float) -> int:
    """Return an expectation as people, halves upwards."""
    return floor(expected + 0.5)


@dataclass(frozen=True, slots=True)
class Growth:
    """Active people of two days; `before` is None where nothing was counted 90 days ago."""

    now: int
    before: int | None

    @property
    def people(self) -> int | None:
        """More people than before; below zero when fewer."""
        return None if self.before is None else self.now - self.before

    @property
    def share(self) -> Fraction | None:
        """The growth as a part of what was before; None from nothing."""
        return None if not self.before else Fraction(self.now - self.before, self.before)


def worth_looking_at(
    adoption: Adoption, band_rank: int, growth: Growth
) -> tuple[int, int, int, Fraction]:
    """The order of a portfolio, highest first: unpaid people, then how near the limit, then growth.

    Unpaid adoption is use that is there already; a limit is about to be reached; growth may go on.
    """
    return (adoption.unpaid, band_rank, growth.people or 0, growth.share or Fraction(0))
