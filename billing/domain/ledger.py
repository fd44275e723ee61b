"""The seat ledger: what each entry does to the seats of today and of the next term.

Owns: the rules by which entries add up, what was paid in this term, and the invariants that a
stored ledger must hold. Does not own: amounts of money (they come from the quote or true-up),
which change is allowed (`changes`) or locking (the service).

Two numbers follow from the entries, and nothing else defines them:

    purchased_seats   the seats granted now; the sum of all deltas.
    next_term_seats   the seats that the renewal brings: fewer by a planned decrease, more by a
                      planned increase, which is a target.

| cause              | purchased_seats           | next_term_seats                               |
| ------------------ | ------------------------- | --------------------------------------------- |
| purchase           | + n                       | + n: a planned decrease keeps its size;       |
|                    |                           | a planned increase stays until it is reached  |
| scheduled decrease | unchanged                 | set to what the admin named, at most all      |
| scheduled increase | unchanged                 | set to what the admin named, at least all     |
| renewal            | becomes next, if fewer    | unchanged: the planned decrease has happened  |
| renewal increase   | becomes next              | unchanged: the renewal with more is paid      |
| switch             | + n, or unchanged         | becomes purchased: plans end with the term    |
| true-up overage    | + n                       | as a purchase                                 |
| reactivation       | + n                       | as a purchase                                 |
| true-up removal    | - n                       | unchanged, unless a decrease would exceed it  |
| correction         | + n or - n                | moves along, so that a reversal undoes all    |
| end                | 0                         | 0                                             |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Cause(StrEnum):
    """Why an entry was written."""

    PURCHASE = "purchase"
    SCHEDULED_DECREASE = "scheduled_decrease"
    SCHEDULED_INCREASE = "scheduled_increase"
    RENEWAL = "renewal"
    RENEWAL_INCREASE = "renewal_increase"
    SWITCH = "switch"
    TRUE_UP_OVERAGE = "true_up_overage"
    TRUE_UP_REMOVAL = "true_up_removal"
    TRUE_UP_REACTIVATION = "true_up_reactivation"
    CORRECTION = "correction"
    END = "end"


_PLANS = (Cause.SCHEDULED_DECREASE, Cause.SCHEDULED_INCREASE)
_DERIVED = (Cause.RENEWAL, Cause.RENEWAL_INCREASE, Cause.END)


class ImpossibleEntry(ValueError):
    """An entry that its cause does not permit, such as a purchase of a negative number."""


@dataclass(frozen=True, slots=True)
class Balance:
    """Seats now and seats from the next renewal on."""

    purchased_seats: int = 0
    next_term_seats: int = 0

    @property
    def planned_decrease(self) -> int:
        """Seats that the renewal will take away."""
        return max(self.purchased_seats - self.next_term_seats, 0)

    @property
    def planned_increase(self) -> int:
        """Seats that the renewal will add once it is paid."""
        return max(self.next_term_seats - self.purchased_seats, 0)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger, with both numbers as they stand after it.

    `amount_minor` says what it cost; below zero it was credited. It is no part of the rules.
    """

    cause: Cause
    effective_at: datetime
    seats_delta: int
    seats_after: int
    next_term_after: int
    amount_minor: int = field(default=0, compare=False)

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
    amount_minor: int = 0,
) -> Entry:
    """The entry that follows `balance`.

    `seats_delta` belongs to every cause except those that derive it (renewal, renewal increase,
    end) and the two plans, which name `next_term_seats` instead. Naming today's seats takes a plan
    back. Raises `ImpossibleEntry`.
    """
    if (next_term_seats is not None) is not (cause in _PLANS):
        raise ImpossibleEntry("A plan for the renewal, and nothing else, names its seats.")
    if seats_delta and (cause in _PLANS or cause in _DERIVED):
        raise ImpossibleEntry(f"A {cause.value} does not choose its own delta.")
    after = _balance_after(balance, cause, seats_delta, next_term_seats or 0)
    if after.purchased_seats < 0 or after.next_term_seats < 0:
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
        amount_minor=amount_minor,
    )


