"""Who may decide the step that a request waits at.

Owns: requester is never approver, nobody twice in one chain, delegation, roles that nobody holds,
escalation. Does not own: which steps there are (`rules`), what a decision does (`request`).

A person decides in their own right, or for somebody who delegated to them for that day. For
somebody counts as that person too: who asked cannot approve through a delegate, and who approved a
step cannot approve the next through one. A delegation does not reach further: what Ada gave to Ben
is not Ben's to give on.

Escalated, a step is also open to the owners and to whoever stands in a later step.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from procurement.domain.rules import APPROVING_ROLES, Step

_RESCUERS: Final = "owner"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the organization who signs in and is active; `id` is the membership's."""

    id: int
    role: str

    @property
    def may_approve(self) -> bool:
        """Whether the role sees requests at all."""
        return self.role in APPROVING_ROLES


@dataclass(frozen=True, slots=True)
class Delegation:
    """`from_id` lets `to_id` decide in [starts_at, ends_at)."""

    from_id: int
    to_id: int
    starts_at: datetime
    ends_at: datetime

    def holds(self, at: datetime) -> bool:
        """Tell whether it is in force at `at`."""
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class Decider:
    """Who may decide; `instead_of` is who delegated, None in their own right."""

    id: int
    instead_of: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A request as far as deciding goes; `step` counts from 0, `taken` are the steps before it."""

    steps: tuple[Step, ...]
    step: int
    requester_id: int | None
    taken: tuple[Decider, ...] = ()
    is_escalated: bool = False


def principals(case: Case, people: Iterable[Person]) -> list[Person]:
    """Return who is meant to decide the step, without delegates."""
    excluded = _excluded(case)
    asked = case.steps[case.step]
    later = case.steps[case.step :] if case.is_escalated else (asked,)
    return [
        person
        for person in people
        if person.may_approve
        and person.id not in excluded
        and (
            any(_is_named(person, step) for step in later)
            or (case.is_escalated and person.role == _RESCUERS)
        )
    ]


def deciders(
    case: Case, people: Sequence[Person], delegations: Iterable[Delegation], now: datetime
) -> list[Decider]:
    """Return everybody who may decide the step at `now`, each once, own right first."""
    excluded = _excluded(case)
    able = {person.id for person in people if person.may_approve}
    meant = principals(case, people)
    found = {person.id: Decider(person.id) for person in meant}
    named = {person.id for person in meant}
    for given in delegations:
        if (
            given.holds(now)
            and given.from_id in named
            and given.to_id in able
            and given.to_id not in excluded
        ):
            found.setdefault(given.to_id, Decider(given.to_id, given.from_id))
    return list(found.values())


def decider_of(
    case: Case,
    person_id: int,
    people: Sequence[Person],
    delegations: Iterable[Delegation],
    now: datetime,
) -> Decider | None:
    """Return how a person may decide the step at `now`, or None."""
    able = deciders(case, people, delegations, now)
    return next((decider for decider in able if decider.id == person_id), None)


def stuck_steps(
    steps: tuple[Step, ...], requester_id: int | None, people: Sequence[Person]
) -> list[int]:
    """Return the steps that nobody would be left for, were the chain gone through as it stands.

    Each step needs somebody of its own: people are given to steps by augmenting paths (Kuhn), so
    a chain counts as passable exactly when some choice of approvers passes it.
    """
    candidates = [
        [person.id for person in principals(Case(steps, number, requester_id), people)]
        for number in range(len(steps))
    ]
    step_of: dict[int, int] = {}

    def seat(step: int, tried: set[int]) -> bool:
        for person in candidates[step]:
            if person in tried:
                continue
            tried.add(person)
            if person not in step_of or seat(step_of[person], tried):
                step_of[person] = step
                return True
        return False

    return [step for step in range(len(steps)) if not seat(step, set())]


def _excluded(case: Case) -> set[int]:
    """Return who may not: who asked, who decided before, and for whom was decided."""
    acted = {decider.id for decider in case.taken}
    acted |= {decider.instead_of for decider in case.taken if decider.instead_of is not None}
    return acted if case.requester_id is None else acted | {case.requester_id}


def _is_named(person: Person, step: Step) -> bool:
    return person.id in step.people or person.role in step.roles
