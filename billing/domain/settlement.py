r"""A settlement: an amount that was decided outside of a purchase becomes money and seats.

Owns: the life of a settlement, which lines it may have, what its invoice must say to the cent, and
the seats it leaves. Does not own: how an amount came about (a true-up's own rules), or Stripe.

    reserved -> drafted -> issued -> paid -----> applying -> settled
        \          \          \\--> on_terms --/
         \--------- \-- stopped \-> failed

Nothing is granted before `applying`, and `applying` is reached from `paid` or `on_terms` alone. A
difference between our lines and Stripe's stops it; a person looks and tries again. What is paid
after its term is over brings no seats (`lapsed`): a person decides what becomes of the money.

Amounts are minor units, net of tax, positive when charged; a discount is in them already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from billing.domain.ledger import Cause
from billing.domain.quoting import tax_on


class LineKind(StrEnum):
    """What a line is for."""

    OVERAGE = "overage"
    REACTIVATION = "reactivation"
    REMOVAL = "removal"


CAUSE_OF: Final = {
    LineKind.OVERAGE: Cause.TRUE_UP_OVERAGE,
    LineKind.REACTIVATION: Cause.TRUE_UP_REACTIVATION,
    LineKind.REMOVAL: Cause.TRUE_UP_REMOVAL,
}
"""In the order in which the ledger takes them: more seats first, so that it never runs short."""


@dataclass(frozen=True, slots=True)
class Line:
    """Seats that come or go, and what they cost net of tax; `description` is for the customer."""

    kind: LineKind
    seats: int
    amount_minor: int
    description: str


class ImpossibleSettlement(ValueError):
    """The lines contradict themselves, or take seats that are committed for the term."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def seats_delta(lines: Iterable[Line]) -> int:
    """How many seats all lines together bring, or take when below zero."""
    return sum(line.seats for line in lines)


def check_lines(lines: Sequence[Line], *, purchased_seats: int, least_seats: int) -> None:
    """Refuse what cannot be settled; raises `ImpossibleSettlement`.

    `least_seats` are those committed for the term, or the plan's minimum if that is more: fewer are
    left to the renewal.
    """
    if not lines:
        raise ImpossibleSettlement("no_lines", "A settlement has at least one line.")
    texts = Counter(line.description for line in lines)
    if not all(texts) or max(texts.values()) > 1:
        raise ImpossibleSettlement("descriptions", "Every line says in its own words what it is.")
    for line in lines:
        takes = line.kind is LineKind.REMOVAL
        sign = -1 if takes else 1
        if line.seats * sign <= 0 or line.amount_minor * sign < 0:
            raise ImpossibleSettlement(
                "signs",
                f"{line.seats} seats for {line.amount_minor} are no {line.kind.value}.",
            )
    after = purchased_seats + seats_delta(lines)
    is_fewer = any(line.kind is LineKind.REMOVAL for line in lines)
    if is_fewer and after < least_seats:
        raise ImpossibleSettlement(
            "below_commitment",
            f"{after} seats would be left of {least_seats} that are committed for the term.",
        )


# -- what the invoice must say ----------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class InvoicedLine:
    """One line of the invoice with its tax, which is rounded by itself."""

    description: str
    amount_minor: int
    tax_minor: int
    discount_minor: int = 0


@dataclass(frozen=True, slots=True)
class InvoiceFigures:
    """What an invoice says, on either side."""

    currency: str
    lines: tuple[InvoicedLine, ...]
    tax_minor: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same; an empty side does not have it."""

    what: str
    ours: str
    theirs: str


def expected_invoice(
    lines: Iterable[Line], *, currency: str, tax_basis_points: int
) -> InvoiceFigures:
    """What Stripe's invoice must say of `lines`."""
    invoiced = []
    for line in lines:
        tax = tax_on(line.amount_minor, tax_basis_points)
        invoiced.append(InvoicedLine(line.description, line.amount_minor, tax))
    all_tax = sum(line.tax_minor for line in invoiced)
    total = all_tax + sum(line.amount_minor for line in invoiced)
    return InvoiceFigures(currency, tuple(invoiced), all_tax, total)


def differences(ours: InvoiceFigures, theirs: InvoiceFigures) -> tuple[Difference, ...]:
    """Everything about two invoices that is not equal to the cent; empty when they agree."""
    mine, yours = Counter(ours.lines), Counter(theirs.lines)
    found = [Difference("line", _words(line), "") for line in sorted((mine - yours).elements())]
    found += [Difference("line", "", _words(line)) for line in sorted((yours - mine).elements())]
    pairs = (
        ("currency", ours.currency, theirs.currency),
        ("tax", str(ours.tax_minor), str(theirs.tax_minor)),
        ("total", str(ours.total_minor), str(theirs.total_minor)),
    )
    return (*found, *(Difference(*pair) for pair in pairs if pair[1] != pair[2]))


