"""Expansion tasks: what an account manager is asked to do, by when, and who gets the credit.

    open -> in_progress <-> waiting_for_customer
      any of them -> done | declined | not_now | false_positive     (with a reason)

Owns: the transitions, merging signals into plays, due times, snoozes, caps and ranking, and the
credit of a task that closes itself. Does not own: who the owner is, or the alert behind the task.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final


class TaskState(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    WAITING_FOR_CUSTOMER = "waiting_for_customer"
    DONE = "done"
    DECLINED = "declined"
    NOT_NOW = "not_now"
    FALSE_POSITIVE = "false_positive"


_S = TaskState
LIVE: Final = frozenset({_S.OPEN, _S.IN_PROGRESS, _S.WAITING_FOR_CUSTOMER})
CLOSED: Final = frozenset(TaskState) - LIVE

TRANSITIONS: Final[dict[TaskState, frozenset[TaskState]]] = {
    _S.OPEN: CLOSED | {_S.IN_PROGRESS, _S.WAITING_FOR_CUSTOMER},
    _S.IN_PROGRESS: CLOSED | {_S.WAITING_FOR_CUSTOMER},
    _S.WAITING_FOR_CUSTOMER: CLOSED | {_S.IN_PROGRESS},
    **dict.fromkeys(CLOSED, frozenset[TaskState]()),
}


class IllegalTaskTransition(ValueError):
    """A task cannot go from the one state to the other."""

    def __init__(self, state: TaskState, to: TaskState) -> None:
        super().__init__(f"A task that is {state.value} cannot become {to.value}.")
        self.state = state
        self.to = to


class ReasonMissing(ValueError):
    """A task is closed with a reason, or the rules behind it never learn."""

    def __init__(self, to: TaskState) -> None:
        super().__init__(f"A task becomes {to.value} only with a reason.")
        self.to = to


def move(state: TaskState, to: TaskState, reason: str = "") -> TaskState:
    """`to`, when a task may go there.

    Raises `IllegalTaskTransition`, and `ReasonMissing` when a closing has no reason.
    """
    if to not in TRANSITIONS[state]:
        raise IllegalTaskTransition(state, to)
    if to in CLOSED and not reason.strip():
        raise ReasonMissing(to)
    return to


class SignalKind(StrEnum):
    """What was detected."""

    EIGHTY = "eighty"
    NEAR = "near"
    FULL = "full"
    OVER = "over"
    LIMIT_REFUSED = "limit_refused"
    OVERAGE = "overage"
    RUN_OUT = "run_out"
    NEW_HIRES = "new_hires"
    LEADER = "leader"
    CROSS_DEPARTMENT = "cross_department"
    HIERARCHY = "hierarchy"
    GEOGRAPHY = "geography"
    POWER_USERS = "power_users"
    CONCENTRATION = "concentration"
    VALUE = "value"
    INTENT = "intent"
    SHARING = "sharing"
    LOW_USE = "low_use"
    CHAMPION_LEFT = "champion_left"
    MILESTONE = "milestone"


class Play(StrEnum):
    """What is done about it; signals that ask for the same thing share one task."""

    ADD_SEATS = "add_seats"
    NEW_DEPARTMENT = "new_department"
    ENABLE_CHAMPIONS = "enable_champions"
    CONVERT_SHARING = "convert_sharing"
    ADOPTION = "adoption"
    KEEP_RELATIONSHIP = "keep_relationship"


@dataclass(frozen=True, slots=True)
class Handling:
    """The play of a signal and the business days until its first action is due."""

    play: Play
    business_days: int


HANDLING: Final[dict[SignalKind, Handling]] = {
    SignalKind.EIGHTY: Handling(Play.ADD_SEATS, 3),
    SignalKind.NEAR: Handling(Play.ADD_SEATS, 3),
    SignalKind.FULL: Handling(Play.ADD_SEATS, 1),
    SignalKind.OVER: Handling(Play.ADD_SEATS, 1),
    SignalKind.LIMIT_REFUSED: Handling(Play.ADD_SEATS, 1),
    SignalKind.OVERAGE: Handling(Play.ADD_SEATS, 1),
    SignalKind.RUN_OUT: Handling(Play.ADD_SEATS, 5),
    SignalKind.NEW_HIRES: Handling(Play.ADD_SEATS, 3),
    SignalKind.LEADER: Handling(Play.NEW_DEPARTMENT, 3),
    SignalKind.CROSS_DEPARTMENT: Handling(Play.NEW_DEPARTMENT, 3),
    SignalKind.HIERARCHY: Handling(Play.NEW_DEPARTMENT, 5),
    SignalKind.GEOGRAPHY: Handling(Play.NEW_DEPARTMENT, 5),
    SignalKind.POWER_USERS: Handling(Play.ENABLE_CHAMPIONS, 5),
    SignalKind.CONCENTRATION: Handling(Play.ENABLE_CHAMPIONS, 5),
    SignalKind.VALUE: Handling(Play.ENABLE_CHAMPIONS, 5),
    SignalKind.INTENT: Handling(Play.ADD_SEATS, 3),
    SignalKind.SHARING: Handling(Play.CONVERT_SHARING, 5),
    SignalKind.LOW_USE: Handling(Play.ADOPTION, 5),
    SignalKind.CHAMPION_LEFT: Handling(Play.KEEP_RELATIONSHIP, 3),
    SignalKind.MILESTONE: Handling(Play.KEEP_RELATIONSHIP, 5),
}

# Nobody is asked for more seats while those that were bought stand empty.
PARKED_BY_LOW_USE: Final = frozenset({Play.ADD_SEATS, Play.NEW_DEPARTMENT, Play.CONVERT_SHARING})


@dataclass(frozen=True, slots=True)
class MergeKey:
    """Identity of a live task: one per organization and play."""

    organization_id: int
    play: Play


def merge_key(organization_id: int, kind: SignalKind) -> MergeKey:
    """The task that a signal belongs to."""
    return MergeKey(organization_id, HANDLING[kind].play)


def first_action_days(kinds: Iterable[SignalKind]) -> int:
    """Business days until the first action on merged signals: the most urgent one decides."""
    return min(HANDLING[kind].business_days for kind in kinds)


LONGEST_SNOOZE: Final = timedelta(days=30)
MOST_SNOOZES: Final = 2


class SnoozeRefused(ValueError):
    """A snooze that is too long, too often or not ahead; the subclass says which."""


class SnoozeTooLong(SnoozeRefused):
    def __init__(self, until: date, latest: date) -> None:
        super().__init__(f"{until} is too far: a task sleeps until {latest} at most.")
        self.until = until
        self.latest = latest


class SnoozedTooOften(SnoozeRefused):
    def __init__(self) -> None:
        super().__init__(f"A task sleeps {MOST_SNOOZES} times at most: act on it or close it.")


class SnoozeNotAhead(SnoozeRefused):
    def __init__(self, until: date) -> None:
        super().__init__(f"{until} is not ahead.")
        self.until = until


def check_snooze(until: date, *, on: date, snoozes_so_far: int) -> date:
    """`until`, when a task may sleep until then; raises a `SnoozeRefused`."""
    if snoozes_so_far >= MOST_SNOOZES:
        raise SnoozedTooOften
    if until <= on:
        raise SnoozeNotAhead(until)
    if until - on > LONGEST_SNOOZE:
        raise SnoozeTooLong(until, on + LONGEST_SNOOZE)
    return until


@dataclass(frozen=True, slots=True)
class Candidate:
    """A task that could be given to a manager: what it may bring, and how likely that is.

    `arr_minor` must be in one currency for all candidates of a ranking.
    """

    key: MergeKey
    arr_minor: int
    probability: Fraction

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise ValueError(f"{self.probability} is not a probability.")

    @property
    def expected_arr_minor(self) -> Fraction:
        return self.arr_minor * self.probability


MOST_NEW_PER_DAY: Final = 5
MOST_OPEN: Final = 25


@dataclass(frozen=True, slots=True)
class DailyHand:
    """What a manager is given today, and what only the digest mentions; both best first."""

    given: tuple[Candidate, ...]
    digest: tuple[Candidate, ...]


def rank(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """By expected ARR, the largest first; ties in the order of organization and play."""
    return tuple(
        sorted(
            candidates,
            key=lambda each: (
                -each.expected_arr_minor,
                each.key.organization_id,
                each.key.play.value,
            ),
        )
    )


def deal(candidates: Sequence[Candidate], *, given_today: int, open_now: int) -> DailyHand:
    """At most 5 new tasks a day and 25 open ones for each manager; the rest is a digest."""
    room = max(min(MOST_NEW_PER_DAY - given_today, MOST_OPEN - open_now), 0)
    ranked = rank(candidates)
    return DailyHand(given=ranked[:room], digest=ranked[room:])


# What a task that was merged by hand says as its reason.
MERGED: Final = "merged"


class AutoReason(StrEnum):
    """Why a task closed itself."""

    SEATS_BOUGHT = "seats_bought"
    CONDITION_CLEARED = "condition_cleared"


@dataclass(frozen=True, slots=True)
class Credit:
    """What a task won: seats, and the annual revenue they add (signed) in one currency."""

    seats: int
    arr_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class AutoClose:
    """A task that closes itself as done. It is won when seats were bought, and only then."""

    reason: AutoReason
    credit: Credit | None

    @property
    def is_won(self) -> bool:
        return self.credit is not None


def auto_close(
    state: TaskState, *, bought: Credit | None, is_condition_cleared: bool
) -> AutoClose | None:
    """How a live task closes itself, or None when it stays.

    `bought` is what was bought since the task was opened; the task takes the credit for it.
    A condition that clears by itself (people left, seats were released) wins nothing.
    """
    if state not in LIVE:
        return None
    if bought is not None and bought.seats > 0:
        return AutoClose(AutoReason.SEATS_BOUGHT, bought)
    if is_condition_cleared:
        return AutoClose(AutoReason.CONDITION_CLEARED, None)
    return None
