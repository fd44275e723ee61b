"""The seat ledger: what each entry does to the seats of today and of the next term.

Owns: the rules by which entries add up, and the invariants that a stored ledger must hold. Does
not own: money (the entry's amount comes from the quote or true-up) or locking (the service).

Two numbers follow from the entries, and nothing else defines them:

    purchased_seats   the seats paid for now; the sum of all deltas.
    next_term_seats   the seats that the renewal will keep; never above purchased_seats.

| cause              | purchased_seats | next_term_seats                               |
| ------------------ | --------------- | --------------------------------------------- |
| purchase           | + n             | + n: a planned decrease keeps its size        |
| scheduled decrease | unchanged       | set to what the admin named, at most all      |
| renewal            | becomes next    | unchanged: the planned decrease has happened  |
| true-up overage    | + n             | + n                                           |
| true-up removal    | - n             | unchanged, unless it would exceed purchased   |
| correction         | + n or - n      | moves along, so that a reversal undoes all    |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Cause(StrEnum):
    """Why an entry was written."""

    PURCHASE = "purchase"
    SCHEDULED_DECREASE = "scheduled_decrease"
    RENEWAL = "renewal"
    TRUE_UP_OVERAGE = "true_up_overage"
    TRUE_UP_REMOVAL = "true_up_removal"
    CORRECTION = "correction"


class ImpossibleEntry(ValueError):
    """An entry that its cause does not permit, such as a purchase of a negative number."""


class DecreaseNotPossible(ValueError):
    """A planned decrease below `floor`, the seats that must stay; the subclass says why."""

    def __init__(self, seats: int, floor: int, sentence: str) -> None:
        super().__init__(sentence)
        self.seats = seats
        self.floor = floor


class DecreaseBelowMinimum(DecreaseNotPossible):
    def __init__(self, seats: int, minimum: int) -> None:
        super().__init__(seats, minimum, f"The plan keeps at least {minimum} seats, not {seats}.")


class DecreaseBelowAssigned(DecreaseNotPossible):
    def __init__(self, seats: int, assigned: int) -> None:
        super().__init__(
            seats, assigned, f"{assigned} seats are assigned: release some before keeping {seats}."
        )


@dataclass(frozen=True, slots=True)
class Balance:
    """Seats now and seats from the next renewal on."""

    purchased_seats: int = 0
    next_term_seats: int = 0

    @property
    def planned_decrease(self) -> int:
        """Seats that the renewal will take away."""
        return self.purchased_seats - self.next_term_seats


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger, with both numbers as they stand after it."""

    cause: Cause
    effective_at: datetime
    seats_delta: int
    seats_after: int
    next_term_after: int

    @property
    def balance(self) -> Balance:
        return Balance(self.seats_after, self.next_term_after)


def append(
    balance: Balance,
    cause: Cause,
    effective_at: datetime,
    *,
    seats_delta: int = 0,
    next_term_seats: int | None = None,
) -> Entry:
    """The entry that follows `balance`.

    `seats_delta` belongs to every cause except two: a renewal derives it, a scheduled decrease
    has none and names `next_term_seats` instead. Naming today's seats cancels a planned decrease.
    Raises `ImpossibleEntry`.
    """
    if (next_term_seats is not None) is not (cause is Cause.SCHEDULED_DECREASE):
        raise ImpossibleEntry(
            "A scheduled decrease, and nothing else, names the next term's seats."
        )
    if seats_delta and cause in (Cause.SCHEDULED_DECREASE, Cause.RENEWAL):
        raise ImpossibleEntry(f"A {cause.value} does not choose its own delta.")
    after = _balance_after(balance, cause, seats_delta, next_term_seats)
    if not 0 <= after.next_term_seats <= after.purchased_seats:
        raise ImpossibleEntry(
            f"A {cause.value} cannot leave {after.purchased_seats} seats now and "
            f"{after.next_term_seats} in the next term."
        )
    return Entry(
        cause=cause,
        effective_at=effective_at,
        seats_delta=after.purchased_seats - balance.purchased_seats,
        seats_after=after.purchased_seats,
        next_term_after=after.next_term_seats,
    )


