"""A finding: something about an organization, or a part of it, that is there or is not.

               there for `fires_after` evaluations in a row
    ok -> pending --------------------------------------> firing -> acknowledged, snoozed
    ^                                                       ^                |    |
    |                                                       +- snooze ends --|----+
    +---- resolved (cooldown) <---- gone for `ends_after` in a row, declined-+

Owns: when a finding opens and ends. Like the seat alert (`alerts`), whose memory and answers it
shares, it is a fold over days: the same day twice, or an older day, changes nothing. Does not own:
what is there (`detectors`), bands, or what an open finding asks of people.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from signals.domain.alerts import (
    AlertState,
    AlertStatus,
    EndSnooze,
    HoldBack,
    OrganizationFacts,
    Resolution,
    ResolveAlert,
)
from signals.domain.holdbacks import Case, Holdback, holdbacks


class Presence(StrEnum):
    """What one look came to. Between the two thresholds a finding neither begins nor ends."""

    THERE = "there"
    BETWEEN = "between"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class FindingRule:
    """How patient a finding is, in daily evaluations, and what keeps it back.

    `cooldown` counts from the end of a finding, also when it ends by itself.
    """

    fires_after: int = 1
    ends_after: int = 1
    cooldown: timedelta = timedelta(0)
    held_back_by: frozenset[Holdback] = frozenset()


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """Record the finding, and open or join its task."""


type FindingEffect = OpenFinding | HoldBack | EndSnooze | ResolveAlert
type FindingOutcome = tuple[AlertState, tuple[FindingEffect, ...]]


def evaluate_finding(
    state: AlertState,
    on: date,
    *,
    presence: Presence,
    facts: OrganizationFacts,
    rule: FindingRule,
) -> FindingOutcome:
    """The state after looking on `on`, and what has to be done about it.

    A day that was evaluated already, or an earlier one, returns `state` and no effects.
    """
    if state.evaluated_on is not None and on <= state.evaluated_on:
        return state, ()
    is_there = presence is Presence.THERE
    is_gone = presence is Presence.GONE
    today = replace(
        state,
        evaluated_on=on,
        due_evaluations=min(state.due_evaluations + 1, rule.fires_after) if is_there else 0,
        clear_evaluations=state.clear_evaluations + 1 if is_gone and state.is_open else 0,
    )
    if not state.is_open:
        return _evaluate_closed(today, facts, on, rule)
    if today.clear_evaluations >= rule.ends_after:
        return _clear(today, on, rule.cooldown)
    if today.snoozed_until is not None and on >= today.snoozed_until:
        return replace(today, status=AlertStatus.FIRING, snoozed_until=None), (EndSnooze(None),)
    return today, ()


def _evaluate_closed(
    state: AlertState, facts: OrganizationFacts, on: date, rule: FindingRule
) -> FindingOutcome:
    if state.cooldown_until is not None and on < state.cooldown_until:
        return replace(state, status=AlertStatus.RESOLVED), ()
    rested = replace(state, cooldown_until=None, cooldown_band=None)
    if state.due_evaluations == 0:
        return replace(rested, status=AlertStatus.OK), ()
    pending = replace(rested, status=AlertStatus.PENDING)
    if state.due_evaluations < rule.fires_after:
        return pending, ()
    if reasons := _reasons(facts, on, rule):
        return pending, (HoldBack(None, reasons),)
    return replace(pending, status=AlertStatus.FIRING), (OpenFinding(),)


def _reasons(facts: OrganizationFacts, on: date, rule: FindingRule) -> tuple[Holdback, ...]:
    if not rule.held_back_by:
        return ()
    case = Case(None, on, facts.seats.utilization, facts.circumstances)
    return tuple(reason for reason in holdbacks(case) if reason in rule.held_back_by)


def _clear(state: AlertState, on: date, cooldown: timedelta) -> FindingOutcome:
    is_cooling = cooldown > timedelta(0)
    resolved = replace(
        state,
        status=AlertStatus.RESOLVED if is_cooling else AlertStatus.OK,
        due_evaluations=0,
        clear_evaluations=0,
        snoozed_until=None,
        cooldown_until=on + cooldown if is_cooling else None,
    )
    return resolved, (ResolveAlert(None, Resolution.CLEARED),)


def is_at_rest(state: AlertState) -> bool:
    """Whether nothing is remembered that a look at a finding that is gone could change."""
    return (
        state.status is AlertStatus.OK
        and state.due_evaluations == 0
        and state.snoozed_until is None
        and state.cooldown_until is None
    )
