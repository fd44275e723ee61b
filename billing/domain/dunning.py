"""What happens when an invoice is not paid, and when: reminders, restriction, end.

Owns: the policy's own consistency, the timeline of one case, what is due at a moment. Does not own:
mails, Stripe, and what "restricted" keeps people from (the services and the seat pool).

A case begins at `since`, the moment the invoice became overdue. Step n falls on n days after that
date at 09:00 in the organization's time zone; a step of day 0 falls on `since` itself. Two rules
keep a late job from being hard on anybody:

    Of several reminders that are due at once only the last is sent; the others count as skipped.
    The end keeps its distance from the restriction as it really happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

MOST_REMINDERS: Final = 6
MOST_DAYS: Final = 180
_MORNING: Final = time(9)


class StepKind(StrEnum):
    """What a step does."""

    REMINDER = "reminder"
    RESTRICT = "restrict"
    END = "end"


class Stage(StrEnum):
    """How far a case is."""

    PAST_DUE = "past_due"
    RESTRICTED = "restricted"
    ENDED = "ended"


class End(StrEnum):
    """What the last step does with the subscription."""

    CANCELED = "canceled"
    UNPAID = "unpaid"
    PAST_DUE = "past_due"


class ImpossiblePolicy(ValueError):
    """Days that contradict each other; `about` names the field at fault."""

    def __init__(self, about: str, sentence: str) -> None:
        super().__init__(sentence)
        self.about = about


@dataclass(frozen=True, slots=True)
class Policy:
    """Days after an invoice became overdue; raises `ImpossiblePolicy`."""

    reminder_days: tuple[int, ...]
    restrict_after_days: int
    end_after_days: int
    end: End

    def __post_init__(self) -> None:
        days = self.reminder_days
        if not 1 <= len(days) <= MOST_REMINDERS:
            raise ImpossiblePolicy("reminder_days", f"Send 1 to {MOST_REMINDERS} reminders.")
        if list(days) != sorted(set(days)) or days[0] < 0:
            raise ImpossiblePolicy("reminder_days", "Each reminder is on a later day.")
        if self.restrict_after_days <= days[0]:
            raise ImpossiblePolicy(
                "restrict_after_days", "Nobody is restricted before the first reminder."
            )
        if self.end_after_days <= self.restrict_after_days:
            raise ImpossiblePolicy("end_after_days", "The end comes after the restriction.")
        if days[-1] >= self.end_after_days:
            raise ImpossiblePolicy("reminder_days", "Reminders come before the end.")
        if self.end_after_days > MOST_DAYS:
            raise ImpossiblePolicy("end_after_days", f"The end comes within {MOST_DAYS} days.")


DEFAULT_POLICY: Final = Policy((0, 3, 7), 10, 30, End.CANCELED)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens at `at`; `name` identifies it within its case."""

    kind: StepKind
    day: int
    at: datetime

    @property
    def name(self) -> str:
        return f"{self.kind.value}-{self.day}"


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be done now, in this order, and the reminders that are passed over."""

    steps: tuple[Step, ...]
    skipped: tuple[Step, ...]


def timeline(
    policy: Policy,
    since: datetime,
    zone: tzinfo,
    *,
    held_days: int = 0,
    taken: Mapping[str, datetime] | None = None,
) -> tuple[Step, ...]:
    """Every step of a case in order of time.

    `taken` holds when steps happened, by name; the others move by `held_days`, for which the case
    was or is paused.
    """
    done = taken or {}

    def at(kind: StepKind, day: int) -> datetime:
        name = f"{kind.value}-{day}"
        return done.get(name) or _moment(since, day + held_days, zone)

    restricted = at(StepKind.RESTRICT, policy.restrict_after_days)
    ended = at(StepKind.END, policy.end_after_days)
    if f"{StepKind.END.value}-{policy.end_after_days}" not in done:
        gap = policy.end_after_days - policy.restrict_after_days
        ended = max(ended, _moment(restricted, gap, zone))
    reminders = [Step(StepKind.REMINDER, d, at(StepKind.REMINDER, d)) for d in policy.reminder_days]
    steps = [
        *reminders,
        Step(StepKind.RESTRICT, policy.restrict_after_days, restricted),
        Step(StepKind.END, policy.end_after_days, ended),
    ]
    return tuple(sorted(steps, key=lambda step: (step.at, step.day)))


def due(
    steps: tuple[Step, ...],
    now: datetime,
    *,
    taken: frozenset[str],
    paused_until: datetime | None = None,
) -> Due:
    """What is due at `now` and was not taken; nothing while the case is paused."""
    if paused_until is not None and now < paused_until:
        return Due((), ())
    open_steps = [step for step in steps if step.at <= now and step.name not in taken]
    reminders = [step for step in open_steps if step.kind is StepKind.REMINDER]
    hard = [step for step in open_steps if step.kind is not StepKind.REMINDER]
    # Whoever hears of the restriction or the end need not be reminded as well.
    sent = [] if hard else reminders[-1:]
    # One hard step at a time: the end is planned anew from the restriction that was just made.
    return Due(tuple(sent + hard[:1]), tuple(step for step in reminders if step not in sent))


def next_step(steps: tuple[Step, ...], *, taken: frozenset[str]) -> Step | None:
    """The first step that was not taken; None after the last."""
    return next((step for step in steps if step.name not in taken), None)


def _moment(since: datetime, days: int, zone: tzinfo) -> datetime:
    if days == 0:
        return since
    day = since.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, _MORNING, zone)
