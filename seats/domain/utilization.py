"""How much of what was purchased is used: the same two ratios everywhere.

    U = active / purchased      adoption: drives signals and the eighty-percent alert
    A = assigned / purchased    room: drives limits, "near the limit", full and over

Owns: the ratios, the seats left and over, and when an organization is near its limit. Does not
own: who counts as active (`usage_rules`), what an assignment may do at the limit (`limits`) or the
words of the ratios (`seats.selectors.seat_words`).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Utilization:
    """Seats of one organization at one moment.

    `active` counts members, with a seat or without: it can exceed `assigned`, and that gap is a
    finding. Idle seats can therefore not be derived here; they are counted, member by member.
    Raises `ValueError` on a negative number.
    """

    purchased: int
    assigned: int
    active: int

    def __post_init__(self) -> None:
        if min(self.purchased, self.assigned, self.active) < 0:
            raise ValueError("Seats and members are never negative.")

    @property
    def utilization(self) -> Fraction | None:
        """U, above 1 when more people are active than seats were bought; None without seats."""
        return Fraction(self.active, self.purchased) if self.purchased else None

    @property
    def assignment(self) -> Fraction | None:
        """A, above 1 in overage; None without seats."""
        return Fraction(self.assigned, self.purchased) if self.purchased else None

    def reaches(self, percent: int) -> bool:
        """Whether at least this percentage of the purchased seats is in use; never without seats.

        In whole numbers: a scan asks it of every organization.
        """
        return 0 < self.purchased * percent <= self.active * 100

    @property
    def free(self) -> int:
        """Purchased seats that nobody is assigned to."""
        return max(self.purchased - self.assigned, 0)

    @property
    def overage(self) -> int:
        """Assigned seats that were not purchased."""
        return max(self.assigned - self.purchased, 0)

    @property
    def is_full(self) -> bool:
        """Exactly every purchased seat is assigned, and there is one."""
        return self.assigned == self.purchased > 0

    @property
    def is_over(self) -> bool:
        return self.overage > 0

    @property
    def is_near_limit(self) -> bool:
        return near_limit(self.assigned, self.purchased)


def few_seats_left(purchased: int) -> int:
    """The largest number of free seats at which an organization of this size is near its limit.

    Up to 15 seats: 1. 16 to 25: 2. 26 to 99: 10 %. 100 to 999: 8 %. From 1,000 on: 5 %, in whole
    seats rounded down. A fixed share would warn a team of ten never and one of a thousand always.
    """
    if purchased <= 15:
        return 1
    if purchased <= 25:
        return 2
    percent = 10 if purchased <= 99 else 8 if purchased <= 999 else 5
    return purchased * percent // 100


def near_limit(assigned: int, purchased: int) -> bool:
    """Whether few seats are left, none included; never while nobody is assigned."""
    return assigned > 0 and purchased - assigned <= few_seats_left(purchased)