def _balance_after(
    balance: Balance, cause: Cause, delta: int, next_term_seats: int | None
) -> Balance:
    now, later = balance.purchased_seats, balance.next_term_seats
    match cause:
        case Cause.PURCHASE | Cause.TRUE_UP_OVERAGE:
            if delta <= 0:
                raise ImpossibleEntry(f"A {cause.value} adds seats; {delta} does not.")
            return Balance(now + delta, later + delta)
        case Cause.TRUE_UP_REMOVAL:
            if delta >= 0:
                raise ImpossibleEntry(f"A true-up removal takes seats away; {delta} does not.")
            return Balance(now + delta, min(later, now + delta))
        case Cause.CORRECTION:
            if delta == 0:
                raise ImpossibleEntry("A correction changes the number of seats.")
            return Balance(now + delta, max(later + delta, 0))
        case Cause.RENEWAL:
            return Balance(later, later)
        case Cause.SCHEDULED_DECREASE:
            return Balance(now, later if next_term_seats is None else next_term_seats)


def schedule_decrease(
    balance: Balance, seats: int, effective_at: datetime, *, minimum_seats: int, assigned_seats: int
) -> Entry:
    """Plan to keep only `seats` from the renewal on.

    Raises `DecreaseBelowMinimum` and `DecreaseBelowAssigned`, and `ImpossibleEntry` for more
    seats than there are.
    """
    if seats < minimum_seats:
        raise DecreaseBelowMinimum(seats, minimum_seats)
    if seats < assigned_seats:
        raise DecreaseBelowAssigned(seats, assigned_seats)
    return append(balance, Cause.SCHEDULED_DECREASE, effective_at, next_term_seats=seats)


def cancel_decrease(balance: Balance, effective_at: datetime) -> Entry:
    """Take a planned decrease back: the renewal keeps every seat of today."""
    return append(
        balance, Cause.SCHEDULED_DECREASE, effective_at, next_term_seats=balance.purchased_seats
    )


def fold(entries: Iterable[Entry]) -> Balance:
    """The balance that a ledger amounts to: recomputed from causes and deltas alone.

    The stored `seats_after` are not trusted, so that a comparison with them means something. The
    one number taken as given is the next term that a scheduled decrease names.
    """
    balance = Balance()
    for entry in entries:
        balance = _replay(balance, entry).balance
    return balance


def _replay(balance: Balance, entry: Entry) -> Entry:
    if entry.cause is Cause.SCHEDULED_DECREASE:
        return append(
            balance, entry.cause, entry.effective_at, next_term_seats=entry.next_term_after
        )
    delta = 0 if entry.cause is Cause.RENEWAL else entry.seats_delta
    return append(balance, entry.cause, entry.effective_at, seats_delta=delta)


@dataclass(frozen=True, slots=True)
class Breach:
    """A stored entry that does not follow from the entries before it."""

    position: int
    stored: Entry
    expected: Entry | None
    sentence: str


def breaches(entries: Iterable[Entry]) -> tuple[Breach, ...]:
    """Every entry that breaks an invariant, by position in the ledger; empty when it holds.

    Checked: each entry follows from its predecessor by the rule of its cause, and effective times
    do not run backwards. After a breach the check goes on from the stored numbers, so that one
    wrong entry is reported once.
    """
    found: list[Breach] = []
    balance = Balance()
    previous: Entry | None = None
    for position, entry in enumerate(entries):
        try:
            expected = _replay(balance, entry)
        except ImpossibleEntry as impossible:
            found.append(Breach(position, entry, None, str(impossible)))
        else:
            if expected != entry:
                found.append(
                    Breach(
                        position,
                        entry,
                        expected,
                        f"Stored {entry.seats_after} now and {entry.next_term_after} next term; "
                        f"expected {expected.seats_after} and {expected.next_term_after}.",
                    )
                )
        if previous is not None and entry.effective_at < previous.effective_at:
            found.append(
                Breach(position, entry, None, "The entry takes effect before the one it follows.")
            )
        balance, previous = entry.balance, entry
    return tuple(found)
