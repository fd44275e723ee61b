"""What follows from a probability: steps upwards day by day, one way down, and the organization's
expectation. Nothing here blocks or bills anybody.

Watch list from 0.30; counted for the organization after 3 daily runs in a row at 0.50; named to the
customer's admin from 0.70; measures, if the organization switched them on, from 0.90. A step once
reached stays until the probability was below 0.25 on 14 daily runs in a row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

from signals.domain.sharing.evidence import Evidence, Kind
from signals.domain.sharing.model import Score

WATCH_AT: Final = 0.30
COUNT_AT: Final = 0.50
NAME_AT: Final = 0.70
MEASURE_AT: Final = 0.90
CLEAR_BELOW: Final = 0.25
RUNS_TO_COUNT: Final = 3
RUNS_TO_CLEAR: Final = 14
EXPECTED_FROM: Final = 0.05
ALERT_AT: Final = 1.0


class Step(IntEnum):
    """How far a case has come; greater is more serious."""

    NONE = 0
    WATCHED = 1
    COUNTED = 2
    NAMED = 3
    MEASURED = 4


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one member stands. `on` is the ordinal of the last day that was taken into account."""

    step: Step = Step.NONE
    runs_above: int = 0
    runs_below: int = 0
    on: int = 0


def advance(
    standing: Standing, probability: float | None, on: int, *, measures_allowed: bool
) -> Standing:
    """The standing after the run of the day `on`.

    A day that was taken into account already changes nothing, nor does a day without a score.
    `measures_allowed` is the organization's own policy; without it no case goes beyond naming.
    """
    highest = Step.MEASURED if measures_allowed else Step.NAMED
    if on <= standing.on:
        return standing
    if probability is None:
        return replace(standing, on=on, step=min(standing.step, highest))
    above = standing.runs_above + 1 if probability >= COUNT_AT else 0
    below = standing.runs_below + 1 if probability < CLEAR_BELOW else 0
    if below >= RUNS_TO_CLEAR:
        return Standing(Step.NONE, 0, below, on)
    reached = _reached(probability, counts=above >= RUNS_TO_COUNT)
    return Standing(min(highest, max(standing.step, reached)), above, below, on)


def _reached(probability: float, *, counts: bool) -> Step:
    if counts and probability >= MEASURE_AT:
        return Step.MEASURED
    if counts and probability >= NAME_AT:
        return Step.NAMED
    if counts:
        return Step.COUNTED
    return Step.WATCHED if probability >= WATCH_AT else Step.NONE


def unpaid_people(score: Score, evidence: Evidence) -> float:
    """How many people without a seat to expect on one account: p times the extra computers."""
    if score.probability is None or score.probability < EXPECTED_FROM:
        return 0.0
    return score.probability * max(1.0, evidence.amount(Kind.EXTRA_COMPUTERS))


def organization_alerts(expected: Iterable[float]) -> bool:
    """Whether an organization's expected unpaid people reach one."""
    return sum(expected) >= ALERT_AT