def _words(line: InvoicedLine) -> str:
    off = f" - {line.discount_minor}" if line.discount_minor else ""
    return f"{line.description}: {line.amount_minor}{off} + {line.tax_minor}"


# -- what becomes of the seats ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Booking:
    """One entry of the ledger: all lines of a kind. `amount_minor` includes tax."""

    cause: Cause
    seats_delta: int
    amount_minor: int


def bookings(lines: Iterable[Line], *, tax_basis_points: int) -> tuple[Booking, ...]:
    """The entries of the ledger in their order; together they amount to the invoice's total."""
    known = list(lines)
    found = []
    for kind, cause in CAUSE_OF.items():
        own = [line for line in known if line.kind is kind]
        if own:
            amount = sum(
                line.amount_minor + tax_on(line.amount_minor, tax_basis_points) for line in own
            )
            found.append(Booking(cause, seats_delta(own), amount))
    return tuple(found)


# -- its life -----------------------------------------------------------------------------------


class State(StrEnum):
    """Where a settlement stands."""

    RESERVED = "reserved"
    DRAFTED = "drafted"
    ISSUED = "issued"
    ON_TERMS = "on_terms"
    PAID = "paid"
    APPLYING = "applying"
    SETTLED = "settled"
    STOPPED = "stopped"
    FAILED = "failed"
    LAPSED = "lapsed"


class Event(StrEnum):
    """What happened to it."""

    DRAWN_UP = "drawn_up"
    DIFFERED = "differed"
    RETRIED = "retried"
    FINALIZED = "finalized"
    TERMS_GRANTED = "terms_granted"
    PAYMENT_SUCCEEDED = "payment_succeeded"
    GIVEN_UP = "given_up"
    SEATS_CLAIMED = "seats_claimed"
    TERM_ENDED = "term_ended"
    SEATS_CHANGED = "seats_changed"


class IllegalTransition(ValueError):
    """The event cannot happen to a settlement in this state."""

    def __init__(self, state: State, event: Event) -> None:
        super().__init__(f"A settlement that is {state.value} cannot take {event.value}.")
        self.state = state
        self.event = event


TRANSITIONS: Final[dict[State, dict[Event, State]]] = {
    State.RESERVED: {Event.DRAWN_UP: State.DRAFTED, Event.DIFFERED: State.STOPPED},
    State.DRAFTED: {Event.FINALIZED: State.ISSUED, Event.DIFFERED: State.STOPPED},
    State.STOPPED: {Event.RETRIED: State.RESERVED},
    State.ISSUED: {
        Event.TERMS_GRANTED: State.ON_TERMS,
        Event.PAYMENT_SUCCEEDED: State.PAID,
        Event.GIVEN_UP: State.FAILED,
    },
    State.ON_TERMS: {
        Event.TERMS_GRANTED: State.ON_TERMS,
        Event.PAYMENT_SUCCEEDED: State.PAID,
        Event.SEATS_CLAIMED: State.APPLYING,
        Event.TERM_ENDED: State.LAPSED,
    },
    State.PAID: {
        Event.PAYMENT_SUCCEEDED: State.PAID,
        Event.SEATS_CLAIMED: State.APPLYING,
        Event.TERM_ENDED: State.LAPSED,
    },
    State.APPLYING: {
        Event.PAYMENT_SUCCEEDED: State.APPLYING,
        Event.SEATS_CHANGED: State.SETTLED,
    },
    State.SETTLED: {Event.PAYMENT_SUCCEEDED: State.SETTLED, Event.SEATS_CHANGED: State.SETTLED},
    State.LAPSED: {Event.PAYMENT_SUCCEEDED: State.LAPSED},
    State.FAILED: {
        Event.PAYMENT_SUCCEEDED: State.PAID,
        Event.GIVEN_UP: State.FAILED,
        Event.RETRIED: State.RESERVED,
    },
}

MOVING: Final = frozenset(
    {State.RESERVED, State.DRAFTED, State.ON_TERMS, State.PAID, State.APPLYING}
)
"""States in which the seats are about to change: nothing is bought meanwhile.

An issued invoice may wait for its payment for weeks, so purchases go on beside it.
"""


def advance(state: State, event: Event) -> State:
    """The state after `event`; raises `IllegalTransition`."""
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise IllegalTransition(state, event) from None
