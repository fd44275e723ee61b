"""A finding: a state of an organization that is there or is not, seen without counting days.

Owns: when a finding opens and ends. Does not own: alerts with bands, hold-backs and cooldowns
(`alerts`); a finding notifies nobody and opens no task, it joins what is open.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from signals.domain.alerts import AlertState, AlertStatus, Resolution, ResolveAlert


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """Record the finding."""


type FindingEffect = OpenFinding | ResolveAlert
type FindingOutcome = tuple[AlertState, tuple[FindingEffect, ...]]


def evaluate_finding(state: AlertState, on: date, *, is_present: bool) -> FindingOutcome:
    """The state after looking on `on`, and what has to be done about it.

    An earlier day than the last one changes nothing; the same day may be looked at again, which
    changes something only when the finding came or went.
    """
    if state.evaluated_on is not None and on < state.evaluated_on:
        return state, ()
    seen = replace(state, evaluated_on=on)
    if is_present and not state.is_open:
        return replace(seen, status=AlertStatus.FIRING), (OpenFinding(),)
    if not is_present and state.is_open:
        ended = replace(seen, status=AlertStatus.OK)
        return ended, (ResolveAlert(None, Resolution.CLEARED),)
    return seen, ()