def _balance_after(balance: Balance, cause: Cause, delta: int, next_term_seats: int) -> Balance:
    now, later = balance.purchased_seats, balance.next_term_seats
    match cause:
        case Cause.PURCHASE | Cause.TRUE_UP_OVERAGE | Cause.TRUE_UP_REACTIVATION:
            if delta <= 0:
                raise ImpossibleEntry(f"A {cause.value} adds seats; {delta} does not.")
            return Balance(now + delta, max(later, now + delta) if later > now else later + delta)
        case Cause.TRUE_UP_REMOVAL:
            if delta >= 0:
                raise ImpossibleEntry(f"A true-up removal takes seats away; {delta} does not.")
            return Balance(now + delta, later if later > now else min(later, now + delta))
        case Cause.CORRECTION:
            if delta == 0:
                raise ImpossibleEntry("A correction changes the number of seats.")
            return Balance(now + delta, max(later + delta, 0))
        case Cause.SWITCH:
            if delta < 0:
                raise ImpossibleEntry("A switch takes no seats away; the renewal does.")
            return Balance(now + delta, now + delta)
        case Cause.SCHEDULED_DECREASE | Cause.SCHEDULED_INCREASE:
            return _planned(balance, cause, next_term_seats)
        case Cause.RENEWAL:
            return Balance(min(now, later), later)
        case Cause.RENEWAL_INCREASE:
            if later <= now:
                raise ImpossibleEntry("No planned increase waits for its renewal to be paid.")
            return Balance(later, later)
        case Cause.END:
            return Balance(0, 0)


def _planned(balance: Balance, cause: Cause, seats: int) -> Balance:
    now = balance.purchased_seats
    fits = seats <= now if cause is Cause.SCHEDULED_DECREASE else seats >= now
    if not fits:
        raise ImpossibleEntry(f"A {cause.value} cannot plan {seats} seats beside {now}.")
    return Balance(now, seats)


def plan_next_term(balance: Balance, seats: int, effective_at: datetime) -> Entry:
    """Plan `seats` for the renewal, fewer or more; today's number takes a plan back."""
    more = seats > balance.purchased_seats
    takes_increase_back = seats == balance.purchased_seats and balance.planned_increase
    cause = Cause.SCHEDULED_INCREASE if more or takes_increase_back else Cause.SCHEDULED_DECREASE
    return append(balance, cause, effective_at, next_term_seats=seats)


def paid_quantity(entries: Iterable[Entry]) -> int:
    """The seats that were paid in the running term, whether they are still there or not.

    A purchase raises it and a new term sets it. A removal that was credited lowers it to what is
    left; a dip without a credit keeps it, so that the same seats are not charged twice. Seats that
    a correction gives for nothing were not paid.
    """
    paid = 0
    for entry in entries:
        paid = _paid_after(paid, entry)
    return paid


def _paid_after(paid: int, entry: Entry) -> int:
    match entry.cause:
        case Cause.RENEWAL | Cause.SWITCH | Cause.END:
            return entry.seats_after
        case (
            Cause.PURCHASE
            | Cause.TRUE_UP_OVERAGE
            | Cause.TRUE_UP_REACTIVATION
            | Cause.RENEWAL_INCREASE
        ):
            return max(paid, entry.seats_after)
        case Cause.TRUE_UP_REMOVAL | Cause.CORRECTION if entry.amount_minor < 0:
            return entry.seats_after
        case Cause.CORRECTION if entry.amount_minor > 0:
            return max(paid, entry.seats_after)
    return paid


def debited_quantity(entries: Iterable[Entry]) -> int:
    """The seats that Stripe itself charged last in the running term, and credits at a change.

    A true-up brings its own amounts and changes the number without a proration, so Stripe's next
    credit knows nothing of it. Where this differs from `paid_quantity`, a quote says what is paid
    beside Stripe's credit.
    """
    debited = paid = 0
    for entry in entries:
        before, paid = paid, _paid_after(paid, entry)
        match entry.cause:
            case Cause.RENEWAL | Cause.SWITCH | Cause.END | Cause.RENEWAL_INCREASE:
                debited = entry.seats_after
            case Cause.PURCHASE if entry.seats_after > before:
                debited = entry.seats_after
            case Cause.CORRECTION:
                debited = paid
    return debited


def fold(entries: Iterable[Entry]) -> Balance:
    """The balance that a ledger amounts to: recomputed from causes and deltas alone.

    The stored `seats_after` are not trusted, so that a comparison with them means something. The
    one number taken as given is the next term that a plan names.
    """
    balance = Balance()
    for entry in entries:
        balance = _replay(balance, entry).balance
    return balance


def _replay(balance: Balance, entry: Entry) -> Entry:
    if entry.cause in _PLANS:
        return append(
            balance, entry.cause, entry.effective_at, next_term_seats=entry.next_term_after
        )
    delta = 0 if entry.cause in _DERIVED else entry.seats_delta
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
